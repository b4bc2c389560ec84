"""The step types end to end, on the embedded cluster, which counts requests and runs pods at once."""

import asyncio
import dataclasses
import itertools
from typing import Any

import pytest

from kube.cluster import KubeCluster
from sandbox.kubernetes.requests import RequestLog
from steps.builtin.apply_deployment import ApplyDeployment, apply_deployment
from steps.builtin.delete_object import DeleteObject, delete_object
from steps.changes import Change, ChangeRequest
from steps.engine.guard import ClosedGate, GuardedCluster
from steps.errors import Conflict, NeedsApproval, NotFound
from steps.model.objects import Kind, Object
from steps.model.outcome import Succeeded
from steps.ports import Gate
from tests.fakes.clock import ManualClock
from tests.fakes.context import RecordingContext, step_context
from tests.kube.conftest import SALT, Place
from tests.kube.unguarded import Unguarded

DEPLOYMENT = Kind("apps/v1", "Deployment")
LABEL = "workflow.oam.dev/step-name"

pytestmark = pytest.mark.parametrize("place", ["embedded"], indirect=True)


class SystemClock:
    """The loop's own time: these tests wait for real sockets."""

    def now(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep_until(self, at: float) -> None:
        await asyncio.sleep(at - self.now())


def context(place: Place, workflow: str = "chat-gpt", **more: Any) -> RecordingContext:
    clusters = {"": Unguarded(place.cluster)}
    fields = {"clock": SystemClock(), "clusters": clusters, "workflow": workflow, "step": "apply", "namespace": place.namespace}
    return step_context(**{**fields, **more})


def seen(log: RequestLog) -> list[str]:
    """The requests to Deployments and Pods, as verb and kind."""
    found = []
    for request in log:
        collection = request.path.rpartition("/namespaces/")[2].split("/")[1:]
        verb = "WATCH" if "watch=true" in request.query else "LIST" if request.method == "GET" and len(collection) == 1 else request.method
        found.append(f"{verb} {collection[0]}")
    return found


async def test_a_deployment_becomes_ready_in_four_requests_and_again_in_two(place: Place) -> None:
    assert place.requests is not None
    place.requests.clear()
    patient = context(place, clock=ManualClock())
    outcome = await apply_deployment(patient, ApplyDeployment(image="nginx"))
    assert isinstance(outcome, Succeeded)
    assert outcome.values["output"]["value"]["status"]["availableReplicas"] == 1
    most = ["GET deployments", "PATCH deployments", "LIST deployments", "WATCH deployments"]
    assert seen(place.requests) == most[: len(seen(place.requests))]
    place.requests.clear()
    await apply_deployment(context(place), ApplyDeployment(image="nginx"))
    assert seen(place.requests) == ["GET deployments", "PATCH deployments"]


async def test_a_broken_image_is_told_in_the_registrys_words(place: Place) -> None:
    told: list[str] = []
    quoted = asyncio.Event()

    def progress(line: str) -> None:
        told.append(line)
        if "pull access denied" in line:
            quoted.set()

    ctx = context(place, progress=progress)
    async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
        step = tasks.create_task(run(ctx, ApplyDeployment(image="invalid")))
        await quoted.wait()
        step.cancel()
    assert any(line.startswith("0 of 1 ready; pod apply-") and "ErrImagePull" in line for line in told)


async def run(ctx: RecordingContext, params: ApplyDeployment) -> None:
    await apply_deployment(ctx, params)


def orders() -> list[Any]:
    """The article's workflows that share the Deployment `apply`, in every order, each order twice over."""
    workflows = ["chat-gpt", "chat-gpt-diagnose", "chat-gpt-quality-gate"]
    return [pytest.param([*order, *order], id=">".join(order)) for order in itertools.permutations(workflows)]


@pytest.mark.parametrize("order", orders())
async def test_workflows_that_share_a_deployment_run_in_every_order(place: Place, order: list[str]) -> None:
    kept = f"{order[0]}-apply"
    for workflow in order:
        broken = workflow == "chat-gpt-diagnose"
        params = ApplyDeployment(image="invalid" if broken else "nginx")
        try:
            async with asyncio.timeout(0.1 if broken else 20):
                await apply_deployment(context(place, workflow), params)
        except TimeoutError:
            assert broken
        live = await place.cluster.read(place.named(DEPLOYMENT, "apply"))
        assert live["spec"]["selector"] == {"matchLabels": {LABEL: kept}}
        assert [(item["name"], item["image"]) for item in live["spec"]["template"]["spec"]["containers"]] == [("apply", params.image)]


async def test_a_command_of_an_earlier_run_does_not_stay(place: Place) -> None:
    await apply_deployment(context(place), ApplyDeployment(image="nginx", cmd=["sleep", "infinity"]))
    await apply_deployment(context(place), ApplyDeployment(image="nginx"))
    live = await place.cluster.read(place.named(DEPLOYMENT, "apply"))
    assert "command" not in live["spec"]["template"]["spec"]["containers"][0]


async def test_a_deployment_of_somebody_else_is_not_taken_over(place: Place) -> None:
    labels = {"app": "theirs"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "apply", "image": "theirs"}]}}
    item: Object = place.item(DEPLOYMENT, "apply", spec={"replicas": 2, "selector": {"matchLabels": labels}, "template": template})
    await place.as_other(item, "helm")
    with pytest.raises(Conflict, match=r"'helm' owns .*\.image.*replicas|'helm' owns .*replicas.*\.image"):
        await apply_deployment(context(place), ApplyDeployment(image="nginx"))


