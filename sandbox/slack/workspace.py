"""A Slack workspace on a loopback port, started and stopped inside the running loop, with all its tasks owned here.

async with SlackWorkspace(manifest=Path("manifest.yml")) as slack:
    app = AsyncApp(token=slack.bot_token, signing_secret=slack.signing_secret, client=AsyncWebClient(slack.bot_token, base_url=slack.url))
    handler = AsyncSocketModeHandler(app, slack.app_token)
    await handler.connect_async()
    await slack.connected()
    await slack.person("ann").command("#deploys", "/promptops help")
    reply = await slack.message("#deploys", text="Usage")
"""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from aiohttp import web

from sandbox.slack.actor import Actor
from sandbox.slack.arranging import Arranging
from sandbox.slack.channels import Channel
from sandbox.slack.clock import Clock, SystemClock
from sandbox.slack.conversing import Conversing
from sandbox.slack.defaults import APP_ID, BOT_ID, BOT_USER, Setting
from sandbox.slack.delivery import Courier, Tasks
from sandbox.slack.desk import Desk
from sandbox.slack.errors import RefusedError
from sandbox.slack.events import AppEvents
from sandbox.slack.faults import Faults, Rule
from sandbox.slack.feed import Change
from sandbox.slack.ids import Ids
from sandbox.slack.interactions import Interactions
from sandbox.slack.journal import entries
from sandbox.slack.limits import Limits
from sandbox.slack.looking import Looking, Question
from sandbox.slack.manifest import AppManifest, load, parse
from sandbox.slack.messages import App
from sandbox.slack.methods.call import Backstage
from sandbox.slack.modals import Modals
from sandbox.slack.payloads import Sender
from sandbox.slack.people import Person
from sandbox.slack.server import Server
from sandbox.slack.socket_mode import SocketMode
from sandbox.slack.triggers import ResponseUrls, Triggers
from sandbox.slack.views import Views
from sandbox.slack.visibility import someone
from sandbox.slack.waiting import until
from sandbox.slack.web_api import Credentials, WebApi
from sandbox.slack.world import World

Json = dict[str, Any]
T = TypeVar("T")
_HOST = "127.0.0.1"
_SHUTDOWN = 0.2  # seconds for answers that are on their way
_PATIENCE = 5.0  # seconds of the machine that a test waits for something


