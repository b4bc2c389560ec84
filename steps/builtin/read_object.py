"""The `read-object` step type: read any object."""

from pydantic import Field

from steps.context import StepContext
from steps.errors import StepError
from steps.model.objects import Kind, ObjectRef
from steps.model.outcome import Succeeded
from steps.registry import ClusterName, Parameters, step_type


class ReadObject(Parameters):
    """Which object, with KubeVela's defaults."""

    api_version: str = Field("core.oam.dev/v1beta1", description="Its apiVersion.")
    kind: str = Field("Application", description="Its kind.")
    name: str = Field(description="Its name.")
    namespace: str = Field("default", description="Its namespace; of no meaning for cluster-scoped kinds.")
    cluster: ClusterName = Field("", description="The cluster; empty is the run's default one.")


@step_type("read-object", repeatable=True)
async def read_object(ctx: StepContext, params: ReadObject) -> Succeeded:
    """Read an object; never fails: what went wrong is in `output.err`.

    Outputs: `output.value`, the object. Where it cannot be read, `output.err` says why, `output.value` repeats what was asked for (both
    as KubeVela), and the step's log carries a warning (KubeVela hides it).
    """
    cluster = await ctx.open_cluster(params.cluster)
    ref = ObjectRef(Kind(params.api_version, params.kind), params.namespace, params.name)
    try:
        return Succeeded(values={"output": {"value": await cluster.read(ref)}})
    except StepError as error:
        ctx.log(f"warning: {ref} could not be read, and the step goes on without it: {error.message}")
        asked = {"apiVersion": params.api_version, "kind": params.kind, "metadata": {"name": params.name, "namespace": params.namespace}}
        return Succeeded(values={"output": {"value": asked, "err": error.message}}, message=f"not read: {error.message}")
