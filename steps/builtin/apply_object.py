"""The `apply-object` step type: apply any object."""

from typing import Any

from pydantic import Field

from steps.context import StepContext
from steps.errors import Invalid
from steps.model.objects import Object
from steps.model.outcome import Succeeded
from steps.registry import ClusterName, Parameters, step_type


class ApplyObject(Parameters):
    """The object, and where."""

    value: dict[str, Any] = Field(description="The object; without metadata.namespace it goes to the run's namespace.")
    cluster: ClusterName = Field("", description="The cluster; empty is the run's default one.")


@step_type("apply-object", repeatable=True)
async def apply_object(ctx: StepContext, params: ApplyObject) -> Succeeded:
    """Apply an object by server-side apply, without waiting until it is ready.

    Outputs: `output.value` and, as in KubeVela, `apply.value`: the object as the server stored it. Fields that other managers own are
    not taken from them: the step then fails and names the owners. KubeVela's default namespace is `default`; here it is the run's.
    """
    item = applicable(params.value, ctx.namespace)
    cluster = await ctx.open_cluster(params.cluster)
    stored = (await cluster.apply(item))[0]
    return Succeeded(values={"output": {"value": stored}, "apply": {"value": stored}})


def applicable(value: Object, namespace: str) -> Object:
    """The object with a namespace; raises `Invalid` for what cannot name an object. Cluster-scoped kinds lose it again in the adapter."""
    metadata = value.get("metadata")
    if metadata is not None and not isinstance(metadata, dict):
        raise Invalid(f"`value.metadata` is {metadata!r}; it needs to be a map with a name")
    names = {"apiVersion": value.get("apiVersion"), "kind": value.get("kind"), "metadata.name": (metadata or {}).get("name")}
    wrong = [key for key, text in names.items() if not isinstance(text, str) or not text]
    if wrong:
        raise Invalid(f"`value` has no {' and no '.join(wrong)}; every object needs apiVersion, kind and metadata.name, as text")
    return {**value, "metadata": {**(metadata or {}), "namespace": (metadata or {}).get("namespace") or namespace}}
