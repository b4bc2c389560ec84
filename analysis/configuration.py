"""ConfigMaps and Secrets that a Pod names and does not get: what is missing, and which variable or volume asks for it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from analysis.facts import ContainerView, EventView, Facts, ids
from analysis.paths import Json, mapping, mappings, text
from steps.evidence import Evidence

Source = Literal["ConfigMap", "Secret"]
_MISSING = re.compile(r"(configmap|secret)s? \"([^\"]{1,253})\" not found", re.IGNORECASE)
_KEY = re.compile(r"couldn't find key (\S{1,253}) in (ConfigMap|Secret) (?:[^\s/]{1,253}/)?([^\s,;:]{1,253})", re.IGNORECASE)
_VOLUME_KEY = re.compile(r"references non-existent (config|secret) key: (\S{1,253})", re.IGNORECASE)
_VOLUME = re.compile(r"volume \"([^\"]{1,253})\"")
_KINDS: dict[str, Source] = {"configmap": "ConfigMap", "secret": "Secret", "config": "ConfigMap"}


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that configuration names and the cluster does not have. `key` is empty when the whole object is missing."""

    pod: Evidence
    source: Source
    name: str
    key: str
    asked_by: str
    message: str
    evidence: tuple[str, ...]


def missing_configuration(facts: Facts) -> Iterator[Missing]:
    """What waiting containers and Pods whose volumes do not mount ask for in vain."""
    for view in facts.containers:
        if view.waiting == "CreateContainerConfigError":
            yield from _of_container(facts, view)
    for pod in facts.pods:
        if text(pod.data, "status", "phase") == "Pending":
            for event in reversed(facts.events_about(pod, "FailedMount")):
                yield from _of_volume(pod, event)


def _of_container(facts: Facts, view: ContainerView) -> Iterator[Missing]:
    told = view.waiting_message
    evidence = ids(view.pod, [item for item in facts.events_about(view.pod, "Failed") if item.message.removeprefix("Error: ") == told])
    if match := _KEY.search(told):
        source, name, key = _KINDS[match[2].lower()], match[3], match[1]
        yield Missing(view.pod, source, name, key, _asked_by(view.spec, source, name, key), told, evidence)
    elif match := _MISSING.search(told):
        source, name = _KINDS[match[1].lower()], match[2]
        yield Missing(view.pod, source, name, "", _asked_by(view.spec, source, name, ""), told, evidence)


def _of_volume(pod: Evidence, event: EventView) -> Iterator[Missing]:
    volume = _VOLUME.search(event.message)
    asked = f"volume {volume[1]!r}" if volume else "a volume"
    if match := _MISSING.search(event.message):
        yield Missing(pod, _KINDS[match[1].lower()], match[2], "", asked, event.message, ids(pod, event))
    elif match := _VOLUME_KEY.search(event.message):
        source = _KINDS[match[1].lower()]
        name = _volume_source(pod.data, volume[1] if volume else "", source)
        yield Missing(pod, source, name, match[2].rstrip(".,;"), asked, event.message, ids(pod, event))


def _asked_by(container: Json, source: Source, name: str, key: str) -> str:
    """Which variable of a container names it."""
    reference = "configMapKeyRef" if source == "ConfigMap" else "secretKeyRef"
    for variable in mappings(container, "env"):
        asked = mapping(variable, "valueFrom", reference)
        if text(asked, "name") == name and (not key or text(asked, "key") == key):
            return f"env {text(variable, 'name')!r} of container {text(container, 'name')!r}"
    bulk = "configMapRef" if source == "ConfigMap" else "secretRef"
    if any(text(item, bulk, "name") == name for item in mappings(container, "envFrom")):
        return f"envFrom of container {text(container, 'name')!r}"
    return f"container {text(container, 'name')!r}"


def _volume_source(pod: Json, volume: str, source: Source) -> str:
    for item in mappings(pod, "spec", "volumes"):
        if text(item, "name") == volume:
            return text(item, "configMap", "name") if source == "ConfigMap" else text(item, "secret", "secretName")
    return ""
