"""The `read-object` step type."""

import pytest

from steps.builtin.read_object import ReadObject, read_object
from steps.errors import Forbidden, NotFound, StepError, Unreachable
from steps.model.outcome import Succeeded
from tests.fakes.cluster import FakeCluster
from tests.fakes.context import step_context

POD = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "namespace": "shop"}}
ASK = ReadObject.model_validate({"apiVersion": "v1", "kind": "Pod", "name": "web", "namespace": "shop"})


async def test_the_object_is_the_output() -> None:
    cluster = FakeCluster(objects=[POD])
    outcome = await read_object(step_context(clusters={"": cluster}), ASK)
    assert outcome == Succeeded(values={"output": {"value": next(iter(cluster.objects.values()))}})


def test_the_defaults_are_those_of_kubevela() -> None:
    params = ReadObject.model_validate({"name": "shop"})
    assert (params.api_version, params.kind, params.namespace, params.cluster) == ("core.oam.dev/v1beta1", "Application", "default", "")


@pytest.mark.parametrize("error", [NotFound("gone"), Forbidden("no"), Unreachable("down")])
async def test_it_never_fails_and_says_so_where_people_look(error: StepError) -> None:
    ctx = step_context(clusters={"": FakeCluster(refusals={"read": error})})
    asked = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "namespace": "shop"}}
    assert await read_object(ctx, ASK) == Succeeded(
        values={"output": {"value": asked, "err": error.message}}, message=f"not read: {error.message}"
    )
    assert ctx.logged == [f"warning: Pod shop/web could not be read, and the step goes on without it: {error.message}"]


async def test_an_unknown_cluster_is_a_mistake_and_no_missing_object() -> None:
    with pytest.raises(NotFound, match="no cluster is named"):
        await read_object(step_context(), ASK)
