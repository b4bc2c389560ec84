"""views.open, push, update, publish."""

from typing import Any

from sandbox.slack.errors import SlackError
from sandbox.slack.methods.call import Call, Method
from sandbox.slack.views import View, problems_of

Json = dict[str, Any]


def _spec(call: Call) -> Any:
    spec = call.arguments.json("view", "invalid_arguments")
    if spec is None:
        raise SlackError("invalid_arguments", messages=["[ERROR] missing required field: view"])
    return spec


def _modal(call: Call) -> tuple[Any, str]:
    """The view, and whose it is to be. A view that is wrong does not use up the trigger."""
    spec = _spec(call)
    trigger = call.arguments.required("trigger_id")
    found = problems_of(spec, "modal")
    if found.problems:
        raise SlackError("invalid_arguments", messages=found.lines())
    return spec, call.backstage.triggers.exchange(trigger)


def _answer(call: Call, view: View) -> Json:
    return {"view": call.backstage.views.json(view)}


def opening(call: Call) -> Json:
    """Open a modal for whoever caused the trigger."""
    spec, user = _modal(call)
    return _answer(call, call.backstage.views.open(user, spec))


def push(call: Call) -> Json:
    """Put a modal on top of the one that is open."""
    spec, user = _modal(call)
    return _answer(call, call.backstage.views.push(user, spec))


def update(call: Call) -> Json:
    """Replace what an open view shows."""
    view_id, external = call.arguments.text("view_id"), call.arguments.text("external_id")
    if not view_id and not external:
        raise SlackError("invalid_arguments", messages=["[ERROR] missing required field: view_id or external_id"])
    view = call.backstage.views.find(view_id, external)
    if view is None:
        raise SlackError("not_found")
    return _answer(call, call.backstage.views.update(view, _spec(call), call.arguments.text("hash")))


def publish(call: Call) -> Json:
    """Set somebody's Home tab."""
    user = call.arguments.required("user_id")
    person = call.world.people.get(user)
    if person is None or person.is_bot:
        raise SlackError("invalid_arguments", messages=["[ERROR] user not found [json-pointer:/user_id]"])
    if not call.backstage.manifest.home:
        raise SlackError("not_enabled")
    return _answer(call, call.backstage.views.publish(user, _spec(call), call.arguments.text("hash")))


METHODS: dict[str, Method] = {"views.open": opening, "views.publish": publish, "views.push": push, "views.update": update}
