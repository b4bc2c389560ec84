"""Containers that ended when they should run: how, how often, and their last words."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from analysis.facts import ContainerView, Facts, ids
from analysis.paths import Json, at, number, text

_NEVER_STARTED = frozenset({"StartError", "ContainerCannotRun", "RunContainerError"})
LONGEST_WORDS: Final = 160


@dataclass(frozen=True, slots=True)
class Crash:
    """One container whose run ended. `last_words` is the last line of its log, `message` what the runtime says."""

    container: ContainerView
    code: int
    reason: str
    message: str
    last_words: str
    evidence: tuple[str, ...]

    @property
    def out_of_memory(self) -> bool:
        """Whether the kernel killed it for its memory."""
        return self.reason == "OOMKilled"

    @property
    def never_started(self) -> bool:
        """Whether its command could not even be started."""
        return self.reason in _NEVER_STARTED


def crashes(facts: Facts) -> Iterator[Crash]:
    """Containers that crash now, or were killed for their memory and run again."""
    for view in facts.containers:
        ended = view.terminated or view.last_terminated
        starting = view.waiting in {"RunContainerError", "CreateContainerError", "StartError"}
        if starting and not ended:
            yield _crash(facts, view, {"reason": "RunContainerError", "exitCode": 128, "message": view.waiting_message})
        elif ended and _matters(view, ended, pod_phase=text(view.pod.data, "status", "phase")):
            yield _crash(facts, view, ended)


def _matters(view: ContainerView, ended: Json, pod_phase: str) -> bool:
    """A container that runs and is ready has recovered, unless memory killed it: that comes back."""
    if text(ended, "reason") == "OOMKilled":
        return True
    if view.running and view.ready:
        return False
    if view.terminated and number(ended, "exitCode") == 0:
        return view.waiting == "CrashLoopBackOff"
    return pod_phase != "Succeeded" and (number(ended, "exitCode") != 0 or view.waiting == "CrashLoopBackOff")


def _crash(facts: Facts, view: ContainerView, ended: Json) -> Crash:
    logs = facts.logs(view.pod, view.name)
    told = next((item for item in logs if item.text.strip()), None)
    words = told.text.strip().splitlines()[-1].strip()[:LONGEST_WORDS] if told else ""
    message = text(ended, "message") or view.waiting_message
    events = facts.events_about(view.pod, "BackOff", "Failed")
    code = at(ended, "exitCode")
    return Crash(view, code if isinstance(code, int) else 1, text(ended, "reason"), message, words, ids(view.pod, events, told))
