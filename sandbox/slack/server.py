"""The HTTP server: which path belongs to whom, and the checks that stand before everything.

Loopback only. A request whose Host is not this server, or whose Origin is another page, is refused, so that no website can reach the
workspace through somebody's browser by a name or a form of its own.
"""

import asyncio
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from sandbox.slack.control import Control
from sandbox.slack.desk import Desk
from sandbox.slack.errors import RefusedError, SlackError
from sandbox.slack.files import LARGEST
from sandbox.slack.responses import respond
from sandbox.slack.web_api import Credentials, read_body

Json = dict[str, Any]
PAGE = Path(__file__).parent / "page"
_NAMES = ("127.0.0.1", "localhost", "[::1]")
_OVERHEAD = 1 << 16  # bytes of a multipart form around a file
_OK, _BAD = 200, 400
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
_PAGE_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": _POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_BASE64 = 2  # an upload of the control API is larger than its file by a third, and a little more


class Server:
    """The application of one workspace."""

    def __init__(self, desk: Desk, credentials: Credentials, port: int) -> None:
        self._desk = desk
        self._credentials = credentials
        self._own = [f"{name}:{port}" for name in _NAMES]

    def application(self) -> web.Application:
        """The aiohttp application."""
        app = web.Application(client_max_size=LARGEST * _BASE64, middlewares=[self._guard])
        app.add_routes(
            [
                web.route("*", "/api/{method}", self._desk.api.answer),
                web.get("/link/", self._desk.sockets.serve),
                web.post("/hooks/{kind}/{team}/{secret}", self._hook),
                web.post("/upload/v1/{ticket}", self._upload),
                web.get("/files/{id}/{name}", self._file),
                web.get("/", self._page),
                web.get("/page/{name}", self._page),
                web.get("/archives/{channel}/{message}", self._permalink),
                *Control(self._desk).routes(),
            ]
        )
        return app

    @web.middleware
    async def _guard(self, request: web.Request, handler: Any) -> web.StreamResponse:
        own = self._own
        if request.headers.get("Host") not in own:
            return _refused(403, "foreign_host", f"the host {request.headers.get('Host')!r} is not this workspace; it answers to {own[0]}")
        origin = request.headers.get("Origin")
        if origin is not None and (urlsplit(origin).scheme != "http" or urlsplit(origin).netloc not in own):
            return _refused(403, "foreign_origin", f"requests of the page {origin!r} are refused; only the workspace's own page may ask")
        if request.headers.get("Sec-Fetch-Site") in {"cross-site", "same-site"} and request.headers.get("Sec-Fetch-Mode") != "navigate":
            return _refused(403, "foreign_origin", "requests of other pages are refused; only the workspace's own page may ask")
        try:
            response: web.StreamResponse = await handler(request)
        except RefusedError as error:
            return _refused(400, error.code, str(error))
        except web.HTTPRequestEntityTooLarge:
            return web.json_response({"ok": False, "error": "request_too_large"}, status=413)
        return response

    async def _hook(self, request: web.Request) -> web.StreamResponse:
        """A use of a response_url."""
        secret, urls = request.match_info["secret"], self._desk.backstage.response_urls
        journal = self._desk.world.journal
        body: Json = {}
        try:
            place = urls.find(secret)
            body = await _json(request)
            respond(self._desk.world, place, body)
        except SlackError as error:
            journal.note(
                "response_url", f"response_url → {error.code}", {"ok": False, "error": error.code, "messages": list(error.messages)}
            )
            return web.json_response(
                error.body(), status=error.status if error.status != _OK else _BAD
            )  # unlike methods, hooks say it by status
        urls.used(secret)
        kind = "delete_original" if body.get("delete_original") else body.get("response_type", "ephemeral")
        journal.note("response_url", f"response_url → ok ({kind})", {"ok": True, "error": None})
        return web.Response(text="ok")

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        """The bytes of a file, raw or as a form."""
        world = self._desk.world
        upload = world.uploads.get(request.match_info["ticket"])
        if upload is None or upload.content is not None:
            return web.Response(status=404, text="unknown upload")
        try:
            content = await _content(request)
        except SlackError as error:
            return web.json_response(error.body(), status=error.status)
        if len(content) != upload.length:
            world.journal.note("upload", f"upload of {upload.filename} refused: {len(content)} bytes, announced were {upload.length}")
            return web.Response(status=400, text=f"{len(content)} bytes came, {upload.length} were announced")
        world.receive(upload, content)
        world.journal.note("upload", f"upload of {upload.filename}: {len(content)} bytes")
        return web.Response(text=f"OK - {len(content)}")

    async def _file(self, request: web.Request) -> web.StreamResponse:
        """A file, for the app: url_private takes the bot token and files:read."""
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        allowed = token == self._credentials.bot_token and not self._credentials.revoked
        file = self._desk.world.files.get(request.match_info["id"])
        if not allowed or "files:read" not in self._desk.backstage.manifest.scopes:
            return web.Response(status=403, text="url_private takes Authorization: Bearer with a bot token that has files:read")
        if file is None:
            return web.Response(status=404, text="file_not_found")
        return web.Response(body=file.content, content_type=file.mimetype, headers={"X-Content-Type-Options": "nosniff"})

    async def _page(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info.get("name", "index.html")
        path = PAGE / name
        plain = Path(name).name == name and not name.endswith(".py")
        if not plain or not await asyncio.to_thread(path.is_file):
            return web.Response(status=404, text=f"this workspace has no page {name!r}")
        return web.FileResponse(path, headers=_PAGE_HEADERS)

    async def _permalink(self, request: web.Request) -> web.StreamResponse:
        """A permalink opens the page at its message."""
        digits = request.match_info["message"].removeprefix("p")
        if not digits.isdecimal():
            return web.Response(status=404, text="no such message")
        ts = f"{digits[:-6]}.{digits[-6:]}"
        thread = request.query.get("thread_ts", "")
        raise web.HTTPFound(f"/?channel={request.match_info['channel']}&ts={ts}" + (f"&thread_ts={thread}" if thread else ""))


def _refused(status: int, code: str, message: str) -> web.Response:
    return web.json_response({"ok": False, "error": code, "message": message}, status=status)


async def _json(request: web.Request) -> Json:
    try:
        body = await request.json()
    except (ValueError, RecursionError):
        raise SlackError("invalid_payload", status=400) from None
    if not isinstance(body, dict):
        raise SlackError("invalid_payload", status=400)
    return body


async def _content(request: web.Request) -> bytes:
    if request.content_type != "multipart/form-data":
        return await read_body(request, LARGEST)
    if (request.content_length or 0) > LARGEST + _OVERHEAD:
        raise SlackError("request_too_large", status=413)
    for value in (await request.post()).values():
        if isinstance(value, web.FileField):
            return bytes(value.file.read())
    raise SlackError("no_file_data", status=400)
