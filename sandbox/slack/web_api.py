"""The door of the Web API: token, scope, rate and faults, in Slack's order, around the methods.

Unlike a method it may wait (slow answers) and break the connection; both are faults that somebody asked for.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from sandbox.slack.arguments import DEEPEST, Arguments, deeper
from sandbox.slack.clock import sleep
from sandbox.slack.errors import SlackError
from sandbox.slack.faults import Faults, Rule
from sandbox.slack.limits import Limits, rate_limited
from sandbox.slack.methods.call import Backstage, Call, missing_scope
from sandbox.slack.methods.table import METHODS
from sandbox.slack.scopes import METHODS as SCOPES
from sandbox.slack.socket_mode import SocketMode

Json = dict[str, Any]
LARGEST_BODY = 1 << 20  # bytes of a call
_CONNECT = "apps.connections.open"
_JSON, _FORM, _PARTS = "application/json", "application/x-www-form-urlencoded", "multipart/form-data"


@dataclass(slots=True)
class Credentials:
    """The tokens and secrets of the app. `revoked` makes the bot token useless until it is restored."""

    bot_token: str
    app_token: str
    signing_secret: str
    revoked: bool = False


class WebApi:
    """Answers `/api/METHOD`."""

    def __init__(self, backstage: Backstage, credentials: Credentials, limits: Limits, faults: Faults, sockets: SocketMode) -> None:
        self._backstage = backstage
        self._credentials = credentials
        self._limits = limits
        self._faults = faults
        self._sockets = sockets

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """One call."""
        method = request.match_info["method"]
        fault = self._faults.call(method)
        given: Json = {}
        headers: dict[str, str] = {}
        status = 200
        try:
            if fault is not None:
                await self._before(request, fault)
            given = await _given(request)
            body = {"ok": True, **self._called(method, request, Arguments(given))}
            if method == "auth.test":
                headers["x-oauth-scopes"] = ",".join(sorted(self._backstage.manifest.scopes))
        except SlackError as error:
            body, status, headers = error.body(), error.status, error.headers
        except _BrokenError:
            self._note(method, given, {"ok": False, "error": "connection dropped before anything was done"}, 0)
            return _broken(request)
        except _GarbledError as garbled:
            self._note(method, given, {"ok": False, "error": "a body that is not JSON"}, garbled.status)
            return web.Response(status=garbled.status, text="<html><body>upstream error</body></html>", content_type="text/html")
        if fault is not None and fault.kind == "drop_after":
            self._note(method, given, {"ok": False, "error": "connection dropped after it was done"}, 0)
            return _broken(request)
        self._note(method, given, body, status)
        return web.json_response(body, status=status, headers=headers)

    def _called(self, method: str, request: web.Request, arguments: Arguments) -> Json:
        self._check_token(method, request, arguments)
        if method == _CONNECT:
            if request.method != "POST":
                raise SlackError("insecure_request")
            self._limits.spend(method)
            return {"url": self._sockets.url(request.host)}
        scopes, held = SCOPES[method], self._backstage.manifest.scopes
        if scopes and not held.intersection(scopes):
            raise missing_scope(scopes, held)
        wanted = arguments.text("channel") if "channel" in arguments else ""
        channel = self._backstage.world.channel(wanted)  # one bucket, whether it is named or given by id
        self._limits.spend(method, channel.id if channel else wanted)
        return METHODS[method](Call(self._backstage, arguments))

    def _check_token(self, method: str, request: web.Request, arguments: Arguments) -> None:
        if method not in METHODS and method != _CONNECT:
            raise SlackError("unknown_method", extra={"req_method": method})
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            token = arguments.text("token")
        if not token:
            raise SlackError("not_authed")
        wanted, other = self._credentials.bot_token, self._credentials.app_token
        if method == _CONNECT:
            wanted, other = other, wanted
        if token == other:
            raise SlackError("not_allowed_token_type")
        if token != wanted:
            raise SlackError("invalid_auth")
        if self._credentials.revoked:
            raise SlackError("token_revoked" if method != _CONNECT else "account_inactive")

    async def _before(self, request: web.Request, fault: Rule) -> None:
        match fault.kind:
            case "slow":
                await sleep(self._backstage.world.clock, fault.seconds)
            case "rate_limit":
                raise rate_limited(int(fault.seconds))
            case "error":
                raise SlackError(fault.code)
            case "drop_before":
                await request.read()
                raise _BrokenError
            case "http_error":
                raise _GarbledError(int(fault.seconds))
            case _:
                pass

    def _note(self, method: str, given: Mapping[str, Any], body: Mapping[str, Any], status: int) -> None:
        self._backstage.world.journal.api(method, given, body, status)


class _BrokenError(Exception):
    """The connection is to break."""


class _GarbledError(Exception):
    """The answer is to be something that no JSON parser takes."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status if status >= HTTPStatus.BAD_REQUEST else HTTPStatus.BAD_GATEWAY.value


def _broken(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


async def _given(request: web.Request) -> Json:
    """All arguments of a request: query, then the body's."""
    given: Json = dict(request.query)
    if request.method == "GET":
        return given
    kind = request.content_type
    if kind == _PARTS:
        if (request.content_length or 0) > LARGEST_BODY:
            raise SlackError("request_too_large", status=413)
        return given | {key: value for key, value in (await request.post()).items() if isinstance(value, str)}
    body = await read_body(request, LARGEST_BODY)
    if not body.strip():
        return given
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise SlackError("invalid_charset") from None
    if kind == _JSON:
        return given | _object(text)
    if kind == _FORM:
        return given | dict(parse_qsl(text, keep_blank_values=True))
    raise SlackError("invalid_post_type")


def _object(text: str) -> Json:
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        raise SlackError("invalid_json") from None
    if not isinstance(body, dict):
        raise SlackError("json_not_object")
    if deeper(body, DEEPEST):
        raise SlackError("invalid_json")
    return body


async def read_body(request: web.Request, largest: int) -> bytes:
    """The body, read no further than allowed."""
    parts: list[bytes] = []
    size = 0
    async for part in request.content.iter_any():
        size += len(part)
        if size > largest:
            raise SlackError("request_too_large", status=413)
        parts.append(part)
    return b"".join(parts)
