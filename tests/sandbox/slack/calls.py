"""Calls of the Web API without an SDK between, for tests of what is exactly answered."""

from typing import Any

import aiohttp

from sandbox.slack import SlackWorkspace

Json = dict[str, Any]


async def call(http: aiohttp.ClientSession, slack: SlackWorkspace, method: str, **arguments: Any) -> Json:
    """The body that a method answers to a JSON call with the bot token."""
    headers = {"Authorization": f"Bearer {slack.bot_token}"}
    async with http.post(slack.url + method, json=arguments, headers=headers) as response:
        body: Json = await response.json()
    return body


def shapes_missing(wanted: Any, given: Any, path: str = "") -> list[str]:
    """Where `given` lacks a key of `wanted` or has another type there; list items are compared with the first one."""
    if isinstance(wanted, dict):
        if not isinstance(given, dict):
            return [f"{path}: {type(given).__name__} instead of an object"]
        lacking = [f"{path}/{key}: missing" for key in wanted if key not in given]
        return lacking + [line for key in wanted if key in given for line in shapes_missing(wanted[key], given[key], f"{path}/{key}")]
    if isinstance(wanted, list):
        if not isinstance(given, list):
            return [f"{path}: {type(given).__name__} instead of an array"]
        return shapes_missing(wanted[0], given[0], f"{path}/0") if wanted and given else []
    if wanted is not None and given is not None and type(wanted) is not type(given):
        return [f"{path}: {type(given).__name__} instead of {type(wanted).__name__}"]
    return []
