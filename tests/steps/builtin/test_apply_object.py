"""The `apply-object` step type."""

from typing import Any

import pytest

from steps.builtin.apply_object import ApplyObject, apply_object
from steps.changes import Change, ChangeRequest
from steps.errors import Invalid, NeedsApproval
from steps.model.outcome import Succeeded
from tests.fakes.cluster import FakeCluster
from tests.fakes.context import step_context


def config_map(**metadata: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings", **metadata}, "data": {"a": "1"}}


async def test_the_object_is_applied_and_is_the_output() -> None:
    cluster = FakeCluster()
    outcome = await apply_object(step_context(clusters={"test": cluster}), ApplyObject(value=config_map(namespace="shop"), cluster="test"))
    (stored,) = cluster.objects.values()
    assert outcome == Succeeded(values={"output": {"value": stored}, "apply": {"value": stored}})
    assert cluster.calls == ["apply ConfigMap shop/settings"]


async def test_an_object_without_a_namespace_goes_to_that_of_the_run() -> None:
    cluster = FakeCluster()
    await apply_object(step_context(clusters={"": cluster}, namespace="team"), ApplyObject(value=config_map()))
    assert cluster.calls == ["apply ConfigMap team/settings"]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({}, "has no apiVersion and no kind and no metadata.name"),
        ({"apiVersion": "v1", "kind": "ConfigMap"}, "has no metadata.name"),
        ({"apiVersion": "v1", "kind": 3, "metadata": {"name": "x"}}, "has no kind"),
        ({"apiVersion": "v1", "kind": "ConfigMap", "metadata": "x"}, "`value.metadata` is 'x'"),
    ],
)
async def test_what_names_no_object_is_refused_before_anything_is_asked(value: dict[str, Any], words: str) -> None:
    with pytest.raises(Invalid, match=words):
        await apply_object(step_context(), ApplyObject(value=value))


async def test_a_protected_cluster_asks() -> None:
    question = NeedsApproval(Change(ChangeRequest("run-1", "step", 1), "prod", "", "", "", ()))
    with pytest.raises(NeedsApproval) as raised:
        await apply_object(step_context(clusters={"": FakeCluster(refusals={"apply": question})}), ApplyObject(value=config_map()))
    assert raised.value is question
