"""The HTTP door: requests in, objects and Statuses out. The rules of writing are in `objects`, those of watching in `watching`.

Only loopback hosts are answered, so that no web page can reach the cluster by a name that it controls.
"""

import base64
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from aiohttp import web

from sandbox.kubernetes import discovery
from sandbox.kubernetes.errors import (
    UNPROCESSABLE,
    ApiError,
    Cause,
    bad_request,
    invalid,
    method_not_allowed,
    unknown_resource,
    unsupported_media,
)
from sandbox.kubernetes.objects import Deletion, Objects, Write
from sandbox.kubernetes.patches import json_patch, merge_patch, strategic_patch
from sandbox.kubernetes.paths import (
    APPLY,
    JSON_BODIES,
    MERGE,
    PATCH,
    STRATEGIC,
    Target,
    decode,
    dry_run,
    flag,
    target,
    whole_number,
)
from sandbox.kubernetes.pods.logs import LogRequest, PodLogs
from sandbox.kubernetes.requests import Effect, Request, RequestLog
from sandbox.kubernetes.resources import ACCESS_REVIEWS, PODS
from sandbox.kubernetes.reviews import review
from sandbox.kubernetes.scale import scale_of, scaled
from sandbox.kubernetes.selectors import matcher
from sandbox.kubernetes.tables import partial, table
from sandbox.kubernetes.trees import Json, at, name_of, namespace_of
from sandbox.kubernetes.watching import Watch, Watches

LARGEST_BODY = 3 * 2**20  # bytes, as a real server limits requests
WATCH_SECONDS = 1800.0  # for a watch that names no timeout; a real server picks 30 to 60 minutes
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})


@dataclass(slots=True)
class Exchange:
    """One request on its way: what it asks, and what it turned out to do."""

    http: web.Request
    query: dict[str, str]
    effect: Effect = "none"
    noted: bool = field(default=False)

    @property
    def manager(self) -> str:
        """The field manager: as given, else the program of the user agent."""
        agent = self.http.headers.get("User-Agent", "unknown")
        return self.query.get("fieldManager") or agent.partition("/")[0][:128] or "unknown"


