"""A person in a test's hand: `ann = slack.person("ann")`, then `await ann.command("#deploys", "/promptops help")`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.slack.desk import Desk
from sandbox.slack.interactions import Outcome, Place
from sandbox.slack.modals import Submitted
from sandbox.slack.people import Person
from sandbox.slack.visibility import somewhere

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Actor:
    """Acts and looks as one person. Channels are named `#deploys`, or `dm` for the bot. RefusedError says what Slack would not offer."""

    desk: Desk
    person: Person

    @property
    def id(self) -> str:
        """The user id."""
        return self.person.id

    async def send(self, channel: str, text: str, *, thread_ts: str | None = None, broadcast: bool = False) -> str:
        """Send a message or a reply; answers its ts."""
        return self.desk.conversing.send(self.person, channel, text, thread_ts, broadcast=broadcast).ts

    async def edit(self, channel: str, ts: str, text: str) -> None:
        """Change an own message."""
        self.desk.conversing.edit(self.person, channel, ts, text)

    async def delete(self, channel: str, ts: str) -> None:
        """Delete an own message."""
        self.desk.conversing.delete(self.person, channel, ts)

    async def command(self, channel: str, line: str, *, thread_ts: str | None = None) -> Outcome:
        """Type a slash command, and wait for its acknowledgement."""
        return await self.desk.interactions.command(self.person, channel, line, thread_ts)

    async def click(
        self, channel: str, ts: str, action_id: str, *, value: Any = None, confirmed: bool = False, block_id: str | None = None
    ) -> Outcome:
        """Press a button of a message, or choose in a select."""
        place = Place(channel, ts)
        return await self.desk.interactions.click(self.person, place, action_id, block_id=block_id, value=value, confirmed=confirmed)

    async def click_view(self, action_id: str, *, value: Any = None, confirmed: bool = False, home: bool = False) -> Outcome:
        """Use an element of the open modal, or with `home` of the Home tab."""
        place = Place(home=True) if home else Place(view_id=self.view()["id"])
        return await self.desk.interactions.click(self.person, place, action_id, value=value, confirmed=confirmed)

    async def options(self, action_id: str, query: str, *, channel: str = "", ts: str = "") -> Json:
        """Type in an external select of the open modal, or of a message."""
        place = Place(channel, ts) if ts else Place(view_id=self.view()["id"])
        return await self.desk.interactions.options(self.person, place, action_id, query)

    async def shortcut(self, callback_id: str, *, channel: str = "", ts: str = "") -> Outcome:
        """Use a shortcut; with channel and ts, one on a message."""
        return await self.desk.interactions.shortcut(self.person, callback_id, channel, ts)

    async def submit(self, values: Mapping[str, Any] | None = None) -> Submitted:
        """Fill in the open modal by block_id and submit it."""
        return await self.desk.modals.submit(self.person, self.view()["id"], values or {})

    async def close(self, *, whole: bool = False) -> tuple[str, ...]:
        """Close the open modal, or all of them."""
        return await self.desk.modals.close(self.person, self.view()["id"], whole=whole)

    async def react(self, channel: str, ts: str, name: str) -> None:
        """Add a reaction."""
        self.desk.conversing.react(self.person, channel, ts, name)

    async def unreact(self, channel: str, ts: str, name: str) -> None:
        """Take a reaction back."""
        self.desk.conversing.react(self.person, channel, ts, name, add=False)

    async def upload(self, channel: str, filename: str, content: bytes, *, comment: str = "", thread_ts: str | None = None) -> str:
        """Share a file; answers the ts of its message."""
        return self.desk.conversing.upload(self.person, channel, filename, content, comment=comment, thread_ts=thread_ts)[0].ts

    async def open_home(self, tab: str = "home") -> str:
        """Open the app's Home or Messages tab; answers the id of the direct message."""
        return self.desk.conversing.open_home(self.person, tab).id

    async def read(self, channel: str, ts: str | None = None) -> int:
        """Mark as read; answers what is left."""
        return self.desk.conversing.read(self.person, channel, ts)

    async def join(self, channel: str) -> None:
        """Come into a public channel."""
        self.desk.conversing.join(self.person, channel)

    async def leave(self, channel: str) -> None:
        """Leave a channel."""
        self.desk.conversing.leave(self.person, channel)

    async def invite(self, channel: str, who: str) -> None:
        """Bring somebody in, such as the bot."""
        self.desk.conversing.invite(self.person, channel, who)

    def dm(self) -> str:
        """The id of the direct message with the bot."""
        return self.desk.world.dm(self.person.id).id

    def messages(self, channel: str, *, limit: int = 500) -> list[Json]:
        """The top-level messages this person sees, oldest first, ephemeral ones among them."""
        found, _ = self.desk.looking.messages(somewhere(self.desk.world, self.person, channel), self.person, limit=limit)
        return found

    def thread(self, channel: str, ts: str) -> list[Json]:
        """A thread as this person sees it, the root first."""
        return self.desk.looking.thread(somewhere(self.desk.world, self.person, channel), ts, self.person)

    def views(self) -> list[Json]:
        """The open modals, the visible one last."""
        return self.desk.looking.views(self.person)

    def view(self) -> Json:
        """The visible modal; LookupError when there is none."""
        views = self.views()
        if not views:
            raise LookupError(f"{self.person.name} has no modal open")
        return views[-1]

    def home(self) -> Json | None:
        """The Home tab."""
        return self.desk.looking.home(self.person)
