"""What the scripted model says: turns matched against the prompt, first match wins, and the demo's script.

| reply            | what the client meets                                                  |
|------------------|------------------------------------------------------------------------|
| `say`            | a normal completion                                                    |
| `refuse`         | an error status with a provider's JSON body                            |
| `rate_limited`   | 429 with `Retry-After`                                                 |
| `garbage`        | any status with a body that is not JSON, or not a completion           |
| `cut_short`      | the headers promise more bytes than come: the connection breaks        |
| `delay=`         | any of these, after some seconds                                       |
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP answer. `body` replaces the completion, `cut` sends only so many bytes of it, `delay` is seconds."""

    text: str = ""
    status: int = 200
    message: str = ""
    code: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    cut: int | None = None
    delay: float = 0.0
    finish_reason: str = "stop"


@dataclass(frozen=True, slots=True)
class Turn:
    """A reply for the prompts in which `match` (a regular expression) is found; `times` bounds how often it is given."""

    match: str
    reply: Reply | Callable[[str], Reply]
    times: int | None = None


@dataclass(slots=True)
class Script:
    """Turns in order; the first that matches and is not used up answers, else `otherwise`."""

    turns: Sequence[Turn] = ()
    otherwise: Reply | Callable[[str], Reply] = field(default_factory=lambda: say("(scripted model) I have no lines for this."))
    _used: dict[int, int] = field(default_factory=dict)

    def reply(self, prompt: str) -> Reply:
        """The reply to a prompt; counts the turn as used."""
        for index, turn in enumerate(self.turns):
            used = self._used.get(index, 0)
            if (turn.times is None or used < turn.times) and re.search(turn.match, prompt, re.IGNORECASE | re.DOTALL):
                self._used[index] = used + 1
                return turn.reply(prompt) if callable(turn.reply) else turn.reply
        return self.otherwise(prompt) if callable(self.otherwise) else self.otherwise


def say(text: str, *, delay: float = 0.0) -> Reply:
    """A completion with this text."""
    return Reply(text, delay=delay)


def refuse(status: int, message: str, *, code: str = "", headers: tuple[tuple[str, str], ...] = ()) -> Reply:
    """An error in OpenAI's shape."""
    return Reply(status=status, message=message, code=code, headers=headers)


def rate_limited(seconds: int, message: str = "Rate limit reached, slow down.") -> Reply:
    """429 with `Retry-After`."""
    return refuse(429, message, code="rate_limit_exceeded", headers=(("Retry-After", str(seconds)),))


def garbage(body: bytes, *, status: int = 200) -> Reply:
    """A body as it is."""
    return Reply(status=status, body=body)


def cut_short(text: str = "a long answer", *, after: int = 20) -> Reply:
    """A completion whose connection breaks after some bytes."""
    return replace(say(text), cut=after)


# --- the demo ---------------------------------------------------------------------------------------------------------

_PROBLEMS: Final = (
    (
        r"repository does not exist|manifest unknown|ErrImagePull|ImagePullBackOff",
        "the image cannot be pulled",
        "correct the image's name and tag",
    ),
    (r"OOMKilled", "a container runs out of memory", "raise its memory limit, or look for a leak"),
    (r"CrashLoopBackOff", "a container keeps crashing", "read the log of its previous run"),
    (r"FailedScheduling|Insufficient (?:cpu|memory)", "no node has room for the Pod", "ask for less, or add nodes"),
    (r"CreateContainerConfigError", "a ConfigMap or Secret is missing", "create it, or correct its name"),
    (r"probe failed", "a probe fails", "compare its path and port with what the program serves"),
)


def _problem(prompt: str) -> tuple[str, str] | None:
    return next(((cause, fix) for pattern, cause, fix in _PROBLEMS if re.search(pattern, prompt)), None)


def _score(prompt: str) -> Reply:
    if _problem(prompt):
        return say("15")
    missing = sum(word not in prompt for word in ('"livenessProbe"', '"readinessProbe"', '"limits"', '"runAsNonRoot"'))
    return say(str(90 - 5 * missing))


def _diagnosis(prompt: str) -> Reply:
    found = _problem(prompt)
    if not found:
        return say("(scripted model) Nothing in this data looks wrong.")
    cause, fix = found
    return say(f"(scripted model) The cause: {cause}. To fix it, {fix}, then apply the object again.")


def _audit(prompt: str) -> Reply:
    wanted = {
        '"limits"': "set resource limits",
        '"readinessProbe"': "add a readiness probe",
        '"runAsNonRoot"': "run as a user other than root",
    }
    missing = [advice for word, advice in wanted.items() if word not in prompt]
    return say(f"(scripted model) Before this serves users: {', '.join(missing) or 'nothing more to ask for'}.")


DEMO: Final = (
    Turn(r"answer with (?:the )?score only|one whole number", _score),
    Turn(r"what is wrong with this object", _diagnosis),
    Turn(r"audit this object", _audit),
)
