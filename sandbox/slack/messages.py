"""Messages, reactions and threads as values, and the JSON that Slack shows of them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

Json = dict[str, Any]
_SHOWN_REPLIERS = 5
TOMBSTONE = "This message was deleted."


@dataclass(frozen=True, slots=True)
class App:
    """The app under test, as the workspace knows it."""

    id: str
    name: str
    bot_id: str
    bot_user: str
    team: str

    def profile(self) -> Json:
        """The bot_profile that rides on its messages."""
        return {
            "id": self.bot_id,
            "deleted": False,
            "name": self.name,
            "updated": 0,
            "app_id": self.id,
            "user_id": self.bot_user,
            "icons": {},
            "team_id": self.team,
        }


@dataclass(frozen=True, slots=True)
class Reaction:
    """An emoji and who used it."""

    name: str
    users: tuple[str, ...]

    def json(self) -> Json:
        """The form on the wire."""
        return {"name": self.name, "users": list(self.users), "count": len(self.users)}


@dataclass(frozen=True, slots=True)
class Thread:
    """What the root of a thread shows of its replies, kept up to date so that it never has to be counted."""

    count: int = 0
    users: tuple[str, ...] = ()
    latest: str = ""

    def replied(self, user: str, ts: str) -> "Thread":
        """The thread after one more reply."""
        return Thread(self.count + 1, self.users if user in self.users else (*self.users, user), ts)

    def json(self) -> Json:
        """The fields that a root adds."""
        return {
            "reply_count": self.count,
            "reply_users_count": len(self.users),
            "latest_reply": self.latest,
            "reply_users": list(self.users[:_SHOWN_REPLIERS]),
            "is_locked": False,
            "subscribed": False,
        }


def thread_of(replies: Iterable["Message"]) -> Thread:
    """The thread of replies in their order."""
    thread = Thread()
    for reply in replies:
        thread = thread.replied(reply.user, reply.ts)
    return thread


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `thread_ts` is set on replies only; `to` makes it ephemeral; `subtype` is Slack's."""

    ts: str
    channel: str
    user: str
    text: str
    blocks: tuple[Json, ...] = ()
    attachments: tuple[Json, ...] = ()
    thread_ts: str | None = None
    parent_user: str | None = None
    broadcast: bool = False
    subtype: str | None = None
    by_app: bool = False
    username: str | None = None
    icon_emoji: str | None = None
    icon_url: str | None = None
    client_msg_id: str | None = None
    metadata: Json | None = None
    files: tuple[Json, ...] = ()
    reactions: tuple[Reaction, ...] = ()
    edited: tuple[str, str] | None = None
    to: str | None = None

    @property
    def top_level(self) -> bool:
        """Shown in the channel itself."""
        return self.thread_ts is None or self.broadcast

    def reacted(self, user: str, name: str) -> "Message":
        """With one more reaction; the same message when it was there already."""
        for reaction in self.reactions:
            if reaction.name == name:
                if user in reaction.users:
                    return self
                grown = replace(reaction, users=(*reaction.users, user))
                return replace(self, reactions=tuple(grown if item is reaction else item for item in self.reactions))
        return replace(self, reactions=(*self.reactions, Reaction(name, (user,))))

    def unreacted(self, user: str, name: str) -> "Message":
        """Without a reaction; the same message when it was not there."""
        if not any(item.name == name and user in item.users for item in self.reactions):
            return self
        left = (
            replace(item, users=tuple(one for one in item.users if one != user)) if item.name == name else item for item in self.reactions
        )
        return replace(self, reactions=tuple(item for item in left if item.users))

    def json(self, app: App, thread: Thread | None = None, *, metadata: bool = False) -> Json:
        """The message as the API shows it; `thread` for a root that has replies."""
        shown: Json = {"user": self.user, "type": "message", "ts": self.ts, "text": self.text, "team": app.team}
        if self.subtype:
            shown["subtype"] = self.subtype
        if self.by_app:
            shown |= {"bot_id": app.bot_id, "app_id": app.id, "bot_profile": app.profile()}
        optional = {
            "client_msg_id": self.client_msg_id,
            "username": self.username,
            "thread_ts": self.thread_ts,
            "parent_user_id": self.parent_user,
            "blocks": list(self.blocks),
            "attachments": list(self.attachments),
            "files": list(self.files),
            "reactions": [item.json() for item in self.reactions],
            "metadata": self.metadata if metadata else None,
        }
        shown |= {key: value for key, value in optional.items() if value}
        if self.icon_emoji or self.icon_url:
            shown["icons"] = {"emoji": self.icon_emoji} if self.icon_emoji else {"image_64": self.icon_url}
        if self.files:
            shown |= {"upload": False, "display_as_bot": False}
        if self.edited:
            shown["edited"] = {"user": self.edited[0], "ts": self.edited[1]}
        if thread and thread.count:
            shown |= {"thread_ts": self.ts, **thread.json()}
        if self.to:
            shown |= {"is_ephemeral": True, "ephemeral": True}
        return shown


def tombstone(message: Message) -> Message:
    """What stays of a deleted root that has replies."""
    return Message(message.ts, message.channel, "USLACKBOT", TOMBSTONE, subtype="tombstone")
