"""The port `ClusterAccess` on a real API server. Unguarded: only the engine holds it, and makes the guarded handle from it."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Self

from kube import apply as writing
from kube.configuration import ClusterSettings
from kube.connection import Connection
from kube.proposal import propose
from kube.resources import Resources
from kube.watching import Reflection, Rhythm, cleaned, list_all, listed
from steps.changes import Change, ChangeRequest
from steps.errors import Invalid, NotFound
from steps.model.objects import Kind, Object, ObjectRef
from steps.ports import Seen

LOG_BYTES = 256 * 1024  # a line of a log may be of any length


class KubeCluster:
    """One cluster. Objects come without `managedFields`; `salt` marks Secret values in changes (see `kube.difference`)."""

    def __init__(self, settings: ClusterSettings, connection: Connection, *, salt: bytes, rhythm: Rhythm | None = None) -> None:
        self._settings = settings
        self._connection = connection
        self._resources = Resources(connection)
        self._salt = salt
        self._rhythm = rhythm or Rhythm()

    @classmethod
    async def open(cls, settings: ClusterSettings, *, salt: bytes) -> Self:
        """The cluster of these settings; nothing is sent yet. Raises `Permanent` for a kubeconfig that cannot be used."""
        return cls(settings, await Connection.open(settings), salt=salt)

    async def close(self) -> None:
        """Close the connections."""
        await self._connection.close()

    @property
    def name(self) -> str:
        """The name people use."""
        return self._settings.name

    @property
    def protected(self) -> bool:
        """Whether every write needs an approved `Change`."""
        return self._settings.protected

    @property
    def namespace(self) -> str:
        """The namespace used where nothing names one: of the settings, else of the kubeconfig's context, else `default`."""
        return self._connection.namespace

    async def read(self, ref: ObjectRef) -> Object:
        """The object; raises `NotFound`. One request, for well-known kinds."""
        resource = await self._resources.find(ref.kind)
        return cleaned(await self._connection.request("GET", resource.path(ref), self._connection.attempt("read", str(ref))))

    async def list_objects(self, kind: Kind, namespace: str, *, labels: str = "", fields: str = "") -> list[Object]:
        """The objects of a kind; `namespace` "" means all namespaces. Selectors as kubectl writes them."""
        resource = await self._resources.find(kind)
        attempt = self._connection.attempt("list", _many(kind, namespace))
        return (await list_all(self._connection, resource, namespace, attempt, labels=labels, fields=fields))[0]

    async def watch(self, ref: ObjectRef) -> AsyncGenerator[Seen, None]:
        """The object now and at every change; close it to end the watch at once. One connection."""
        resource = await self._resources.find(ref.kind)
        resource.path(ref)  # refuses impossible names; as a field selector they would match nothing, for ever
        attempt = self._connection.attempt("watch", str(ref))
        reflection = Reflection(
            self._connection, resource, ref.namespace, attempt, fields=f"metadata.name={_escaped(ref.name)}", rhythm=self._rhythm
        )
        async with aclosing(reflection.snapshots()) as snapshots:
            async for snapshot in snapshots:
                yield Seen(next(iter(snapshot.values()), None))

    async def watch_list(self, kind: Kind, namespace: str, *, labels: str = "") -> AsyncGenerator[Sequence[Object], None]:
        """All matching objects now and after every change, by namespace and name. One connection."""
        resource = await self._resources.find(kind)
        attempt = self._connection.attempt("watch", _many(kind, namespace))
        reflection = Reflection(self._connection, resource, namespace, attempt, labels=labels, rhythm=self._rhythm)
        async with aclosing(reflection.snapshots()) as snapshots:
            async for snapshot in snapshots:
                yield listed(snapshot)

    async def logs(self, pod: ObjectRef, *, container: str = "", previous: bool = False, lines: int = 50) -> str:
        """The last lines of a container's log; raises `NotFound` where there is none."""
        path = (await self._resources.find(pod.kind)).path(pod)
        query = [("tailLines", str(lines)), ("limitBytes", str(LOG_BYTES))]
        query += [("container", container)] if container else []
        query += [("previous", "true")] if previous else []
        what = f"the {'previous ' if previous else ''}log of {pod}" + (f", container {container!r}" if container else "")
        attempt = self._connection.attempt("read", what)
        try:
            return await self._connection.text("GET", f"{path}/log", attempt, query=query)
        except Invalid as error:  # a container that waits, or never ran before, is a bad request to the server
            raise NotFound(error.message) from error

    async def propose(self, request: ChangeRequest, objects: Sequence[Object], *, delete: bool = False, force: bool = False) -> Change:
        """What applying (or deleting) these objects would do, by server-side dry run; writes nothing."""
        return await propose(
            self._connection,
            self._resources,
            request,
            objects,
            namespace=self.namespace,
            salt=self._salt,
            delete=delete,
            force=force,
        )

    async def apply(self, item: Object, *, force: bool = False) -> Object:
        """Server-side apply as field manager `promptops`: one request, for well-known kinds.

        A `metadata.resourceVersion` in it is a precondition. Raises `Conflict`, `Invalid`, `Forbidden`, `NotFound` (its namespace).
        """
        body, resource, ref = await writing.prepared(item, self._resources, self.namespace)
        return await writing.server_side_apply(self._connection, resource, ref, body, force=force)

    async def delete(self, ref: ObjectRef, *, uid: str = "", resource_version: str = "") -> None:
        """Delete exactly this object (background propagation); raises `NotFound`, `Conflict` when a precondition fails."""
        resource = await self._resources.find(ref.kind)
        await writing.delete(self._connection, resource, ref, uid=uid, resource_version=resource_version)


def _escaped(name: str) -> str:
    # apimachinery: fields.EscapeValue. RBAC names may hold these.
    return name.replace("\\", "\\\\").replace(",", "\\,").replace("=", "\\=")


def _many(kind: Kind, namespace: str) -> str:
    return f"{kind.kind} objects in {f'namespace {namespace!r}' if namespace else 'all namespaces'}"
