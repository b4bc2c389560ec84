"""Modals and Home tabs: what a view may be, the stack of up to three that a person has open, and what happens to it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sandbox.slack.blocks.checks import Findings, Surface, boolean, shape, string
from sandbox.slack.blocks.completion import completed
from sandbox.slack.blocks.surfaces import check_blocks
from sandbox.slack.blocks.texts import plain
from sandbox.slack.errors import SlackError
from sandbox.slack.states import Values, values_of
from sandbox.slack.world import World

Json = dict[str, Any]
LARGEST = 250_000  # bytes of a view's JSON
DEEPEST = 3
_TITLE = plain(24)
_COMMON = {"callback_id": string(255, 0), "private_metadata": string(3000, 0), "external_id": string(255, 0)}


def _anything(_value: Any, _pointer: str, _found: Findings) -> None:
    """Passes: blocks have a check of their own."""


_MODAL = shape(
    {
        **_COMMON,
        "blocks": _anything,
        "title": _TITLE,
        "submit": _TITLE,
        "close": _TITLE,
        "clear_on_close": boolean,
        "notify_on_close": boolean,
        "submit_disabled": boolean,
    },
    required=["title", "blocks"],
)
_HOME = shape({**_COMMON, "blocks": _anything}, required=["blocks"])


@dataclass(frozen=True, slots=True)
class View:
    """A view that somebody has. `values` is what they filled in, `errors` what the app said about it."""

    id: str
    user: str
    type: Surface
    spec: Json
    hash: str
    root: str
    previous: str | None = None
    values: Values = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def blocks(self) -> list[Json]:
        """Its blocks, completed."""
        return list(self.spec["blocks"])

    def text(self, key: str) -> str:
        """One of its texts, such as callback_id; empty when it has none."""
        return str(self.spec.get(key, ""))


class Views:
    """Who has which views open."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._stacks: dict[str, tuple[View, ...]] = {}
        self._homes: dict[str, View] = {}

    def stack(self, user: str) -> tuple[View, ...]:
        """The open modals of a person, the visible one last."""
        return self._stacks.get(user, ())

    def home(self, user: str) -> View | None:
        """The Home tab of a person."""
        return self._homes.get(user)

    def find(self, view_id: str = "", external_id: str = "") -> View | None:
        """A view by its id or its external_id."""
        views = [view for stack in self._stacks.values() for view in stack] + list(self._homes.values())
        return next((v for v in views if (view_id and v.id == view_id) or (external_id and v.text("external_id") == external_id)), None)

    def json(self, view: View) -> Json:
        """The view as the API and payloads show it."""
        app, team = self._world.app, self._world.team.id
        values = values_of(view.blocks, view.values)
        shown: Json = {
            "id": view.id,
            "team_id": team,
            "type": view.type,
            "blocks": view.blocks,
            "private_metadata": view.text("private_metadata"),
            "callback_id": view.text("callback_id"),
            "state": {"values": values},
            "hash": view.hash,
            "title": view.spec.get("title", {"type": "plain_text", "text": "View Title", "emoji": True}),
            "clear_on_close": bool(view.spec.get("clear_on_close", False)),
            "notify_on_close": bool(view.spec.get("notify_on_close", False)),
            "close": view.spec.get("close"),
            "submit": view.spec.get("submit"),
            "previous_view_id": view.previous,
            "root_view_id": view.root,
            "app_id": app.id,
            "external_id": view.text("external_id"),
            "app_installed_team_id": team,
            "bot_id": app.bot_id,
        }
        return shown

    def page(self, view: View) -> Json:
        """The view as the browser page needs it."""
        shown = self.json(view)
        return {**shown, "errors": dict(view.errors), "values": shown["state"]["values"]}

    def open(self, user: str, spec: Any) -> View:
        """Show a modal; one that was open is left for it."""
        view = self._new(user, "modal", spec)
        self._stacks[user] = (view,)
        self._say("view.opened", view)
        return view

    def push(self, user: str, spec: Any) -> View:
        """Put a modal on top of the open one."""
        stack = self.stack(user)
        if len(stack) >= DEEPEST:
            raise SlackError("push_limit_reached")
        if not stack:
            raise SlackError("not_found")
        view = replace(self._new(user, "modal", spec), root=stack[0].root, previous=stack[-1].id)
        self._stacks[user] = (*stack, view)
        self._say("view.opened", view)
        return view

    def update(self, view: View, spec: Any, hash_: str = "") -> View:
        """Replace what a view shows; inputs that stay keep what was filled in."""
        if hash_ and hash_ != view.hash:
            raise SlackError("hash_conflict")
        done = replace(view, spec=self._checked(spec, view.type, view.id), hash=self._hash(), errors={})
        self.put(done)
        return done

    def publish(self, user: str, spec: Any, hash_: str = "") -> View:
        """Set the Home tab of a person."""
        known = self._homes.get(user)
        if hash_ and (known is None or known.hash != hash_):
            raise SlackError("hash_conflict")
        if known is None:
            view = self._new(user, "home", spec)
        else:
            view = replace(known, spec=self._checked(spec, "home", known.id), hash=self._hash())
        self._homes[user] = view
        self._world.feed.append("home.published", {"view": self.page(view)}, to=user)
        return view

    def put(self, view: View) -> None:
        """Store a changed view in its place."""
        if view.type == "home":
            self._homes[view.user] = view
            self._world.feed.append("home.published", {"view": self.page(view)}, to=view.user)
            return
        self._stacks[view.user] = tuple(view if item.id == view.id else item for item in self.stack(view.user))
        self._say("view.changed", view)

    def close(self, view: View, *, whole: bool) -> tuple[View, ...]:
        """Close a view, or the whole stack; answers what was closed, the top one first."""
        stack = self.stack(view.user)
        keep = () if whole else stack[: next((index for index, item in enumerate(stack) if item.id == view.id), len(stack))]
        self._stacks[view.user] = keep
        gone = tuple(reversed(stack[len(keep) :]))
        for item in gone:
            self._world.feed.append("view.closed", {"view_id": item.id, "views": [left.id for left in keep]}, to=view.user)
        return gone

    def _say(self, kind: str, view: View) -> None:
        self._world.feed.append(kind, {"view": self.page(view)}, to=view.user)

    def _new(self, user: str, surface: Surface, spec: Any) -> View:
        checked = self._checked(spec, surface, "")
        name = self._world.ids.next("V")
        return View(name, user, surface, checked, self._hash(), name)

    def _hash(self) -> str:
        return f"{int(self._world.clock.now())}.{self._world.ids.secret(4)}"

    def _checked(self, spec: Any, surface: Surface, view_id: str) -> Json:
        if isinstance(spec, dict) and len(json.dumps(spec)) > LARGEST:
            raise SlackError("view_too_large")
        problems = problems_of(spec, surface)
        if problems.problems:
            raise SlackError("invalid_arguments", messages=problems.lines())
        external = str(spec.get("external_id", ""))
        known = self.find(external_id=external) if external else None
        if known is not None and known.id != view_id:
            raise SlackError("duplicate_external_id")
        done: Json = {**spec, "blocks": list(completed(spec["blocks"], self._world.ids.short))}
        for key in ("title", "submit", "close"):
            if key in done:
                done[key] = {"emoji": True, **done[key]}
        return done


def problems_of(spec: Any, surface: Surface) -> Findings:
    """Everything that is wrong with a view."""
    found = Findings(surface)
    if not isinstance(spec, dict):
        found.add("/view", "must be an object")
        return found
    if spec.get("type") != surface:
        found.add("/view/type", f"must be {surface}")
        return found
    (_MODAL if surface == "modal" else _HOME)(spec, "/view", found)
    if "blocks" in spec:
        if spec["blocks"] == []:
            found.add("/view/blocks", "no less than 1 items allowed")
        found.problems += check_blocks(spec["blocks"], surface, "/view/blocks").problems
    if not found.problems and surface == "modal" and "submit" not in spec and any(item["type"] == "input" for item in spec["blocks"]):
        found.add("/view", "missing required field: submit")
    return found
