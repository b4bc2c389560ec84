"""The answer's contract: what a model said is parsed and checked before anything uses it; what cannot be read is refused."""

import re
from typing import Final

from steps.errors import Permanent
from steps.redaction import redact

LONGEST_TEXT: Final = 16_000
_SCORE = re.compile(
    r"[*_`\s]{0,8}(?:(?:score|评分|分数|得分)[*_`\s]{0,8}[:=\uff1a是][*_`\s]{0,8})?(100|[1-9]?[0-9])"
    r"(?:\s{0,3}(?:/|out of)\s{0,3}100|\s{0,3}分)?[*_`\s]{0,8}[.。]?[*_`\s]{0,8}",
    re.IGNORECASE,
)
_JSON_SCORE = re.compile(r'\s{0,8}\{\s{0,8}"score"\s{0,8}:\s{0,8}(100|[1-9]?[0-9])\s{0,8}\}\s{0,8}')
# Escape sequences and other controls, but for tab and line feed: a model must not be able to paint a terminal.
_CONTROLS = re.compile(r"\x1b\[[0-9;?]{0,20}[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def parse_score(answer: str) -> int:
    """The score in a model's answer: one whole number from 0 to 100 and nothing that could mean another.

    `85`, `85/100`, `Score: 85`, `**85**`, `85分` and `{"score": 85}` are read. Anything else raises `Permanent`: a gate fails closed.
    """
    if len(answer) <= LONGEST_TEXT and (match := _SCORE.fullmatch(answer) or _JSON_SCORE.fullmatch(answer)):
        return int(match[1])
    shown = parse_text(answer[:120]) if answer.strip() else ""
    raise Permanent(
        f"could not read a score from the model's answer {shown!r}: it must be one whole number from 0 to 100. "
        "The gate stays closed; run the step again, or use another model."
    )


def parse_text(answer: str) -> str:
    """A model's text without control characters, redacted, and cut where it is longer than any thread bears."""
    text = redact(_CONTROLS.sub("", answer.replace("\r\n", "\n"))).strip()
    assert isinstance(text, str)
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}\n… (cut: the answer has {len(text)} characters)"
