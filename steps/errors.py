"""Every error that the core raises or expects from a port.

    PromptOpsError
    ├── InvalidManifest        a manifest was refused before anything ran      (exit code 2)
    ├── RunRefused             a command does not fit the run's state          (exit code 2)
    │   ├── AlreadyRunning     an unfinished run of the same workflow exists
    │   ├── IdTaken            a new run drew the id of an old one
    │   ├── UnknownRun         no run has that id or name
    │   ├── NotPossibleNow     suspend, resume, ... on a run in the wrong phase
    │   └── LimitReached       a limit of `steps.limits` says no for now
    └── StepError              raised by a step type or by a port it uses
        ├── Temporary          trying again may help: the engine retries with back-off
        │   └── Unreachable    nothing answered: DNS, TCP, TLS, time-out
        ├── Permanent          trying again is pointless: the step fails
        │   ├── NotFound       the object does not exist
        │   ├── Forbidden      the acting identity may not do this
        │   └── Invalid        the server refuses the object as it is
        ├── Conflict           another writer or field manager stands in the way
        └── NeedsApproval      a write to a protected cluster, not yet approved

Whether an error is temporary is the raiser's decision. Adapters translate their library's errors into these once, at their door.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from steps.changes import Change
    from steps.manifest.problems import Problem


class PromptOpsError(Exception):
    """The root: its text is written for the person who meets it."""


class InvalidManifest(PromptOpsError):  # noqa: N818 - the names read as sentences: `except NotFound`
    """A manifest has problems; all of them are listed at once."""

    def __init__(self, problems: Sequence["Problem"]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class RunRefused(PromptOpsError):  # noqa: N818 - as above
    """A command on a run was refused; nothing changed."""


class AlreadyRunning(RunRefused):
    """An unfinished run of the same workflow exists in the same namespace and cluster.

    `run` is the id of that run.
    """

    def __init__(self, workflow: str, namespace: str, cluster: str, run: str) -> None:
        self.run = run
        super().__init__(
            f"workflow {workflow!r} is already running in namespace {namespace!r} of cluster {cluster!r}, as run {run!r}. "
            f"Follow it with `promptops status {run}`, or end it with `promptops terminate {run}`."
        )


class IdTaken(RunRefused):
    """A new run drew the id of an old one; the engine draws another."""


class UnknownRun(RunRefused):
    """No run has that id."""


class NotPossibleNow(RunRefused):
    """The run's phase does not allow the command."""


class LimitReached(RunRefused):
    """A limit says no for now; the message names the limit and how to raise it."""


class StepError(PromptOpsError):
    """A step could not do its work.

    `values` are what the step learned before it failed; its `outputs` may read them.
    """

    def __init__(self, message: str, *, values: Mapping[str, Any] | None = None) -> None:
        self.message = message
        self.values = dict(values or {})
        super().__init__(message)


class Temporary(StepError):  # noqa: N818 - as above
    """Trying again may help; the engine retries with KubeVela's back-off."""


class Unreachable(Temporary):
    """Nothing answered; the message says which of DNS, TCP, TLS or a time-out it was."""


class Permanent(StepError):  # noqa: N818 - as above
    """Trying again is pointless; the step fails with reason `Action`."""


class NotFound(Permanent):
    """The object does not exist."""


class Forbidden(Permanent):
    """The acting identity may not do this; the message says who, verb and resource."""


class Invalid(Permanent):
    """The server refuses the object as it is; the message says which fields."""


class Conflict(StepError):  # noqa: N818 - as above
    """Another writer or field manager stands in the way; the engine retries it as `Temporary`."""


class NeedsApproval(StepError):  # noqa: N818 - as above
    """A write to a protected cluster without an approved `Change`; the engine suspends the step."""

    def __init__(self, change: "Change") -> None:
        self.change = change
        super().__init__(change.question)
