"""Label and field selectors: which objects a query means. Pure."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from sandbox.kubernetes.errors import bad_request
from sandbox.kubernetes.trees import Json, at, labels_of

Match: TypeAlias = Callable[[Json], bool]

_SPLIT = re.compile(r",(?![^(]*\))")
_SET = re.compile(r"\s*([^\s!=,()]+)\s+(in|notin)\s*\(([^()]*)\)\s*")
_EQUAL = re.compile(r"\s*([^\s!=,()]+)\s*(==|!=|=)\s*([^\s!=,()]*)\s*")
_EXISTS = re.compile(r"\s*(!?)\s*([^\s!=,()]+)\s*")


@dataclass(frozen=True, slots=True)
class Requirement:
    """One condition on a label: `In`, `NotIn`, `Exists` or `DoesNotExist`, as matchExpressions name them."""

    key: str
    operator: str
    values: tuple[str, ...] = ()

    def holds(self, labels: Mapping[str, str]) -> bool:
        """Whether labels meet the condition; an absent label meets `NotIn`."""
        value = labels.get(self.key)
        if self.operator == "In":
            return value is not None and value in self.values
        if self.operator == "NotIn":
            return value is None or value not in self.values
        return (value is not None) == (self.operator == "Exists")


def label_requirements(text: str) -> tuple[Requirement, ...]:
    """A labelSelector query such as `app=web,tier in (a,b),!old`; 400 when it cannot be read."""
    return tuple(_requirement(part) for part in _SPLIT.split(text) if part.strip())


def _requirement(part: str) -> Requirement:
    if found := _SET.fullmatch(part):
        values = tuple(value.strip() for value in found[3].split(","))
        return Requirement(found[1], "In" if found[2] == "in" else "NotIn", values)
    if found := _EQUAL.fullmatch(part):
        return Requirement(found[1], "NotIn" if found[2] == "!=" else "In", (found[3],))
    if found := _EXISTS.fullmatch(part):
        return Requirement(found[2], "DoesNotExist" if found[1] else "Exists")
    raise bad_request(f"unable to parse requirement: {part!r} is not a label condition such as app=web or tier in (a,b)")


def selector_requirements(selector: Any) -> tuple[Requirement, ...]:
    """A metav1.LabelSelector (`matchLabels`, `matchExpressions`) as conditions."""
    equal = at(selector, "matchLabels", default={})
    expressions = at(selector, "matchExpressions", default=[])
    return tuple(Requirement(key, "In", (value,)) for key, value in equal.items()) + tuple(
        Requirement(item.get("key", ""), item.get("operator", ""), tuple(item.get("values") or ())) for item in expressions
    )


def selects(selector: Any, labels: Mapping[str, str]) -> bool:
    """Whether a metav1.LabelSelector selects labels; an empty one selects everything."""
    return all(requirement.holds(labels) for requirement in selector_requirements(selector))


def selector_text(selector: Any) -> str:
    """A metav1.LabelSelector in the query form, as scale and tables show it."""
    return ",".join(_text(requirement) for requirement in selector_requirements(selector)) or "<none>"


def _text(requirement: Requirement) -> str:
    if requirement.operator == "In" and len(requirement.values) == 1:
        return f"{requirement.key}={requirement.values[0]}"
    words = {"Exists": requirement.key, "DoesNotExist": f"!{requirement.key}"}
    values = ",".join(requirement.values)
    return words.get(requirement.operator, f"{requirement.key} {requirement.operator.lower()} ({values})")


# What a real server can select besides metadata.name and metadata.namespace, by plural name.
_FIELDS: dict[str, frozenset[str]] = {
    "pods": frozenset(
        {"spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "status.phase",
         "status.podIP", "status.nominatedNodeName"}
    ),
    "events": frozenset(
        {"involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid",
         "involvedObject.apiVersion", "involvedObject.resourceVersion", "involvedObject.fieldPath", "reason",
         "reportingComponent", "source", "type"}
    ),
    "namespaces": frozenset({"status.phase"}),
    "nodes": frozenset({"spec.unschedulable"}),
    "replicasets": frozenset({"status.replicas"}),
    "jobs": frozenset({"status.successful"}),
    "secrets": frozenset({"type"}),
}  # fmt: skip


def field_match(text: str, plural: str) -> Match:
    """A fieldSelector query such as `metadata.name=web,status.phase!=Running`; 400 for a field that has no selector."""
    conditions: list[tuple[tuple[str, ...], str, bool]] = []
    for part in text.split(","):
        if not part.strip():
            continue
        found = re.fullmatch(r"\s*([A-Za-z.]+)\s*(==|!=|=)(.*)", part)
        if found is None:
            raise bad_request(f"invalid selector: {part!r}; can't understand it; write field=value or field!=value")
        if found[1] not in {"metadata.name", "metadata.namespace"} | _FIELDS.get(plural, frozenset()):
            raise bad_request(f"field label not supported: {found[1]}")
        path = ("source", "component") if found[1] == "source" else tuple(found[1].split("."))
        conditions.append((path, found[3].strip(), found[2] != "!="))
    return lambda obj: all((str(at(obj, *path, default="")) == value) == wanted for path, value, wanted in conditions)


def matcher(labels: str, fields: str, plural: str) -> Match | None:
    """Both selectors of a query in one test, or None when everything is meant."""
    requirements = label_requirements(labels)
    matches_fields = field_match(fields, plural) if fields else None
    if not requirements and matches_fields is None:
        return None

    def match(obj: Json) -> bool:
        having = labels_of(obj)
        return all(one.holds(having) for one in requirements) and (matches_fields is None or matches_fields(obj))

    return match
