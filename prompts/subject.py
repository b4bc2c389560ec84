"""What a question is about, and the facts around it: the object in `content`, looked up where its cluster is known.

An object that is gone, or a cluster that cannot be asked, is said in the notes; a quality gate does not go on without looking.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from steps.errors import NotFound, Permanent, StepError
from steps.evidence import Evidence, Question
from steps.model.objects import Object, ObjectRef
from steps.ports import EvidenceSource
from steps.redaction import redact

LONGEST_JSON: Final = 2_000_000


@dataclass(frozen=True, slots=True)
class Subject:
    """The object in question (None when the content is plain text), the facts around it, and notes about the looking."""

    content: Any
    item: Object | None = None
    evidence: tuple[Evidence, ...] = ()
    notes: tuple[str, ...] = field(default=())
    gone: bool = False
    namespace: str = ""

    @property
    def ref(self) -> ObjectRef:
        """The object's reference; only where there is one."""
        assert self.item is not None
        return ObjectRef.of(self.item, self.namespace)


async def subject_of(question: Question, source: EvidenceSource) -> Subject:
    """The subject of a question, with redacted evidence; raises `Permanent` when there is nothing to look at."""
    content = question.content
    if content is None or content in ("", {}):
        raise Permanent(
            "there is nothing to look at: prompt.content is empty. Pass an object or a text, for example with "
            "`inputs: [{from: resource, parameterKey: prompt.content}]`; a skipped step leaves nothing behind."
        )
    item = object_in(content)
    if item is None:
        return Subject(content)
    alone = Subject(content, item, _content_only(item, question.namespace), namespace=question.namespace)
    if not question.cluster:
        return replace(alone, notes=("its cluster is not known, so only the object as passed was looked at",))
    return await _looked_up(question, source, alone)


def object_in(content: Any) -> Object | None:
    """The Kubernetes object in some content: a mapping with `kind` and a name, or JSON text of one."""
    if isinstance(content, str):
        if not content.lstrip().startswith("{") or len(content) > LONGEST_JSON:
            return None
        try:
            content = json.loads(content)
        except (ValueError, RecursionError):
            return None
    if not isinstance(content, dict) or not isinstance(content.get("kind"), str) or not isinstance(content.get("metadata"), dict):
        return None
    return content if isinstance(content["metadata"].get("name"), str) else None


async def _looked_up(question: Question, source: EvidenceSource, alone: Subject) -> Subject:
    try:
        found = await source.collect(question.cluster, alone.ref)
    except NotFound:
        return replace(alone, gone=True, notes=(f"{alone.ref} is not in cluster {question.cluster!r} any more",))
    except StepError as error:
        if question.kind == "quality-gate":
            raise
        note = f"cluster {question.cluster!r} could not be looked at ({error.message}); only the object as passed was"
        return replace(alone, notes=(note,))
    return replace(alone, evidence=_redacted(found))


def _content_only(item: Object, namespace: str) -> tuple[Evidence, ...]:
    return (Evidence("e1", "object", "the workflow", ObjectRef.of(item, namespace), data=redact(item)),)


def _redacted(found: Sequence[Evidence]) -> tuple[Evidence, ...]:
    return tuple(replace(item, data=redact(item.data), text=redact(item.text)) for item in found)