async def test_a_deployment_is_deleted_with_its_pods_and_the_step_waits_for_it(place: Place) -> None:
    await apply_deployment(context(place), ApplyDeployment(image="nginx"))
    params = DeleteObject.model_validate({"apiVersion": "apps/v1", "kind": "Deployment", "name": "apply"})
    for deleted in (True, False):
        async with asyncio.timeout(20):
            outcome = await delete_object(context(place), params)
        assert isinstance(outcome, Succeeded)
        assert outcome.values == {"output": {"deleted": deleted}}


class Approver:
    """Approves the changes whose digests it was given."""

    def __init__(self, *digests: str) -> None:
        self._digests = digests

    async def approved(self, change: Change) -> bool:
        return change.digest in self._digests


async def test_on_a_protected_cluster_exactly_the_approved_change_is_written(place: Place) -> None:
    protected = await KubeCluster.open(dataclasses.replace(place.settings, protected=True), salt=SALT)
    request = ChangeRequest("run-1", "apply", 1)
    ref = place.named(DEPLOYMENT, "apply")

    async def attempt(image: str, gate: Gate) -> None:
        clusters = {"": GuardedCluster(protected, gate, request)}
        ctx = step_context(clock=SystemClock(), clusters=clusters, workflow="release", step="apply", namespace=place.namespace)
        await apply_deployment(ctx, ApplyDeployment(image=image))

    try:
        with pytest.raises(NeedsApproval, match=r"approval needed to create Deployment .*/apply") as asked:
            await attempt("nginx:1", ClosedGate())
        with pytest.raises(NotFound):
            await place.cluster.read(ref)
        approver = Approver(asked.value.change.digest)
        with pytest.raises(NeedsApproval):
            await attempt("nginx:2", approver)
        await attempt("nginx:1", approver)
        live = await place.cluster.read(ref)
        assert live["spec"]["template"]["spec"]["containers"][0]["image"] == "nginx:1"
        await attempt("nginx:1", ClosedGate())  # nothing would change, so nobody is asked
        with pytest.raises(NeedsApproval) as asked:
            await attempt("nginx:2", approver)
        assert [str(field) for field in asked.value.change.objects[0].fields] == [
            '~ .spec.template.spec.containers[name=apply].image: "nginx:1" → "nginx:2"'
        ]
    finally:
        await protected.close()
