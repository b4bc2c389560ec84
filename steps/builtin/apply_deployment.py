"""The `apply-deployment` step type: run an image as a Deployment and wait until it is ready."""

import asyncio

from pydantic import Field

from steps.context import Cluster, StepContext
from steps.errors import NotFound, StepError
from steps.model.objects import Object, ObjectRef
from steps.model.outcome import Outcome, Succeeded, Values
from steps.readiness import DEPLOYMENT, EVENT, POD, deployment_ready, selector_text, why_not_ready
from steps.registry import ClusterName, Parameters, step_type
from steps.streams import closing

STEP_LABEL = "workflow.oam.dev/step-name"
PATIENCE = 0.5  # seconds; a Deployment that is ready sooner needs no second watch to say why it is not


class ApplyDeployment(Parameters):
    """What to run, and where."""

    image: str = Field(description="The image of the one container.")
    replicas: int = Field(1, ge=0, description="How many pods.")
    cluster: ClusterName = Field("", description="The cluster; empty is the run's default one.")
    cmd: list[str] | None = Field(None, description="The container's command, instead of the image's own.")


@step_type("apply-deployment", repeatable=True)
async def apply_deployment(ctx: StepContext, params: ApplyDeployment) -> Outcome:
    """Apply a Deployment named as the step, in the run's namespace, and wait until it is ready.

    Outputs: `output.value`, the whole object, and so `output.value.status`. The Deployment, its container and its label
    `workflow.oam.dev/step-name` are named as in KubeVela. Where a Deployment of that name exists its selector, which cannot change, is
    kept. The step waits for as long as it takes: a `timeout` is the workflow's affair. Applying again does no harm.
    """
    cluster = await ctx.open_cluster(params.cluster)
    ref = ObjectRef(DEPLOYMENT, ctx.namespace, ctx.step)
    stored = (await cluster.apply(deployment(ctx, params, await _live(cluster, ref))))[0]
    if not deployment_ready(stored):
        stored = await _Wait(ctx, cluster, ref, stored).until_ready()
    return Succeeded(values=_values(stored))


@apply_deployment.rereads
async def reread(ctx: StepContext, params: ApplyDeployment) -> Values:
    """The Deployment as it is now."""
    cluster = await ctx.open_cluster(params.cluster)
    return _values(await cluster.read(ObjectRef(DEPLOYMENT, ctx.namespace, ctx.step)))


def deployment(ctx: StepContext, params: ApplyDeployment, live: Object | None) -> Object:
    """The manifest; pure. A live selector is kept, and the template gets what it takes to match it."""
    own = {STEP_LABEL: f"{ctx.workflow}-{ctx.step}"}
    spec = (live or {}).get("spec") or {}
    selector = spec.get("selector") or {"matchLabels": own}
    present = ((spec.get("template") or {}).get("metadata") or {}).get("labels") or {}
    # A label that only an expression asks for has no value of its own: the one that the template has now satisfies it.
    expressed = {item["key"]: present[item["key"]] for item in selector.get("matchExpressions") or [] if item["key"] in present}
    container = {"name": ctx.step, "image": params.image, **({"command": params.cmd} if params.cmd else {})}
    return {
        "apiVersion": DEPLOYMENT.api_version,
        "kind": DEPLOYMENT.kind,
        "metadata": {"name": ctx.step, "namespace": ctx.namespace},
        "spec": {
            "replicas": params.replicas,
            "selector": selector,
            "template": {
                "metadata": {"labels": {**own, **expressed, **(selector.get("matchLabels") or {})}},
                "spec": {"containers": [container]},
            },
        },
    }


async def _live(cluster: Cluster, ref: ObjectRef) -> Object | None:
    try:
        return await cluster.read(ref)
    except NotFound:
        return None


def _values(stored: Object) -> Values:
    return {"output": {"value": stored}}


class _Wait:
    """Watch the Deployment until it is ready, and after a moment its pods too, to say why it is not."""

    def __init__(self, ctx: StepContext, cluster: Cluster, ref: ObjectRef, stored: Object) -> None:
        self._ctx = ctx
        self._cluster = cluster
        self._ref = ref
        self._deployment = stored
        self._pods: list[Object] = []
        self._events: list[Object] = []
        self._told = ""

    async def until_ready(self) -> Object:
        """The ready Deployment. Raises `NotFound` when it is deleted meanwhile, `Forbidden` where watching is not allowed."""
        failure: StepError | None = None
        async with asyncio.TaskGroup() as tasks:
            pods = tasks.create_task(self._follow_pods())
            try:
                await self._follow()
            except StepError as error:  # kept and raised below: out of the group it would come wrapped in an ExceptionGroup
                failure = error
            finally:
                pods.cancel()
        if failure is not None:
            raise failure
        return self._deployment

    async def _follow(self) -> None:
        async with closing(self._cluster.watch(self._ref)) as states:
            async for seen in states:
                if seen.object is None:
                    raise NotFound(f"{self._ref} was deleted while the step waited for it; restart the step to apply it again")
                self._deployment = seen.object
                if deployment_ready(seen.object):
                    return
                self._tell()

    async def _follow_pods(self) -> None:
        await self._ctx.clock.sleep_until(self._ctx.clock.now() + PATIENCE)
        labels = selector_text(self._deployment["spec"]["selector"])
        try:
            async with closing(self._cluster.watch_list(POD, self._ref.namespace, labels=labels)) as lists:
                async for pods in lists:
                    self._pods = list(pods)
                    self._events = await self._probes()
                    self._tell()
        except StepError as error:  # the pods only explain; whether it is ready, the Deployment says itself
            self._ctx.log(f"warning: the pods of {self._ref} cannot be watched, so what they wait for is not shown: {error.message}")

    async def _probes(self) -> list[Object]:
        """The events of a pod that runs and is not ready: a failing probe shows nowhere else."""
        for pod in self._pods:
            statuses = (pod.get("status") or {}).get("containerStatuses") or []
            if any("running" in (item.get("state") or {}) and not item.get("ready") for item in statuses):
                fields = f"involvedObject.uid={pod['metadata']['uid']}"
                return await self._cluster.list_objects(EVENT, self._ref.namespace, fields=fields)
        return []

    def _tell(self) -> None:
        why = why_not_ready(self._deployment, self._pods, self._events)
        if why != self._told:
            self._told = why
            self._ctx.progress(why)
