"""The tour's script: three runs, what to say before each, and what to type afterwards. Data and pure functions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.terminal.conclusion import Suggestion


@dataclass(frozen=True, slots=True)
class Scene:
    """One run of the tour; `caption` explains it to somebody who has read nothing."""

    workflow: str
    caption: str


WELCOME = "Two small Kubernetes clusters run inside this process: test, and prod, which is protected."

SCENES = (
    Scene("chat-gpt-diagnose", "A deployment with a broken image: the apply step gives up after 3 seconds, then the next step says why."),
    Scene("chat-gpt", "A good image this time: nothing to diagnose, so that step is skipped, and the deployment is audited instead."),
    Scene("chat-gpt-quality-gate", "A score above 60 in test opens the way to production, where a person has the last word."),
)


def afterwards(ids: Mapping[str, str]) -> Sequence[Suggestion]:
    """Commands that work on what the tour left; `ids` are the runs by workflow."""
    diagnosed, gate = ids["chat-gpt-diagnose"], ids["chat-gpt-quality-gate"]
    return (
        Suggestion("runs", "the three runs"),
        Suggestion(f"logs {diagnosed}", "the failed one, event by event"),
        Suggestion(f"status {gate}", "what waits for approval"),
        Suggestion(f"terminate {gate}", "end it; prod stays as it is"),
        Suggestion("run deploy image=nginx", "deploy something of your own"),
        Suggestion("workflows", "what else there is"),
        Suggestion("up", "keep the clusters up, for kubectl"),
    )
