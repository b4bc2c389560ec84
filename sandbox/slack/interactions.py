"""People at work: what happens when somebody sends, commands, clicks, submits, reacts or uploads, as Slack's client would let them.

`RefusedError` is raised for what the client does not offer. What the app answers is applied here too.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sandbox.slack.blocks.surfaces import interactive
from sandbox.slack.compose import escaped_for_command
from sandbox.slack.delivery import Acked, Answer, Courier, Delivery
from sandbox.slack.errors import RefusedError, SlackError
from sandbox.slack.messages import Message
from sandbox.slack.methods.call import Backstage
from sandbox.slack.payloads import Sender, channel_of, message_container
from sandbox.slack.people import Person
from sandbox.slack.responses import respond
from sandbox.slack.states import Values, action_of, chosen, field_of, find, values_of
from sandbox.slack.triggers import ResponseUrl
from sandbox.slack.views import View
from sandbox.slack.visibility import somewhere

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an act. `confirm` is the dialog that has to be accepted first; `notice` what Slackbot says when the app failed."""

    answered: bool
    notice: str | None = None
    confirm: Json | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where an element is: a message (channel and ts), a modal (view_id), or the Home tab."""

    channel: str = ""
    ts: str = ""
    view_id: str = ""
    home: bool = False


class Interactions:
    """Turns acts into payloads, and the app's answers into what people see."""

    def __init__(self, backstage: Backstage, sender: Sender, courier: Courier) -> None:
        self._backstage = backstage
        self._world = backstage.world
        self._sender = sender
        self._courier = courier
        self._offered: dict[tuple[str, str], list[Json]] = {}

    async def command(self, person: Person, channel_name: str, line: str, thread_ts: str | None = None) -> Outcome:
        """Type a slash command."""
        world, manifest = self._world, self._backstage.manifest
        channel = somewhere(world, person, channel_name)
        word, _, text = line.strip().partition(" ")
        command = manifest.command(word)
        if command is None:
            known = ", ".join(item.command for item in manifest.commands)
            raise RefusedError("unknown_command", f"{word} is not a valid command. This workspace knows {known or 'none'}.")
        if thread_ts is not None:
            raise RefusedError("not_in_threads", f"{word} is not supported in threads. Sorry!")
        if person.id not in channel.members:
            raise RefusedError("not_in_channel", f"{person.name} is not in {channel.shown}: join it first")
        text = text.strip()
        if command.escape:
            text = escaped_for_command(text, world.people.values(), world.usergroups.values(), world.channels.values())
        trigger, secret = self._backstage.triggers.issue(person.id), self._backstage.response_urls.issue(person.id, channel.id)
        payload = self._sender.command(person, channel, (word, text), trigger_id=trigger, response_url=self._hook("commands", secret))
        answer = await self._courier.ask(Delivery("slash_commands", word, payload, answerable=True))
        if isinstance(answer, Acked) and answer.payload:
            return self._said(person, channel.id, answer.payload)
        return self._outcome(person, channel.id, answer, word)

    async def click(
        self,
        person: Person,
        place: Place,
        action_id: str,
        *,
        block_id: str | None = None,
        value: Any = None,
        confirmed: bool = False,
    ) -> Outcome:
        """Use an element: press a button, choose in a select. A dialog, if the element has one, must be confirmed."""
        blocks, message, view = self._at(person, place)
        found = find(blocks, action_id, block_id)
        if found is None:
            known = ", ".join(item["action_id"] for block in blocks for item in interactive(block))
            raise RefusedError("no_such_element", f"there is no element {action_id!r} here, only {known or 'none'}")
        block, element = found
        visible = element.get("visible_to_user_ids")
        if visible and person.id not in visible:
            raise RefusedError("not_visible", f"{person.name} does not see {action_id!r}")
        offered = self._offered.get((person.id, action_id), [])
        action = action_of(element, block["block_id"], value, self._world.next_ts(), offered)
        held: Values = dict(view.values) if view else {}
        if field_of(element):
            held[block["block_id"]] = {**held.get(block["block_id"], {}), action_id: chosen(element, value, offered)}
        if "confirm" in element and not confirmed:
            return Outcome(answered=False, confirm=element["confirm"])
        if view is not None and field_of(element):
            view = replace(view, values=held)
            self._backstage.views.put(view)
        if block["type"] == "input" and not block.get("dispatch_action", False):
            return Outcome(answered=True)
        payload = self._block_actions(person, message, view, [action], values_of(blocks, held))
        answer = await self._courier.ask(Delivery("interactive", "block_actions", payload, answerable=True))
        return self._outcome(person, message.channel if message else None, _emptied(answer), "This action")

    async def options(self, person: Person, place: Place, action_id: str, query: str, block_id: str | None = None) -> Json:
        """Type in an external select; answers what the app offers."""
        blocks, message, view = self._at(person, place)
        found = find(blocks, action_id, block_id)
        if found is None or found[1]["type"] not in {"external_select", "multi_external_select"}:
            raise RefusedError("no_such_element", f"there is no external select {action_id!r} here")
        parts = self._container(message, view)
        payload = self._sender.interaction(
            "block_suggestion", person, action_id=action_id, block_id=found[0]["block_id"], value=query, **parts
        )
        answer = await self._courier.ask(Delivery("interactive", "block_suggestion", payload, answerable=True))
        offer = answer.payload if isinstance(answer, Acked) else {}
        groups = [{**item, "options": _offers(item.get("options"))} for item in _objects(offer.get("option_groups"))]
        options = _offers(offer.get("options"))
        self._offered[person.id, action_id] = [*options, *(item for group in groups for item in group["options"])]
        return {"option_groups": groups} if groups else {"options": options}

    async def shortcut(self, person: Person, callback_id: str, channel_name: str = "", ts: str = "") -> Outcome:
        """Use a shortcut: a global one, or one on a message."""
        shortcut = self._backstage.manifest.shortcut(callback_id)
        if shortcut is None or (shortcut.type == "message") != bool(ts):
            raise RefusedError("no_such_shortcut", f"there is no shortcut {callback_id!r} {'on messages' if ts else 'of that kind'}")
        parts: Json = {
            "callback_id": callback_id,
            "trigger_id": self._backstage.triggers.issue(person.id),
            "action_ts": self._world.next_ts(),
        }
        if not ts:
            payload = self._sender.interaction("shortcut", person, **parts)
            answer = await self._courier.ask(Delivery("interactive", "shortcut", payload, answerable=True))
            return self._outcome(person, None, _emptied(answer), shortcut.name)
        message = self._message(person, channel_name, ts)
        channel = self._world.channels[message.channel]
        secret = self._backstage.response_urls.issue(person.id, channel.id, message=message.ts)
        parts |= {"channel": channel_of(channel), "message_ts": message.ts, "message": self._world.shown(message)}
        payload = self._sender.interaction("message_action", person, **parts, response_url=self._hook("app", secret))
        answer = await self._courier.ask(Delivery("interactive", "message_action", payload, answerable=True))
        return self._outcome(person, channel.id, _emptied(answer), shortcut.name)

    def _at(self, person: Person, place: Place) -> tuple[Sequence[Json], Message | None, View | None]:
        if place.home:
            view = self._backstage.views.home(person.id)
            if view is None:
                raise RefusedError("no_home", f"the app has not published a Home tab for {person.name}")
            return view.blocks, None, view
        if place.view_id:
            view = next((item for item in self._backstage.views.stack(person.id) if item.id == place.view_id), None)
            if view is None:
                raise RefusedError("no_such_view", f"{person.name} has no open modal {place.view_id!r}")
            return view.blocks, None, view
        message = self._message(person, place.channel, place.ts)
        nested = [block for item in message.attachments for block in item.get("blocks", ())]
        return [*message.blocks, *nested], message, None

    def _message(self, person: Person, channel_name: str, ts: str) -> Message:
        channel = somewhere(self._world, person, channel_name)
        message = self._world.message(channel.id, ts) or self._world.ephemeral_at(person.id, ts)
        if message is None:
            raise RefusedError("no_such_message", f"{person.name} sees no message {ts!r} in {channel.shown}")
        return message

    def _container(self, message: Message | None, view: View | None) -> Json:
        if view is not None:
            return {"container": {"type": "view", "view_id": view.id}, "view": self._backstage.views.json(view)}
        if message is None:
            raise ValueError("an element stands in a message or in a view")
        channel, shown = self._world.channels[message.channel], self._world.shown(message)
        parts: Json = {"container": message_container(shown, channel, ephemeral=bool(message.to)), "channel": channel_of(channel)}
        # Slack leaves the message out where it was ephemeral: it keeps no copy.
        return parts if message.to else {**parts, "message": shown}

    def _block_actions(self, person: Person, message: Message | None, view: View | None, actions: list[Json], values: Values) -> Json:
        parts = {**self._container(message, view), "trigger_id": self._backstage.triggers.issue(person.id), "actions": actions}
        if message is not None:
            secret = self._backstage.response_urls.issue(
                person.id, message.channel, message=message.ts, ephemeral=bool(message.to), thread_ts=message.thread_ts
            )
            parts |= {"state": {"values": values}, "response_url": self._hook("actions", secret)}
        return self._sender.interaction("block_actions", person, **parts)

    def _said(self, person: Person, channel: str, payload: Json) -> Outcome:
        """The answer that rode on the acknowledgement of a command."""
        place = ResponseUrl(person.id, channel, self._world.clock.now())
        try:
            respond(self._world, place, payload)
        except SlackError as error:
            self._world.journal.note("note", f"the answer to a command was refused: {error.code}", {"messages": list(error.messages)})
            return Outcome(answered=True, notice=self._notice(person, channel, f"The app's answer could not be shown: {error.code}"))
        return Outcome(answered=True)

    def _outcome(self, person: Person, channel: str | None, answer: Answer, what: str) -> Outcome:
        if isinstance(answer, Acked):
            return Outcome(answered=True)
        error = "operation_timeout" if answer.reason in {"timeout", "http_timeout"} else "dispatch_failed"
        text = f'{what} failed with the error "{error}"'
        return Outcome(answered=False, notice=self._notice(person, channel, text))

    def _notice(self, person: Person, channel: str | None, text: str) -> str:
        self._world.notice(person.id, channel or "", text)
        return text

    def _hook(self, kind: str, secret: str) -> str:
        return f"{self._backstage.url}/hooks/{kind}/{self._world.team.id}/{secret}"


def _objects(value: Any) -> list[Json]:
    """The objects in what should be a list of them: the app may have answered anything."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _offers(value: Any) -> list[Json]:
    """The options in an answer that have a text and a value, as a menu can show them."""
    return [item for item in _objects(value) if isinstance(item.get("value"), str) and isinstance(item.get("text"), dict)]


def _emptied(answer: Answer) -> Answer:
    """Block actions and shortcuts take no payload in their acknowledgement."""
    return Acked({}) if isinstance(answer, Acked) else answer
