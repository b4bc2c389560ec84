"""A `StepContext` for tests of single step types.

Faked: clock, HTTP, analyst, clusters, secrets. What a test does not give does not exist: using it raises the error a person would see,
or fails the test where no person could cause it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from steps.context import Cluster, StepContext
from steps.errors import NotFound
from steps.evidence import Answer, Question
from steps.ports import Analyst, Clock, Http
from tests.fakes.clock import ManualClock
from tests.fakes.http import FakeHttp


class NoAnalyst:
    """Fails the test that asks it."""

    async def answer(self, question: Question) -> Answer:
        """Never."""
        raise AssertionError(f"nobody gave this test an analyst, but a step asked {question.kind!r}")


@dataclass(frozen=True, slots=True)
class RecordingContext(StepContext):
    """A context that remembers what the step said: `progressed` and `logged`, in order."""

    progressed: list[str] = field(default_factory=list)
    logged: list[str] = field(default_factory=list)


def step_context(
    *,
    clock: Clock | None = None,
    analyst: Analyst | None = None,
    http: Http | None = None,
    clusters: Mapping[str, Cluster] | None = None,
    secrets: Mapping[tuple[str, str], str] | None = None,
    origins: Mapping[str, str] | None = None,
    **overrides: Any,
) -> RecordingContext:
    """A context of step `step` in run `run-1` of workflow `workflow`, namespace `default`.

    `clusters` by name ("" is the default one), `secrets` by (name, key), `origins` by parameter key; `overrides` are any other
    fields of `StepContext`.
    """
    progressed: list[str] = []
    logged: list[str] = []

    async def open_cluster(name: str) -> Cluster:
        if clusters is None or name not in clusters:
            raise NotFound(f"no cluster is named {name!r}")
        return clusters[name]

    async def secret(name: str, key: str) -> str:
        if secrets is None or (name, key) not in secrets:
            raise NotFound(f"Secret default/{name} has no key {key!r}")
        return secrets[name, key]

    fields: dict[str, Any] = {
        "run": "run-1",
        "workflow": "workflow",
        "namespace": "default",
        "step": "step",
        "step_id": "step-1",
        "attempt": 1,
        "context": {},
        "clock": clock or ManualClock(),
        "analyst": analyst or NoAnalyst(),
        "http": http or FakeHttp(),
        "open_cluster": open_cluster,
        "secret": secret,
        "origin": lambda key: (origins or {}).get(key, ""),
        "progress": progressed.append,
        "log": logged.append,
    }
    return RecordingContext(**{**fields, **overrides}, progressed=progressed, logged=logged)
