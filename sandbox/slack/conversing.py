"""People talking: sending, editing, reacting, uploading, reading, and coming and going."""

from dataclasses import replace
from typing import Any

from sandbox.slack.channels import Channel
from sandbox.slack.compose import names, rich_text, sent
from sandbox.slack.errors import RefusedError, SlackError
from sandbox.slack.events import AppEvents
from sandbox.slack.files import LARGEST, File
from sandbox.slack.messages import Message
from sandbox.slack.methods.call import Backstage, root_of
from sandbox.slack.methods.reactions import EMOJI
from sandbox.slack.people import Person
from sandbox.slack.visibility import somewhere

Json = dict[str, Any]
_LONGEST = 40_000


class Conversing:
    """What people do without the app being asked."""

    def __init__(self, backstage: Backstage, events: AppEvents) -> None:
        self._backstage = backstage
        self._world = backstage.world
        self._events = events

    def send(self, person: Person, channel_name: str, text: str, thread_ts: str | None = None, *, broadcast: bool = False) -> Message:
        """Send a message, or a reply."""
        if not text.strip():
            raise RefusedError("no_text", "there is nothing to send")
        if len(text) > _LONGEST:
            raise RefusedError("msg_too_long", f"a message has at most {_LONGEST} characters, not {len(text)}")
        message = self._written(person, self._open(person, channel_name), text, thread_ts)
        if broadcast and message.thread_ts:
            message = replace(message, broadcast=True, subtype="thread_broadcast")
        self._world.post(message)
        return message

    def upload(
        self,
        person: Person,
        channel_name: str,
        name: str,
        content: bytes,
        *,
        title: str = "",
        comment: str = "",
        thread_ts: str | None = None,
    ) -> tuple[Message, File]:
        """Share a file."""
        channel = self._open(person, channel_name)
        if not content or len(content) > LARGEST:
            raise RefusedError("bad_file", f"a file has between 1 and {LARGEST} bytes, not {len(content)}")
        created = int(self._world.clock.now())
        file = File(
            self._world.ids.next("F"), name, title or name, person.id, created, content, self._world.team.id, channels=(channel.id,)
        )
        self._world.put_file(file)
        message = self._written(person, channel, comment, thread_ts)
        message = replace(message, subtype="file_share", files=(file.json(self._backstage.url),))
        self._world.post(message)
        return message, file

    def edit(self, person: Person, channel_name: str, ts: str, text: str) -> None:
        """Change one's own message."""
        message = self._own(person, channel_name, ts)
        done = sent(text, self._names())
        edited = (person.id, f"{int(self._world.clock.now())}.000000")
        self._world.change(replace(message, text=done, blocks=(rich_text(done, self._world.ids.short()),), edited=edited))

    def delete(self, person: Person, channel_name: str, ts: str) -> None:
        """Delete one's own message."""
        self._world.delete(self._own(person, channel_name, ts))

    def react(self, person: Person, channel_name: str, ts: str, name: str, *, add: bool = True) -> None:
        """Add or take back a reaction."""
        message = self._message(person, channel_name, ts)
        plain = name.strip(":")
        if not EMOJI.fullmatch(plain):
            raise RefusedError("invalid_name", f"{name!r} is not the name of an emoji")
        if not self._world.react(message, person.id, plain, add=add):
            raise RefusedError("already_reacted" if add else "no_reaction", f"{person.name} had {'' if add else 'not '}reacted so")

    def open_home(self, person: Person, tab: str) -> Channel:
        """Open the app's Home or Messages tab."""
        manifest = self._backstage.manifest
        if tab not in {"home", "messages"} or not (manifest.home if tab == "home" else manifest.messages_tab):
            raise RefusedError("no_such_tab", f"the app has no tab {tab!r}: see features.app_home in its manifest")
        channel = self._world.dm(person.id)
        event: Json = {"type": "app_home_opened", "user": person.id, "channel": channel.id, "tab": tab, "event_ts": self._world.next_ts()}
        view = self._backstage.views.home(person.id)
        if tab == "home" and view is not None:
            event["view"] = self._backstage.views.json(view)
        self._events.send("app_home_opened", event)
        return channel

    def read(self, person: Person, channel_name: str, ts: str | None = None) -> int:
        """Mark a channel as read, up to a message or whole; answers what is left."""
        channel = somewhere(self._world, person, channel_name)
        latest = next(self._world.newest(channel.id), None)
        return self._world.mark(person.id, channel.id, ts or (latest.ts if latest else "0000000000.000000"))

    def join(self, person: Person, channel_name: str) -> None:
        """Come in."""
        channel = somewhere(self._world, person, channel_name)
        if channel.kind != "public" or person.guest:
            raise RefusedError("cannot_join", f"{person.name} has to be invited to {channel.shown}")
        self._world.enter(channel, person.id)

    def leave(self, person: Person, channel_name: str) -> None:
        """Go."""
        self._world.leave(self._member(person, channel_name), person.id)

    def invite(self, person: Person, channel_name: str, wanted: str, *, out: bool = False) -> None:
        """Bring somebody in, the bot too, or with `out` remove them."""
        channel = self._member(person, channel_name)
        other = self._world.person(wanted)
        if other is None or channel.kind == "im":
            raise RefusedError("cannot_invite", f"{wanted!r} cannot be invited to {channel.shown}")
        if out:
            self._world.leave(channel, other.id)
        else:
            self._world.enter(channel, other.id, inviter=person.id)

    def _written(self, person: Person, channel: Channel, text: str, thread_ts: str | None) -> Message:
        done = sent(text, self._names())
        try:
            root = root_of(self._world, channel.id, thread_ts) if thread_ts else None
        except SlackError as error:
            raise RefusedError(error.code, f"{thread_ts!r} is not the first message of a thread in {channel.shown}") from error
        return Message(
            ts=self._world.next_ts(),
            channel=channel.id,
            user=person.id,
            text=done,
            blocks=(rich_text(done, self._world.ids.short()),) if done else (),
            thread_ts=root.ts if root else None,
            parent_user=root.user if root else None,
            client_msg_id=self._world.ids.envelope(),
        )

    def _open(self, person: Person, channel_name: str) -> Channel:
        channel = self._member(person, channel_name)
        if channel.archived:
            raise RefusedError("is_archived", f"{channel.shown} is archived")
        manifest = self._backstage.manifest
        if channel.kind == "im" and (not manifest.messages_tab or manifest.messages_read_only):
            raise RefusedError("messages_tab_disabled", "sending messages to this app has been turned off")
        return channel

    def _member(self, person: Person, channel_name: str) -> Channel:
        channel = somewhere(self._world, person, channel_name)
        if person.id not in channel.members:
            raise RefusedError("not_in_channel", f"{person.name} is not in {channel.shown}: join it first")
        return channel

    def _message(self, person: Person, channel_name: str, ts: str) -> Message:
        channel = self._member(person, channel_name)
        message = self._world.message(channel.id, ts)
        if message is None or message.subtype == "tombstone":
            raise RefusedError("no_such_message", f"there is no message {ts!r} in {channel.shown}")
        return message

    def _own(self, person: Person, channel_name: str, ts: str) -> Message:
        message = self._message(person, channel_name, ts)
        if message.user != person.id:
            raise RefusedError("not_yours", f"{person.name} did not write the message {ts!r}")
        return message

    def _names(self) -> dict[str, str]:
        return dict(names(self._world.people.values(), self._world.usergroups.values(), self._world.channels.values()))
