"""The real clients: `kubernetes.aio` with its dynamic client, and kubectl where it is installed."""

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from kubernetes.aio import config
from kubernetes.aio.client.exceptions import ApiException
from kubernetes.aio.dynamic import DynamicClient

from sandbox.kubernetes import EmbeddedCluster

Json = dict[str, Any]


@pytest.fixture
async def client(cluster: EmbeddedCluster, tmp_path: Path) -> AsyncIterator[Any]:
    load: Any = config.new_client_from_config_dict  # the library is not typed
    dynamic: Any = DynamicClient
    async with await load(cluster.kubeconfig()) as loaded:
        yield await dynamic(loaded, cache_file=str(tmp_path / "discovery.json"))


async def test_the_dynamic_client_applies_reads_watches_and_deletes(client: Any, deployment: Callable[..., Json]) -> None:
    deployments = await client.resources.get(api_version="apps/v1", kind="Deployment")
    body = deployment(replicas=2)
    made = await client.server_side_apply(deployments, body=body, name="web", namespace="default", field_manager="tester")
    assert made.metadata.managedFields[0].manager == "tester"
    async with asyncio.timeout(10):
        async for event in client.watch(deployments, namespace="default", name="web", timeout=10):
            if event["object"].to_dict().get("status", {}).get("availableReplicas") == 2:
                break
    with pytest.raises(ApiException) as refused:
        await client.server_side_apply(deployments, body=deployment(replicas=5), name="web", namespace="default", field_manager="other")
    status = json.loads(refused.value.body or "")
    assert (refused.value.status, status["details"]["causes"][0]["field"]) == (409, ".spec.replicas")
    pods = await client.resources.get(api_version="v1", kind="Pod")
    listed = await pods.get(namespace="default", label_selector="app=web")
    assert len(listed.items) == 2
    await deployments.delete(name="web", namespace="default")
    with pytest.raises(ApiException) as missing:
        await deployments.get(name="web", namespace="default")
    assert missing.value.status == 404


async def test_the_dynamic_client_finds_kinds_by_name_alone(client: Any) -> None:
    for kind, group_version in (("ConfigMap", "v1"), ("Job", "batch/v1"), ("Ingress", "networking.k8s.io/v1")):
        found = await client.resources.get(kind=kind)
        assert found.group_version == group_version


KUBECTL = shutil.which("kubectl")


@pytest.fixture
def kubectl(cluster: EmbeddedCluster, tmp_path: Path) -> Callable[..., Any]:
    """Run kubectl; returns its exit code, output and errors."""
    if KUBECTL is None:
        pytest.skip("kubectl is not installed")
    kubeconfig = tmp_path / "kubeconfig.json"
    kubeconfig.write_text(json.dumps(cluster.kubeconfig()), encoding="utf-8")
    environment = {**os.environ, "KUBECONFIG": str(kubeconfig), "HOME": str(tmp_path)}

    async def run(*arguments: str, stdin: str = "") -> tuple[int, str, str]:
        process = await asyncio.create_subprocess_exec(
            KUBECTL,
            *arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=environment,
        )
        out, errors = await process.communicate(stdin.encode())
        assert process.returncode is not None
        return process.returncode, out.decode(), errors.decode()

    return run


async def test_kubectl_applies_diffs_follows_reads_and_deletes(kubectl: Callable[..., Any], deployment: Callable[..., Json]) -> None:
    first = json.dumps(deployment(replicas=2))
    code, out, errors = await kubectl("apply", "--server-side", "-f", "-", stdin=first)
    assert (code, out, errors) == (0, "deployment.apps/web serverside-applied\n", "")
    code, out, errors = await kubectl("rollout", "status", "deployment/web", "--timeout=20s")
    assert (code, out.splitlines()[-1]) == (0, 'deployment "web" successfully rolled out')
    code, out, errors = await kubectl("diff", "--server-side", "-f", "-", stdin=first)
    assert (code, out) == (0, "")
    code, out, errors = await kubectl("diff", "--server-side", "-f", "-", stdin=json.dumps(deployment(replicas=3)))
    assert code == 1
    assert "-  replicas: 2\n+  replicas: 3\n" in out
    code, out, errors = await kubectl("get", "deployments,pods")
    lines = [line.split() for line in out.splitlines() if line]
    assert lines[0] == ["NAME", "READY", "UP-TO-DATE", "AVAILABLE", "AGE"]
    assert lines[1][:4] == ["deployment.apps/web", "2/2", "2", "2"]
    assert lines[2] == ["NAME", "READY", "STATUS", "RESTARTS", "AGE"]
    assert lines[3][1:4] == ["1/1", "Running", "0"]
    code, out, errors = await kubectl("logs", "deployment/web", "--tail=1")
    assert (code, "start worker processes" in out) == (0, True)
    code, out, errors = await kubectl("delete", "deployment", "web", "--timeout=20s")
    assert (code, out) == (0, 'deployment.apps "web" deleted\n')


async def test_kubectl_without_server_side_apply_and_with_a_broken_object(kubectl: Callable[..., Any]) -> None:
    config_map = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"x": "1"}}
    assert (await kubectl("apply", "-f", "-", stdin=json.dumps(config_map)))[1] == "configmap/a created\n"
    config_map["data"] = {"x": "2"}
    assert (await kubectl("apply", "-f", "-", stdin=json.dumps(config_map)))[1] == "configmap/a configured\n"
    config_map["metadata"] = {"name": "Not_A_Name"}
    code, _, errors = await kubectl("apply", "--server-side", "-f", "-", stdin=json.dumps(config_map))
    assert code == 1
    assert 'ConfigMap "Not_A_Name" is invalid: metadata.name: Invalid value' in errors
