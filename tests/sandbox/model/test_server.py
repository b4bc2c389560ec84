"""The scripted model by itself: what it answers, checks and records. The real client against it: `tests/prompts/test_model.py`."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from sandbox.model import DEMO, ModelServer, Script, Turn, cut_short, garbage, rate_limited, say

EMPTY: dict[str, Any] = {"model": "m", "messages": []}


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def ask(http: aiohttp.ClientSession, server: ModelServer, prompt: str, **headers: str) -> tuple[int, Any]:
    body = {"model": "scripted-1", "messages": [{"role": "user", "content": prompt}]}
    async with http.post(f"{server.url}/chat/completions", json=body, headers=headers) as response:
        return response.status, await response.json()


async def text(http: aiohttp.ClientSession, server: ModelServer, prompt: str) -> str:
    _, body = await ask(http, server, prompt)
    said = body["choices"][0]["message"]["content"]
    assert isinstance(said, str)
    return said


async def test_it_listens_on_loopback_and_lists_its_models(http: aiohttp.ClientSession) -> None:
    async with ModelServer() as server:
        assert server.url.startswith("http://127.0.0.1:")
        async with http.get(f"{server.url}/models") as response:
            assert [item["id"] for item in (await response.json())["data"]] == ["scripted-1", "gpt-3.5-turbo"]


async def test_the_first_turn_that_matches_and_is_not_used_up_answers(http: aiohttp.ClientSession) -> None:
    turns = [Turn("pod", say("first"), times=1), Turn("POD", say("then")), Turn("x+", lambda prompt: say(prompt.upper()))]
    async with ModelServer(Script(turns, otherwise=say("no lines"))) as server:
        said = [await text(http, server, prompt) for prompt in ("a pod", "a pod", "axxb", "hm")]
    assert said == ["first", "then", "AXXB", "no lines"]
    assert [item.prompt for item in server.asked] == ["a pod", "a pod", "axxb", "hm"]


async def test_a_completion_is_marked_as_scripted_and_counts_tokens(http: aiohttp.ClientSession) -> None:
    async with ModelServer(say("12345678")) as server:
        status, body = await ask(http, server, "1234")
    assert (status, body["system_fingerprint"], body["usage"]) == (
        200,
        "scripted",
        {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3},
    )


async def test_a_token_is_checked_when_one_is_set(http: aiohttp.ClientSession) -> None:
    async with ModelServer(say("in"), token="right") as server:
        missing = await ask(http, server, "x")
        wrong = await ask(http, server, "x", Authorization="Bearer wrong")
        right = await ask(http, server, "x", Authorization="Bearer right")
        async with http.get(f"{server.url}/models") as response:
            listed = response.status
    assert (missing[0], wrong[0], right[0], listed) == (401, 401, 200, 401)
    assert wrong[1]["error"]["message"] == "Incorrect API key provided."
    assert [item.authorization for item in server.asked] == ["", "Bearer wrong", "Bearer right"]


async def test_a_rate_limit_says_when_to_come_back(http: aiohttp.ClientSession) -> None:
    async with ModelServer(rate_limited(20)) as server, http.post(f"{server.url}/chat/completions", json=EMPTY) as response:
        assert (response.status, response.headers["Retry-After"]) == (429, "20")


async def test_garbage_is_sent_as_it_is(http: aiohttp.ClientSession) -> None:
    async with (
        ModelServer(garbage(b'{"choices": [', status=200)) as server,
        http.post(f"{server.url}/chat/completions", json=EMPTY) as response,
    ):
        assert await response.read() == b'{"choices": ['


async def test_a_cut_answer_breaks_the_connection(http: aiohttp.ClientSession) -> None:
    async with ModelServer(cut_short()) as server:
        with pytest.raises(aiohttp.ClientPayloadError):
            await ask(http, server, "x")


@pytest.mark.parametrize("body", [b"not json", b"[]", b"{}", b'{"model": "m"}'])
async def test_a_request_without_model_and_messages_is_refused(http: aiohttp.ClientSession, body: bytes) -> None:
    async with ModelServer() as server, http.post(f"{server.url}/chat/completions", data=body) as response:
        assert response.status == 400


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("ErrImagePull. What is wrong with this object", "(scripted model) The cause: the image cannot be pulled."),
        ("What is wrong with this object", "(scripted model) Nothing in this data looks wrong."),
        ("Audit this object", "(scripted model) Before this serves users: set resource limits, add a readiness probe, "),
        ("CrashLoopBackOff. Answer with the score only.", "15"),
        ("Answer with score only", "70"),
        ("hello", "(scripted model) I have no lines for this."),
    ],
)
async def test_the_demo_answers_from_what_the_prompt_holds(http: aiohttp.ClientSession, prompt: str, expected: str) -> None:
    async with ModelServer(DEMO) as server:
        assert (await text(http, server, prompt)).startswith(expected)
