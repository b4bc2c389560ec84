"""Executing one step of a run: its parameters, its context, its outcome as events.

Nothing here writes to the journal; the engine does, with what is returned.
"""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, assert_never

from pydantic import ValidationError

from steps.changes import ChangeRequest
from steps.context import Cluster, StepContext
from steps.duration import format_duration
from steps.engine.execution import execute
from steps.engine.guard import GuardedCluster
from steps.engine.limits import Limits
from steps.engine.live import LiveRun
from steps.errors import NotFound, StepError
from steps.expressions import ExpressionError
from steps.identity import Same
from steps.manifest.placeholders import without_placeholders
from steps.model.events import StepEnded, StepSuspended, StepWaiting
from steps.model.objects import Kind, ObjectRef
from steps.model.outcome import Failed, Outcome, Retry, Succeeded, Suspended, Values, Waiting
from steps.model.phases import Reason, StepPhase
from steps.plan.ending import after_fault, outputs_of
from steps.plan.program import Node
from steps.plan.scope import context_of, properties_of
from steps.ports import Clock, Ports
from steps.redaction import redact
from steps.registry import Parameters, Registry, StepType
from steps.sealing import secret_words

End = StepEnded | StepWaiting | StepSuspended
SECRET = Kind("v1", "Secret")


@dataclass(frozen=True, slots=True)
class Voice:
    """Where a running step's words go; both calls return at once."""

    progress: Callable[[str], None]
    log: Callable[[str], None]


class InputProblem(Exception):  # noqa: N818 - reads as a sentence where it is caught
    """A step's parameters could not be built from its properties and inputs."""


