"""Facts about clusters and what is concluded from them: evidence, findings, diagnoses, scores, answers.

Values only. Collecting evidence belongs to `kube`, rules to `analysis`, prompts and models to `prompts`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Literal

from steps.model.objects import Object, ObjectRef

EvidenceKind = Literal["object", "event", "log"]
QuestionKind = Literal["custom", "diagnose", "audit", "quality-gate"]


class Severity(IntEnum):
    """How bad a finding is; higher is worse."""

    INFO = 1
    LOW = 2
    MEDIUM = 3
    HIGH = 4
    CRITICAL = 5


@dataclass(frozen=True, slots=True)
class Evidence:
    """One fact with its source and time.

    `id` is short and unique in its collection (`e1`, `e2`, …), so that findings and answers can cite it.
    `about` is the object it speaks of; `at` is epoch seconds, None where the source has no time.
    For kind `object`, `data` is the object as read; for `event`, the Event object; for `log`, `text` holds the last lines and
    `data` has `container` and `previous` (bool). `source` says how it was read, for example `test: Pod default/web-1 status`.
    """

    id: str
    kind: EvidenceKind
    source: str
    about: ObjectRef
    at: float | None = None
    data: Object = field(default_factory=dict)
    text: str = ""


@dataclass(frozen=True, slots=True)
class Fix:
    """What a person can do: in words, and as a command where there is one (a plain argument line, never run by the bot)."""

    text: str
    command: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule concludes from evidence.

    `rule` is its stable name (`image-not-found`), `confidence` is between 0 and 1, `evidence` holds the ids it rests on,
    `causes` names rules whose findings on the same workload this one explains (they are consequences, shown below it).
    """

    rule: str
    severity: Severity
    about: ObjectRef
    title: str
    detail: str = ""
    evidence: tuple[str, ...] = ()
    fixes: tuple[Fix, ...] = ()
    confidence: float = 1.0
    causes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The ranked explanation: the cause first, its consequences after it. `verdict` is one sentence."""

    verdict: str
    findings: tuple[Finding, ...]
    evidence: tuple[Evidence, ...]
    healthy: bool


@dataclass(frozen=True, slots=True)
class Check:
    """One audit check. `passed` is None when it does not apply; `weight` is what failing it costs, in points of 100."""

    name: str
    passed: bool | None
    weight: int
    severity: Severity
    detail: str
    fix: Fix | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """0 to 100, check by check. `cap` is the highest value allowed for the reason in `cap_reason` (not ready, for example)."""

    value: int
    checks: tuple[Check, ...]
    cap: int = 100
    cap_reason: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """What a `chat-gpt` step asks.

    `content` is JSON or text about which is asked. `cluster` is where that object lives ("" when unknown), `namespace` the run's.
    `token` is a real token from the manifest or None; `timeout` is seconds. For kind `custom`, `content` is the prompt.
    """

    kind: QuestionKind
    content: Any
    language: str = "English"
    model: str = "gpt-3.5-turbo"
    token: str | None = field(default=None, repr=False)
    timeout: float = 30.0
    cluster: str = ""
    namespace: str = "default"


@dataclass(frozen=True, slots=True)
class Usage:
    """What a model call cost: tokens, and money in US dollars where a price is known."""

    model: str
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The validated answer.

    `text` is what people read and what the step's `result` output is (for `quality-gate` just the score, as KubeVela users convert
    it with `strconv.Atoi(result)`). `source` says who answered. `response` is the provider's JSON ({} when rules answered).
    """

    text: str
    source: Literal["model", "rules"]
    prompt: str
    diagnosis: Diagnosis | None = None
    score: Score | None = None
    usage: Usage | None = None
    response: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
