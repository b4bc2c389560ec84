"""The embedded cluster under test is the real thing, on a real port; only Pods live twenty times faster.

Nothing sleeps: whoever waits for the cluster watches it.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from sandbox.kubernetes import EmbeddedCluster, PodTiming

Json = dict[str, Any]

FAST = PodTiming().scaled(0.05)
PATIENCE = 10.0  # seconds; reached only when something is broken


@dataclass(frozen=True)
class Answer:
    """A status code and a body."""

    code: int
    body: Any

    @property
    def rv(self) -> str:
        return str(self.body["metadata"]["resourceVersion"])


class Api:
    """A thin client: paths in, answers out."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self.session = session

    async def send(self, method: str, path: str, body: Any = None, media: str = "application/json", **query: Any) -> Answer:
        headers = {"Content-Type": media} if body is not None else {}
        data = body if isinstance(body, str | bytes | None) else json.dumps(body)
        params = {key: str(value) for key, value in query.items()}
        async with self.session.request(method, path, data=data, params=params, headers=headers) as response:
            text = await response.text()
            is_json = response.content_type == "application/json"
            return Answer(response.status, json.loads(text) if is_json else text)

    async def get(self, path: str, **query: Any) -> Answer:
        return await self.send("GET", path, **query)

    async def create(self, path: str, body: Json, **query: Any) -> Answer:
        return await self.send("POST", path, body, **query)

    async def put(self, path: str, body: Json, **query: Any) -> Answer:
        return await self.send("PUT", path, body, **query)

    async def merge(self, path: str, body: Json, **query: Any) -> Answer:
        return await self.send("PATCH", path, body, "application/merge-patch+json", **query)

    async def apply(self, path: str, body: Json, manager: str = "tester", **query: Any) -> Answer:
        return await self.send("PATCH", path, body, "application/apply-patch+yaml", fieldManager=manager, **query)

    async def delete(self, path: str, body: Json | None = None, **query: Any) -> Answer:
        return await self.send("DELETE", path, body, **query)

    async def until(self, path: str, holds: Callable[[Json], Any]) -> Json:
        """Watch one object until something holds of it."""
        collection, _, name = path.rpartition("/")
        return await self.until_any(collection, lambda obj: obj["metadata"]["name"] == name and holds(obj))

    async def until_any(self, collection: str, holds: Callable[[Json], Any], kinds: str = "ADDED MODIFIED") -> Json:
        """Watch a collection until something holds of one object in it."""
        last: Json = {}
        try:
            async with asyncio.timeout(PATIENCE):
                async with self.session.get(collection, params={"watch": "1"}) as response:
                    async for line in response.content:
                        event = json.loads(line)
                        last = event["object"]
                        if event["type"] in kinds.split() and holds(last):
                            return last
        except TimeoutError:
            pass
        raise AssertionError(f"nothing in {collection} came to what was waited for; the last change was {last}")

    async def until_gone(self, path: str) -> None:
        """Watch until an object is not there."""
        collection, _, name = path.rpartition("/")
        listed = await self.get(collection)
        if any(one["metadata"]["name"] == name for one in listed.body["items"]):
            async with asyncio.timeout(PATIENCE):
                async with self.session.get(collection, params={"watch": "1", "resourceVersion": listed.rv}) as response:
                    async for line in response.content:
                        event = json.loads(line)
                        if event["type"] == "DELETED" and event["object"]["metadata"]["name"] == name:
                            return


@pytest.fixture
async def cluster() -> AsyncIterator[EmbeddedCluster]:
    async with EmbeddedCluster(name="test", pod_timing=FAST) as running:
        yield running


@pytest.fixture
async def api(cluster: EmbeddedCluster) -> AsyncIterator[Api]:
    async with aiohttp.ClientSession(cluster.url) as session:
        yield Api(session)


@pytest.fixture
def connect() -> Callable[[EmbeddedCluster], aiohttp.ClientSession]:
    """A session of one's own, for tests that start clusters themselves."""
    return lambda running: aiohttp.ClientSession(running.url)


@pytest.fixture
def api_of() -> Callable[[aiohttp.ClientSession], Api]:
    return Api


@pytest.fixture
def timing() -> PodTiming:
    return FAST


@pytest.fixture
def deployment() -> Callable[..., Json]:
    """A Deployment with one container, by name and image; `pod` adds to the Pod's spec, `spec` to the Deployment's."""

    def make(name: str = "web", image: str = "nginx", *, pod: Json | None = None, **spec: Any) -> Json:
        template = {
            "metadata": {"labels": {"app": name}},
            "spec": {"containers": [{"name": "web", "image": image}], **(pod or {})},
        }
        selector = {"matchLabels": {"app": name}}
        return {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": name},
            "spec": {"selector": selector, "template": template, **spec},
        }

    return make


@pytest.fixture
def pod() -> Callable[..., Json]:
    """A Pod with one container `c`; `spec` adds to the Pod's spec, the rest to the container."""

    def make(name: str, *, spec: Json | None = None, image: str = "nginx", **container: Any) -> Json:
        return {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": name},
            "spec": {"containers": [{"name": "c", "image": image, **container}], **(spec or {})},
        }

    return make
