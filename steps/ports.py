"""The ports: what the core needs from the outside, as protocols that adapters implement and the wiring connects.

Errors are those of `steps.errors`; each adapter translates its library's own.
"""

from asyncio import Future
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from steps.changes import Change, ChangeRequest
from steps.evidence import Answer, Evidence, Question
from steps.model.events import Event
from steps.model.objects import Kind, Object, ObjectRef
from steps.model.phases import RunPhase


class Clock(Protocol):
    """Time, in epoch seconds (UTC). Tests move it by hand."""

    def now(self) -> float:
        """The time."""
        ...

    async def sleep_until(self, at: float) -> None:
        """Return when `now()` has reached `at`."""
        ...


# --- the journal ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RunRow:
    """The latest state of a run, as lists show it; everything in it can be folded from the run's events.

    `wake_at` is when the run goes on by itself (a time-out, a duration), None while only a person can move it.
    `key` is the caller's idempotency key, `origin` the opaque way back to whoever asked. `updated_at` is when something else in
    the row changed last.
    """

    id: str
    workflow: str
    namespace: str
    cluster: str
    phase: RunPhase
    created_at: float
    updated_at: float
    key: str = ""
    message: str = ""
    ended_at: float | None = None
    wake_at: float | None = None
    origin: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Commit:
    """What is written together: events `seq`, `seq+1`, … of one run, its row, and its secrets.

    `sealed` are values to encrypt under their names, `forget` deletes all sealed values of the run. `quiet` says that nothing which
    lists show has changed since the run's last commit: the row then stays as it is on disk, which spares a page for every step.
    """

    row: RunRow
    seq: int
    events: tuple[Event, ...]
    sealed: Mapping[str, str] = field(default_factory=dict)
    forget: bool = False
    quiet: bool = False


class Journal(Protocol):
    """The append-only journal of all runs, with one owner.

    `commit` writes atomically and is durable when its future is done; commits of one run are written in the order of the calls.
    A commit with `seq == 1` creates the run: it raises `AlreadyRunning` when an unfinished run of the same workflow, namespace and
    cluster exists, and so does any commit that makes an ended run unfinished again. It raises `IdTaken` when a run of that id exists.
    """

    def commit(self, commit: Commit) -> "Future[None]":
        """Write; done when it is on disk."""
        ...

    async def events(self, run: str, after: int = 0) -> list[tuple[int, Event]]:
        """The events of a run with `seq > after`, oldest first; empty for an unknown run."""
        ...

    async def row(self, run: str) -> RunRow | None:
        """The row of a run by its id."""
        ...

    async def by_key(self, key: str) -> RunRow | None:
        """The run that was started with this idempotency key."""
        ...

    async def unfinished(self) -> list[RunRow]:
        """All runs that have not ended, oldest first."""
        ...

    async def rows(self, *, limit: int = 50, workflow: str = "", phase: RunPhase | None = None) -> list[RunRow]:
        """The newest runs first."""
        ...

    async def secrets(self, run: str) -> dict[str, str]:
        """The sealed values of a run, opened."""
        ...


# --- clusters ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Seen:
    """One state of a watched object; `object` is None while it does not exist."""

    object: Object | None


class ClusterAccess(Protocol):
    """One Kubernetes API, unguarded: only the engine holds it, steps get the guarded handle made from it."""

    @property
    def name(self) -> str:
        """The name people use."""
        ...

    @property
    def protected(self) -> bool:
        """Whether every write needs an approved `Change`."""
        ...

    @property
    def namespace(self) -> str:
        """The namespace used where nothing names one."""
        ...

    async def read(self, ref: ObjectRef) -> Object:
        """The object; raises `NotFound`."""
        ...

    async def list_objects(self, kind: Kind, namespace: str, *, labels: str = "", fields: str = "") -> list[Object]:
        """The objects of a kind; `namespace` "" means all namespaces. Selectors as kubectl writes them."""
        ...

    def watch(self, ref: ObjectRef) -> AsyncIterator[Seen]:
        """The object now and at every change, for as long as it is iterated; faults are retried with back-off inside."""
        ...

    def watch_list(self, kind: Kind, namespace: str, *, labels: str = "") -> AsyncIterator[Sequence[Object]]:
        """All matching objects now and after every change."""
        ...

    async def logs(self, pod: ObjectRef, *, container: str = "", previous: bool = False, lines: int = 50) -> str:
        """The last lines of a container's log; raises `NotFound` where there is none."""
        ...

    async def propose(self, request: ChangeRequest, objects: Sequence[Object], *, delete: bool = False, force: bool = False) -> Change:
        """What applying (or deleting) these objects would do, by server-side dry run; writes nothing."""
        ...

    async def apply(self, item: Object, *, force: bool = False) -> Object:
        """Server-side apply one object with our field manager; the object as the server stored it.

        A `metadata.resourceVersion` in it is a precondition. Raises `Conflict`, `Invalid`, `Forbidden`, `NotFound` (its namespace).
        """
        ...

    async def delete(self, ref: ObjectRef, *, uid: str = "", resource_version: str = "") -> None:
        """Delete exactly this object (background propagation); raises `NotFound`, `Conflict` when a precondition fails."""
        ...


class Clusters(Protocol):
    """The configured clusters, by name."""

    @property
    def names(self) -> Sequence[str]:
        """All names, in the order of the configuration."""
        ...

    @property
    def default(self) -> str:
        """What `cluster: ""` means; never a protected one."""
        ...

    def protected(self, name: str) -> bool:
        """Whether a cluster is protected; raises `NotFound` with the nearest names."""
        ...

    async def get(self, name: str) -> ClusterAccess:
        """The cluster; raises `NotFound` with the nearest names, `Unreachable` when it cannot be opened."""
        ...


class Gate(Protocol):
    """Who lets a change to a protected cluster through."""

    async def approved(self, change: Change) -> bool:
        """Whether exactly this change has been approved and may be written now."""
        ...


# --- the rest of the outside ----------------------------------------------------------------------------------------


class EvidenceSource(Protocol):
    """Reads the facts around an object: itself, what it owns, events, logs; never secret values."""

    async def collect(self, cluster: str, ref: ObjectRef) -> list[Evidence]:
        """The evidence, the object itself first; raises `NotFound` where the object is gone."""
        ...


class Analyst(Protocol):
    """Answers questions about objects, from a model or from rules."""

    async def answer(self, question: Question) -> Answer:
        """The validated answer; raises `Temporary` or `Permanent` with the provider's status and words."""
        ...


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """An HTTP call of a step; `timeout` is seconds for the whole exchange."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = b""
    timeout: float = 30.0


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """The answer; header names are lower case, the body is decoded as UTF-8 with replacement and bounded."""

    status: int
    headers: Mapping[str, str]
    body: str


class Http(Protocol):
    """HTTP for steps, with the operator's rules about where it may go."""

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Any status is an answer.

        Raises `Unreachable` (temporary), `Forbidden` (an address that is not allowed), `Permanent` where a write may already have
        arrived, for a malformed request and for an oversized answer.
        """
        ...


class Ports(Protocol):
    """Everything that a running step may reach, connected by the wiring."""

    @property
    def clusters(self) -> Clusters: ...  # noqa: D102 - named by its type

    @property
    def gate(self) -> Gate: ...  # noqa: D102 - as above

    @property
    def analyst(self) -> Analyst: ...  # noqa: D102 - as above

    @property
    def http(self) -> Http: ...  # noqa: D102 - as above


Json = Any
