"""How one execution of a step ended: a tagged union, matched with `assert_never`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from steps.changes import Change
from steps.model.phases import Reason

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Succeeded:
    """Done. `values` are the top-level fields that `valueFrom` may read, for example `output` or `result`."""

    values: Values = field(default_factory=dict)
    message: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Not yet: run the step again after `again` seconds, without counting a failure."""

    message: str
    again: float = 1.0


@dataclass(frozen=True, slots=True)
class Suspended:
    """Wait for a person, or until `until` (epoch seconds); costs a row and no coroutine. `change` is what waits for approval."""

    message: str = ""
    until: float | None = None
    reason: Reason = Reason.SUSPEND
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class Retry:
    """A passing fault: try again with back-off, up to KubeVela's limit."""

    message: str
    values: Values = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Failed:
    """The step failed for good. `values` stay readable for `outputs`, as in KubeVela."""

    message: str
    reason: Reason = Reason.ACTION
    values: Values = field(default_factory=dict)


Outcome = Succeeded | Waiting | Suspended | Retry | Failed
