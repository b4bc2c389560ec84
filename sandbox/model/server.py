"""An OpenAI-compatible HTTP server on loopback: `/v1/chat/completions` from a script, `/v1/models`, and a record of what was asked."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Final, Self

from aiohttp import web

from sandbox.model.script import DEMO, Reply, Script, Turn, refuse

MODELS: Final = ("scripted-1", "gpt-3.5-turbo")
_WORD: Final = 4  # characters to a token, about


@dataclass(frozen=True, slots=True)
class Asked:
    """One request that came in: its path, `Authorization` header, and JSON body ({} when it was none)."""

    path: str
    authorization: str = field(repr=False)
    body: dict[str, Any]

    @property
    def prompt(self) -> str:
        """All messages as one text."""
        messages = self.body.get("messages")
        entries = [item for item in messages if isinstance(item, dict)] if isinstance(messages, list) else []
        return "\n".join(str(item.get("content", "")) for item in entries)


class ModelServer:
    """A scripted model; an async context manager that listens on 127.0.0.1.

    `script` answers (the demo's without one), `token` is required as a bearer token when it is set, `port` 0 takes a free one.
    `asked` records every completion request in order, refused ones too.
    """

    def __init__(self, script: Script | Sequence[Turn] | Reply | None = None, *, token: str = "", port: int = 0) -> None:
        self._script = _script(script)
        self._token = token
        self._port = port
        self._runner: web.AppRunner | None = None
        self.asked: list[Asked] = []
        self.url = ""

    async def __aenter__(self) -> Self:
        """Listen; `url` is then the base URL, with `/v1`."""
        app = web.Application(client_max_size=8 * 1024 * 1024)
        app.add_routes([web.post("/v1/chat/completions", self._complete), web.get("/v1/models", self._models)])
        # A client that goes away ends its handler, so that a delayed answer never holds up the end of a test.
        self._runner = web.AppRunner(app, handle_signals=False, handler_cancellation=True, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}/v1"
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Stop listening and drop every connection."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _models(self, request: web.Request) -> web.StreamResponse:
        if refused := self._unauthorized(request):
            return refused
        return web.json_response({"object": "list", "data": [{"id": name, "object": "model", "owned_by": "sandbox"} for name in MODELS]})

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        try:
            body = await request.json()
        except ValueError:
            body = None
        asked = Asked(request.path, request.headers.get("Authorization", ""), body if isinstance(body, dict) else {})
        self.asked.append(asked)
        if refused := self._unauthorized(request):
            return refused
        if not isinstance(asked.body.get("messages"), list) or not asked.body.get("model"):
            return _error(refuse(400, "you must provide a model parameter and messages"))
        reply = self._script.reply(asked.prompt)
        if reply.delay:
            await asyncio.sleep(reply.delay)
        return await _send(request, reply, asked, len(self.asked))

    def _unauthorized(self, request: web.Request) -> web.Response | None:
        if not self._token or request.headers.get("Authorization") == f"Bearer {self._token}":
            return None
        said = "Incorrect API key provided." if "Authorization" in request.headers else "You didn't provide an API key."
        return _error(refuse(401, said, code="invalid_api_key"))


def _script(script: Script | Sequence[Turn] | Reply | None) -> Script:
    match script:
        case None:
            return Script(DEMO)
        case Script():
            return script
        case Reply():
            return Script(otherwise=script)
        case _:
            return Script(script)


async def _send(request: web.Request, reply: Reply, asked: Asked, number: int) -> web.StreamResponse:
    if reply.body is None and reply.status >= 400:  # noqa: PLR2004 - where errors begin
        return _error(reply)
    body = reply.body if reply.body is not None else json.dumps(_completion(reply, asked, number)).encode()
    headers = {"Content-Type": "application/json", **dict(reply.headers)}
    if reply.cut is None:
        return web.Response(status=reply.status, body=body, headers=headers)
    response = web.StreamResponse(status=reply.status, headers={**headers, "Content-Length": str(len(body))})
    await response.prepare(request)
    await response.write(body[: reply.cut])
    if request.transport is not None:
        request.transport.close()
    return response


def _error(reply: Reply) -> web.Response:
    body = {"error": {"message": reply.message, "type": "invalid_request_error", "param": None, "code": reply.code or None}}
    return web.json_response(body, status=reply.status, headers=dict(reply.headers))


def _completion(reply: Reply, asked: Asked, number: int) -> dict[str, Any]:
    """A completion in OpenAI's shape, marked as scripted; ids and token counts follow from the request alone."""
    prompt_tokens, completion_tokens = max(1, len(asked.prompt) // _WORD), max(1, len(reply.text) // _WORD)
    return {
        "id": f"chatcmpl-scripted-{number}",
        "object": "chat.completion",
        "created": 0,
        "model": asked.body.get("model"),
        "system_fingerprint": "scripted",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": reply.text}, "finish_reason": reply.finish_reason}],
        "usage": {
            "prompt_tokens": prompt_tokens,
            "completion_tokens": completion_tokens,
            "total_tokens": prompt_tokens + completion_tokens,
        },
    }
