"""One call of a method: its arguments, what the app may do, and the checks that most methods share."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.slack.arguments import Arguments
from sandbox.slack.channels import SCOPE_FAMILIES, Channel
from sandbox.slack.errors import SlackError
from sandbox.slack.manifest import AppManifest
from sandbox.slack.messages import Message
from sandbox.slack.triggers import ResponseUrls, Triggers
from sandbox.slack.views import Views
from sandbox.slack.world import World

Json = dict[str, Any]
_TS = re.compile(r"\d{1,10}\.\d{6}")


@dataclass(frozen=True, slots=True)
class Backstage:
    """Everything behind the API: the world, what interactions hand out, the app's manifest, and the workspace's own URL."""

    world: World
    views: Views
    triggers: Triggers
    response_urls: ResponseUrls
    manifest: AppManifest
    url: str


@dataclass(frozen=True, slots=True)
class Call:
    """A call that has passed the checks of token, scope and rate."""

    backstage: Backstage
    arguments: Arguments

    @property
    def world(self) -> World:
        """The state of the workspace."""
        return self.backstage.world

    @property
    def bot(self) -> str:
        """The bot's user id."""
        return self.world.app.bot_user

    def need(self, *scopes: str) -> None:
        """Refuse unless the app holds one of the scopes."""
        held = self.backstage.manifest.scopes
        if not held.intersection(scopes):
            raise missing_scope(scopes, held)

    def visible(self, name: str = "channel") -> Channel:
        """The channel of an argument, if the bot can see it."""
        wanted = self.arguments.text(name)
        channel = self.world.channels.get(wanted)
        if channel is None or (channel.kind != "public" and self.bot not in channel.members):
            raise SlackError("channel_not_found")
        return channel

    def readable(self, what: str, name: str = "channel") -> Channel:
        """A channel whose `history` or `read` scope the app holds."""
        channel = self.visible(name)
        self.need(f"{SCOPE_FAMILIES[channel.kind]}:{what}")
        return channel

    def writable(self, name: str = "channel") -> Channel:
        """A channel that the bot may write to: by id, by name, or a person, whose direct message is opened."""
        wanted = self.arguments.required(name, "channel_not_found")
        person = self.world.people.get(wanted)
        if person is not None and not person.is_bot:
            channel: Channel | None = self.world.dm(person.id)
        else:
            channel = self.world.channel(wanted)
        if channel is None or (channel.kind != "public" and self.bot not in channel.members):
            raise SlackError("channel_not_found")
        if channel.archived:
            raise SlackError("is_archived")
        if self.bot not in channel.members and "chat:write.public" not in self.backstage.manifest.scopes:
            raise SlackError("not_in_channel")
        if channel.kind == "im" and not self.backstage.manifest.messages_tab:
            raise SlackError("messages_tab_disabled")
        return channel

    def root(self, channel: Channel, name: str = "thread_ts") -> Message | None:
        """The root of the thread that an argument names; None without one."""
        if name not in self.arguments:
            return None
        return root_of(self.world, channel.id, self.arguments.given[name])


Method = Callable[[Call], Json]


def root_of(world: World, channel: str, ts: Any) -> Message:
    """The message that a thread_ts means; SlackError when it is not a timestamp, not there, or itself a reply."""
    if not isinstance(ts, str) or not _TS.fullmatch(ts):
        raise SlackError("invalid_thread_ts")
    root = world.message(channel, ts)
    if root is None:
        raise SlackError("thread_not_found")
    if root.thread_ts is not None:
        raise SlackError("cannot_reply_to_message")
    return root


def missing_scope(needed: tuple[str, ...], held: frozenset[str]) -> SlackError:
    """The answer to a call that the app's scopes do not cover."""
    return SlackError("missing_scope", extra={"needed": ",".join(needed), "provided": ",".join(sorted(held))})
