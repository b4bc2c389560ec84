"""From a live cluster to a verdict: the embedded cluster, the real client, the real collector, the rules. Only time is compressed."""

import asyncio
from typing import Any

from kube.clusters import KubeClusters
from kube.configuration import ClusterSettings
from kube.evidence import KubeEvidence
from prompts.analyst import ModelOrRules
from prompts.model import ChatClient
from prompts.settings import ModelSettings
from sandbox.kubernetes import EmbeddedCluster, PodTiming
from steps.evidence import Answer, Question
from steps.model.objects import Object
from tests.fakes.clock import ManualClock

SCRIPT = ["sh", "-c", "echo no DATABASE_URL; exit 3"]
CONTAINERS: dict[str, tuple[dict[str, Any], str]] = {
    "image": ({"image": "invalid"}, "image-not-found"),
    "tag": ({"image": "nginx:no-such-tag"}, "image-not-found"),
    "registry": ({"image": "registry.invalid/app:1"}, "image-registry-dns"),
    "name": ({"image": "Nginx:bad tag"}, "image-reference-invalid"),
    "never": ({"image": "nginx:1", "imagePullPolicy": "Never"}, "image-never-pulled"),
    "crash": ({"image": "busybox:1", "command": SCRIPT}, "crash-loop"),
    "memory": (
        {"image": "app:1", "env": [{"name": "MEMORY_USE", "value": "200Mi"}], "resources": {"limits": {"memory": "100Mi"}}},
        "oom-killed",
    ),
    "command": ({"image": "nginx:1", "command": ["/does-not-exist"]}, "command-not-started"),
    "config": ({"image": "nginx:1", "envFrom": [{"configMapRef": {"name": "settings"}}]}, "config-map-missing"),
    "secret": (
        {"image": "nginx:1", "env": [{"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "api", "key": "token"}}}]},
        "secret-missing",
    ),
    "root": ({"image": "nginx:1", "securityContext": {"runAsNonRoot": True}}, "run-as-root-refused"),
    "room": ({"image": "nginx:1", "resources": {"requests": {"cpu": "1000"}}}, "unschedulable"),
    "probe": ({"image": "nginx:1", "readinessProbe": {"httpGet": {"path": "/", "port": 8081}}}, "readiness-probe-failing"),
}


def deployment(name: str, container: dict[str, Any]) -> Object:
    labels = {"app": name}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "main", **container}]}}
    metadata = {"name": name, "namespace": "default"}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": metadata,
        "spec": {"selector": {"matchLabels": labels}, "template": template},
    }


async def until(analyst: ModelOrRules, kind: Any, item: Object, expected: str) -> Answer:
    """Ask again until the Pod has come so far; every question is a dozen requests, so nothing needs to be slept away."""
    while True:
        answer = await analyst.answer(Question(kind, item, cluster="test"))
        assert answer.diagnosis is not None
        if expected in {finding.rule for finding in answer.diagnosis.findings[:1]} or (not expected and answer.diagnosis.healthy):
            return answer


async def test_every_fault_of_the_embedded_cluster_is_named_and_a_plain_nginx_passes_the_gate() -> None:
    async with (
        asyncio.timeout(60),
        EmbeddedCluster(name="test", pod_timing=PodTiming().scaled(0.2)) as embedded,
        KubeClusters([ClusterSettings("test", embedded.kubeconfig())], salt=b"pepper") as clusters,
        ChatClient() as chat,
    ):
        cluster = await clusters.get("test")
        analyst = ModelOrRules(KubeEvidence(clusters, ManualClock()), chat, {}, ModelSettings())
        items = {name: await cluster.apply(deployment(name, container)) for name, (container, _) in CONTAINERS.items()}
        plain = await cluster.apply(deployment("plain", {"image": "nginx"}))

        found = {name: await until(analyst, "diagnose", item, CONTAINERS[name][1]) for name, item in items.items()}
        diagnoses = {name: answer.diagnosis for name, answer in found.items() if answer.diagnosis}
        assert {name: item.findings[0].rule for name, item in diagnoses.items()} == {name: rule for name, (_, rule) in CONTAINERS.items()}
        assert {name for name, item in diagnoses.items() if item.healthy} == set()
        assert "container 'main' exits with code 3" in diagnoses["crash"].verdict

        gate = await until(analyst, "quality-gate", plain, "")
        assert gate.text == "69"
        refused = await analyst.answer(Question("quality-gate", items["image"], cluster="test"))
        assert refused.text == "40"
