"""Proposals where the cluster changes under them, or cannot tell everything."""

from collections.abc import Sequence
from typing import Any

import pytest

from kube.concurrency import together
from kube.errors import Outdated
from steps.changes import Change, ChangeRequest, FieldChange
from steps.errors import Forbidden, NotFound
from steps.model.objects import Object
from tests.kube.scripted import Answer, ScriptedServer, config_map, failure, said, scripted

REQUEST = ChangeRequest("run-1", "apply", 1)
SYSTEM = said(200, {"metadata": {"uid": "cluster-1"}})
JANE = said(201, {"status": {"userInfo": {"username": "jane@example.com"}}})
MODIFIED = said(409, failure(409, "the object has been modified"))
MISSING = said(404, failure(404, "not found"))


async def proposed(answers: Sequence[Answer], *objects: Object, review: Answer = JANE) -> tuple[Change, ScriptedServer]:
    """The change, from these answers after those about the cluster and us (the two are asked at once, in any order)."""

    async def either(request: Any) -> Any:
        return await (review if request.method == "POST" else SYSTEM)(request)

    async with scripted([either, either, *answers]) as (server, cluster):
        return await cluster.propose(REQUEST, list(objects)), server


async def test_the_dry_run_speaks_of_the_state_that_was_read_and_is_repeated_when_it_moved() -> None:
    answers = [said(200, config_map(1, a="1")), MODIFIED, said(200, config_map(2, a="2")), said(200, config_map(2, a="3"))]
    asked = config_map(1, a="3")
    del asked["metadata"]["resourceVersion"]
    change, server = await proposed(answers, asked)
    assert change.objects[0].fields == (FieldChange(".data.a", "2", "3"),)
    assert change.objects[0].resource_version == "2"
    assert [request.partition(" ")[0] for request in server.requests[2:]] == ["GET", "PATCH", "GET", "PATCH"]
    assert all("dryRun=All" in request for request in server.requests[2:] if request.startswith("PATCH"))


async def test_what_moves_all_the_time_is_given_up_after_three_times() -> None:
    asked = config_map(1, a="3")
    del asked["metadata"]["resourceVersion"]
    with pytest.raises(Outdated):
        await proposed([said(200, config_map(1)), MODIFIED] * 3, asked)


async def test_a_version_that_was_asked_for_is_not_replaced_by_a_newer_one() -> None:
    with pytest.raises(Outdated):
        await proposed([said(200, config_map(2)), MODIFIED], config_map(1, a="3"))


@pytest.mark.parametrize(
    ("review", "identity"),
    [(JANE, "jane@example.com"), (MISSING, "jane"), (said(403, failure(403, "no")), "jane"), (said(201, {}), "jane")],
)
async def test_who_acts_is_asked_or_taken_from_the_kubeconfig(review: Answer, identity: str) -> None:
    change, _ = await proposed([], review=review)
    assert (change.identity, change.cluster_uid) == (identity, "cluster-1")


async def test_an_object_whose_kind_comes_with_the_same_change_cannot_be_checked_yet() -> None:
    definition = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "widgets.example.com"}}
    widget = {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "a"}, "spec": {"size": 3}}
    page = said(404, failure(404, "404 page not found"))
    change, _ = await proposed([MISSING, said(201, definition), page], definition, widget)
    assert [(str(item.ref), item.action, item.checked) for item in change.objects] == [
        ("CustomResourceDefinition widgets.example.com", "create", True),
        ("Widget default/a", "create", False),
    ]
    assert change.objects[1].fields == (FieldChange(".spec.size", None, 3, had=False),)
    with pytest.raises(NotFound, match="is its CRD installed"):
        await proposed([page], widget)


async def test_of_several_requests_at_once_the_first_error_is_raised_itself() -> None:
    async def fails() -> None:
        raise Forbidden("no")

    async def works() -> None:
        return

    with pytest.raises(Forbidden, match=r"^no$"):
        await together(works(), fails())
