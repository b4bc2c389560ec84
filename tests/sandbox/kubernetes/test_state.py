"""State on disk: what survives a stop, a kill, and a torn line."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp

from sandbox.kubernetes import EmbeddedCluster
from sandbox.kubernetes import journal as journals
from sandbox.kubernetes.journal import Journal, read
from sandbox.kubernetes.store import Store

Json = dict[str, Any]
MAPS = "/api/v1/namespaces/default/configmaps"
DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments"

SERVE = """
import asyncio, sys
from pathlib import Path
from sandbox.kubernetes import EmbeddedCluster, PodTiming

async def serve():
    async with EmbeddedCluster(name="test", state=Path(sys.argv[1]), pod_timing=PodTiming().scaled(0.05)) as cluster:
        print(cluster.url, flush=True)
        await asyncio.Event().wait()

asyncio.run(serve())
"""


async def test_objects_identity_and_versions_survive_a_stop(
    tmp_path: Path, timing: Any, api_of: Callable[..., Any], deployment: Callable[..., Json]
) -> None:
    async with EmbeddedCluster(name="test", state=tmp_path, pod_timing=timing) as cluster:
        uid = cluster.uid
        async with aiohttp.ClientSession(cluster.url) as session:
            api = api_of(session)
            await api.apply(f"{DEPLOYMENTS}/web", deployment())
            before = await api.until(f"{DEPLOYMENTS}/web", lambda obj: obj.get("status", {}).get("availableReplicas"))
            gone = await api.create(MAPS, {"metadata": {"name": "gone"}})
            await api.delete(f"{MAPS}/gone")
            listed = await api.get(DEPLOYMENTS)
    async with (
        EmbeddedCluster(name="test", state=tmp_path, pod_timing=timing) as cluster,
        aiohttp.ClientSession(cluster.url) as session,
    ):
        api = api_of(session)
        assert cluster.uid == uid
        after = await api.get(f"{DEPLOYMENTS}/web")
        assert after.body == before
        assert (await api.get(f"{MAPS}/gone")).code == 404
        assert int((await api.get(DEPLOYMENTS)).rv) > int(listed.rv)
        for collection, version in ((DEPLOYMENTS, listed.rv), (MAPS, gone.rv)):
            async with session.get(collection, params={"watch": "1", "resourceVersion": version}) as response:
                event = json.loads(await response.content.readline())
            assert (event["type"], event["object"]["code"]) == ("ERROR", 410)


async def test_controllers_go_on_from_the_stored_state(
    tmp_path: Path, timing: Any, api_of: Callable[..., Any], deployment: Callable[..., Json]
) -> None:
    slow = timing.scaled(1000)
    async with (
        EmbeddedCluster(name="test", state=tmp_path, pod_timing=slow) as cluster,
        aiohttp.ClientSession(cluster.url) as session,
    ):
        api = api_of(session)
        await api.apply(f"{DEPLOYMENTS}/web", deployment(replicas=2))
        await api.until(f"{DEPLOYMENTS}/web", lambda obj: obj.get("status", {}).get("replicas") == 2)
    async with (
        EmbeddedCluster(name="test", state=tmp_path, pod_timing=timing) as cluster,
        aiohttp.ClientSession(cluster.url) as session,
    ):
        api = api_of(session)
        await api.until(f"{DEPLOYMENTS}/web", lambda obj: obj["status"].get("availableReplicas") == 2)
        assert len((await api.get("/api/v1/namespaces/default/pods")).body["items"]) == 2


async def test_every_acknowledged_write_survives_kill_9(tmp_path: Path, api_of: Callable[..., Any]) -> None:
    root = Path(journals.__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    acknowledged = ""
    for number in range(2):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", SERVE, str(tmp_path), stdout=asyncio.subprocess.PIPE, env=environment
        )
        assert process.stdout is not None
        url = (await process.stdout.readline()).decode().strip()
        async with aiohttp.ClientSession(url) as session:
            api = api_of(session)
            if acknowledged:
                found = await api.get(f"{MAPS}/mine")
                assert found.body["data"]["n"] == acknowledged
            for step in range(20):
                answer = await api.apply(f"{MAPS}/mine", {"apiVersion": "v1", "kind": "ConfigMap", "data": {"n": f"{number}.{step}"}})
                assert answer.code in {200, 201}
                acknowledged = answer.body["data"]["n"]
            process.send_signal(signal.SIGKILL)
            await process.wait()


def obj(name: str, version: int) -> Json:
    metadata = {"name": name, "namespace": "default", "uid": name, "resourceVersion": str(version)}
    return {"metadata": metadata}


def test_a_torn_last_line_is_dropped(tmp_path: Path) -> None:
    lines = [{"put": "configmaps", "object": obj("a", 1)}, {"put": "configmaps", "object": obj("b", 2)}]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (tmp_path / "journal.1.jsonl").write_text(text + '{"put": "configmaps", "obj', encoding="utf-8")
    store = Store()
    store.load(read(tmp_path))
    assert [one["metadata"]["name"] for one in store.all("configmaps")] == ["a", "b"]
    assert store.version > 2


def test_a_snapshot_leaves_out_the_journals_it_contains(tmp_path: Path) -> None:
    def write(name: str, *lines: Json) -> None:
        (tmp_path / name).write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")

    write("journal.1.jsonl", {"put": "configmaps", "object": obj("old", 1)})
    write("snapshot.jsonl", {"journal": 2}, {"version": 5}, {"put": "configmaps", "object": obj("kept", 2)})
    write("journal.2.jsonl", {"delete": ["configmaps", "default", "kept"], "version": 6})
    write("journal.3.jsonl", {"put": "configmaps", "object": obj("new", 7)})
    store = Store()
    store.load(read(tmp_path))
    assert [one["metadata"]["name"] for one in store.all("configmaps")] == ["new"]


async def test_a_journal_that_has_grown_is_compacted(tmp_path: Path) -> None:
    journal = Journal(tmp_path, lambda: [{"put": "configmaps", "object": obj("a", 9)}], compact_after=200)
    await journal.open()
    for version in range(10):
        journal.append({"put": "configmaps", "object": obj("a", version)})
    await journal.close()
    assert [number for number, _ in journals.journals(tmp_path)] == [2]
    assert list(read(tmp_path)) == [{"put": "configmaps", "object": obj("a", 9)}]


async def test_a_failing_user_still_gets_the_state_written(tmp_path: Path, api_of: Callable[..., Any]) -> None:
    with contextlib.suppress(ZeroDivisionError):
        async with EmbeddedCluster(name="test", state=tmp_path) as cluster:
            async with aiohttp.ClientSession(cluster.url) as session:
                await api_of(session).create(MAPS, {"metadata": {"name": "a"}})
            raise ZeroDivisionError
    store = Store()
    store.load(read(tmp_path))
    assert store.get("configmaps", "default", "a") is not None
