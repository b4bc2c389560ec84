"""Lasting conditions that tests and the page set: a revoked token, a bot removed, an archived channel, how the app is reached."""

from dataclasses import replace
from typing import Any

from sandbox.slack.channels import Channel
from sandbox.slack.clock import Clock
from sandbox.slack.delivery import Courier
from sandbox.slack.errors import RefusedError
from sandbox.slack.events import AppEvents
from sandbox.slack.faults import Faults, Rule
from sandbox.slack.http_mode import HttpMode
from sandbox.slack.limits import Limits
from sandbox.slack.socket_mode import SocketMode
from sandbox.slack.web_api import Credentials
from sandbox.slack.world import World

Json = dict[str, Any]
_REASONS = {"warning", "refresh_requested", "link_disabled", "too_many_websockets", "drop"}


class Arranging:
    """Sets the stage."""

    def __init__(
        self,
        world: World,
        *,
        credentials: Credentials,
        limits: Limits,
        faults: Faults,
        sockets: SocketMode,
        courier: Courier,
        events: AppEvents,
    ) -> None:
        self._world = world
        self._credentials = credentials
        self._limits = limits
        self._faults = faults
        self._sockets = sockets
        self._courier = courier
        self._events = events
        self._http: HttpMode | None = None

    @property
    def clock(self) -> Clock:
        """The clock of the workspace."""
        return self._world.clock

    def app(self) -> Json:
        """How the app is doing."""
        return {
            "connected": self._http is not None or self._sockets.connected > 0,
            "connections": self._sockets.connected,
            "delivery": "http" if self._http else "socket",
            "revoked": self._credentials.revoked,
        }

    def say_app(self) -> None:
        """Put into the feed how the app is doing."""
        self._world.feed.append("app.changed", self.app())

    def faults(self) -> Json:
        """What is arranged."""
        return {"rules": self._faults.rules(), "rate_limits": self._limits.on, "revoked": self._credentials.revoked}

    def add_fault(self, rule: Rule) -> int:
        """Add a fault."""
        number = self._faults.add(rule)
        self._say_faults()
        return number

    def clear_faults(self) -> None:
        """Forget the faults."""
        self._faults.clear()
        self._say_faults()

    def rate_limits(self, *, on: bool) -> None:
        """Switch the rate limits."""
        self._limits.on = on
        self._say_faults()

    def revoke(self, *, revoked: bool = True) -> None:
        """Revoke the token, or give it back. Meanwhile the app hears no events."""
        self._credentials.revoked = revoked
        self._events.muted = revoked
        self.say_app()
        self._say_faults()

    def bot(self, channel_name: str, *, member: bool) -> None:
        """Invite the bot to a channel, or remove it."""
        channel = self._channel(channel_name)
        (self._world.enter if member else self._world.leave)(channel, self._world.app.bot_user)

    def archive(self, channel_name: str, *, archived: bool = True) -> None:
        """Archive a channel, or bring it back."""
        channel = self._channel(channel_name)
        self._world.put_channel(replace(channel, archived=archived))
        self._world.feed.append("channel.archived" if archived else "channel.unarchived", {"user": ""}, channel=channel.id)

    def delete_message(self, channel_name: str, ts: str) -> None:
        """Delete any message, as an administrator does."""
        channel = self._channel(channel_name)
        message = self._world.message(channel.id, ts)
        if message is None:
            raise RefusedError("no_such_message", f"there is no message {ts!r} in {channel.shown}")
        self._world.delete(message)

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Tell the app's connections to go, or drop them."""
        if reason not in _REASONS:
            raise RefusedError("unknown_reason", f"there is no reason {reason!r}; there are {', '.join(sorted(_REASONS))}")
        await self._sockets.disconnect(reason)

    async def request_url(self, url: str | None) -> None:
        """Deliver by signed HTTP to a URL, after its challenge; None goes back to Socket Mode."""
        fresh = HttpMode(url, self._credentials.signing_secret, self._world.clock, self._world.ids) if url else None
        if fresh is not None:
            try:
                await fresh.verify()
            except RefusedError:
                await fresh.close()
                raise
        await self.close()
        self._http = fresh
        self._courier.transport = fresh or self._sockets
        self.say_app()

    async def close(self) -> None:
        """Let go of the app."""
        if self._http is not None:
            await self._http.close()
            self._http = None

    def _channel(self, name: str) -> Channel:
        channel = self._world.channel(name)
        if channel is None:
            raise RefusedError("no_such_channel", f"there is no channel {name!r}")
        return channel

    def _say_faults(self) -> None:
        self._world.feed.append("faults.changed", self.faults())
