"""The client contract: what `kube` promises, on the embedded cluster and on real ones alike."""

import asyncio
import os
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Any, TypeVar

import pytest

from kube.errors import Outdated
from kube.evidence import KubeEvidence
from steps.changes import ABSENT, ChangeRequest, FieldChange
from steps.errors import Conflict, Invalid, NotFound
from steps.model.objects import Kind, Object, ObjectRef
from tests.fakes.clock import ManualClock
from tests.kube.conftest import VARIABLE, Place

CONFIG_MAP = Kind("v1", "ConfigMap")
SECRET = Kind("v1", "Secret")
NAMESPACE = Kind("v1", "Namespace")
NODE = Kind("v1", "Node")
POD = Kind("v1", "Pod")
DEPLOYMENT = Kind("apps/v1", "Deployment")
DEFINITION = Kind("apiextensions.k8s.io/v1", "CustomResourceDefinition")
REQUEST = ChangeRequest("run-1", "apply", 1)

T = TypeVar("T")


async def first(stream: AsyncGenerator[T, None], wanted: Callable[[T], object]) -> T:
    """The first state of a watch that is wanted."""
    async with asyncio.timeout(60), aclosing(stream):
        async for state in stream:
            if wanted(state):
                return state
    raise AssertionError("a watch never ends")


async def needs_nodes(place: Place) -> None:
    if not await place.cluster.list_objects(NODE, ""):
        pytest.skip("this cluster has no nodes: nothing runs in it")


def deployment(place: Place, image: str, name: str = "web") -> Object:
    labels = {"app": name}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": name, "image": image}]}}
    return place.item(DEPLOYMENT, name, spec={"replicas": 1, "selector": {"matchLabels": labels}, "template": template})


# --- reading and writing


async def test_an_object_is_applied_read_applied_again_and_deleted(place: Place) -> None:
    ref = place.named(CONFIG_MAP, "settings")
    created = await place.cluster.apply(place.item(CONFIG_MAP, "settings", data={"a": "1"}))
    assert await place.cluster.read(ref) == created
    updated = await place.cluster.apply(place.item(CONFIG_MAP, "settings", data={"b": "2"}))
    assert (updated["data"], updated["metadata"]["uid"]) == ({"b": "2"}, created["metadata"]["uid"])
    await place.cluster.delete(ref)
    with pytest.raises(NotFound, match='configmaps "settings" not found'):
        await place.cluster.read(ref)
    with pytest.raises(NotFound):
        await place.cluster.delete(ref)


async def test_what_was_read_can_be_applied_again(place: Place) -> None:
    await place.cluster.apply(place.item(CONFIG_MAP, "settings", data={"a": "1"}))
    found = await place.cluster.read(place.named(CONFIG_MAP, "settings"))
    assert "managedFields" not in found["metadata"]
    assert (await place.cluster.apply(found))["data"] == {"a": "1"}


async def test_lists_select_by_labels_and_fields_and_say_their_kind(place: Place) -> None:
    for name in ("a", "b"):
        item = place.item(CONFIG_MAP, name)
        await place.cluster.apply({**item, "metadata": {**item["metadata"], "labels": {"which": name}}})
    for selectors in ({"labels": "which=b"}, {"fields": "metadata.name=b"}, {"labels": "which in (b,c)"}):
        (found,) = await place.cluster.list_objects(CONFIG_MAP, place.namespace, **selectors)
        assert (found["apiVersion"], found["kind"], found["metadata"]["name"]) == ("v1", "ConfigMap", "b")
    everywhere = await place.cluster.list_objects(CONFIG_MAP, "", labels="which")
    assert {item["metadata"]["name"] for item in everywhere if item["metadata"]["namespace"] == place.namespace} == {"a", "b"}


async def test_a_field_of_another_manager_is_a_conflict_that_names_it_and_force_takes_it(place: Place) -> None:
    await place.as_other(place.item(CONFIG_MAP, "settings", data={"a": "theirs", "b": "theirs"}))
    ours = place.item(CONFIG_MAP, "settings", data={"a": "ours"})
    with pytest.raises(Conflict, match=r"other managers set the same fields: 'other' owns \.data\.a; let one"):
        await place.cluster.apply(ours)
    assert (await place.cluster.apply(ours, force=True))["data"] == {"a": "ours", "b": "theirs"}


