"""Watches: what they show, where they begin and how they end."""

import json
from typing import Any

import pytest

from sandbox.kubernetes.errors import ApiError
from sandbox.kubernetes.store import Store

Json = dict[str, Any]
MAPS = "/api/v1/namespaces/default/configmaps"


async def lines(api: Any, path: str, count: int, **query: str) -> list[tuple[str, str]]:
    """The first events of a watch, as type and name."""
    found: list[tuple[str, str]] = []
    async with api.session.get(path, params={"watch": "1", "timeoutSeconds": "5", **query}) as response:
        async for line in response.content:
            event = json.loads(line)
            found.append((event["type"], event["object"].get("metadata", {}).get("name", "")))
            if len(found) == count:
                break
    return found


async def test_a_watch_begins_with_what_is_there(api: Any) -> None:
    for name in ("a", "b"):
        await api.create(MAPS, {"metadata": {"name": name}})
    assert await lines(api, MAPS, 2) == [("ADDED", "a"), ("ADDED", "b")]
    assert await lines(api, MAPS, 2, resourceVersion="0") == [("ADDED", "a"), ("ADDED", "b")]


async def test_a_watch_from_a_version_shows_what_came_after_it(api: Any) -> None:
    made = await api.create(MAPS, {"metadata": {"name": "a"}})
    await api.merge(f"{MAPS}/a", {"data": {"x": "1"}})
    await api.create("/api/v1/namespaces/kube-public/configmaps", {"metadata": {"name": "elsewhere"}})
    await api.delete(f"{MAPS}/a")
    assert await lines(api, MAPS, 2, resourceVersion=made.rv) == [("MODIFIED", "a"), ("DELETED", "a")]


async def test_an_object_enters_and_leaves_a_selected_watch(api: Any) -> None:
    made = await api.create(MAPS, {"metadata": {"name": "a"}})
    await api.merge(f"{MAPS}/a", {"metadata": {"labels": {"app": "x"}}})
    await api.merge(f"{MAPS}/a", {"data": {"x": "1"}})
    await api.merge(f"{MAPS}/a", {"metadata": {"labels": {"app": "y"}}})
    shown = await lines(api, MAPS, 3, resourceVersion=made.rv, labelSelector="app=x")
    assert shown == [("ADDED", "a"), ("MODIFIED", "a"), ("DELETED", "a")]


async def test_a_watch_ends_after_its_timeout_with_a_bookmark(api: Any) -> None:
    listed = await api.get(MAPS)
    query = {"watch": "1", "timeoutSeconds": "1", "allowWatchBookmarks": "true", "resourceVersion": listed.rv}
    async with api.session.get(MAPS, params=query) as response:
        events = [json.loads(line) async for line in response.content]
    assert [one["type"] for one in events] == ["BOOKMARK"]
    assert int(events[0]["object"]["metadata"]["resourceVersion"]) >= int(listed.rv)


async def test_initial_events_end_with_a_marked_bookmark(api: Any) -> None:
    await api.create(MAPS, {"metadata": {"name": "a"}})
    query = {"sendInitialEvents": "true", "allowWatchBookmarks": "true", "resourceVersionMatch": "NotOlderThan"}
    assert await lines(api, MAPS, 2, **query) == [("ADDED", "a"), ("BOOKMARK", "")]


def filled(changes: int) -> Store:
    store = Store(history=10)
    for _ in range(changes):
        store.put("configmaps", {"metadata": {"name": "a", "namespace": "default", "uid": "1"}})
    return store


def test_the_ring_buffer_forgets_and_says_so() -> None:
    store = filled(30)
    assert [change.version for change in store.since("configmaps", 27)] == [28, 29, 30]
    assert len(list(store.since("configmaps", 20))) == 10
    with pytest.raises(ApiError) as refused:
        list(store.since("configmaps", 19))
    assert (refused.value.code, refused.value.reason) == (410, "Expired")
