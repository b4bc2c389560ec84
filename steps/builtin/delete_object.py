"""The `delete-object` step type: delete one object and wait until it is gone. KubeVela has no such type."""

from pydantic import Field

from steps.context import Cluster, StepContext
from steps.errors import NotFound
from steps.model.objects import Kind, Object, ObjectRef
from steps.model.outcome import Outcome, Succeeded
from steps.registry import ClusterName, Parameters, step_type
from steps.streams import closing


class DeleteObject(Parameters):
    """Which object."""

    api_version: str = Field(description="Its apiVersion, for example apps/v1.")
    kind: str = Field(description="Its kind, for example Deployment.")
    name: str = Field(description="Its name.")
    namespace: str = Field("", description="Its namespace; without it the run's.")
    cluster: ClusterName = Field("", description="The cluster; empty is the run's default one.")
    ignore_not_found: bool = Field(default=True, description="Succeed where there is no such object.")


@step_type("delete-object", repeatable=True)
async def delete_object(ctx: StepContext, params: DeleteObject) -> Outcome:
    """Delete exactly one object, with what it owns, and wait until it is gone.

    Outputs: `output.deleted`, false where there was nothing to delete; also after a crash in the middle, when the object is gone by
    then. An object of the same name that somebody makes meanwhile is another one and stays.
    """
    cluster = await ctx.open_cluster(params.cluster)
    ref = ObjectRef(Kind(params.api_version, params.kind), params.namespace or ctx.namespace, params.name)
    try:
        uid = _uid(await cluster.read(ref))
        await cluster.delete(ref)
    except NotFound:
        if not params.ignore_not_found:
            raise
        return Succeeded(values={"output": {"deleted": False}}, message=f"{ref} does not exist")
    await _gone(ctx, cluster, ref, uid)
    return Succeeded(values={"output": {"deleted": True}})


async def _gone(ctx: StepContext, cluster: Cluster, ref: ObjectRef, uid: str) -> None:
    told = ""
    async with closing(cluster.watch(ref)) as states:
        async for seen in states:
            if seen.object is None or _uid(seen.object) != uid:
                return
            if (waiting := _waits_for(ref, seen.object)) != told:
                told = waiting
                ctx.progress(told)


def _waits_for(ref: ObjectRef, item: Object) -> str:
    finalizers = (item.get("metadata") or {}).get("finalizers") or []
    return f"{ref} is being deleted" + (f"; finalizers still to run: {', '.join(finalizers)}" if finalizers else "")


def _uid(item: Object) -> str:
    return str((item.get("metadata") or {}).get("uid"))
