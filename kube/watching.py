"""A small reflector: list, then watch from there, for as long as somebody looks. What is seen is a snapshot, never single events.

The library's own watch reconnects without a pause on empty streams, retries an expired position once and then gives up, and does not
list again. Here: bookmarks move the position, 410 lists again, anything that fails or ends at once is tried again after a growing,
jittered pause, and the same state is not shown twice. Errors that repeating cannot mend (no permission, no such kind) are raised.
"""

import asyncio
import json
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import aiohttp

from kube.connection import CONNECT_SECONDS, Connection, Query
from kube.errors import Attempt, Expired, refusal
from kube.resources import Resource
from steps.errors import Temporary
from steps.model.objects import Object

PAGE = 500  # objects in one answer of a list, as kubectl asks for
FIRST_PAUSE = 0.2
LONGEST_PAUSE = 30.0
_SHORT = 1.0  # a stream that ends sooner brought nothing but its end
_SILENCE = 90.0  # bookmarks come about every minute; a connection that is silent for longer is taken for dead
_WATCH_SECONDS = (240, 300)  # the server ends the watch; spread, so that many watches do not all come back in one second

Snapshot = Mapping[tuple[str, str], Object]


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Where a reflector's waiting comes from; tests bring their own. `chance` is a number from 0 to 1, `seconds` a clock."""

    pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    chance: Callable[[], float] = random.random
    seconds: Callable[[], float] = monotonic


@dataclass(slots=True)
class Reflection:
    """What to reflect: all objects of a resource in a namespace that match the selectors."""

    connection: Connection
    resource: Resource
    namespace: str
    attempt: Attempt
    fields: str = ""
    labels: str = ""
    rhythm: Rhythm = field(default_factory=Rhythm)
    _failures: int = 0

    async def snapshots(self) -> AsyncGenerator[Snapshot, None]:
        """All matching objects by namespace and name: now, and whenever they changed. Close it to end the watch at once."""
        shown: Mapping[tuple[str, str], str] | None = None
        position, objects = "", dict[tuple[str, str], Object]()
        while True:
            try:
                if not position:
                    items, position = await list_all(
                        self.connection, self.resource, self.namespace, self.attempt, fields=self.fields, labels=self.labels
                    )
                    objects = {_key(item): item for item in items}
                    if (versions := _versions(objects)) != shown:
                        shown = versions
                        yield dict(objects)
                started = self.rhythm.seconds()
                async with aclosing(self._events(position)) as events:
                    async for kind, item in events:
                        position = str((item.get("metadata") or {}).get("resourceVersion") or position)
                        self._failures = 0
                        if kind == "BOOKMARK":
                            continue
                        objects.pop(_key(item), None)
                        if kind != "DELETED":
                            objects[_key(item)] = item
                        if (versions := _versions(objects)) != shown:
                            shown = versions
                            yield dict(objects)
                if self.rhythm.seconds() - started < _SHORT:
                    await self._pause()
                else:
                    self._failures = 0
            except Expired:
                position = ""
                await self._pause()
            except Temporary:
                await self._pause()

    async def _pause(self) -> None:
        longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(self._failures, 16))
        self._failures += 1
        await self.rhythm.pause(longest * (0.5 + self.rhythm.chance() / 2))

    async def _events(self, position: str) -> AsyncGenerator[tuple[str, Object], None]:
        shortest, longest = _WATCH_SECONDS
        lifetime = round(shortest + (longest - shortest) * self.rhythm.chance())
        query = [
            ("watch", "true"),
            ("allowWatchBookmarks", "true"),
            ("resourceVersion", position),
            ("timeoutSeconds", str(lifetime)),
            *_selectors(self.fields, self.labels),
        ]
        limits = aiohttp.ClientTimeout(total=lifetime + CONNECT_SECONDS, sock_connect=CONNECT_SECONDS, sock_read=_SILENCE)
        path = self.resource.collection(self.namespace)
        async with self.connection.lines(path, self.attempt, query=query, limits=limits) as lines:
            async for line in lines:
                event = _parse(line)
                item = _typed(event.get("object") or {}, self.resource)
                if event.get("type") == "ERROR":
                    raise refusal(int(item.get("code") or 500), json.dumps(item), {}, self.attempt)
                if event.get("type") in {"ADDED", "MODIFIED", "DELETED", "BOOKMARK"}:
                    yield str(event["type"]), item


async def list_all(
    connection: Connection, resource: Resource, namespace: str, attempt: Attempt, *, fields: str = "", labels: str = ""
) -> tuple[list[Object], str]:
    """All matching objects, page by page, and the position from which a watch goes on."""
    found: list[Object] = []
    following = ""
    while True:
        query = [("limit", str(PAGE)), *_selectors(fields, labels), *([("continue", following)] if following else [])]
        answer = await connection.request("GET", resource.collection(namespace), attempt, query=query)
        found += [_typed(item, resource) for item in answer.get("items") or []]
        metadata = answer.get("metadata") or {}
        following = str(metadata.get("continue") or "")
        if not following:
            return found, str(metadata.get("resourceVersion") or "")


def cleaned(item: Object) -> Object:
    """An object without `managedFields`: long, for machines only, and refused when applied back."""
    metadata = item.get("metadata")
    if isinstance(metadata, dict):
        metadata.pop("managedFields", None)
    return item


def _typed(item: Object, resource: Resource) -> Object:
    # Items of a list carry neither apiVersion nor kind.
    return cleaned({"apiVersion": resource.kind.api_version, "kind": resource.kind.kind, **item})


def _selectors(fields: str, labels: str) -> Query:
    return [*([("fieldSelector", fields)] if fields else []), *([("labelSelector", labels)] if labels else [])]


def _parse(line: bytes) -> dict[str, Any]:
    try:
        event = json.loads(line)
    except ValueError:
        return {}  # a blank line, or the torn end of a dropped connection: the next watch brings it again
    return event if isinstance(event, dict) else {}


def _key(item: Object) -> tuple[str, str]:
    metadata = item.get("metadata") or {}
    return str(metadata.get("namespace") or ""), str(metadata.get("name") or "")


def _versions(objects: Snapshot) -> dict[tuple[str, str], str]:
    return {key: f"{item['metadata'].get('uid')} {item['metadata'].get('resourceVersion')}" for key, item in objects.items()}


def listed(snapshot: Snapshot) -> Sequence[Object]:
    """The objects of a snapshot, by namespace and name."""
    return [snapshot[key] for key in sorted(snapshot)]
