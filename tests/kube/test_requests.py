"""What goes over the wire: how many requests, to which paths, and which are refused before they leave."""

from typing import Any

import pytest

from steps.errors import Invalid, NotFound
from steps.model.objects import Kind, Object, ObjectRef
from tests.kube.scripted import REF, config_map, failure, items, said, scripted

WIDGET = Kind("shop.example/v1", "Widget")
SERVED = {
    "kind": "APIResourceList",
    "resources": [
        {"name": "widgets", "kind": "Widget", "namespaced": True},
        {"name": "widgets/status", "kind": "Widget", "namespaced": True},
        {"name": "tills", "kind": "Till", "namespaced": False},
    ],
}


def thing(kind: Kind, name: str = "a", namespace: str = "") -> Object:
    return {
        "apiVersion": kind.api_version,
        "kind": kind.kind,
        "metadata": {"name": name, **({"namespace": namespace} if namespace else {})},
    }


async def test_applying_a_well_known_kind_is_one_request() -> None:
    async with scripted([said(200, config_map(1))]) as (server, cluster):
        assert await cluster.apply(config_map(1)) == config_map(1)
        assert server.requests == ["PATCH /api/v1/namespaces/default/configmaps/settings?fieldManager=promptops"]
        assert ("Content-Type", "application/apply-patch+yaml") in server.raw_headers[0]


async def test_force_is_said_only_when_asked_for() -> None:
    async with scripted([said(200, config_map(1))]) as (server, cluster):
        await cluster.apply(config_map(1), force=True)
        assert server.requests == ["PATCH /api/v1/namespaces/default/configmaps/settings?fieldManager=promptops&force=true"]


async def test_another_kind_is_discovered_once() -> None:
    async with scripted([said(200, SERVED), said(200, thing(WIDGET)), said(200, thing(WIDGET))]) as (server, cluster):
        await cluster.apply(thing(WIDGET, namespace="shop"))
        await cluster.read(ObjectRef(WIDGET, "shop", "a"))
        assert server.requests == [
            "GET /apis/shop.example/v1",
            "PATCH /apis/shop.example/v1/namespaces/shop/widgets/a?fieldManager=promptops",
            "GET /apis/shop.example/v1/namespaces/shop/widgets/a",
        ]


async def test_a_cluster_scoped_object_loses_its_namespace_and_a_namespaced_one_gets_one() -> None:
    async with scripted([said(200, SERVED), said(200, {}), said(200, {})]) as (server, cluster):
        await cluster.apply(thing(Kind("shop.example/v1", "Till"), namespace="shop"))
        await cluster.apply(thing(WIDGET))
        assert [request.partition("?")[0] for request in server.requests[1:]] == [
            "PATCH /apis/shop.example/v1/tills/a",
            "PATCH /apis/shop.example/v1/namespaces/default/widgets/a",
        ]


@pytest.mark.parametrize(
    ("kind", "answer", "words"),
    [
        (WIDGET, said(404, failure(404, "page not found")), "serves no kind 'Widget' in 'shop.example/v1'; is its CRD installed?"),
        (Kind("shop.example/v1", "Widgte"), said(200, SERVED), "serves no kind 'Widgte' in 'shop.example/v1'; did you mean 'Widget'"),
    ],
)
async def test_an_unknown_kind_is_named_with_the_nearest_one(kind: Kind, answer: Any, words: str) -> None:
    async with scripted([answer]) as (_, cluster):
        with pytest.raises(NotFound, match=words):
            await cluster.read(ObjectRef(kind, "shop", "a"))


@pytest.mark.parametrize("name", ["", ".", "..", "a/../../secrets", "a%2fb"])
async def test_a_name_that_would_lead_elsewhere_never_leaves(name: str) -> None:
    ref = ObjectRef(REF.kind, "default", name)
    async with scripted([]) as (server, cluster):
        for attempt in (cluster.read(ref), cluster.delete(ref), cluster.watch(ref).asend(None), cluster.logs(ref)):
            with pytest.raises(Invalid, match="cannot be the name"):
                await attempt
        assert server.requests == []


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ({"kind": "Pod", "metadata": {"name": "a"}}, "has no apiVersion"),
        ({"apiVersion": "v1"}, "has no kind and no metadata.name"),
        ({"apiVersion": "v1", "kind": "Pod", "metadata": {"generateName": "a-"}}, "has no metadata.name"),
    ],
)
async def test_an_object_that_names_nothing_is_refused(item: Object, words: str) -> None:
    async with scripted([]) as (_, cluster):
        with pytest.raises(Invalid, match=words):
            await cluster.apply(item)


async def test_a_namespaced_object_must_be_read_from_a_namespace() -> None:
    async with scripted([]) as (_, cluster):
        with pytest.raises(Invalid, match="lives in a namespace"):
            await cluster.read(ObjectRef(REF.kind, "", "settings"))


async def test_a_list_over_all_namespaces_with_selectors_is_one_request() -> None:
    async with scripted([items(1)]) as (server, cluster):
        assert await cluster.list_objects(REF.kind, "", labels="app=web", fields="metadata.name=a") == []
        assert server.requests == ["GET /api/v1/configmaps?limit=500&fieldSelector=metadata.name%3Da&labelSelector=app%3Dweb"]


async def test_a_log_that_does_not_exist_is_not_found() -> None:
    waiting = failure(400, 'container "web" in pod "web-1" is waiting to start: ContainerCreating')
    async with scripted([said(400, waiting)]) as (server, cluster):
        with pytest.raises(NotFound, match=r"the previous log of Pod default/web-1, container 'web'.*is waiting to start"):
            await cluster.logs(ObjectRef(Kind("v1", "Pod"), "default", "web-1"), container="web", previous=True, lines=7)
        assert server.requests == [
            "GET /api/v1/namespaces/default/pods/web-1/log?tailLines=7&limitBytes=262144&container=web&previous=true"
        ]
