"""Clusters for the contract tests: the embedded one, and the contexts `test` and `prod` of PROMPTOPS_TEST_KUBECONFIG where it is set.

Nothing of `kube` is faked here; every test works in a namespace of its own, which goes away with it. Of the embedded cluster only the
pods' course is sped up.
"""

import os
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from kube.cluster import KubeCluster
from kube.clusters import KubeClusters
from kube.configuration import ClusterSettings
from kube.connection import Connection
from sandbox.kubernetes.cluster import EmbeddedCluster
from sandbox.kubernetes.pods.timing import PodTiming
from sandbox.kubernetes.requests import RequestLog
from steps.model.objects import Kind, Object, ObjectRef

VARIABLE = "PROMPTOPS_TEST_KUBECONFIG"
SALT = b"pepper"


@dataclass(frozen=True, slots=True)
class Place:
    """A cluster under test and a namespace in it. `requests` is what an embedded cluster saw, None for a real one."""

    cluster: KubeCluster
    clusters: KubeClusters
    settings: ClusterSettings
    namespace: str
    requests: RequestLog | None

    def named(self, kind: Kind, name: str) -> ObjectRef:
        return ObjectRef(kind, self.namespace, name)

    def item(self, kind: Kind, name: str, **more: object) -> Object:
        return {"apiVersion": kind.api_version, "kind": kind.kind, "metadata": {"name": name, "namespace": self.namespace}, **more}

    async def as_other(self, item: Object, manager: str = "other") -> Object:
        """Apply as another field manager, by force."""
        connection = await Connection.open(self.settings)
        plural = {"ConfigMap": "/api/v1/namespaces/{}/configmaps/{}", "Deployment": "/apis/apps/v1/namespaces/{}/deployments/{}"}
        path = plural[item["kind"]].format(self.namespace, item["metadata"]["name"])
        query = [("fieldManager", manager), ("force", "true")]
        try:
            attempt = connection.attempt("apply", path)
            return await connection.request("PATCH", path, attempt, query=query, body=item, content_type="application/apply-patch+yaml")
        finally:
            await connection.close()


@pytest.fixture(params=["embedded", *(["test", "prod"] if VARIABLE in os.environ else [])])
async def place(request: pytest.FixtureRequest) -> AsyncIterator[Place]:
    """An empty namespace in each cluster there is."""
    if request.param == "embedded":
        async with EmbeddedCluster(name="test", pod_timing=PodTiming().scaled(0.2)) as embedded:
            async for found in _places(ClusterSettings("test", embedded.kubeconfig()), embedded.requests):
                yield found
    else:
        async for found in _places(ClusterSettings(request.param, Path(os.environ[VARIABLE]), context=request.param), None):
            yield found


async def _places(settings: ClusterSettings, requests: RequestLog | None) -> AsyncIterator[Place]:
    namespace = f"promptops-test-{uuid.uuid4().hex[:8]}"
    async with KubeClusters([settings], salt=SALT) as clusters:
        cluster = await clusters.get("")
        await cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
        try:
            yield Place(cluster, clusters, settings, namespace, requests)
        finally:
            await cluster.delete(ObjectRef(Kind("v1", "Namespace"), "", namespace))
