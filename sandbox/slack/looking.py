"""What people see, as JSON values: the state of the workspace, channels, threads, views, and messages that match a question."""

from dataclasses import dataclass
from typing import Any

from sandbox.slack.blocks.surfaces import interactive
from sandbox.slack.channels import Channel
from sandbox.slack.messages import Message
from sandbox.slack.methods.call import Backstage
from sandbox.slack.people import Person
from sandbox.slack.visibility import sees

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Question:
    """Which messages somebody waits for; what is None does not matter.

    `text` is looked for in the text and in all blocks; `thread_ts` matches the root of the thread too.
    """

    channel: str
    thread_ts: str | None = None
    text: str | None = None
    block_type: str | None = None
    action_id: str | None = None
    user: str | None = None
    after: str | None = None

    def matches(self, shown: Json) -> bool:
        """Whether a message is one of them."""
        blocks = shown.get("blocks", [])
        actions = {item.get("action_id") for block in blocks for item in interactive(block)}
        checks = (
            self.thread_ts is None or shown.get("thread_ts") == self.thread_ts,
            self.text is None or self.text in shown["text"] or self.text in words(blocks),
            self.block_type is None or any(block["type"] == self.block_type for block in blocks),
            self.action_id is None or self.action_id in actions,
            self.user is None or shown.get("user") == self.user,
            self.after is None or shown["ts"] > self.after,
        )
        return all(checks)


class Looking:
    """Reads the world for one person; for nobody in particular it shows everything."""

    def __init__(self, backstage: Backstage) -> None:
        self._backstage = backstage
        self._world = backstage.world

    def messages(self, channel: Channel, person: Person | None, *, before: str | None = None, limit: int = 50) -> tuple[list[Json], bool]:
        """Top-level messages, oldest first, ephemeral ones among them, and whether there are older ones."""
        found = [item for item in self._world.messages(channel.id) if item.top_level and (before is None or item.ts < before)]
        shown = [self._world.shown(item, metadata=True) for item in found[-limit:]]
        oldest = shown[0]["ts"] if len(found) > limit else ""
        whispers = [
            item
            for item in self._whispers(channel, person)
            if item.thread_ts is None and item.ts >= oldest and (before is None or item.ts < before)
        ]
        return _sorted([*shown, *map(self._world.shown, whispers)]), len(found) > limit

    def thread(self, channel: Channel, ts: str, person: Person | None) -> list[Json]:
        """A thread: its root, then the replies, ephemeral ones among them."""
        root = self._world.message(channel.id, ts)
        shown = [self._world.shown(item, metadata=True) for item in [*([root] if root else []), *self._world.replies(channel.id, ts)]]
        whispers = [self._world.shown(item) for item in self._whispers(channel, person) if item.thread_ts == ts]
        return _sorted([*shown, *whispers])

    def matching(self, question: Question, person: Person | None) -> list[Json]:
        """All messages of a channel that match, replies and ephemeral ones too, oldest first."""
        channel = self._world.channels[question.channel]
        everything: list[Message] = [*self._world.messages(channel.id), *self._whispers(channel, person)]
        shown = (self._world.shown(item, metadata=True) for item in everything)
        return _sorted([item for item in shown if question.matches(item)])

    def views(self, person: Person) -> list[Json]:
        """The open modals of a person."""
        return [self._backstage.views.page(view) for view in self._backstage.views.stack(person.id)]

    def home(self, person: Person) -> Json | None:
        """The Home tab of a person."""
        view = self._backstage.views.home(person.id)
        return self._backstage.views.page(view) if view else None

    def state(self, person: Person) -> Json:
        """The workspace as one person finds it."""
        world, manifest = self._world, self._backstage.manifest
        team, app = world.team, world.app
        visible = [channel for channel in world.channels.values() if sees(person, channel)]
        return {
            "seq": world.feed.seq,
            "now": world.clock.now(),
            "team": {"id": team.id, "name": team.name, "domain": team.domain},
            "app": {
                "id": app.id,
                "name": app.name,
                "bot_id": app.bot_id,
                "bot_user": app.bot_user,
                "commands": [
                    {"command": item.command, "description": item.description, "usage_hint": item.usage_hint} for item in manifest.commands
                ],
                "shortcuts": [
                    {"name": item.name, "type": item.type, "callback_id": item.callback_id, "description": item.description}
                    for item in manifest.shortcuts
                ],
                "home": manifest.home,
                "messages_tab": manifest.messages_tab and not manifest.messages_read_only,
            },
            "me": _person(person),
            "people": [_person(item) for item in world.people.values()],
            "usergroups": [
                {"id": item.id, "handle": item.handle, "name": item.name, "users": list(item.users)} for item in world.usergroups.values()
            ],
            "channels": [self.channel(item, person) for item in visible],
        }

    def channel(self, channel: Channel, person: Person) -> Json:
        """A channel with what a person has not read in it."""
        unread = self._world.unread(person.id, channel.id)
        latest = next((item.ts for item in self._world.newest(channel.id) if item.top_level), None)
        return {
            "id": channel.id,
            "kind": channel.kind,
            "name": channel.name,
            "topic": channel.topic,
            "purpose": channel.purpose,
            "archived": channel.archived,
            "members": sorted(channel.members),
            "member": person.id in channel.members,
            "with": channel.other(person.id) if channel.kind == "im" else None,
            "last_read": self._world.last_read(person.id, channel.id),
            "unread": len(unread),
            "mentions": sum(self._mentions(item, person) for item in unread),
            "latest": latest,
        }

    def _mentions(self, message: Message, person: Person) -> bool:
        groups = [group.id for group in self._world.usergroups.values() if person.id in group.users]
        said = message.text + words(list(message.blocks))
        return f"<@{person.id}>" in said or "<!channel>" in said or any(f"<!subteam^{group}" in said for group in groups)

    def _whispers(self, channel: Channel, person: Person | None) -> list[Message]:
        people = [person.id] if person else list(self._world.people)
        return [item for one in people for item in self._world.ephemeral(one, channel.id)]


def words(value: Any) -> str:
    """All strings in blocks that people read, one after another."""
    if isinstance(value, list):
        return "\n".join(filter(None, map(words, value)))
    if isinstance(value, dict):
        skipped = {"type", "block_id", "action_id", "url", "image_url", "style", "status", "task_id"}
        return "\n".join(filter(None, (words(item) for key, item in value.items() if key not in skipped)))
    return value if isinstance(value, str) else ""


def _sorted(messages: list[Json]) -> list[Json]:
    return sorted(messages, key=lambda item: str(item["ts"]))


def _person(person: Person) -> Json:
    return {
        "id": person.id,
        "name": person.name,
        "real_name": person.real_name,
        "title": person.title,
        "role": person.role,
        "color": person.color,
        "guest": person.guest,
        "bot": person.is_bot,
    }