async def test_a_version_that_is_no_longer_live_is_a_conflict(place: Place) -> None:
    old = await place.cluster.apply(place.item(CONFIG_MAP, "settings", data={"a": "1"}))
    await place.cluster.apply(place.item(CONFIG_MAP, "settings", data={"a": "2"}))
    stale = place.item(CONFIG_MAP, "settings", data={"a": "3"})
    stale["metadata"]["resourceVersion"] = old["metadata"]["resourceVersion"]
    with pytest.raises(Outdated):
        await place.cluster.apply(stale)


async def test_a_delete_is_of_exactly_the_object_that_was_meant(place: Place) -> None:
    ref = place.named(CONFIG_MAP, "settings")
    live = await place.cluster.apply(place.item(CONFIG_MAP, "settings"))
    with pytest.raises(Outdated):
        await place.cluster.delete(ref, uid="00000000-0000-0000-0000-000000000000")
    await place.cluster.delete(ref, uid=live["metadata"]["uid"], resource_version=live["metadata"]["resourceVersion"])


async def test_a_wrong_object_is_refused_with_the_field(place: Place) -> None:
    wrong = deployment(place, "nginx")
    wrong["spec"]["replicas"] = -1
    with pytest.raises(Invalid, match=r"spec\.replicas"):
        await place.cluster.apply(wrong)


async def test_a_namespace_that_does_not_exist_is_named(place: Place) -> None:
    item = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "promptops-nowhere"}}
    with pytest.raises(NotFound, match='namespaces "promptops-nowhere" not found'):
        await place.cluster.apply(item)


async def test_a_custom_kind_is_found_once_its_definition_is_there(place: Place) -> None:
    group = f"{place.namespace}.example.com"
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    definition = {
        "apiVersion": DEFINITION.api_version,
        "kind": DEFINITION.kind,
        "metadata": {"name": f"widgets.{group}"},
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {"plural": "widgets", "singular": "widget", "kind": "Widget"},
            "versions": [{"name": "v1", "served": True, "storage": True, "schema": schema}],
        },
    }
    widget = Kind(f"{group}/v1", "Widget")
    with pytest.raises(NotFound, match="serves no kind 'Widget'"):
        await place.cluster.read(place.named(widget, "a"))
    await place.cluster.apply(definition)
    ref = ObjectRef(DEFINITION, "", f"widgets.{group}")
    try:
        await first(place.cluster.watch(ref), lambda seen: established(seen.object))
        assert (await place.cluster.apply(place.item(widget, "a", size=3)))["size"] == 3
    finally:
        await place.cluster.delete(ref)


def established(item: Object | None) -> bool:
    conditions = ((item or {}).get("status") or {}).get("conditions") or []
    return any(condition["type"] == "Established" and condition["status"] == "True" for condition in conditions)


# --- proposing


async def test_a_proposal_says_what_would_be_created_and_writes_nothing(place: Place) -> None:
    item = place.item(CONFIG_MAP, "settings", data={"a": "1"})
    change = await place.cluster.propose(REQUEST, [item])
    (found,) = change.objects
    assert (found.action, found.uid, found.rendered, found.checked) == ("create", ABSENT, item, True)
    assert found.fields == (FieldChange(".data.a", None, "1", had=False),)
    system = await place.cluster.read(ObjectRef(NAMESPACE, "", "kube-system"))
    assert (change.cluster, change.cluster_uid) == (place.cluster.name, system["metadata"]["uid"])
    assert change.identity
    with pytest.raises(NotFound):
        await place.cluster.read(place.named(CONFIG_MAP, "settings"))


async def test_a_proposal_of_a_change_names_the_fields_and_the_live_object(place: Place) -> None:
    live = await place.cluster.apply(deployment(place, "nginx:1"))
    change = await place.cluster.propose(REQUEST, [deployment(place, "nginx:2")])
    (found,) = change.objects
    assert (found.action, found.uid) == ("update", live["metadata"]["uid"])
    assert found.fields == (FieldChange(".spec.template.spec.containers[name=web].image", "nginx:1", "nginx:2"),)
    assert not change.empty


