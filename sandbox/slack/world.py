"""The state of the workspace: who is there, what was said, what was read. Every change goes through here and into the feed.

It knows no HTTP and no rules of the API: `methods` decide what the app may do, `interactions` what people may; both then change the world.
"""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from sandbox.slack.channels import Channel
from sandbox.slack.clock import Clock
from sandbox.slack.defaults import Setting
from sandbox.slack.feed import Feed
from sandbox.slack.files import File, Upload
from sandbox.slack.ids import Ids
from sandbox.slack.journal import Journal
from sandbox.slack.messages import App, Message, Thread, thread_of, tombstone
from sandbox.slack.people import Person, Usergroup

Json = dict[str, Any]
KEPT_MESSAGES = 2_000  # of one channel; older ones are forgotten, so that memory stands still however long it is used
KEPT_EPHEMERAL = 500
_MICRO = 1_000_000


class World:
    """Everything the workspace remembers."""

    def __init__(self, setting: Setting, app: App, bot: Person, clock: Clock, ids: Ids) -> None:
        self.setting = setting
        self.team = setting.team
        self.app = app
        self.clock = clock
        self.ids = ids
        self.feed = Feed(clock.now)
        self.journal = Journal(self.feed)
        self.people: dict[str, Person] = {person.id: person for person in (*setting.people, bot)}
        self.usergroups: dict[str, Usergroup] = {group.id: group for group in setting.usergroups}
        created = int(clock.now())
        self.channels: dict[str, Channel] = {channel.id: replace(channel, created=created) for channel in setting.channels}
        self.files: dict[str, File] = {}
        self.uploads: dict[str, Upload] = {}
        self._messages: dict[str, OrderedDict[str, Message]] = {channel: OrderedDict() for channel in self.channels}
        self._replies: dict[tuple[str, str], list[str]] = {}
        self._threads: dict[tuple[str, str], Thread] = {}
        self._ephemeral: OrderedDict[tuple[str, str], Message] = OrderedDict()
        self._read: dict[tuple[str, str], str] = {}
        self._last = 0

    # Time

    def next_ts(self) -> str:
        """A timestamp that no message has: later than every other one."""
        self._last = max(int(self.clock.now() * _MICRO), self._last + 1)
        return f"{self._last // _MICRO}.{self._last % _MICRO:06d}"

    # Looking

    def channel(self, wanted: str) -> Channel | None:
        """A channel by id, name or #name."""
        found = self.channels.get(wanted)
        if found is not None:
            return found
        name = wanted.removeprefix("#")
        return next((channel for channel in self.channels.values() if channel.name == name and name), None)

    def person(self, wanted: str) -> Person | None:
        """A person by id, name or @name."""
        name = wanted.removeprefix("@")
        return self.people.get(wanted) or next((person for person in self.people.values() if person.name == name), None)

    def message(self, channel: str, ts: str) -> Message | None:
        """A message by its place."""
        return self._messages.get(channel, OrderedDict()).get(ts)

    def messages(self, channel: str) -> list[Message]:
        """All messages of a channel, replies too, oldest first."""
        return list(self._messages.get(channel, OrderedDict()).values())

    def newest(self, channel: str) -> Iterator[Message]:
        """All messages of a channel, replies too, newest first."""
        return reversed(self._messages.get(channel, OrderedDict()).values())

    def replies(self, channel: str, ts: str) -> list[Message]:
        """The replies of a thread, oldest first."""
        stored = self._messages.get(channel, OrderedDict())
        return [stored[reply] for reply in self._replies.get((channel, ts), ()) if reply in stored]

    def thread(self, channel: str, ts: str) -> Thread | None:
        """What a root shows of its replies."""
        return self._threads.get((channel, ts))

    def ephemeral(self, to: str, channel: str) -> list[Message]:
        """The ephemeral messages that one person has in a channel."""
        return [message for (person, _), message in self._ephemeral.items() if person == to and message.channel == channel]

    def ephemeral_at(self, to: str, ts: str) -> Message | None:
        """One ephemeral message of a person."""
        return self._ephemeral.get((to, ts))

    def shown(self, message: Message, *, metadata: bool = False) -> Json:
        """A message as JSON, with its thread."""
        thread = self._threads.get((message.channel, message.ts)) if message.thread_ts is None else None
        return message.json(self.app, thread, metadata=metadata)

    def dm(self, person: str) -> Channel:
        """The direct message of a person with the bot, opened when it was not yet."""
        members = frozenset({person, self.app.bot_user})
        known = next((channel for channel in self.channels.values() if channel.kind == "im" and channel.members == members), None)
        if known is not None:
            return known
        channel = Channel(self.ids.next("D"), "im", members=members, created=int(self.clock.now()))
        self.put_channel(channel)
        return channel

    def last_read(self, person: str, channel: str) -> str:
        """The ts up to which a person has read."""
        return self._read.get((person, channel), "0000000000.000000")

    def unread(self, person: str, channel: str) -> list[Message]:
        """Top-level messages of others after the mark, newest first."""
        mark = self.last_read(person, channel)
        fresh: list[Message] = []
        for message in self.newest(channel):
            if message.ts <= mark:
                break
            if message.top_level and message.user != person:
                fresh.append(message)
        return fresh

    # Changing

    def post(self, message: Message) -> None:
        """Store a new message; a reply updates its root."""
        stored = self._messages[message.channel]
        stored[message.ts] = message
        if message.user in self.people and message.top_level:
            self._read[message.user, message.channel] = message.ts
        self.feed.append("message.posted", {"message": self.shown(message, metadata=True)}, channel=message.channel)
        if message.thread_ts is not None:
            place = (message.channel, message.thread_ts)
            self._replies.setdefault(place, []).append(message.ts)
            self._threads[place] = self._threads.get(place, Thread()).replied(message.user, message.ts)
            self._root_changed(*place)
        if len(stored) > KEPT_MESSAGES:
            _, oldest = stored.popitem(last=False)
            self._replies.pop((oldest.channel, oldest.ts), None)
            self._threads.pop((oldest.channel, oldest.ts), None)

    def change(self, message: Message) -> None:
        """Put a new version in the place of a message."""
        previous = self._messages[message.channel][message.ts]
        self._messages[message.channel][message.ts] = message
        self.feed.append(
            "message.changed",
            {"message": self.shown(message, metadata=True), "previous": self.shown(previous)},
            channel=message.channel,
        )

    def delete(self, message: Message) -> None:
        """Remove a message; a root with replies leaves a tombstone, a reply updates its root."""
        stored = self._messages[message.channel]
        previous, left = self.shown(message), None
        if self._replies.get((message.channel, message.ts)):
            stored[message.ts] = tombstone(message)
            left = self.shown(stored[message.ts])
        else:
            del stored[message.ts]
        data = {"ts": message.ts, "thread_ts": message.thread_ts, "tombstone": left, "previous": previous}
        self.feed.append("message.deleted", data, channel=message.channel)
        if message.thread_ts is not None:
            place = (message.channel, message.thread_ts)
            self._replies[place] = [ts for ts in self._replies.get(place, ()) if ts != message.ts]
            self._threads[place] = thread_of(self.replies(*place))
            self._root_changed(*place)

    def whisper(self, message: Message) -> None:
        """Show an ephemeral message, or a new version of it, to the one it is for."""
        if message.to is None:
            raise ValueError(f"the message {message.ts!r} is not ephemeral: it has no `to`")
        kind = "ephemeral.changed" if (message.to, message.ts) in self._ephemeral else "ephemeral.posted"
        self._ephemeral[message.to, message.ts] = message
        if len(self._ephemeral) > KEPT_EPHEMERAL:
            self._ephemeral.popitem(last=False)
        self.feed.append(kind, {"message": self.shown(message)}, channel=message.channel, to=message.to)

    def hush(self, message: Message) -> None:
        """Take an ephemeral message away."""
        self._ephemeral.pop((message.to or "", message.ts), None)
        self.feed.append("ephemeral.deleted", {"ts": message.ts}, channel=message.channel, to=message.to)

    def react(self, message: Message, user: str, name: str, *, add: bool) -> bool:
        """Add or take away a reaction; False when nothing changed."""
        done = message.reacted(user, name) if add else message.unreacted(user, name)
        if done is message:
            return False
        self._messages[message.channel][message.ts] = done
        data = {
            "ts": message.ts,
            "user": user,
            "name": name,
            "item_user": message.user,
            "reactions": [item.json() for item in done.reactions],
        }
        self.feed.append("reaction.added" if add else "reaction.removed", data, channel=message.channel)
        return True

    def put_channel(self, channel: Channel) -> None:
        """Store a channel, new or changed."""
        self.channels[channel.id] = channel
        self._messages.setdefault(channel.id, OrderedDict())
        data = {"channel": {**channel.conversation(self.team.id, ""), "members": sorted(channel.members), "kind": channel.kind}}
        self.feed.append("channel.changed", data, channel=channel.id)

    def enter(self, channel: Channel, user: str, inviter: str = "") -> None:
        """Make somebody a member."""
        if user in channel.members:
            return
        self.put_channel(replace(channel, members=channel.members | {user}))
        self.feed.append("member.joined", {"user": user, "inviter": inviter}, channel=channel.id)

    def leave(self, channel: Channel, user: str) -> None:
        """Take somebody out."""
        if user not in channel.members:
            return
        self.feed.append("member.left", {"user": user}, channel=channel.id)
        self.put_channel(replace(channel, members=channel.members - {user}))

    def mark(self, person: str, channel: str, ts: str) -> int:
        """Remember up to where a person has read; answers how much is left."""
        self._read[person, channel] = ts
        left = len(self.unread(person, channel))
        self.feed.append("read.marked", {"ts": ts, "unread": left}, channel=channel, to=person)
        return left

    def notice(self, person: str, channel: str, text: str) -> None:
        """What Slackbot would tell one person."""
        self.feed.append("notice", {"text": text}, channel=channel, to=person)

    def receive(self, upload: Upload, content: bytes) -> None:
        """Keep the bytes of an upload until it is completed."""
        self.uploads[upload.ticket] = replace(upload, content=content)

    def put_file(self, file: File) -> None:
        """Store a file."""
        self.files[file.id] = file

    def _root_changed(self, channel: str, ts: str) -> None:
        root = self.message(channel, ts)
        if root is not None:
            self.feed.append("thread.changed", {"message": self.shown(root)}, channel=channel)