class Server:
    """Answers the requests of one cluster."""

    def __init__(
        self,
        objects: Objects,
        watches: Watches,
        logs: PodLogs,
        log: RequestLog,
        stored: Callable[[], Awaitable[None]],
    ) -> None:
        self._objects = objects
        self._watches = watches
        self._logs = logs
        self._log = log
        self._stored = stored

    def application(self) -> web.Application:
        """The aiohttp application."""
        app = web.Application(client_max_size=LARGEST_BODY)
        app.router.add_route("*", "/{path:.*}", self._answer)
        return app

    async def _answer(self, http: web.Request) -> web.StreamResponse:
        exchange = Exchange(http, dict(http.query))
        try:
            self._check_host(http)
            response = await self._route(exchange)
            if exchange.effect != "none":
                await self._stored()
        except ApiError as error:
            response = _json(error.status(), error.code)
        except web.HTTPRequestEntityTooLarge:
            words = f"Request entity too large: limit is {LARGEST_BODY}"
            response = _json(ApiError(413, "RequestEntityTooLarge", words).status(), 413)
        self._note(exchange, response.status)
        return response

    def _check_host(self, http: web.Request) -> None:
        host = http.host.rpartition(":")[0] if http.host.rpartition(":")[2].isdecimal() else http.host
        if host not in _LOOPBACK:
            words = f"host {http.host!r} is not this machine: the embedded cluster answers to 127.0.0.1 and localhost only"
            raise ApiError(HTTPStatus.FORBIDDEN, "Forbidden", words)
        origin = http.headers.get("Origin")
        if origin is not None:
            words = f"requests of web pages are refused (Origin {origin!r}): use kubectl or a Kubernetes client"
            raise ApiError(HTTPStatus.FORBIDDEN, "Forbidden", words)

    def _note(self, exchange: Exchange, status: int) -> None:
        if exchange.noted:
            return
        exchange.noted = True
        http, query = exchange.http, exchange.query
        self._log.add(
            Request(
                at=self._objects.clock.now(),
                method=http.method,
                path=http.path,
                query=http.query_string,
                user_agent=http.headers.get("User-Agent", ""),
                manager=exchange.manager,
                dry_run=bool(query.get("dryRun")),
                status=status,
                effect=exchange.effect,
            )
        )

    async def _route(self, exchange: Exchange) -> web.StreamResponse:
        path = exchange.http.path
        found = target(self._objects.kinds, path)
        if found is None:
            return self._about(exchange.http)
        if not found.kind.stored:
            return await self._review(exchange, found)
        match exchange.http.method:
            case "GET" | "HEAD":
                return await self._read(exchange, found)
            case "POST":
                return await self._create(exchange, found)
            case "PUT":
                return await self._replace(exchange, found)
            case "PATCH":
                return await self._patch(exchange, found)
            case "DELETE":
                return await self._delete(exchange, found)
            case _:
                raise method_not_allowed()

    def _about(self, http: web.Request) -> web.Response:
        """The paths that describe the server."""
        kinds = self._objects.kinds
        parts = http.path.strip("/").split("/")
        found: Json | None = None
        match parts:
            case ["version"]:
                found = discovery.version()
            case ["healthz" | "livez" | "readyz"]:
                return web.Response(text="ok")
            case ["api"]:
                found = discovery.core_versions(http.host)
            case ["apis"]:
                found = discovery.group_list(kinds)
            case ["api", version]:
                found = discovery.resource_list(kinds, "", version)
            case ["apis", group]:
                found = discovery.group(kinds, group)
            case ["apis", group, version]:
                found = discovery.resource_list(kinds, group, version)
            case ["openapi", "v3"]:
                found = discovery.openapi_index(kinds)
            case ["openapi", "v3", "api", version]:
                found = discovery.openapi_document(kinds, "", version)
            case ["openapi", "v3", "apis", group, version]:
                found = discovery.openapi_document(kinds, group, version)
            case _:
                found = None
        if found is None:
            raise unknown_resource()
        if http.method not in {"GET", "HEAD"}:
            raise method_not_allowed()
        return _json(found)

    async def _review(self, exchange: Exchange, target: Target) -> web.Response:
        if exchange.http.method != "POST" or target.name is not None:
            raise method_not_allowed()
        body = await self._body(exchange, JSON_BODIES)
        return _json(review(target.kind is ACCESS_REVIEWS, body), HTTPStatus.CREATED)

    async def _body(self, exchange: Exchange, accepted: tuple[str, ...]) -> Any:
        data = await exchange.http.read()
        return decode(data, exchange.http.headers.get("Content-Type", ""), accepted)

    def _write(self, exchange: Exchange, target: Target) -> Write:
        subresource = target.subresource if target.subresource in {"status", "scale"} else ""
        return Write(exchange.manager, subresource, dry_run=dry_run(exchange.query))

    async def _read(self, exchange: Exchange, target: Target) -> web.StreamResponse:
        if target.name is None:
            if flag(exchange.query, "watch"):
                return await self._watch(exchange, target)
            return self._list(exchange, target)
        obj = self._objects.get(target.kind, target.home, target.name)
        match target.subresource:
            case "" | "status":
                return self._shown(exchange, target, obj)
            case "scale" if target.kind.scale:
                return _json(scale_of(obj))
            case "log" if target.kind is PODS:
                return await self._log_of(exchange, obj)
            case _:
                raise unknown_resource()

    def _list(self, exchange: Exchange, target: Target) -> web.Response:
        query, kind = exchange.query, target.kind
        match = matcher(query.get("labelSelector", ""), query.get("fieldSelector", ""), kind.plural)
        found = self._objects.store.all(kind.collection, target.namespace)
        version = str(self._objects.store.version)
        if query.get("continue"):
            version, after = _continued(query["continue"])
            found = [obj for obj in found if [namespace_of(obj), name_of(obj)] > after]
        if match is not None:
            found = [obj for obj in found if match(obj)]
        metadata: Json = {"resourceVersion": version}
        limit = whole_number(query, "limit") or 0
        if 0 < limit < len(found):
            last = found[limit - 1]
            metadata["continue"] = _token(version, [namespace_of(last), name_of(last)])
            metadata["remainingItemCount"] = len(found) - limit
            found = found[:limit]
        accept = exchange.http.headers.get("Accept", "")
        if "as=Table" in accept:
            body = table(kind, found, self._objects.clock.now(), whole=query.get("includeObject") == "Object")
            return _json({**body, "metadata": metadata})
        if "as=PartialObjectMetadataList" in accept:
            listed = {"kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1"}
            return _json({**listed, "metadata": metadata, "items": [partial(obj) for obj in found]})
        header = {"kind": f"{kind.kind}List", "apiVersion": kind.api_version}
        return _json({**header, "metadata": metadata, "items": found})

    def _shown(self, exchange: Exchange, target: Target, obj: Json, status: int = HTTPStatus.OK) -> web.Response:
        """An object in the form that the client asked for."""
        accept = exchange.http.headers.get("Accept", "")
        if "as=Table" in accept:
            whole = exchange.query.get("includeObject") == "Object"
            body = table(target.kind, [obj], self._objects.clock.now(), whole=whole)
            return _json({**body, "metadata": {"resourceVersion": obj["metadata"].get("resourceVersion", "")}}, status)
        return _json(partial(obj) if "as=PartialObjectMetadata" in accept else obj, status)

    async def _watch(self, exchange: Exchange, target: Target) -> web.StreamResponse:
        query, kind = exchange.query, target.kind
        watch = Watch(
            collection=kind.collection,
            api_version=kind.api_version,
            kind=kind.kind,
            namespace=target.namespace,
            match=matcher(query.get("labelSelector", ""), query.get("fieldSelector", ""), kind.plural),
            version=whole_number(query, "resourceVersion"),
            bookmarks=flag(query, "allowWatchBookmarks"),
            initial_events=flag(query, "sendInitialEvents"),
            seconds=float(whole_number(query, "timeoutSeconds") or WATCH_SECONDS),
        )
        accept = exchange.http.headers.get("Accept", "")
        response = await self._stream(exchange, "application/json")
        async for lines in self._watches.lines(watch):
            data = bytearray()
            for kind_of_change, obj, encoded in lines:
                if "as=Table" in accept and kind_of_change not in {"ERROR", "BOOKMARK"}:
                    whole = query.get("includeObject") == "Object"
                    body = _encode(table(kind, [obj], self._objects.clock.now(), whole=whole))
                elif "as=PartialObjectMetadata" in accept and kind_of_change not in {"ERROR", "BOOKMARK"}:
                    body = _encode(partial(obj))
                else:
                    body = encoded() if encoded is not None else _encode(obj)
                data += b'{"type":"%s","object":%s}\n' % (kind_of_change.encode(), body)
            if data:
                await response.write(bytes(data))
        await response.write_eof()
        return response

    async def _log_of(self, exchange: Exchange, pod: Json) -> web.StreamResponse:
        request = LogRequest.of(exchange.query, pod)
        text = self._logs.text(pod, request)
        if not request.follow:
            return web.Response(text=text, content_type="text/plain")
        response = await self._stream(exchange, "text/plain")
        async for part in self._logs.follow(pod, request, self._watches):
            await response.write(part.encode())
        await response.write_eof()
        return response

    async def _stream(self, exchange: Exchange, content_type: str) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": content_type, "Cache-Control": "no-cache"})
        self._note(exchange, response.status)
        await response.prepare(exchange.http)
        return response

    async def _create(self, exchange: Exchange, target: Target) -> web.Response:
        body = await self._body(exchange, JSON_BODIES)
        if target.name is not None:
            if target.kind is PODS and target.subresource == "eviction":
                return self._evict(exchange, target)
            raise method_not_allowed()
        write = self._write(exchange, target)
        namespace = target.home or str(at(body, "metadata", "namespace", default="default"))
        obj = self._objects.create(target.kind, namespace, body, write)
        exchange.effect = "none" if write.dry_run else "created"
        return self._shown(exchange, target, obj, HTTPStatus.CREATED)

    def _evict(self, exchange: Exchange, target: Target) -> web.Response:
        deletion = Deletion(dry_run=dry_run(exchange.query))
        self._objects.delete(PODS, target.home, target.name or "", deletion)
        exchange.effect = "none" if deletion.dry_run else "deleted"
        return _json({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success"}, HTTPStatus.CREATED)

    async def _replace(self, exchange: Exchange, target: Target) -> web.Response:
        body = await self._body(exchange, JSON_BODIES)
        if target.name is None:
            raise method_not_allowed()
        return self._changed(exchange, target, lambda _: body, whole=True)

    def _changed(self, exchange: Exchange, target: Target, change: Callable[[Json], Json], *, whole: bool = False) -> web.Response:
        """Write an object, its status or its scale, as a function of what is there."""
        write, kind, name = self._write(exchange, target), target.kind, target.name or ""
        live = self._objects.get(kind, target.home, name)
        if target.subresource == "scale" and kind.scale:
            wanted = change(scale_of(live))
            obj = self._objects.patch(kind, target.home, name, lambda obj: scaled(obj, wanted), write)
        elif target.subresource in ({"", "status", "finalize"} if kind.status else {""}):
            if whole:
                obj = self._objects.replace(kind, target.home, name, change(live), write)
            else:
                obj = self._objects.patch(kind, target.home, name, change, write)
        else:
            raise unknown_resource()
        exchange.effect = "none" if write.dry_run or obj is live else "changed"
        if target.subresource == "scale":
            return _json(scale_of(obj))
        return self._shown(exchange, target, obj)

    async def _patch(self, exchange: Exchange, target: Target) -> web.Response:
        if target.name is None:
            raise method_not_allowed()
        accepted = (PATCH, MERGE, APPLY) + ((STRATEGIC,) if target.kind.builtin else ())
        media = exchange.http.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if media not in accepted:
            raise unsupported_media(media, accepted)
        body = await self._body(exchange, accepted)
        if media == APPLY:
            return self._apply(exchange, target, body)
        if media == PATCH:
            if not isinstance(body, list):
                raise bad_request(f"a patch of type {media} must be a list of operations")
            operations: list[Any] = body
            return self._changed(exchange, target, lambda live: json_patch(live, operations))
        if not isinstance(body, dict):
            raise bad_request(f"a patch of type {media} must be an object")
        patch: Json = body
        if media == STRATEGIC:
            return self._changed(exchange, target, lambda live: strategic_patch(live, patch))
        return self._changed(exchange, target, lambda live: dict(merge_patch(live, patch)))

    def _apply(self, exchange: Exchange, target: Target, body: Any) -> web.Response:
        if not exchange.query.get("fieldManager"):
            causes = [Cause("fieldManager", "FieldValueRequired", "Required value: is required for apply patch")]
            raise invalid("PatchOptions", "meta.k8s.io", "", causes)
        if not isinstance(body, dict) or not body.get("apiVersion") or not body.get("kind"):
            raise bad_request("an applied object must say its apiVersion and kind")
        if target.subresource not in {"", "status"}:
            raise ApiError(UNPROCESSABLE, "Invalid", f"apply to {target.subresource!r} is not supported; patch it")
        write, kind, name = self._write(exchange, target), target.kind, target.name or ""
        live = self._objects.find(kind, target.home, name)
        force = flag(exchange.query, "force")
        obj = self._objects.apply(kind, target.home, name, body, write, force=force)
        if not write.dry_run and obj is not live:
            exchange.effect = "changed" if live is not None else "created"
        return self._shown(exchange, target, obj, HTTPStatus.OK if live is not None else HTTPStatus.CREATED)

    async def _delete(self, exchange: Exchange, target: Target) -> web.Response:
        data = await exchange.http.read()
        options = await self._body(exchange, JSON_BODIES) if data.strip() else {}
        deletion = _deletion(exchange.query, options)
        if target.subresource:
            raise method_not_allowed()
        if target.name is None:
            return self._delete_collection(exchange, target, deletion)
        removed = self._objects.delete(target.kind, target.home, target.name, deletion)
        exchange.effect = "none" if deletion.dry_run else "deleted"
        if not removed.gone or target.kind is PODS:
            return self._shown(exchange, target, removed.object)
        details = {"name": target.name, "kind": target.kind.plural, "uid": removed.object["metadata"]["uid"]}
        if target.kind.group:
            details["group"] = target.kind.group
        status = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details}
        return _json(status)

    def _delete_collection(self, exchange: Exchange, target: Target, deletion: Deletion) -> web.Response:
        query, kind = exchange.query, target.kind
        match = matcher(query.get("labelSelector", ""), query.get("fieldSelector", ""), kind.plural)
        chosen = [obj for obj in self._objects.store.all(kind.collection, target.namespace) if match is None or match(obj)]
        for obj in chosen:
            self._objects.delete(kind, namespace_of(obj), name_of(obj), deletion)
        exchange.effect = "deleted" if chosen and not deletion.dry_run else "none"
        metadata = {"resourceVersion": str(self._objects.store.version)}
        return _json({"kind": f"{kind.kind}List", "apiVersion": kind.api_version, "metadata": metadata, "items": chosen})


def _deletion(query: dict[str, str], options: Any) -> Deletion:
    """The options of a delete, from its body and its query."""
    if not isinstance(options, dict):
        raise bad_request("the body of a delete must be DeleteOptions")
    propagation = query.get("propagationPolicy") or options.get("propagationPolicy") or "Background"
    if propagation not in {"Background", "Foreground", "Orphan"}:
        causes = [Cause("propagationPolicy", "FieldValueNotSupported", f'Unsupported value: "{propagation}"')]
        raise invalid("DeleteOptions", "meta.k8s.io", "", causes)
    grace = whole_number(query, "gracePeriodSeconds")
    if grace is None and isinstance(options.get("gracePeriodSeconds"), int):
        grace = options["gracePeriodSeconds"]
    tried = dry_run(query) or "All" in (options.get("dryRun") or [])
    uid, version = at(options, "preconditions", "uid"), at(options, "preconditions", "resourceVersion")
    return Deletion(propagation, grace, uid, version, dry_run=tried)


def _token(version: str, last: list[str]) -> str:
    return base64.urlsafe_b64encode(json.dumps([version, last]).encode()).decode()


def _continued(token: str) -> tuple[str, list[str]]:
    try:
        version, last = json.loads(base64.urlsafe_b64decode(token.encode()))
        return str(version), [str(last[0]), str(last[1])]
    except (ValueError, TypeError, IndexError) as error:
        raise bad_request(f"continue key is not valid: {error}") from error


def _encode(body: Json) -> bytes:
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()


def _json(body: Json, status: int = HTTPStatus.OK) -> web.Response:
    return web.Response(body=_encode(body), status=status, content_type="application/json")
