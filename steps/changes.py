"""What one step would do in one cluster: the `Change` that people approve, and its digest.

Pure: computing a change from a dry run belongs to `kube`, asking people to the gate.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Literal

from steps.model.objects import ObjectRef

Action = Literal["create", "update", "delete", "unchanged"]
ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field's value before and after; `path` is written as kubectl does, for example `.spec.replicas`.

    A missing value is None with `had`/`has` False, so that an explicit null stays different from nothing.
    Values of Secrets are replaced before they get here.
    """

    path: str
    before: Any
    after: Any
    had: bool = True
    has: bool = True

    def __str__(self) -> str:
        if not self.had:
            return f"+ {self.path}: {_short(self.after)}"
        if not self.has:
            return f"- {self.path}: {_short(self.before)}"
        return f"~ {self.path}: {_short(self.before)} → {_short(self.after)}"


@dataclass(frozen=True, slots=True)
class ObjectChange:
    """What would happen to one object.

    `uid` and `resource_version` are those of the live object, `absent` and "" where there is none.
    `checked` is False when the server could not dry-run it (its namespace or CRD comes earlier in the same change).
    """

    ref: ObjectRef
    action: Action
    rendered: Any
    uid: str = ABSENT
    resource_version: str = ""
    fields: tuple[FieldChange, ...] = ()
    checked: bool = True


@dataclass(frozen=True, slots=True)
class ChangeRequest:
    """Who asks: one attempt of one step of one run."""

    run: str
    step: str
    attempt: int


@dataclass(frozen=True, slots=True)
class Change:
    """What one step would do in one cluster."""

    request: ChangeRequest
    cluster: str
    server: str
    cluster_uid: str
    identity: str
    objects: tuple[ObjectChange, ...]
    force: bool = False

    @property
    def empty(self) -> bool:
        """Whether nothing would change: then nothing needs to be approved."""
        return all(item.action == "unchanged" for item in self.objects)

    @property
    def digest(self) -> str:
        """SHA-256 over canonical JSON of everything an approver agrees to; status and bookkeeping are not in it."""
        body = {
            "request": [self.request.run, self.request.step, self.request.attempt],
            "cluster": [self.server, self.cluster_uid],
            "identity": self.identity,
            "force": self.force,
            "objects": [
                {
                    "ref": str(item.ref),
                    "apiVersion": item.ref.kind.api_version,
                    "action": item.action,
                    "rendered": item.rendered,
                    "uid": item.uid,
                    "fields": [[field.path, field.before, field.after, field.had, field.has] for field in item.fields],
                }
                for item in self.objects
            ],
        }
        text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def question(self) -> str:
        """One line for people: what waits for approval."""
        what = ", ".join(f"{item.action} {item.ref}" for item in self.objects if item.action != "unchanged")
        return f"cluster {self.cluster!r} is protected: approval needed to {what or 'change nothing'}"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 120 else text[:119] + "…"  # noqa: PLR2004 - one line of a terminal
