"""What applying or deleting objects would do: the `Change` that people approve, computed by server-side dry run. Writes nothing."""

from collections.abc import Sequence

from kube.apply import prepared, server_side_apply
from kube.concurrency import together
from kube.connection import Connection
from kube.difference import changed, created, masked
from kube.errors import Outdated
from kube.resources import Resource, Resources
from steps.changes import Change, ChangeRequest, ObjectChange
from steps.errors import Conflict, Forbidden, NotFound
from steps.model.objects import Kind, Object, ObjectRef

NAMESPACE = Kind("v1", "Namespace")
_CLUSTER_IDENTITY = ObjectRef(NAMESPACE, "", "kube-system")  # its uid is the usual name of a cluster: it is never made again
_REVIEW = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
_DEFINITION = "CustomResourceDefinition"
_TRIES = 3


async def propose(
    connection: Connection,
    resources: Resources,
    request: ChangeRequest,
    objects: Sequence[Object],
    *,
    namespace: str,
    salt: bytes,
    delete: bool = False,
    force: bool = False,
) -> Change:
    """The change; `salt` keeps the marks of Secret values from being guessed and must stay the same while an approval waits.

    Raises `Conflict` with the owners of the fields where the apply itself would, and `NotFound` for a delete of what is not there.
    """
    cluster_uid, identity = await together(_cluster_uid(connection, resources), _identity(connection))
    changes: list[ObjectChange] = []
    for item in objects:
        try:
            body, resource, ref = await prepared(item, resources, namespace)
        except NotFound:
            if delete or not any(change.ref.kind.kind == _DEFINITION for change in changes):
                raise
            unseen = ObjectRef.of(item, namespace)  # its kind comes with the CRD; whether it has namespaces is not known yet
            changes.append(ObjectChange(unseen, "create", item, fields=created(item), checked=False))
            continue
        if delete:
            changes.append(await _deletion(connection, resource, ref))
        else:
            coming = any(change.ref.kind == NAMESPACE and change.ref.name == ref.namespace for change in changes)
            changes.append(await _application(connection, resource, ref, body, salt=salt, force=force, coming=coming))
    return Change(request, connection.name, connection.server, cluster_uid, identity, tuple(changes), force)


async def _application(
    connection: Connection, resource: Resource, ref: ObjectRef, body: Object, *, salt: bytes, force: bool, coming: bool
) -> ObjectChange:
    rendered = masked(body, salt)
    for left in reversed(range(_TRIES)):
        live = await _live(connection, resource, ref)
        if live is None:
            try:
                await server_side_apply(connection, resource, ref, body, dry_run=True)
            except NotFound:
                if not coming:
                    raise
                return ObjectChange(ref, "create", rendered, fields=created(rendered), checked=False)
            return ObjectChange(ref, "create", rendered, fields=created(rendered))
        version = str(live["metadata"].get("resourceVersion", ""))
        # With the version just read as its precondition, the dry run and the read speak of the same state.
        based = {**body, "metadata": {"resourceVersion": version, **body["metadata"]}}
        try:
            result = await server_side_apply(connection, resource, ref, based, force=force, dry_run=True)
        except Outdated:
            if not left or "resourceVersion" in body["metadata"]:
                raise
            continue
        fields = changed(masked(live, salt), masked(result, salt), rendered)
        return ObjectChange(ref, "update" if fields else "unchanged", rendered, str(live["metadata"]["uid"]), version, fields)
    raise Conflict(f"{ref} in cluster {connection.name!r} changed faster than it could be compared")  # pragma: no cover


async def _deletion(connection: Connection, resource: Resource, ref: ObjectRef) -> ObjectChange:
    live = await _live(connection, resource, ref)
    if live is None:
        raise NotFound(f"{connection.attempt('delete', str(ref))}: there is no such object")
    metadata = {key: value for key, value in (("namespace", ref.namespace), ("name", ref.name)) if value}
    rendered = {"apiVersion": ref.kind.api_version, "kind": ref.kind.kind, "metadata": metadata}
    return ObjectChange(ref, "delete", rendered, str(live["metadata"]["uid"]), str(live["metadata"].get("resourceVersion", "")))


async def _live(connection: Connection, resource: Resource, ref: ObjectRef) -> Object | None:
    try:
        return await connection.request("GET", resource.path(ref), connection.attempt("read", str(ref)))
    except NotFound:
        return None


async def _cluster_uid(connection: Connection, resources: Resources) -> str:
    # Read every time: behind the same address there may be another cluster by now, and then the approval is not for it.
    resource = await resources.find(NAMESPACE)
    found = await connection.request("GET", resource.path(_CLUSTER_IDENTITY), connection.attempt("read", str(_CLUSTER_IDENTITY)))
    return str(found["metadata"]["uid"])


async def _identity(connection: Connection) -> str:
    body: Object = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
    try:
        answer = await connection.request("POST", _REVIEW, connection.attempt("ask", "who we are"), body=body)
    except (NotFound, Forbidden):  # before Kubernetes 1.28 nobody can be asked
        return connection.user
    return str(((answer.get("status") or {}).get("userInfo") or {}).get("username") or connection.user)
