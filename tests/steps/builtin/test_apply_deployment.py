"""The `apply-deployment` step type: what it applies, how it waits, and what people read meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from pydantic import ValidationError

from steps.builtin.apply_deployment import ApplyDeployment, apply_deployment, deployment
from steps.changes import Change, ChangeRequest
from steps.errors import Forbidden, NeedsApproval, NotFound
from steps.model.objects import Kind, Object, ObjectRef
from steps.model.outcome import Outcome, Succeeded
from tests.fakes.clock import ManualClock
from tests.fakes.cluster import FakeCluster, until
from tests.fakes.context import RecordingContext, step_context

REF = ObjectRef(Kind("apps/v1", "Deployment"), "default", "apply")
NGINX = ApplyDeployment(image="nginx")
LABEL = "workflow.oam.dev/step-name"


def context(cluster: FakeCluster, clock: ManualClock | None = None, **more: Any) -> RecordingContext:
    return step_context(clusters={"": cluster}, clock=clock, **{"step": "apply", "workflow": "chat-gpt", **more})


def manifest(image: str = "nginx", step_name: str = "chat-gpt-apply") -> Object:
    labels = {LABEL: step_name}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "apply", "namespace": "default"},
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "apply", "image": image}]}},
        },
    }


def ready(item: Object) -> dict[str, Any]:
    return {"observedGeneration": item["metadata"]["generation"], "replicas": 1, "updatedReplicas": 1, "availableReplicas": 1}


def pod(**state: Any) -> Object:
    status = {"containerStatuses": [{"name": "apply", "ready": False, "state": state}]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "apply-x", "namespace": "default"}, "status": status}


@asynccontextmanager
async def running(ctx: RecordingContext, params: ApplyDeployment = NGINX) -> AsyncIterator["asyncio.Task[Outcome]"]:
    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        yield tasks.create_task(execute(ctx, params))


async def lose_patience(clock: ManualClock) -> None:
    await until(lambda: clock.alarms, "the step waits for the clock")
    clock.advance(0.5)


async def execute(ctx: RecordingContext, params: ApplyDeployment) -> Outcome:
    return await apply_deployment(ctx, params)


def test_a_new_deployment_is_named_and_labelled_as_in_kubevela() -> None:
    assert deployment(context(FakeCluster()), NGINX, None) == manifest()


def test_a_command_and_replicas_are_taken_over() -> None:
    item = deployment(context(FakeCluster()), ApplyDeployment(image="nginx", replicas=3, cmd=["sh", "-c", "x"]), None)
    assert item["spec"]["replicas"] == 3
    assert item["spec"]["template"]["spec"]["containers"] == [{"name": "apply", "image": "nginx", "command": ["sh", "-c", "x"]}]


def test_the_selector_of_an_existing_deployment_is_kept_and_the_template_matches_it() -> None:
    live = manifest(step_name="chat-gpt-diagnose-apply")
    item = deployment(context(FakeCluster()), NGINX, live)
    assert item["spec"]["selector"] == live["spec"]["selector"]
    assert item["spec"]["template"]["metadata"]["labels"] == {LABEL: "chat-gpt-diagnose-apply"}


def test_a_foreign_selector_is_satisfied_with_its_expressions() -> None:
    live = {
        "spec": {
            "selector": {"matchLabels": {"app": "web"}, "matchExpressions": [{"key": "tier", "operator": "In", "values": ["a", "b"]}]},
            "template": {"metadata": {"labels": {"app": "web", "tier": "b", "other": "1"}}},
        }
    }
    template = deployment(context(FakeCluster()), NGINX, live)["spec"]["template"]
    assert template["metadata"]["labels"] == {LABEL: "chat-gpt-apply", "app": "web", "tier": "b"}


@pytest.mark.parametrize(
    "properties", [{}, {"image": "nginx", "replicas": -1}, {"image": "nginx", "cmd": "sh"}, {"image": "n", "tag": "1"}]
)
def test_wrong_parameters_are_refused(properties: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ApplyDeployment.model_validate(properties)


async def test_it_waits_until_the_deployment_is_ready_and_outputs_the_whole_object() -> None:
    cluster = FakeCluster()
    async with running(ctx := context(cluster)) as step:
        await cluster.idle(1)
        assert not step.done()
        live = cluster.put(cluster.objects[REF], **ready(cluster.objects[REF]))
    assert step.result() == Succeeded(values={"output": {"value": live}})
    assert ctx.progressed == ["waiting for the Deployment controller to see the change"]
    assert +cluster.open_watches == {}


async def test_a_deployment_that_is_ready_at_once_is_not_watched() -> None:
    cluster = FakeCluster()
    item = manifest()
    item["metadata"]["generation"] = 0
    cluster.put(item, observedGeneration=1, replicas=1, updatedReplicas=1, availableReplicas=1)
    assert isinstance(await apply_deployment(context(cluster), NGINX), Succeeded)
    assert cluster.calls == ["read Deployment default/apply", "apply Deployment default/apply"]


async def test_its_pods_are_watched_only_when_it_takes_longer_and_say_why() -> None:
    cluster, clock = FakeCluster(), ManualClock()
    async with running(ctx := context(cluster, clock)) as step:
        await cluster.idle(1)
        cluster.put(cluster.objects[REF], observedGeneration=1, replicas=1, updatedReplicas=1)
        await cluster.idle(1)
        assert "watch_list" not in str(cluster.calls)
        await lose_patience(clock)
        await cluster.idle(2)
        assert f"watch_list Pod {LABEL}=chat-gpt-apply" in cluster.calls
        for reason, message in [("ContainerCreating", ""), ("ErrImagePull", "pull access denied"), ("ErrImagePull", "pull access denied")]:
            cluster.put(pod(waiting={"reason": reason, "message": message}))
            await cluster.idle(2)
        cluster.put(cluster.objects[REF], **ready(cluster.objects[REF]))
    assert isinstance(step.result(), Succeeded)
    assert ctx.progressed == [
        "waiting for the Deployment controller to see the change",
        "0 of 1 ready",
        "0 of 1 ready; pod apply-x: ErrImagePull: pull access denied",
    ]
    assert +cluster.open_watches == {}


async def test_a_failing_probe_is_told_from_the_pods_events() -> None:
    event = {
        "apiVersion": "v1", "kind": "Event", "metadata": {"name": "e", "namespace": "default"}, "type": "Warning",
        "reason": "Unhealthy", "message": "Readiness probe failed: 503", "involvedObject": {"uid": "uid-apply-x"},
    }  # fmt: skip
    cluster, clock = FakeCluster(objects=[pod(running={}), event]), ManualClock()
    async with running(ctx := context(cluster, clock)):
        await cluster.idle(1)
        cluster.put(cluster.objects[REF], observedGeneration=1, replicas=1, updatedReplicas=1)
        await cluster.idle(1)
        await lose_patience(clock)
        await cluster.idle(2)
        assert "list_objects Event involvedObject.uid=uid-apply-x" in cluster.calls
        cluster.put(cluster.objects[REF], **ready(cluster.objects[REF]))
    assert ctx.progressed[-1] == "0 of 1 ready; pod apply-x: Unhealthy: Readiness probe failed: 503"


async def test_pods_that_may_not_be_watched_cost_only_their_explanation() -> None:
    cluster, clock = FakeCluster(refusals={"watch_list": Forbidden("no")}), ManualClock()
    async with running(ctx := context(cluster, clock)) as step:
        await cluster.idle(1)
        await lose_patience(clock)
        await until(lambda: ctx.logged, "the step logs")
        cluster.put(cluster.objects[REF], **ready(cluster.objects[REF]))
    assert isinstance(step.result(), Succeeded)
    assert ctx.logged == ["warning: the pods of Deployment default/apply cannot be watched, so what they wait for is not shown: no"]


async def test_a_deployment_deleted_meanwhile_fails_the_step() -> None:
    cluster = FakeCluster()

    async def delete() -> None:
        await cluster.idle(1)
        cluster.remove(REF)

    with pytest.raises(NotFound, match="Deployment default/apply was deleted while the step waited for it; restart the step"):
        await asyncio.gather(apply_deployment(context(cluster), NGINX), delete())
    assert +cluster.open_watches == {}


async def test_a_watch_that_is_not_allowed_fails_the_step_with_its_own_error() -> None:
    with pytest.raises(Forbidden, match=r"^no$"):
        await apply_deployment(context(FakeCluster(refusals={"watch": Forbidden("no")})), NGINX)


async def test_the_time_out_of_the_engine_ends_the_wait_and_closes_the_watches() -> None:
    cluster, clock = FakeCluster(), ManualClock()
    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        step = tasks.create_task(execute(context(cluster, clock), NGINX))
        await cluster.idle(1)
        await lose_patience(clock)
        await cluster.idle(2)
        step.cancel()
    assert step.cancelled()
    assert +cluster.open_watches == {}


async def test_a_protected_cluster_asks_before_anything_is_written() -> None:
    question = NeedsApproval(Change(ChangeRequest("run-1", "apply", 1), "prod", "", "", "", ()))
    cluster = FakeCluster("prod", protected=True, refusals={"apply": question})
    with pytest.raises(NeedsApproval) as raised:
        await apply_deployment(context(cluster), NGINX)
    assert raised.value is question
    assert cluster.objects == {}


async def test_after_a_time_out_the_object_is_read_again_and_not_applied() -> None:
    cluster = FakeCluster(objects=[manifest()])
    assert apply_deployment.reread is not None
    assert await apply_deployment.reread(context(cluster), NGINX) == {"output": {"value": cluster.objects[REF]}}
    assert cluster.calls == ["read Deployment default/apply"]


def test_it_may_be_repeated_after_a_crash() -> None:
    assert apply_deployment.repeatable
    assert apply_deployment.help == "Apply a Deployment named as the step, in the run's namespace, and wait until it is ready."