async def test_a_proposal_of_what_is_already_so_is_empty(place: Place) -> None:
    await place.cluster.apply(deployment(place, "nginx"))
    change = await place.cluster.propose(REQUEST, [deployment(place, "nginx")])
    assert [(item.action, item.fields) for item in change.objects] == [("unchanged", ())]
    assert change.empty


async def test_two_proposals_of_the_same_have_the_same_digest(place: Place) -> None:
    for item in (deployment(place, "nginx"), place.item(SECRET, "login", stringData={"password": "hunter2"})):
        digests = {(await place.cluster.propose(REQUEST, [item])).digest for _ in range(2)}
        assert len(digests) == 1
    other = await place.cluster.propose(REQUEST, [place.item(SECRET, "login", stringData={"password": "swordfish"})])
    assert other.digest not in digests


async def test_a_proposal_never_shows_what_a_secret_holds(place: Place) -> None:
    await place.cluster.apply(place.item(SECRET, "login", stringData={"password": "canary-hunter2", "user": "canary-jane"}))
    item = place.item(SECRET, "login", stringData={"password": "canary-swordfish", "user": "canary-jane"})
    change = await place.cluster.propose(REQUEST, [item])
    assert [field.path for field in change.objects[0].fields] == [".data.password"]
    assert "canary" not in repr(change)
    assert "Y2FuYXJ5" not in repr(change)


async def test_a_proposal_of_a_delete_names_the_object_that_goes(place: Place) -> None:
    live = await place.cluster.apply(place.item(CONFIG_MAP, "settings"))
    (found,) = (await place.cluster.propose(REQUEST, [place.item(CONFIG_MAP, "settings")], delete=True)).objects
    assert (found.action, found.uid, found.resource_version) == ("delete", live["metadata"]["uid"], live["metadata"]["resourceVersion"])
    with pytest.raises(NotFound, match="there is no such object"):
        await place.cluster.propose(REQUEST, [place.item(CONFIG_MAP, "other")], delete=True)


async def test_what_comes_into_a_namespace_of_the_same_change_cannot_be_checked_yet(place: Place) -> None:
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": f"{place.namespace}-new"}}
    inside = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": f"{place.namespace}-new"}}
    change = await place.cluster.propose(REQUEST, [namespace, inside])
    assert [(str(item.ref), item.action, item.checked) for item in change.objects] == [
        (f"Namespace {place.namespace}-new", "create", True),
        (f"ConfigMap {place.namespace}-new/a", "create", False),
    ]
    with pytest.raises(NotFound):
        await place.cluster.propose(REQUEST, [inside])


async def test_a_proposal_meets_the_same_conflict_as_the_apply(place: Place) -> None:
    await place.as_other(place.item(CONFIG_MAP, "settings", data={"a": "theirs"}))
    ours = place.item(CONFIG_MAP, "settings", data={"a": "ours"})
    with pytest.raises(Conflict, match=r"'other' owns \.data\.a"):
        await place.cluster.propose(REQUEST, [ours])
    change = await place.cluster.propose(REQUEST, [ours], force=True)
    assert change.objects[0].fields == (FieldChange(".data.a", "theirs", "ours"),)


async def test_a_field_given_up_is_proposed_as_removed(place: Place) -> None:
    await place.cluster.apply(place.item(CONFIG_MAP, "settings", data={"a": "1", "b": "2"}))
    change = await place.cluster.propose(REQUEST, [place.item(CONFIG_MAP, "settings", data={"a": "1"})])
    assert change.objects[0].fields == (FieldChange(".data.b", "2", None, has=False),)


# --- watching


async def test_a_watch_sees_an_object_come_change_and_go(place: Place) -> None:
    ref = place.named(CONFIG_MAP, "settings")
    async with asyncio.timeout(30), aclosing(place.cluster.watch(ref)) as states:
        assert (await anext(states)).object is None
        stored = await place.cluster.apply(place.item(CONFIG_MAP, "settings", data={"a": "1"}))
        await place.cluster.apply(place.item(CONFIG_MAP, "another"))
        assert (await anext(states)).object == stored
        stored = await place.cluster.apply(place.item(CONFIG_MAP, "settings", data={"a": "2"}))
        assert (await anext(states)).object == stored
        await place.cluster.delete(ref)
        assert (await anext(states)).object is None


