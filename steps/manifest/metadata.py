"""The metadata of a manifest: the name that a run needs, and the fields that Kubernetes knows."""

import re
from typing import Any

from steps.manifest.fields import Fields, text_at
from steps.manifest.report import Report

_FIELDS = (
    "name",
    "generateName",
    "namespace",
    "labels",
    "annotations",
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "finalizers",
    "ownerReferences",
    "managedFields",
    "selfLink",
)
_LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_NAMESPACE = re.compile(_LABEL)
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_GENERATE_NAME = re.compile(r"[a-z0-9][a-z0-9.-]*")
_NAME_CHARACTERS = 253
_RULE = "use lower-case letters, digits and dashes, and begin and end with a letter or digit"


def checked_metadata(report: Report, value: dict[str, Any]) -> dict[str, Any]:
    """The metadata with absent and broken fields left out; `name` or `generateName` must be there and fit RFC 1123."""
    root = Fields(report, (), value)
    fields = Fields(report, ("metadata",), root.mapping("metadata"))
    fields.unknown(_FIELDS, what="metadata")
    kept = {key: each for key in _FIELDS if (each := fields.raw(key)) is not None}
    for name in ("name", "generateName", "namespace"):
        if name in kept:
            kept[name] = fields.text(name)
    for name in ("labels", "annotations"):
        if name in kept:
            kept[name] = {
                key: text_at(report, ("metadata", name, key), each, f"the {name[:-1]} {key[:80]!r}")
                for key, each in fields.mapping(name).items()
            }
    _check_names(fields, kept)
    return kept


def _check_names(fields: Fields, kept: dict[str, Any]) -> None:
    name, prefix = kept.get("name"), kept.get("generateName")
    if not name and not prefix:
        path = ("metadata",) if fields.raw("name") is None else ("metadata", "name")
        if fields.raw("name") in (None, ""):
            fields.report.error(path, "the manifest has no metadata.name", "add one, for example `name: my-workflow`")
    if name and (len(name) > _NAME_CHARACTERS or not _NAME.fullmatch(name)):
        fields.report.error(("metadata", "name"), f"{name[:80]!r} is not a name in Kubernetes", _proposal(name))
    if prefix and (len(prefix) > _NAME_CHARACTERS or not _GENERATE_NAME.fullmatch(prefix)):
        fields.report.error(("metadata", "generateName"), f"{prefix[:80]!r} cannot begin a name in Kubernetes", _RULE)
    if (namespace := kept.get("namespace")) and (why := bad_namespace(namespace)):
        fields.report.error(("metadata", "namespace"), *why)


def bad_namespace(name: str) -> tuple[str, str] | None:
    """Message and suggestion for a name that no namespace can have."""
    if _NAMESPACE.fullmatch(name):
        return None
    return f"{name[:80]!r} is not a namespace's name", _proposal(name)


def _proposal(name: str) -> str:
    proposal = re.sub(r"[^a-z0-9-]+", "-", name[:63].lower()).strip("-")
    return f"write for example {proposal!r}" if _NAMESPACE.fullmatch(proposal) else _RULE
