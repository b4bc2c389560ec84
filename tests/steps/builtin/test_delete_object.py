"""The `delete-object` step type."""

import asyncio
from typing import Any

import pytest

from steps.builtin.delete_object import DeleteObject, delete_object
from steps.changes import Change, ChangeRequest
from steps.errors import NeedsApproval, NotFound
from steps.model.objects import Kind, Object, ObjectRef
from steps.model.outcome import Succeeded
from tests.fakes.cluster import FakeCluster
from tests.fakes.context import step_context

REF = ObjectRef(Kind("v1", "ConfigMap"), "default", "settings")
DELETED = Succeeded(values={"output": {"deleted": True}})


def config_map(**metadata: Any) -> Object:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings", "namespace": "default", **metadata}}


def asked(**more: Any) -> DeleteObject:
    return DeleteObject.model_validate({"apiVersion": "v1", "kind": "ConfigMap", "name": "settings", **more})


async def test_the_object_is_deleted_from_the_namespace_of_the_run() -> None:
    cluster = FakeCluster(objects=[config_map()])
    assert await delete_object(step_context(clusters={"": cluster}), asked()) == DELETED
    assert cluster.objects == {}
    assert cluster.calls == ["read ConfigMap default/settings", "delete ConfigMap default/settings", "watch ConfigMap default/settings"]


async def test_it_waits_for_finalizers_and_names_them() -> None:
    cluster = FakeCluster(objects=[config_map(finalizers=["shop.example/refund"])], finalizing=True)
    ctx = step_context(clusters={"": cluster})

    async def finalize() -> None:
        await cluster.idle(1)
        cluster.remove(REF)

    async with asyncio.timeout(5):
        outcome, _ = await asyncio.gather(delete_object(ctx, asked()), finalize())
    assert outcome == DELETED
    assert ctx.progressed == ["ConfigMap default/settings is being deleted; finalizers still to run: shop.example/refund"]
    assert +cluster.open_watches == {}


async def test_another_object_of_the_same_name_is_not_waited_for() -> None:
    cluster = FakeCluster(objects=[config_map()], finalizing=True)

    async def replace() -> None:
        await cluster.idle(1)
        cluster.put(config_map(uid="another"))

    async with asyncio.timeout(5):
        outcome, _ = await asyncio.gather(delete_object(step_context(clusters={"": cluster}), asked()), replace())
    assert outcome == DELETED
    assert REF in cluster.objects


async def test_what_does_not_exist_is_nothing_to_delete() -> None:
    outcome = await delete_object(step_context(clusters={"": FakeCluster()}), asked(namespace="shop"))
    assert outcome == Succeeded(values={"output": {"deleted": False}}, message="ConfigMap shop/settings does not exist")


async def test_a_missing_object_is_an_error_where_the_workflow_says_so() -> None:
    with pytest.raises(NotFound, match="ConfigMap default/settings not found"):
        await delete_object(step_context(clusters={"": FakeCluster()}), asked(ignoreNotFound=False))


async def test_a_protected_cluster_asks() -> None:
    question = NeedsApproval(Change(ChangeRequest("run-1", "step", 1), "prod", "", "", "", ()))
    cluster = FakeCluster(objects=[config_map()], refusals={"delete": question})
    with pytest.raises(NeedsApproval) as raised:
        await delete_object(step_context(clusters={"": cluster}), asked())
    assert raised.value is question
    assert REF in cluster.objects