async def test_a_watch_of_many_shows_all_that_match_every_time(place: Place) -> None:
    def labelled(name: str) -> Object:
        item = place.item(CONFIG_MAP, name)
        return {**item, "metadata": {**item["metadata"], "labels": {"watched": "yes"}}}

    await place.cluster.apply(labelled("b"))
    async with asyncio.timeout(30), aclosing(place.cluster.watch_list(CONFIG_MAP, place.namespace, labels="watched=yes")) as lists:
        shown = [names(await anext(lists))]
        await place.cluster.apply(place.item(CONFIG_MAP, "unlabelled"))
        await place.cluster.apply(labelled("a"))
        shown.append(names(await anext(lists)))
        await place.cluster.delete(place.named(CONFIG_MAP, "b"))
        shown.append(names(await anext(lists)))
    assert shown == [["b"], ["a", "b"], ["a"]]


def names(objects: Any) -> list[str]:
    return [item["metadata"]["name"] for item in objects]


# --- what runs


async def test_a_running_container_has_a_log_and_a_missing_one_is_not_found(place: Place) -> None:
    await needs_nodes(place)
    await place.cluster.apply(deployment(place, "nginx"))
    pods = await first(place.cluster.watch_list(POD, place.namespace, labels="app=web"), lambda pods: pods and running(pods[0]))
    pod = ObjectRef.of(pods[0])
    assert await place.cluster.logs(pod, lines=3) == "\n".join((await place.cluster.logs(pod)).splitlines()[-3:]) + "\n"
    with pytest.raises(NotFound, match="previous log of Pod"):
        await place.cluster.logs(pod, previous=True)
    with pytest.raises(NotFound):
        await place.cluster.logs(place.named(POD, "nobody"))


def running(pod: Object) -> bool:
    return any("running" in status.get("state", {}) for status in pod.get("status", {}).get("containerStatuses", []))


async def test_the_evidence_of_a_broken_image_tells_what_the_registry_said(place: Place) -> None:
    await needs_nodes(place)
    await place.cluster.apply(deployment(place, "promptops.invalid/web:1"))
    await first(place.cluster.watch_list(POD, place.namespace, labels="app=web"), lambda pods: pods and "BackOff" in str(pods[0]))
    found = await KubeEvidence(place.clusters, ManualClock()).collect("", place.named(DEPLOYMENT, "web"))
    assert [item.about.kind.kind for item in found if item.kind == "object"] == ["Deployment", "ReplicaSet", "Pod"]
    messages = [item.data["message"] for item in found if item.kind == "event" and item.about.kind == POD]
    assert any("promptops.invalid" in message and "Failed to pull image" in message for message in messages)
    assert all(item.at is not None for item in found)
    assert "managedFields" not in repr(found)


async def test_the_evidence_of_a_crash_has_the_previous_log(place: Place) -> None:
    await needs_nodes(place)
    item = deployment(place, "busybox")
    item["spec"]["template"]["spec"]["containers"][0]["command"] = ["sh", "-c", "echo no config; exit 3"]
    await place.cluster.apply(item)
    await first(place.cluster.watch_list(POD, place.namespace, labels="app=web"), lambda pods: pods and "CrashLoopBackOff" in str(pods[0]))
    found = await KubeEvidence(place.clusters, ManualClock()).collect("", place.named(DEPLOYMENT, "web"))
    logs = {bool(item.data["previous"]): item.text for item in found if item.kind == "log"}
    assert "no config" in logs[True]


@pytest.mark.skipif(VARIABLE in os.environ, reason="the whole suite ran on real clusters")
def test_the_contract_was_not_shown_on_real_clusters() -> None:
    pytest.skip(f"{VARIABLE} names no kubeconfig with contexts `test` and `prod`; only the embedded cluster was tested")
