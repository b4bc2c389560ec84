"""What the cluster says about its own API: versions, groups, resources, and just enough OpenAPI for kubectl. Pure.

kubectl asks OpenAPI whether a PATCH takes `fieldValidation`, which is why `--validate=false` is not needed. The schemas only
name their kinds: `kubectl explain` has no fields to show.
"""

from typing import Any

from sandbox.kubernetes.resources import Kind, Kinds
from sandbox.kubernetes.trees import Json

GIT_VERSION = "v1.32.4"
_VERBS = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]


def version() -> Json:
    """The answer to /version."""
    return {
        "major": "1",
        "minor": "32",
        "gitVersion": f"{GIT_VERSION}+sandbox",
        "gitCommit": "",
        "gitTreeState": "clean",
        "buildDate": "2025-04-22T16:02:27Z",
        "goVersion": "go1.23.6",
        "compiler": "gc",
        "platform": "linux/amd64",
    }


def core_versions(host: str) -> Json:
    """The answer to /api."""
    addresses = [{"clientCIDR": "0.0.0.0/0", "serverAddress": host}]
    return {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": addresses}


def _group(name: str, versions: list[str]) -> Json:
    listed = [{"groupVersion": f"{name}/{one}", "version": one} for one in versions]
    return {"name": name, "versions": listed, "preferredVersion": listed[0]}


def group_list(kinds: Kinds) -> Json:
    """The answer to /apis."""
    groups = [_group(name, versions) for name, versions in kinds.groups().items()]
    return {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}


def group(kinds: Kinds, name: str) -> Json | None:
    """The answer to /apis/<group>, or None for a group that is not served."""
    versions = kinds.groups().get(name)
    return {"kind": "APIGroup", "apiVersion": "v1", **_group(name, versions)} if versions else None


def resource_list(kinds: Kinds, group_name: str, group_version: str) -> Json | None:
    """The answer to /api/v1 and /apis/<group>/<version>, or None for what is not served."""
    resources: list[Json] = []
    for kind in kinds:
        if (kind.group, kind.version) == (group_name, group_version):
            resources += _resources(kind)
    if not resources:
        return None
    name = f"{group_name}/{group_version}" if group_name else group_version
    return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": name, "resources": resources}


def _resources(kind: Kind) -> list[Json]:
    main: dict[str, Any] = {
        "name": kind.plural,
        "singularName": kind.singular,
        "namespaced": kind.namespaced,
        "kind": kind.kind,
        "verbs": _VERBS if kind.stored else ["create"],
    }
    if kind.short:
        main["shortNames"] = list(kind.short)
    if kind.category:
        main["categories"] = [kind.category]
    found = [main]
    below = {"namespaced": kind.namespaced, "singularName": ""}
    write = ["get", "patch", "update"]
    if kind.status:
        found.append({**below, "name": f"{kind.plural}/status", "kind": kind.kind, "verbs": write})
    if kind.scale:
        scale = {"name": f"{kind.plural}/scale", "kind": "Scale", "group": "autoscaling", "version": "v1", "verbs": write}
        found.append({**below, **scale})
    if kind.collection == "pods":
        found.append({**below, "name": "pods/log", "kind": "Pod", "verbs": ["get"]})
        eviction = {"name": "pods/eviction", "kind": "Eviction", "group": "policy", "version": "v1", "verbs": ["create"]}
        found.append({**below, **eviction})
    return found


def openapi_index(kinds: Kinds) -> Json:
    """The answer to /openapi/v3: where the document of each group version is."""
    paths = {"api/v1": {"serverRelativeURL": "/openapi/v3/api/v1"}}
    for name, versions in kinds.groups().items():
        for one in versions:
            paths[f"apis/{name}/{one}"] = {"serverRelativeURL": f"/openapi/v3/apis/{name}/{one}"}
    return {"paths": paths}


def openapi_document(kinds: Kinds, group_name: str, group_version: str) -> Json | None:
    """An OpenAPI 3 document of one group version."""
    prefix = f"/apis/{group_name}/{group_version}" if group_name else f"/api/{group_version}"
    paths: Json = {}
    schemas: Json = {}
    for kind in kinds:
        if (kind.group, kind.version) != (group_name, group_version):
            continue
        identity = {"group": kind.group, "version": kind.version, "kind": kind.kind}
        scope = "/namespaces/{namespace}" if kind.namespaced else ""
        parameters = [
            {"name": name, "in": "query", "schema": {"type": kind_of_value}}
            for name, kind_of_value in (
                ("dryRun", "string"), ("fieldManager", "string"), ("fieldValidation", "string"), ("force", "boolean"))
        ]  # fmt: skip
        operation = {"x-kubernetes-group-version-kind": identity, "parameters": parameters, "responses": {}}
        paths[f"{prefix}{scope}/{kind.plural}/{{name}}"] = {
            "patch": {"x-kubernetes-action": "patch", **operation},
            "put": {"x-kubernetes-action": "put", **operation},
        }
        paths[f"{prefix}{scope}/{kind.plural}"] = {"post": {"x-kubernetes-action": "post", **operation}}
        schemas[f"sandbox.{kind.kind}"] = {
            "type": "object",
            "description": f"{kind.kind} as the embedded cluster stores it; its fields are not described here.",
            "x-kubernetes-preserve-unknown-fields": True,
            "x-kubernetes-group-version-kind": [identity],
        }
    if not paths:
        return None
    document = {"openapi": "3.0.0", "info": {"title": "Embedded Kubernetes", "version": GIT_VERSION}}
    return {**document, "paths": paths, "components": {"schemas": schemas}}