@dataclass(frozen=True, slots=True)
class Stepper:
    """Executes steps with what the wiring provides."""

    registry: Registry
    ports: Ports
    clock: Clock
    limits: Limits

    async def perform(self, live: LiveRun, name: str, voice: Voice) -> End:
        """Execute a step once; the event that ends this execution."""
        node = live.program.nodes[name]
        touched: list[str] = []
        step_type = self.registry.get(node.type)
        if step_type is None:
            missing = Failed(f"step type {node.type!r} is not installed{self.registry.hint(node.type)}", Reason.RENDERING)
            return self._event(live, node, missing, node.properties, "")
        properties: dict[str, Any] = dict(node.properties)
        try:
            if node.inputs or live.seals.used:
                properties = properties_of(live.run, live.program, node, live.seals.unseal)
                params = parameters(step_type, node, properties)
            else:
                params = _constant(Same(node), step_type)
        except (ExpressionError, InputProblem) as error:
            outcome: Outcome = Failed(str(error), Reason.INPUT)
        else:
            if node.outputs:
                properties = params.model_dump(by_alias=True, mode="json")
            outcome = await execute(step_type, self._context(live, node, voice, touched), params)
        return self._event(live, node, outcome, properties, touched[-1] if touched else "")

    async def expire(self, live: LiveRun, name: str) -> StepEnded:
        """The end of a step whose time-out has passed, with fresh outputs where its type can read them without writing."""
        node = live.program.nodes[name]
        step_type = self.registry.get(node.type)
        status = live.run.steps[name]
        values: Values = {}
        touched = [status.cluster] if status.cluster else []
        note = ""
        if step_type is not None and step_type.reread is not None and node.outputs:
            try:
                properties = properties_of(live.run, live.program, node, live.seals.unseal)
                context = self._context(live, node, Voice(_unheard, _unheard), touched)
                async with asyncio.timeout(self.limits.reread):
                    values = await step_type.reread(context, parameters(step_type, node, properties))
            except (ExpressionError, InputProblem, StepError, TimeoutError) as error:
                note = f" (its outputs could not be read again: {error or 'no answer in time'})"
        limit = format_duration(node.timeout) if node.timeout is not None else "its group's time-out"
        waited = f": {status.message}" if status.message else ""
        failed = Failed(f"timed out after {limit}{waited}{note}", Reason.TIMEOUT, values)
        event = self._event(live, node, failed, dict(node.properties), touched[-1] if touched else "")
        assert isinstance(event, StepEnded)
        return event

    def _event(self, live: LiveRun, node: Node, outcome: Outcome, properties: Mapping[str, Any], cluster: str) -> End:
        now = self.clock.now()
        match outcome:
            case Succeeded():
                return self._ended(live, node, outcome, properties, cluster)
            case Failed():
                return self._ended(live, node, outcome, properties, cluster)
            case Waiting():
                return StepWaiting(now, node.name, self.words(live, outcome.message), now + max(outcome.again, 0.05), cluster=cluster)
            case Suspended():
                return self._suspended(live, node, outcome, cluster)
            case Retry():

                def close(reason: Reason, message: str) -> StepEnded:
                    failed = Failed(message, reason, outcome.values)
                    return self._ended(live, node, failed, properties, cluster)

                return after_fault(live.run.steps[node.name], now, self.words(live, outcome.message), close)
            case _:
                assert_never(outcome)

    def _suspended(self, live: LiveRun, node: Node, outcome: Suspended, cluster: str) -> StepSuspended:
        change = outcome.change
        details = [str(field) for item in change.objects for field in item.fields] if change else []
        return StepSuspended(
            self.clock.now(),
            node.name,
            self.words(live, outcome.message),
            outcome.reason,
            outcome.until,
            change=change.digest if change else "",
            details=tuple(self.words(live, line) for line in details[:200]),
            cluster=cluster,
        )

    def _ended(
        self,
        live: LiveRun,
        node: Node,
        outcome: Succeeded | Failed,
        properties: Mapping[str, Any],
        cluster: str,
    ) -> StepEnded:
        values = outcome.values
        outputs: dict[str, Any] = {}
        errors: tuple[str, ...] = ()
        if node.outputs:
            scope = {"context": context_of(live.run, live.program, node), "parameter": properties}
            outputs, errors = self._bounded(*outputs_of(node, values, scope))
            outputs = live.seals.seal_outputs(node.name, outputs, values)
        answer = values.get("answer")
        return StepEnded(
            self.clock.now(),
            node.name,
            StepPhase.FAILED if isinstance(outcome, Failed) else StepPhase.SUCCEEDED,
            outcome.reason if isinstance(outcome, Failed) else Reason.NONE,
            self.words(live, outcome.message),
            outputs,
            tuple(self.words(live, error) for error in errors),
            cluster,
            redact(answer, live.seals.words()) if isinstance(answer, Mapping) else None,
        )

    def _bounded(self, outputs: dict[str, Any], errors: tuple[str, ...]) -> tuple[dict[str, Any], tuple[str, ...]]:
        for name, value in outputs.items():
            if isinstance(value, str | list | dict) and len(json.dumps(value)) > self.limits.output:
                outputs[name] = None
                errors += (f"output {name!r} is null: it is larger than {self.limits.output // 1024} KiB, the limit for one output",)
        return outputs, errors

    def words(self, live: LiveRun, text: str) -> str:
        """Text as people may see it: without secrets, and cut to the limit."""
        if not text:
            return text
        cut = text if len(text) <= self.limits.message else text[: self.limits.message - 1] + "…"
        return str(redact(cut, live.seals.words()))

    def line(self, live: LiveRun, text: str, room: int) -> str:
        """A log entry as people may see it, cut to the room that is left."""
        cut = text if len(text) <= room else text[:room] + "\n… cut: the limit for one step's log was reached"
        return str(redact(cut, live.seals.words()))

    def _context(self, live: LiveRun, node: Node, voice: Voice, touched: list[str]) -> StepContext:
        run = live.run
        status = run.steps[node.name]

        async def open_cluster(name: str) -> Cluster:
            chosen = name or run.cluster
            touched.append(chosen)
            access = await self.ports.clusters.get(chosen)
            return GuardedCluster(access, self.ports.gate, ChangeRequest(run.id, node.name, status.attempts))

        async def secret(name: str, key: str) -> str:
            access = await self.ports.clusters.get(run.cluster)
            item = await access.read(ObjectRef(SECRET, run.namespace, name))
            data = item.get("data") or {}
            if key not in data:
                raise NotFound(f"Secret {run.namespace}/{name} in cluster {run.cluster!r} has no key {key!r}; it has: {', '.join(data)}")
            words = list(secret_words({"kind": "Secret", "data": {key: data[key]}}))
            for word in words:
                live.seals.hear(word)
            return words[-1]

        def origin(key: str) -> str:
            sources = [item.from_ for item in node.inputs if item.parameter_key == key]
            makers = [maker for source in sources for maker in node.producers.get(source, ()) if maker in run.steps]
            return next((run.steps[maker].cluster for maker in makers if run.steps[maker].cluster), "")

        return StepContext(
            run=run.id,
            workflow=run.workflow,
            namespace=run.namespace,
            step=node.name,
            step_id=status.id,
            attempt=status.attempts,
            context=context_of(run, live.program, node),
            clock=self.clock,
            analyst=self.ports.analyst,
            http=self.ports.http,
            open_cluster=open_cluster,
            secret=secret,
            origin=origin,
            progress=voice.progress,
            log=voice.log,
        )


def parameters(step_type: StepType, node: Node, properties: Mapping[str, Any]) -> Parameters:
    """The parameter model of a step; raises `InputProblem` naming the inputs that do not fit."""
    try:
        return step_type.parameters.model_validate(without_placeholders(dict(properties)))
    except ValidationError as error:
        keys = {item.parameter_key: item.from_ for item in node.inputs}
        said = []
        for problem in error.errors(include_url=False, include_input=False):
            place = ".".join(str(part) for part in problem["loc"])
            source = next((f" (from input {value!r})" for key, value in keys.items() if key and place.startswith(key)), "")
            said.append(f"{place or 'properties'}{source}: {problem['msg']}")
        raise InputProblem("; ".join(said)) from error


@lru_cache(maxsize=512)
def _constant(same: Same[Node], step_type: StepType) -> Parameters:
    """The parameters of a step that has neither inputs nor secrets: the same in every run."""
    return parameters(step_type, same.item, same.item.properties)


def _unheard(text: str) -> None:
    """A step that has timed out has nothing more to say."""
