"""What a running step may use. The engine makes it; step types only read it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from steps.model.objects import Kind, Object, ObjectRef
from steps.ports import Analyst, Clock, Http, Seen


class Cluster(Protocol):
    """The guarded handle of one cluster.

    Reads go through. A write to a protected cluster without an approved `Change` raises `NeedsApproval`, whatever the step type.
    """

    @property
    def name(self) -> str:
        """The name people use."""
        ...

    @property
    def protected(self) -> bool:
        """Whether writes need an approval."""
        ...

    async def read(self, ref: ObjectRef) -> Object:
        """The object; raises `NotFound`."""
        ...

    async def list_objects(self, kind: Kind, namespace: str, *, labels: str = "", fields: str = "") -> list[Object]:
        """The objects of a kind; `namespace` "" means all namespaces."""
        ...

    def watch(self, ref: ObjectRef) -> AsyncIterator[Seen]:
        """The object now and at every change."""
        ...

    def watch_list(self, kind: Kind, namespace: str, *, labels: str = "") -> AsyncIterator[Sequence[Object]]:
        """All matching objects now and after every change."""
        ...

    async def logs(self, pod: ObjectRef, *, container: str = "", previous: bool = False, lines: int = 50) -> str:
        """The last lines of a container's log."""
        ...

    async def apply(self, *objects: Object, force: bool = False) -> list[Object]:
        """Server-side apply, in order, as one change; the objects as the server stored them."""
        ...

    async def delete(self, *refs: ObjectRef) -> None:
        """Delete exactly these objects, as one change; raises `NotFound`."""
        ...


@dataclass(frozen=True, slots=True)
class StepContext:
    """What a running step may use.

    `workflow` is KubeVela's `context.name` (the manifest's `metadata.name`), `run` the id of this run, `namespace` where it runs.
    `context` is the whole `context` that expressions see. `open_cluster("")` is the run's default cluster. `origin(key)` names the
    cluster that the value at a parameter key came from ("" when unknown). `secret(name, key)` reads a Secret's value from the run's
    namespace and default cluster, and keeps it out of everything people see. `progress` says what the step waits for, `log` writes
    a line for people; both are cheap and return at once.
    """

    run: str
    workflow: str
    namespace: str
    step: str
    step_id: str
    attempt: int
    context: Mapping[str, Any]
    clock: Clock
    analyst: Analyst
    http: Http
    open_cluster: Callable[[str], Awaitable[Cluster]]
    secret: Callable[[str, str], Awaitable[str]]
    origin: Callable[[str], str]
    progress: Callable[[str], None]
    log: Callable[[str], None]

    def after(self, seconds: float | None) -> float | None:
        """The time so many seconds from now, None for None."""
        return None if seconds is None else self.clock.now() + seconds
