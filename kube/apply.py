"""Server-side apply and delete: how a write looks on the wire. What may be written is decided elsewhere."""

from kube.connection import APPLY, Connection
from kube.resources import Resource, Resources
from kube.watching import cleaned
from steps.errors import Invalid
from steps.model.objects import Kind, Object, ObjectRef

FIELD_MANAGER = "promptops"


async def prepared(item: Object, resources: Resources, namespace: str) -> tuple[Object, Resource, ObjectRef]:
    """An object ready to be applied, where it lives, and its name.

    A namespaced object without a namespace gets `namespace`; one of a cluster-scoped kind loses its own. Raises `Invalid` when
    apiVersion, kind or name is missing.
    """
    metadata = item.get("metadata") or {}
    names = {"apiVersion": item.get("apiVersion"), "kind": item.get("kind"), "metadata.name": metadata.get("name")}
    missing = [key for key, value in names.items() if not value]
    if missing:
        raise Invalid(f"the object to apply has no {' and no '.join(missing)}; every object needs apiVersion, kind and metadata.name")
    resource = await resources.find(Kind(str(item["apiVersion"]), str(item["kind"])))
    # An object that was read and is applied again still has managedFields, which the server refuses.
    kept = {key: value for key, value in metadata.items() if key not in {"managedFields", "namespace"}}
    if resource.namespaced:
        kept["namespace"] = str(metadata.get("namespace") or namespace)
    body = {**item, "metadata": kept}
    return body, resource, ObjectRef.of(body)


async def server_side_apply(
    connection: Connection, resource: Resource, ref: ObjectRef, body: Object, *, force: bool = False, dry_run: bool = False
) -> Object:
    """The object as the server stored it, or would store it; with its defaults, without managedFields."""
    query = [("fieldManager", FIELD_MANAGER)]
    if force:
        query.append(("force", "true"))
    if dry_run:
        query.append(("dryRun", "All"))
    attempt = connection.attempt("dry-run" if dry_run else "apply", str(ref))
    return cleaned(await connection.request("PATCH", resource.path(ref), attempt, query=query, body=body, content_type=APPLY))


async def delete(connection: Connection, resource: Resource, ref: ObjectRef, *, uid: str = "", resource_version: str = "") -> None:
    """Delete exactly this object; what it owns goes in the background."""
    given = {"uid": uid, "resourceVersion": resource_version}
    preconditions = {key: value for key, value in given.items() if value}
    body: Object = {"apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": "Background"}
    if preconditions:
        body["preconditions"] = preconditions
    await connection.request("DELETE", resource.path(ref), connection.attempt("delete", str(ref)), body=body)
