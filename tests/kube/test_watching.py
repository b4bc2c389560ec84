"""The reflector under faults: expired positions, empty and torn streams, restarts of the server."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from kube.cluster import KubeCluster
from kube.configuration import ClusterSettings
from kube.connection import Connection
from kube.watching import Rhythm
from sandbox.kubernetes.cluster import EmbeddedCluster
from steps.errors import Forbidden
from tests.kube.conftest import SALT
from tests.kube.scripted import CONFIG_MAP, REF, Answer, Pauses, config_map, failure, items, said, scripted, stream

ONE, TWO, THREE = config_map(1, a="1"), config_map(2, a="2"), config_map(3, a="3")


async def seen(cluster: KubeCluster, states: int) -> list[Any]:
    """The first states of the watch of REF."""
    found: list[Any] = []
    async with asyncio.timeout(5), aclosing(cluster.watch(REF)) as stream:
        async for state in stream:
            found.append(state.object)
            if len(found) == states:
                break
    return found


async def test_a_watch_shows_the_object_now_and_at_every_change() -> None:
    answers = [items(1, ONE), stream(("MODIFIED", TWO), ("DELETED", THREE), ("ADDED", ONE), then="hang")]
    async with scripted(answers) as (server, cluster):
        assert await seen(cluster, 4) == [ONE, TWO, None, ONE]
    listing, watch = server.requests
    assert listing == "GET /api/v1/namespaces/default/configmaps?limit=500&fieldSelector=metadata.name%3Dsettings"
    assert watch.startswith(
        "GET /api/v1/namespaces/default/configmaps?watch=true&allowWatchBookmarks=true&resourceVersion=1&timeoutSeconds="
    )


async def test_an_object_that_does_not_exist_yet_is_shown_as_nothing() -> None:
    async with scripted([items(1), stream(("ADDED", TWO), then="hang")]) as (_, cluster):
        assert await seen(cluster, 2) == [None, TWO]


async def test_the_same_version_is_not_shown_twice() -> None:
    answers = [items(1, ONE), stream(("MODIFIED", ONE), ("ADDED", ONE)), stream(("MODIFIED", TWO), then="hang")]
    async with scripted(answers, Pauses().rhythm) as (_, cluster):
        assert await seen(cluster, 2) == [ONE, TWO]


async def test_a_bookmark_moves_the_position_from_which_the_next_watch_goes_on() -> None:
    answers = [items(1, ONE), stream(("BOOKMARK", {"metadata": {"resourceVersion": "77"}})), stream(("MODIFIED", TWO), then="hang")]
    async with scripted(answers, Pauses().rhythm) as (server, cluster):
        assert await seen(cluster, 2) == [ONE, TWO]
    assert "resourceVersion=77&" in server.requests[2]


EXPIRED: dict[str, Answer] = {
    "as an answer": said(410, failure(410, "too old")),
    "in the stream": stream(("ERROR", failure(410, "too old"))),
}


@pytest.mark.parametrize("how", EXPIRED)
async def test_an_expired_position_lists_again_after_a_pause(how: str) -> None:
    pauses = Pauses()
    async with scripted([items(1, ONE), EXPIRED[how], items(9, THREE), stream(then="hang")], pauses.rhythm) as (server, cluster):
        assert await seen(cluster, 2) == [ONE, THREE]
    assert pauses.taken == [0.2]
    assert server.requests[2].startswith("GET /api/v1/namespaces/default/configmaps?limit=")


async def test_a_list_after_expiry_shows_nothing_when_nothing_changed() -> None:
    answers = [items(1, ONE), EXPIRED["in the stream"], items(9, ONE), stream(("MODIFIED", TWO), then="hang")]
    async with scripted(answers, Pauses().rhythm) as (_, cluster):
        assert await seen(cluster, 2) == [ONE, TWO]


FAULTS: dict[str, Answer] = {
    "an empty stream": stream(),
    "a torn stream": stream(then="drop"),
    "a failing server": said(503, failure(503, "no leader")),
    "a throttling server": said(429, failure(429, "later")),
    "an error in the stream": stream(("ERROR", failure(500, "etcd"))),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_fault_that_stays_is_retried_ever_more_slowly_and_never_hot(fault: str) -> None:
    pauses = Pauses()
    async with scripted([items(1, ONE), *[FAULTS[fault]] * 10, stream(("MODIFIED", TWO), then="hang")], pauses.rhythm) as (server, cluster):
        assert await seen(cluster, 2) == [ONE, TWO]
    assert pauses.taken == pytest.approx([0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30, 30])
    assert len(server.requests) == 12
    assert all("resourceVersion=1&" in request for request in server.requests[1:])


async def test_after_an_event_the_pauses_begin_small_again() -> None:
    pauses = Pauses()
    answers = [items(1, ONE), stream(), stream(), stream(("MODIFIED", TWO)), stream(("MODIFIED", THREE), then="hang")]
    async with scripted(answers, pauses.rhythm) as (_, cluster):
        assert await seen(cluster, 3) == [ONE, TWO, THREE]
    assert pauses.taken == pytest.approx([0.2, 0.4, 0.2])


async def test_a_server_that_cannot_be_reached_at_first_is_tried_again() -> None:
    async with scripted([FAULTS["a failing server"], items(1, ONE)], Pauses().rhythm) as (_, cluster):
        assert await seen(cluster, 1) == [ONE]


async def test_a_watch_that_is_not_allowed_is_an_error_and_not_retried() -> None:
    async with scripted([items(1, ONE), said(403, failure(403, 'User "jane" cannot watch'))], Pauses().rhythm) as (server, cluster):
        with pytest.raises(Forbidden, match="cannot watch ConfigMap default/settings"):
            await seen(cluster, 2)
    assert len(server.requests) == 2


async def test_a_list_of_several_pages_is_one_snapshot_with_kinds() -> None:
    other = {"metadata": {"name": "other", "namespace": "default", "uid": "u2", "resourceVersion": "1", "managedFields": [{}]}}
    answers = [items(1, ONE, following="more"), items(1, other), stream(then="hang")]
    async with scripted(answers) as (server, cluster), asyncio.timeout(5), aclosing(cluster.watch_list(CONFIG_MAP, "default")) as lists:
        first = await anext(lists)
        assert [(item["kind"], item["metadata"]["name"], "managedFields" in item["metadata"]) for item in first] == [
            ("ConfigMap", "other", False),
            ("ConfigMap", "settings", False),
        ]
        assert server.requests[1].endswith("&continue=more")


async def test_a_cancelled_watch_closes_its_connection_at_once() -> None:
    async with scripted([items(1, ONE)]) as (server, cluster), asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        watching = tasks.create_task(drain(cluster.watch(REF)))
        await server.hung.wait()
        watching.cancel()
        await server.left.wait()


async def drain(stream: AsyncGenerator[Any, None]) -> None:
    async with aclosing(stream):
        async for _ in stream:
            pass


async def test_an_object_longer_than_any_buffer_arrives_whole() -> None:
    huge = config_map(2, a="x" * 5_000_000)
    async with scripted([items(1, ONE), stream(("MODIFIED", huge), then="hang")]) as (_, cluster):
        assert (await seen(cluster, 2))[1] == huge


async def test_a_watch_goes_on_when_the_cluster_comes_back(tmp_path: Path) -> None:
    async with EmbeddedCluster(name="test", state=tmp_path) as embedded:
        settings = ClusterSettings("test", embedded.kubeconfig())
        port = int(embedded.url.rpartition(":")[2])
        connection = await Connection.open(settings)
        cluster = KubeCluster(settings, connection, salt=SALT, rhythm=Rhythm(pause=lambda seconds: asyncio.sleep(seconds / 20)))
        states = cluster.watch(REF)
        item = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings", "namespace": "default"}}
        await cluster.apply({**item, "data": {"a": "1"}})
        assert shown(await anext(states)) == {"a": "1"}
    async with EmbeddedCluster(name="test", state=tmp_path, port=port) as embedded, asyncio.timeout(20), aclosing(states):
        await cluster.apply({**item, "data": {"a": "2"}})
        assert shown(await anext(states)) == {"a": "2"}
        await cluster.apply({**item, "data": {"a": "3"}})
        assert shown(await anext(states)) == {"a": "3"}
    await connection.close()


def shown(state: Any) -> Any:
    return state.object["data"]
