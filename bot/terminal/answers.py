"""The answer of a `chat-gpt` step as lines: the verdict first. Pure; its shape is what `steps.builtin.chat_gpt` writes."""

from collections.abc import Mapping
from typing import Any

from bot.terminal.text import clean, one_line

MOST_LINES = 40
MOST_CHECKS = 5


def title(step: str, answer: Mapping[str, Any]) -> str:
    """Who answered: `chat-diagnose · by rules`."""
    if answer.get("source") != "model":
        return one_line(f"{step} · by rules")
    usage = answer.get("usage") or {}
    tokens = int(usage.get("promptTokens") or 0) + int(usage.get("completionTokens") or 0)
    cost = f", ${usage['cost']:.4f}" if isinstance(usage.get("cost"), int | float) else ""
    return one_line(f"{step} · by model {usage.get('model', '')}" + (f" ({tokens} tokens{cost})" if tokens else ""))


def lines(answer: Mapping[str, Any]) -> list[str]:
    """The answer; a bare score is told with what it lost points for."""
    text = clean(str(answer.get("text", ""))).strip()
    score = answer.get("score")
    told = _gate(answer, score) if isinstance(score, int) and text == str(score) else text.splitlines()
    if answer.get("source") == "model" and answer.get("verdict"):
        told += ["", f"The rules say: {one_line(str(answer['verdict']))}"]
    told += [f"Note: {one_line(str(note))}" for note in answer.get("notes") or ()]
    return told if len(told) <= MOST_LINES else [*told[: MOST_LINES - 1], f"… and {len(told) - MOST_LINES + 1} more lines"]


def _gate(answer: Mapping[str, Any], score: int) -> list[str]:
    failed = [check for check in answer.get("checks") or () if check.get("passed") is False]
    told = [f"Score {score} of 100."]
    if cap := answer.get("cap"):
        told.append(f"At most {cap.get('value')}, because {one_line(str(cap.get('reason', '')))}.")
    worst = sorted(failed, key=lambda check: -int(check.get("weight") or 0))
    told += [f"  -{check.get('weight')}  {check.get('name')}: {one_line(str(check.get('detail', '')))}" for check in worst[:MOST_CHECKS]]
    if len(worst) > MOST_CHECKS:
        told.append(f"  … and {len(worst) - MOST_CHECKS} more checks failed")
    return told
