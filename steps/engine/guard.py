"""The guarded cluster handle: no step type, present or future, can write around it.

Reads pass. A write to an unprotected cluster passes. A write to a protected one is first computed as a `Change` by dry run; unless the
gate has approved exactly that change, `NeedsApproval` is raised and the engine suspends the step.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from steps.changes import Change, ChangeRequest
from steps.errors import NeedsApproval
from steps.model.objects import Kind, Object, ObjectRef
from steps.ports import ClusterAccess, Gate, Seen


@dataclass(frozen=True, slots=True)
class GuardedCluster:
    """Implements `steps.context.Cluster` over a `ClusterAccess` for one execution of one step."""

    _access: ClusterAccess
    _gate: Gate
    _request: ChangeRequest

    @property
    def name(self) -> str:
        """The name people use."""
        return self._access.name

    @property
    def protected(self) -> bool:
        """Whether writes need an approval."""
        return self._access.protected

    async def read(self, ref: ObjectRef) -> Object:
        """The object; raises `NotFound`."""
        return await self._access.read(ref)

    async def list_objects(self, kind: Kind, namespace: str, *, labels: str = "", fields: str = "") -> list[Object]:
        """The objects of a kind."""
        return await self._access.list_objects(kind, namespace, labels=labels, fields=fields)

    def watch(self, ref: ObjectRef) -> AsyncIterator[Seen]:
        """The object now and at every change."""
        return self._access.watch(ref)

    def watch_list(self, kind: Kind, namespace: str, *, labels: str = "") -> AsyncIterator[Sequence[Object]]:
        """All matching objects now and after every change."""
        return self._access.watch_list(kind, namespace, labels=labels)

    async def logs(self, pod: ObjectRef, *, container: str = "", previous: bool = False, lines: int = 50) -> str:
        """The last lines of a container's log."""
        return await self._access.logs(pod, container=container, previous=previous, lines=lines)

    async def apply(self, *objects: Object, force: bool = False) -> list[Object]:
        """Server-side apply as one change; raises `NeedsApproval` before the first write to a protected cluster."""
        if not self._access.protected:
            return [await self._access.apply(item, force=force) for item in objects]
        change = await self._access.propose(self._request, objects, force=force)
        await self._pass(change)
        written: list[Object] = []
        for item, planned in zip(objects, change.objects, strict=True):
            if planned.action == "unchanged":
                written.append(await self._access.read(planned.ref))
            else:
                written.append(await self._access.apply(_conditional(item, planned.resource_version), force=force))
        return written

    async def delete(self, *refs: ObjectRef) -> None:
        """Delete exactly these objects as one change; raises `NeedsApproval` as `apply` does, and `NotFound`."""
        if not self._access.protected:
            for ref in refs:
                await self._access.delete(ref)
            return
        objects = [{"apiVersion": ref.kind.api_version, "kind": ref.kind.kind, "metadata": _place(ref)} for ref in refs]
        change = await self._access.propose(self._request, objects, delete=True)
        await self._pass(change)
        for planned in change.objects:
            await self._access.delete(planned.ref, uid=planned.uid, resource_version=planned.resource_version)

    async def _pass(self, change: Change) -> None:
        if not change.empty and not await self._gate.approved(change):
            raise NeedsApproval(change)


class ClosedGate:
    """Nobody can approve yet: every change to a protected cluster waits."""

    async def approved(self, change: Change) -> bool:  # noqa: ARG002 - the port's signature
        """Never."""
        return False


def _conditional(item: Object, resource_version: str) -> Object:
    """The object with the version that was approved as a precondition; one that must be created carries none."""
    if not resource_version:
        return item
    return {**item, "metadata": {**item.get("metadata", {}), "resourceVersion": resource_version}}


def _place(ref: ObjectRef) -> dict[str, str]:
    return {"name": ref.name, "namespace": ref.namespace} if ref.namespace else {"name": ref.name}