class SlackWorkspace:
    """A workspace with people, channels and one installed app, described by its manifest (a file, a parsed document, or an AppManifest).

    While entered: `url` is the Web API's base_url, `page` the page in the browser. Without `rate_limits` the app may call as it likes.
    """

    def __init__(
        self,
        *,
        manifest: Path | Mapping[str, Any] | AppManifest,
        clock: Clock | None = None,
        setting: Setting | None = None,
        port: int = 0,
        rate_limits: bool = True,
        ids: Ids | None = None,
    ) -> None:
        self._manifest = manifest
        self._clock = clock or SystemClock()
        self._setting = setting or Setting()
        self._port = port
        self._rate_limits = rate_limits
        self._ids = ids or Ids()
        self._credentials = Credentials(
            bot_token=f"xoxb-sandbox-{self._ids.secret()}",
            app_token=f"xapp-sandbox-{self._ids.secret()}",
            signing_secret=self._ids.secret(16),
        )
        self._stack = contextlib.AsyncExitStack()
        self._desk: Desk | None = None
        self.page = ""

    @property
    def url(self) -> str:
        """The base_url of the Web API."""
        return f"{self.page}api/"

    @property
    def bot_token(self) -> str:
        """The xoxb- token."""
        return self._credentials.bot_token

    @property
    def app_token(self) -> str:
        """The xapp- token, for Socket Mode."""
        return self._credentials.app_token

    @property
    def signing_secret(self) -> str:
        """The secret that signs HTTP requests."""
        return self._credentials.signing_secret

    @property
    def desk(self) -> Desk:
        """The parts of the running workspace."""
        if self._desk is None:
            raise RuntimeError("the workspace is not running; enter it with `async with` first")
        return self._desk

    @property
    def arrange(self) -> Arranging:
        """Lasting conditions: revoked tokens, archived channels, rate limits, how the app is reached."""
        return self.desk.arranging

    def person(self, name: str) -> Actor:
        """Somebody to act as, by name or id."""
        return Actor(self.desk, someone(self.desk.world, name))

    def fault(self, kind: str, method: str = "*", *, times: int = 1, seconds: float = 1.0, code: str = "internal_error") -> None:
        """Add a fault; kinds are in `faults`."""
        self.arrange.add_fault(Rule(kind, method, times, seconds, code))

    def messages(self, channel: str) -> list[Json]:
        """The top-level messages of a channel, everybody's ephemeral ones among them, oldest first."""
        return self.desk.looking.messages(self._channel(channel), None, limit=10_000)[0]

    def thread(self, channel: str, ts: str) -> list[Json]:
        """A thread, the root first."""
        return self.desk.looking.thread(self._channel(channel), ts, None)

    def changes(self, after: int = 0) -> list[Change]:
        """What has happened, as far as it is kept."""
        feed = self.desk.world.feed
        return feed.after(max(after, feed.seq - feed.kept)) or []

    def log(self, what: str | None = None) -> list[Json]:
        """The log of what just happened, of one kind or all."""
        return [change.data for change in entries(self.changes()) if what in (None, change.data["what"])]

    async def until(self, look: Callable[[], T | None], *, seconds: float = _PATIENCE, what: str = "it") -> T:
        """Wait until something is true, looking again after every change; TimeoutError otherwise."""
        found = await until(self.desk.world.feed, look, seconds)
        if found is None:
            last = [entry["summary"] for entry in self.log()][-8:]
            raise TimeoutError(f"waited {seconds} s for {what}; the log ends with {last}")
        return found

    async def message(self, channel: str, *, seconds: float = _PATIENCE, **asked: str | None) -> Json:
        """Wait for the first message that matches: text, thread_ts, block_type, action_id, user, after."""
        question = Question(self._channel(channel).id, **asked)
        found = await self.until(lambda: self.desk.looking.matching(question, None), seconds=seconds, what=str(question))
        return found[0]

    async def connected(self, connections: int = 1) -> None:
        """Wait until the app has so many Socket Mode connections."""
        await self.until(lambda: self.desk.sockets.connected >= connections or None, what=f"{connections} Socket Mode connections")

    async def __aenter__(self) -> Self:
        """Read the manifest and open the port."""
        async with contextlib.AsyncExitStack() as stack:
            await stack.enter_async_context(self._running())
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close every connection and the port."""
        # Not handed on: the task group would wrap an error of the caller's body into a group of one.
        await self._stack.aclose()

    @contextlib.asynccontextmanager
    async def _running(self) -> AsyncIterator[None]:
        manifest = await self._read()
        with contextlib.closing(_listening(self._port)) as listening:
            self.page = f"http://{_HOST}:{listening.getsockname()[1]}/"
            async with asyncio.TaskGroup() as group:
                tasks = Tasks(group)
                desk = self._desk = self._wired(manifest, tasks, self.page)
                async with self._serving(desk, listening):
                    try:
                        yield
                    finally:
                        desk.world.feed.close()
                        tasks.cancel()
                        await desk.sockets.close()
                        await desk.arranging.close()
                self._desk = None

    async def _read(self) -> AppManifest:
        match self._manifest:
            case AppManifest():
                return self._manifest
            case Path():
                return await asyncio.to_thread(load, self._manifest)
            case _:
                return parse(self._manifest)

    @contextlib.asynccontextmanager
    async def _serving(self, desk: Desk, listening: socket.socket) -> AsyncIterator[None]:
        server = Server(desk, self._credentials, listening.getsockname()[1])
        runner = web.AppRunner(
            server.application(), handle_signals=False, access_log=None, handler_cancellation=True, shutdown_timeout=_SHUTDOWN
        )
        await runner.setup()
        try:
            await web.SockSite(runner, listening).start()
            yield
        finally:
            await runner.cleanup()

    def _wired(self, manifest: AppManifest, tasks: Tasks, page: str) -> Desk:
        clock, ids, setting = self._clock, self._ids, self._setting
        app = App(APP_ID, manifest.name, BOT_ID, BOT_USER, setting.team.id)
        bot = Person(BOT_USER, manifest.bot_name, manifest.name, "bot", "App")
        world = World(setting, app, bot, clock, ids)
        backstage = Backstage(world, Views(world), Triggers(clock, ids), ResponseUrls(clock, ids), manifest, page.rstrip("/"))
        faults, limits = Faults(), Limits(clock, on=self._rate_limits)
        sockets = SocketMode(clock, ids, APP_ID, world.journal, self._app_changed)
        courier = Courier(clock, faults, world.journal, tasks, sockets)
        sender = Sender(setting.team, app, "verification-token")
        events = AppEvents(world, manifest, sender, courier)
        world.feed.listen(events.changed)
        return Desk(
            backstage=backstage,
            api=WebApi(backstage, self._credentials, limits, faults, sockets),
            sockets=sockets,
            interactions=Interactions(backstage, sender, courier),
            conversing=Conversing(backstage, events),
            modals=Modals(backstage, sender, courier),
            looking=Looking(backstage),
            arranging=Arranging(
                world,
                credentials=self._credentials,
                limits=limits,
                faults=faults,
                sockets=sockets,
                courier=courier,
                events=events,
            ),
        )

    def _app_changed(self) -> None:
        if self._desk is not None:
            self._desk.arranging.say_app()

    def _channel(self, name: str) -> Channel:
        channel = self.desk.world.channel(name)
        if channel is None:
            raise RefusedError("no_such_channel", f"there is no channel {name!r}")
        return channel


def _listening(port: int) -> socket.socket:
    """A loopback socket, bound before anything is wired: the URLs that the workspace hands out carry its port."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((_HOST, port))
    listening.setblocking(False)  # noqa: FBT003 - the standard library takes it by place only
    return listening
