"""What a request's path and body format mean. Pure."""

import json
from dataclasses import dataclass
from typing import Any

from sandbox.kubernetes.errors import ApiError, bad_request, unsupported_media
from sandbox.kubernetes.resources import NAMESPACES, Kind, Kinds

JSON_BODIES = ("application/json", "application/yaml")
MERGE, STRATEGIC, PATCH, APPLY = (
    "application/merge-patch+json",
    "application/strategic-merge-patch+json",
    "application/json-patch+json",
    "application/apply-patch+yaml",
)


@dataclass(frozen=True, slots=True)
class Target:
    """What a path names: a collection, an object of it, or a subresource of that. No namespace means all of them."""

    kind: Kind
    namespace: str | None = None
    name: str | None = None
    subresource: str = ""

    @property
    def home(self) -> str:
        """The namespace of an object, empty for a cluster-wide one."""
        return self.namespace or ""


def target(kinds: Kinds, path: str) -> Target | None:
    """The target of a path below /api or /apis, or None when nothing is served there."""
    match path.strip("/").split("/"):
        case ["api", version, *rest]:
            group = ""
        case ["apis", group, version, *rest]:
            pass
        case _:
            return None
    namespace: str | None = None
    match rest:
        case [NAMESPACES.plural, str(namespace), plural, *tail] if kinds.at_path(group, version, plural):
            pass
        case [plural, *tail]:
            namespace = None
        case _:
            return None
    kind = kinds.at_path(group, version, plural)
    if kind is None or (namespace is not None and not kind.namespaced):
        return None
    match tail:
        case []:
            return Target(kind, namespace)
        case [name] if namespace is not None or not kind.namespaced:
            return Target(kind, namespace, name)
        case [name, subresource] if namespace is not None or not kind.namespaced:
            return Target(kind, namespace, name, subresource)
        case _:
            return None


def decode(data: bytes, content_type: str, accepted: tuple[str, ...]) -> Any:
    """A body as JSON; 415 for another format, 400 for what is not JSON. YAML is read only where it is JSON."""
    media = content_type.partition(";")[0].strip().lower() or "application/json"
    if media not in accepted:
        raise unsupported_media(media, accepted)
    try:
        return json.loads(data)
    except ValueError as error:
        hint = " (this cluster reads YAML bodies only where they are JSON)" if media.endswith("yaml") else ""
        raise bad_request(f"the object provided is unrecognized (must be of type JSON): {error}{hint}") from error
    except RecursionError as error:
        raise bad_request("the object provided is nested too deeply") from error


def whole_number(query: dict[str, str], name: str) -> int | None:
    """A number of the query; 400 for what is none."""
    text = query.get(name)
    if not text:
        return None
    if not text.lstrip("-").isdecimal():
        raise bad_request(f"invalid value {text!r} for query parameter {name!r}: a whole number is needed")
    return int(text)


def flag(query: dict[str, str], name: str) -> bool:
    """A yes or no of the query, as Go reads it."""
    return query.get(name, "").lower() in {"true", "1", "t"}


def dry_run(query: dict[str, str]) -> bool:
    """Whether the query asks for a dry run; 400 for a value other than All."""
    text = query.get("dryRun", "")
    if text not in {"", "All"}:
        raise ApiError(400, "BadRequest", f'dryRun: Unsupported value: "{text}": supported values: "All"')
    return text == "All"
