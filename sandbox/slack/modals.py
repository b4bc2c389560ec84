"""Submitting and closing modals: Slack's own checks first, then the app's answer (`errors`, `update`, `push`, `clear`)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sandbox.slack.delivery import Acked, Courier, Delivery
from sandbox.slack.errors import RefusedError, SlackError
from sandbox.slack.methods.call import Backstage
from sandbox.slack.payloads import Sender
from sandbox.slack.people import Person
from sandbox.slack.states import Values, chosen, complaint, first_state
from sandbox.slack.views import View

Json = dict[str, Any]
_TROUBLE = "We had some trouble connecting. Try again?"


@dataclass(frozen=True, slots=True)
class Submitted:
    """What came of a submission. `closed` says whether this modal is gone; `errors` are by block_id."""

    closed: bool
    errors: Mapping[str, str]
    views: tuple[str, ...]
    notice: str | None = None


class Modals:
    """What people do with the modals they have open."""

    def __init__(self, backstage: Backstage, sender: Sender, courier: Courier) -> None:
        self._backstage = backstage
        self._views = backstage.views
        self._sender = sender
        self._courier = courier

    async def submit(self, person: Person, view_id: str, values: Mapping[str, Any]) -> Submitted:
        """Fill in inputs by block_id and press the submit button."""
        view = self._filled(self._top(person, view_id), values)
        errors = _complaints(view)
        if errors:
            self._views.put(replace(view, errors=errors))
            return Submitted(closed=False, errors=errors, views=self._open(person))
        self._views.put(replace(view, errors={}))
        payload = self._sender.interaction(
            "view_submission",
            person,
            trigger_id=self._backstage.triggers.issue(person.id),
            view=self._views.json(view),
            response_urls=self._response_urls(person, view),
        )
        answer = await self._courier.ask(Delivery("interactive", "view_submission", payload, answerable=True))
        if not isinstance(answer, Acked):
            return self._trouble(person, f"the app did not acknowledge the modal {view.id}: {answer.reason}")
        try:
            return self._applied(person, view, answer.payload)
        except SlackError as error:
            return self._trouble(person, f"the app's answer to the modal {view.id} was refused: {error.code} {' '.join(error.messages)}")

    async def close(self, person: Person, view_id: str, *, whole: bool = False) -> tuple[str, ...]:
        """Close a modal, or with `whole` all of them; the app hears of those that asked for it."""
        view = self._top(person, view_id)
        whole = whole or bool(view.spec.get("clear_on_close", False))
        for gone in self._views.close(view, whole=whole):
            if gone.spec.get("notify_on_close"):
                payload = self._sender.interaction("view_closed", person, view=self._views.json(gone), is_cleared=whole)
                await self._courier.ask(Delivery("interactive", "view_closed", payload, answerable=False))
        return self._open(person)

    def _top(self, person: Person, view_id: str) -> View:
        stack = self._views.stack(person.id)
        if not stack or stack[-1].id != view_id:
            open_now = ", ".join(item.id for item in stack)
            raise RefusedError("no_such_view", f"{person.name} does not see the modal {view_id!r} on top; open are {open_now or 'none'}")
        return stack[-1]

    def _open(self, person: Person) -> tuple[str, ...]:
        return tuple(item.id for item in self._views.stack(person.id))

    def _filled(self, view: View, values: Mapping[str, Any]) -> View:
        if "submit" not in view.spec:
            raise RefusedError("no_submit", f"the modal {view.id!r} has no submit button")
        inputs = {block["block_id"]: block["element"] for block in view.blocks if block["type"] == "input"}
        unknown = sorted(set(values) - set(inputs))
        if unknown:
            raise RefusedError("no_such_input", f"the modal has no input {unknown[0]!r}, only {', '.join(inputs) or 'none'}")
        held: Values = dict(view.values)
        for block_id, value in values.items():
            element = inputs[block_id]
            held[block_id] = {element["action_id"]: chosen(element, value)}
        return replace(view, values=held)

    def _applied(self, person: Person, view: View, answer: Json) -> Submitted:
        match answer.get("response_action"):
            case None:
                self._views.close(view, whole=False)
            case "clear":
                self._views.close(view, whole=True)
            case "update":
                self._views.update(self._top(person, view.id), answer.get("view"))
            case "push":
                self._views.push(person.id, answer.get("view"))
            case "errors":
                return self._refused(person, view, answer.get("errors"))
            case other:
                raise SlackError("invalid_arguments", messages=[f"[ERROR] unknown response_action: {other}"])
        left = self._open(person)
        return Submitted(closed=view.id not in left, errors={}, views=left)

    def _refused(self, person: Person, view: View, errors: Any) -> Submitted:
        inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
        if not isinstance(errors, dict) or not errors or not set(errors) <= inputs:
            raise SlackError("invalid_arguments", messages=["[ERROR] errors must name input blocks of the view by block_id"])
        said = {str(key): str(value) for key, value in errors.items()}
        self._views.put(replace(self._top(person, view.id), errors=said))
        return Submitted(closed=False, errors=said, views=self._open(person))

    def _trouble(self, person: Person, why: str) -> Submitted:
        self._backstage.world.journal.note("note", why)
        self._backstage.world.notice(person.id, "", _TROUBLE)
        return Submitted(closed=False, errors={}, views=self._open(person), notice=_TROUBLE)

    def _response_urls(self, person: Person, view: View) -> list[Json]:
        urls = []
        for block in view.blocks:
            element = block.get("element", {})
            if block["type"] == "input" and element.get("response_url_enabled"):
                state = view.values.get(block["block_id"], {}).get(element["action_id"], {})
                channel = state.get("selected_conversation") or state.get("selected_channel")
                if channel:
                    secret = self._backstage.response_urls.issue(person.id, channel)
                    url = f"{self._backstage.url}/hooks/app/{self._backstage.world.team.id}/{secret}"
                    urls.append(
                        {
                            "block_id": block["block_id"],
                            "action_id": element["action_id"],
                            "channel_id": channel,
                            "response_url": url,
                        }
                    )
        return urls


def _complaints(view: View) -> dict[str, str]:
    found: dict[str, str] = {}
    for block in view.blocks:
        if block["type"] == "input":
            element = block["element"]
            state = view.values.get(block["block_id"], {}).get(element["action_id"]) or first_state(element)
            words = complaint(element, state, optional=bool(block.get("optional", False)))
            if words:
                found[block["block_id"]] = words
    return found
