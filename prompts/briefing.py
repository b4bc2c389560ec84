"""What a model gets to see: the object, what was read around it and what the rules found; redacted, fenced as data, and bounded.

The fence is derived from the data, so that no text inside can contain it.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from steps.evidence import Diagnosis, Evidence
from steps.redaction import redact

MOST_CONTENT: Final = 16_000
MOST_EVIDENCE: Final = 24_000
MOST_PER_FACT: Final = 4_000
_EVENT_FIELDS: Final = ("type", "reason", "message", "count", "firstTimestamp", "lastTimestamp", "eventTime", "series")


@dataclass(frozen=True, slots=True)
class Briefing:
    """The data part of a prompt with its fence, and notes about what was left out."""

    data: str
    fence: str
    notes: tuple[str, ...] = ()


def brief(content: Any, evidence: Sequence[Evidence], diagnosis: Diagnosis | None, known: Iterable[str] = ()) -> Briefing:
    """The briefing about some content; lengths are in characters, `known` are secret values to mask wherever they stand."""
    known = tuple(known)
    shown, notes = cut(as_text(redact(content, known)), MOST_CONTENT, "the content")
    parts = [shown]
    if evidence:
        facts, more = _facts(evidence, known)
        notes += more
        parts.append(f"Read from the cluster:\n{facts}")
    if diagnosis and diagnosis.findings:
        found = "\n".join(f"- {item.rule}: {item.title} {list(item.evidence)}" for item in diagnosis.findings)
        parts.append(f"Found by rules:\n{redact(found, known)}")
    body = "\n\n".join(parts)
    fence = f"DATA-{hashlib.sha256(body.encode(errors='replace')).hexdigest()[:12]}"
    return Briefing(f"{fence}\n{body}\n{fence}", fence, tuple(notes))


def cut(text: str, limit: int, what: str) -> tuple[str, tuple[str, ...]]:
    """The text within a limit, and a note when something was left out."""
    if len(text) <= limit:
        return text, ()
    note = f"{what} was cut: {len(text) - limit} of {len(text)} characters were left out"
    return f"{text[:limit]}\n[{note}]", (note,)


def as_text(content: Any) -> str:
    """Text as it is, anything else as compact JSON."""
    return content if isinstance(content, str) else json.dumps(content, ensure_ascii=False, separators=(",", ":"), default=str)


def _facts(evidence: Sequence[Evidence], known: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    lines: list[str] = []
    used = 0
    for item in evidence:
        line, _ = cut(redact(_line(item), known), MOST_PER_FACT, "this fact")
        if used + len(line) > MOST_EVIDENCE:
            note = f"the evidence was cut: {len(evidence) - len(lines)} of {len(evidence)} facts were left out"
            return "\n".join((*lines, f"[{note}]")), (note,)
        lines.append(line)
        used += len(line)
    return "\n".join(lines), ()


def _line(item: Evidence) -> str:
    head = f"[{item.id}] {item.kind} of {item.about}"
    match item.kind:
        case "object":
            return f"{head}: {as_text(redact(item.data))}"
        case "event":
            return f"{head}: {as_text({key: item.data[key] for key in _EVENT_FIELDS if item.data.get(key)})}"
        case "log":
            return f"{head} ({_which(item.data)}):\n{item.text}"


def _which(data: Mapping[str, Any]) -> str:
    return f"container {data.get('container', '')}{', previous run' if data.get('previous') is True else ''}"
