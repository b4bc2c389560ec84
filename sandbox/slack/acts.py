"""The verbs of the control API: each reads a body, lets a person act, and answers JSON. What acting means is said elsewhere."""

import base64
import binascii
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from sandbox.slack.desk import Desk
from sandbox.slack.errors import RefusedError
from sandbox.slack.interactions import Outcome, Place
from sandbox.slack.people import Person

Json = dict[str, Any]


class Body:
    """Reads the fields of a request's body."""

    def __init__(self, fields: Mapping[str, Any]) -> None:
        self.fields = dict(fields)

    def text(self, name: str) -> str:
        """A string that must be there."""
        value = self.fields.get(name)
        if not isinstance(value, str) or not value:
            raise RefusedError("missing_field", f"the field {name!r} is missing, or not a string")
        return value

    def maybe(self, name: str) -> str | None:
        """A string that may be missing."""
        return self.text(name) if self.fields.get(name) not in (None, "") else None

    def flag(self, name: str) -> bool:
        """A boolean, false when it is missing."""
        return self.fields.get(name) is True

    def number(self, name: str, default: float) -> float:
        """A number that may be missing."""
        value = self.fields.get(name, default)
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise RefusedError("bad_field", f"the field {name!r} must be a number, not {value!r}")
        return value

    def place(self) -> Place:
        """Where an element is."""
        return Place(self.maybe("channel") or "", self.maybe("ts") or "", self.maybe("view_id") or "", self.flag("home"))


Act = Callable[[Desk, Person, Body], Awaitable[Json]]


def _outcome(outcome: Outcome) -> Json:
    if outcome.confirm is not None:
        return {"confirm": outcome.confirm}
    return {"answered": outcome.answered, "notice": outcome.notice}


async def _send(desk: Desk, person: Person, body: Body) -> Json:
    message = desk.conversing.send(
        person, body.text("channel"), body.text("text"), body.maybe("thread_ts"), broadcast=body.flag("broadcast")
    )
    return {"ts": message.ts}


async def _edit(desk: Desk, person: Person, body: Body) -> Json:
    desk.conversing.edit(person, body.text("channel"), body.text("ts"), body.text("text"))
    return {}


async def _delete(desk: Desk, person: Person, body: Body) -> Json:
    desk.conversing.delete(person, body.text("channel"), body.text("ts"))
    return {}


async def _command(desk: Desk, person: Person, body: Body) -> Json:
    return _outcome(await desk.interactions.command(person, body.text("channel"), body.text("text"), body.maybe("thread_ts")))


async def _click(desk: Desk, person: Person, body: Body) -> Json:
    outcome = await desk.interactions.click(
        person,
        body.place(),
        body.text("action_id"),
        block_id=body.maybe("block_id"),
        value=body.fields.get("value"),
        confirmed=body.flag("confirmed"),
    )
    return _outcome(outcome)


async def _submit(desk: Desk, person: Person, body: Body) -> Json:
    values = body.fields.get("values", {})
    if not isinstance(values, dict):
        raise RefusedError("bad_field", "the field 'values' must be an object: block_id → value")
    done = await desk.modals.submit(person, body.text("view_id"), values)
    return {"closed": done.closed, "errors": dict(done.errors), "views": list(done.views), "notice": done.notice}


async def _close(desk: Desk, person: Person, body: Body) -> Json:
    return {"views": list(await desk.modals.close(person, body.text("view_id"), whole=body.flag("all")))}


async def _options(desk: Desk, person: Person, body: Body) -> Json:
    query = body.maybe("query") or ""
    return await desk.interactions.options(person, body.place(), body.text("action_id"), query, body.maybe("block_id"))


async def _shortcut(desk: Desk, person: Person, body: Body) -> Json:
    outcome = await desk.interactions.shortcut(person, body.text("callback_id"), body.maybe("channel") or "", body.maybe("ts") or "")
    return _outcome(outcome)


async def _react(desk: Desk, person: Person, body: Body) -> Json:
    desk.conversing.react(person, body.text("channel"), body.text("ts"), body.text("name"))
    return {}


async def _unreact(desk: Desk, person: Person, body: Body) -> Json:
    desk.conversing.react(person, body.text("channel"), body.text("ts"), body.text("name"), add=False)
    return {}


async def _upload(desk: Desk, person: Person, body: Body) -> Json:
    try:
        content = base64.b64decode(body.text("content"), validate=True)
    except binascii.Error as error:
        raise RefusedError("bad_field", "the field 'content' must be base64") from error
    message, file = desk.conversing.upload(
        person,
        body.text("channel"),
        body.text("filename"),
        content,
        title=body.maybe("title") or "",
        comment=body.maybe("comment") or "",
        thread_ts=body.maybe("thread_ts"),
    )
    return {"ts": message.ts, "file": file.id}


async def _open_home(desk: Desk, person: Person, body: Body) -> Json:
    return {"channel": desk.conversing.open_home(person, body.maybe("tab") or "home").id}


async def _open_dm(desk: Desk, person: Person, _body: Body) -> Json:
    return {"channel": desk.world.dm(person.id).id}


async def _read(desk: Desk, person: Person, body: Body) -> Json:
    return {"unread": desk.conversing.read(person, body.text("channel"), body.maybe("ts"))}


async def _join(desk: Desk, person: Person, body: Body) -> Json:
    desk.conversing.join(person, body.text("channel"))
    return {}


async def _leave(desk: Desk, person: Person, body: Body) -> Json:
    desk.conversing.leave(person, body.text("channel"))
    return {}


async def _invite(desk: Desk, person: Person, body: Body) -> Json:
    desk.conversing.invite(person, body.text("channel"), body.text("user"))
    return {}


async def _remove(desk: Desk, person: Person, body: Body) -> Json:
    desk.conversing.invite(person, body.text("channel"), body.text("user"), out=True)
    return {}


ACTS: dict[str, Act] = {
    "click": _click,
    "close": _close,
    "command": _command,
    "delete": _delete,
    "edit": _edit,
    "invite": _invite,
    "join": _join,
    "leave": _leave,
    "open_dm": _open_dm,
    "open_home": _open_home,
    "options": _options,
    "react": _react,
    "read": _read,
    "remove": _remove,
    "send": _send,
    "shortcut": _shortcut,
    "submit": _submit,
    "unreact": _unreact,
    "upload": _upload,
}
