"""What the scheduler says: `0/3 nodes are available: 2 Insufficient cpu, 1 node(s) had untolerated taint {…}.`, read per predicate."""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

_HEAD = re.compile(r"(\d{1,6})/(\d{1,6}) nodes are available:?\s*(.*)", re.DOTALL)
_PART = re.compile(r"(?:(\d{1,6}) )?(.{1,400}?)(?:,\s+(?=\d{1,6} [A-Za-z])|\.(?:\s|$)|$)", re.DOTALL)
_PREEMPTION = re.compile(r"\bpreemption:.*", re.DOTALL)
LONGEST: Final = 4000
# What newer schedulers write after the last reason, when there is no other node to try.
_NOISE: Final = frozenset({"", "not found"})


class Predicate(Enum):
    """What stands in the way; the value recognises the scheduler's words."""

    CPU = re.compile(r"Insufficient cpu", re.IGNORECASE)
    MEMORY = re.compile(r"Insufficient memory", re.IGNORECASE)
    STORAGE = re.compile(r"Insufficient ephemeral-storage", re.IGNORECASE)
    DEVICE = re.compile(r"Insufficient \S+/\S+", re.IGNORECASE)
    PODS = re.compile(r"Too many pods", re.IGNORECASE)
    TAINT = re.compile(r"untolerated taint|taint\(?s?\)? .{0,200}didn't tolerate|had taint", re.IGNORECASE)
    CORDONED = re.compile(r"were unschedulable", re.IGNORECASE)
    VOLUME_ZONE = re.compile(r"volume node affinity conflict|no available volume zone", re.IGNORECASE)
    CLAIM = re.compile(r"unbound immediate PersistentVolumeClaims|persistentvolumeclaim .{0,300}not found", re.IGNORECASE)
    SPREAD = re.compile(r"topology spread", re.IGNORECASE)
    POD_AFFINITY = re.compile(r"pod (?:anti-)?affinity", re.IGNORECASE)
    NODE_AFFINITY = re.compile(r"node affinity/selector|node selector|match Pod's node affinity", re.IGNORECASE)
    PORTS = re.compile(r"free ports", re.IGNORECASE)
    OTHER = re.compile("")


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One predicate that failed, on how many nodes (None where the scheduler gives no number), in its words."""

    predicate: Predicate
    nodes: int | None
    words: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The scheduler's verdict: how many nodes there are, and what each predicate says."""

    nodes: int
    obstacles: tuple[Obstacle, ...]


def parse(message: str) -> Verdict | None:
    """The verdict in a `FailedScheduling` event or an `Unschedulable` condition; None when it is no such message."""
    message = message[:LONGEST]
    if not (head := _HEAD.search(message)):
        words = " ".join(message.split())
        predicate = _predicate(words)
        return None if predicate is Predicate.OTHER else Verdict(0, (Obstacle(predicate, None, words),))
    rest = _PREEMPTION.sub("", head[3])
    parts = ((match[1], " ".join(match[2].split()).rstrip(".")) for match in _PART.finditer(rest))
    found = tuple(Obstacle(_predicate(words), int(count) if count else None, words) for count, words in parts if words not in _NOISE)
    return Verdict(int(head[2]), found)


def _predicate(words: str) -> Predicate:
    return next(predicate for predicate in Predicate if predicate.value.search(words))
