"""An engine on a memory journal and a hand-moved clock, with steps that do what their properties say.

Faked: journal, clock, clusters, the outside of steps. Not faked: manifests, checks, expressions, plan, engine.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from textwrap import dedent
from typing import Any

from pydantic import Field, SecretStr

from steps.builtin.print_message_in_status import print_message_in_status
from steps.builtin.step_group import step_group
from steps.builtin.suspend import suspend
from steps.context import StepContext
from steps.engine.engine import Engine
from steps.engine.guard import ClosedGate
from steps.engine.limits import Limits
from steps.errors import Permanent, Temporary
from steps.manifest.check import prepare
from steps.manifest.prepared import Prepared
from steps.model.outcome import Failed, Outcome, Succeeded, Suspended, Values, Waiting
from steps.model.run import Run
from steps.ports import Analyst, Clusters, Gate, Http
from steps.registry import ClusterName, Parameters, Registry, StepType, step_type
from tests.fakes.clock import ManualClock
from tests.fakes.context import NoAnalyst
from tests.fakes.http import FakeHttp
from tests.fakes.journal import MemoryJournal


class Work(Parameters):
    """What a scripted step does, execution by execution; the last entry repeats."""

    do: list[str] = Field(default=["succeed"])
    value: Any = None
    text: str = ""
    cluster: ClusterName = ""
    token: SecretStr = SecretStr("")
    needed: str = ""


@dataclass
class World:
    """What happened outside of the engine: every execution in order, what steps were given, fresh readings."""

    executed: list[str] = field(default_factory=list)
    given: dict[str, Work] = field(default_factory=dict)
    reread: list[str] = field(default_factory=list)

    def count(self, step: str) -> int:
        """How often a step was executed."""
        return self.executed.count(step)


def step_types(world: World) -> Registry:
    """`work` may be repeated after a crash, `once` may not."""

    async def act(ctx: StepContext, params: Work) -> Outcome:
        world.executed.append(ctx.step)
        world.given[ctx.step] = params
        verb, _, words = params.do[min(world.count(ctx.step), len(params.do)) - 1].partition(" ")
        words = words.replace("TOKEN", params.token.get_secret_value())
        values: Values = {"output": {"value": params.value, "text": params.text}, "result": params.text}
        match verb:
            case "succeed":
                return Succeeded(values, words)
            case "fail":
                return Failed(words or "no", values=values)
            case "permanent":
                raise Permanent(words or "never", values=values)
            case "fault":
                raise Temporary(words or "try again", values=values)
            case "wait":
                return Waiting(words or "not yet", again=2.0)
            case "suspend":
                return Suspended(words)
            case "break":
                raise ZeroDivisionError(words)
            case "hang":
                ctx.progress(words or "hanging")
                await asyncio.Event().wait()
            case "log":
                ctx.log(words)
                return Succeeded(values)
            case "cluster":
                await ctx.open_cluster(params.cluster)
                return Succeeded(values)
        raise AssertionError(verb)

    @step_type("work", repeatable=True)
    async def work(ctx: StepContext, params: Work) -> Outcome:
        """Do what the properties say."""
        return await act(ctx, params)

    @work.rereads
    async def fresh(ctx: StepContext, params: Work) -> Values:
        world.reread.append(ctx.step)
        return {"output": {"value": f"fresh {params.value}"}}

    @step_type("once", repeatable=False)
    async def once(ctx: StepContext, params: Work) -> Outcome:
        """Do what the properties say, and never silently again."""
        return await act(ctx, params)

    return Registry([work, once, suspend, step_group, print_message_in_status])


@dataclass
class FakePorts:
    """What steps may reach."""

    clusters: Clusters
    gate: Gate = field(default_factory=ClosedGate)
    analyst: Analyst = field(default_factory=NoAnalyst)
    http: Http = field(default_factory=FakeHttp)


class NamedClusters:
    """Two clusters that have names and nothing else."""

    names = ("test", "prod")
    default = "test"

    def protected(self, name: str) -> bool:
        """Only `prod`."""
        return name == "prod"

    async def get(self, name: str) -> Any:
        """A handle that no scripted step uses."""
        return type("Named", (), {"name": name, "protected": self.protected(name)})()


@dataclass
class Playground:
    """One engine and what surrounds it; `journal` and `world` outlive a crash."""

    journal: MemoryJournal = field(default_factory=MemoryJournal)
    world: World = field(default_factory=World)
    clock: ManualClock = field(default_factory=lambda: ManualClock(1000.0))
    limits: Limits = field(default_factory=Limits)
    clusters: Clusters = field(default_factory=NamedClusters)
    gate: Gate = field(default_factory=ClosedGate)
    extra: tuple[StepType, ...] = ()
    missing: str = ""
    names: int = 0
    same_id: bool = False

    @property
    def registry(self) -> Registry:
        """The scripted step types, and what a test adds, without what it takes away."""
        known = [*step_types(self.world).values(), *self.extra]
        return Registry(item for item in known if item.name != self.missing)

    @asynccontextmanager
    async def engine(self) -> AsyncIterator[Engine]:
        """An engine; leaving it is what a stop of the process is, entering it again recovers."""

        def new_id(workflow: str) -> str:
            self.names += not (self.same_id and self.names)
            return f"{workflow}-{self.names}"

        ports = FakePorts(self.clusters, self.gate)
        async with Engine(self.journal, ports, self.registry, self.clock, new_id=new_id, limits=self.limits) as engine:
            yield engine

    def prepare(self, steps: str, *, mode: str = "", name: str = "flow", **options: Any) -> Prepared:
        """A run of these steps (YAML, a list), or of a whole manifest."""
        text = dedent(steps)
        if "apiVersion:" not in text:
            head = f"apiVersion: core.oam.dev/v1alpha1\nkind: WorkflowRun\nmetadata: {{name: {name}}}\nspec:\n"
            head += f"  mode: {mode}\n" if mode else ""
            text = head + "  workflowSpec:\n    steps:\n" + "".join(f"    {line}\n" for line in text.strip("\n").splitlines())
        options = {"templates": {}, "parameters": {}} | options
        return prepare(text, file="flow.yaml", registry=self.registry, clusters=("test", "prod"), default_cluster="test", **options)

    async def play(self, engine: Engine, run: str, *, until: float = 3600.0) -> Run:
        """Let everything happen, moving the clock from alarm to alarm, until the run ends, waits for people, or time is up."""
        end = self.clock.now() + until
        while True:
            value = await self.settle(engine, run)
            if value.ended is not None or run not in engine.at_work:
                alarms = [at for at in self.clock.alarms if at <= end]
                if value.ended is not None or not alarms:
                    return value
            due = min(self.clock.alarms, default=end + 1)
            if due > end:
                return value
            self.clock.advance(max(due - self.clock.now(), 0.0))

    async def settle(self, engine: Engine, run: str) -> Run:
        """Let everything happen that happens without the clock."""
        for _ in range(60):
            await asyncio.sleep(0)
        return await engine.run(run)


def phases(run: Run) -> dict[str, str]:
    """Every step's phase and reason: `failed Timeout`, `succeeded`."""
    return {name: f"{status.phase} {status.reason}".strip() for name, status in run.steps.items()}


async def played(steps: str, *, mode: str = "", world: World | None = None, **options: Any) -> Run:
    """What a workflow comes to when nobody interferes."""
    ground = Playground(world=world or World())
    async with ground.engine() as engine:
        run = await engine.start(ground.prepare(steps, mode=mode, **options))
        return await ground.play(engine, run.id)
