"""No step type can write to a protected cluster around an approved change."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from steps.changes import Change, ChangeRequest
from steps.context import StepContext
from steps.engine.guard import ClosedGate, GuardedCluster
from steps.errors import NeedsApproval
from steps.model.events import StepSuspended
from steps.model.objects import Kind, Object, ObjectRef
from steps.model.outcome import Outcome, Succeeded
from steps.ports import Gate
from steps.registry import Parameters, step_type
from tests.fakes.access import FakeAccess
from tests.steps.engine.playground import Playground, phases

REQUEST = ChangeRequest("run-1", "step", 1)
MAP: Object = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "m", "namespace": "default"}, "data": {"k": "new"}}
REF = ObjectRef.of(MAP)


@dataclass
class OpenGate:
    """Approves exactly these digests, and remembers what it was asked."""

    digests: set[str] = field(default_factory=set)
    asked: list[Change] = field(default_factory=list)

    async def approved(self, change: Change) -> bool:
        """Whether the digest is in the list."""
        self.asked.append(change)
        return change.digest in self.digests


def handle(cluster: FakeAccess, gate: Gate) -> GuardedCluster:
    return GuardedCluster(cluster, gate, REQUEST)


async def test_an_unprotected_cluster_is_written_without_asking() -> None:
    cluster, gate = FakeAccess("test"), OpenGate()
    await handle(cluster, gate).apply(MAP)
    assert cluster.objects[REF]["data"] == {"k": "new"}
    assert gate.asked == []


async def test_a_write_to_a_protected_cluster_raises_before_anything_is_written() -> None:
    cluster = FakeAccess("prod", protected=True)
    with pytest.raises(NeedsApproval, match="cluster 'prod' is protected: approval needed to create ConfigMap default/m") as asked:
        await handle(cluster, ClosedGate()).apply(MAP)
    assert cluster.objects == {}
    assert asked.value.change.request == REQUEST


async def test_a_delete_in_a_protected_cluster_raises_too() -> None:
    cluster = FakeAccess("prod", protected=True, objects=[MAP])
    with pytest.raises(NeedsApproval, match="delete ConfigMap default/m"):
        await handle(cluster, ClosedGate()).delete(REF)
    assert REF in cluster.objects


async def test_exactly_the_approved_change_is_written_with_the_version_that_was_read() -> None:
    cluster = FakeAccess("prod", protected=True, objects=[MAP])
    changed = {**MAP, "data": {"k": "newer"}}
    change = await cluster.propose(REQUEST, [changed])
    await handle(cluster, OpenGate({change.digest})).apply(changed)
    assert cluster.objects[REF]["data"] == {"k": "newer"}
    assert cluster.writes == ["apply ConfigMap default/m at 1"]


async def test_another_change_than_the_approved_one_asks_again() -> None:
    cluster = FakeAccess("prod", protected=True)
    approved = await cluster.propose(REQUEST, [MAP])
    with pytest.raises(NeedsApproval):
        await handle(cluster, OpenGate({approved.digest})).apply({**MAP, "data": {"k": "something else"}})
    assert cluster.objects == {}


async def test_a_change_that_changes_nothing_needs_nobody() -> None:
    cluster, gate = FakeAccess("prod", protected=True, objects=[MAP]), OpenGate()
    assert (await handle(cluster, gate).apply(MAP))[0]["data"] == {"k": "new"}
    assert gate.asked == []
    assert cluster.writes == []


async def test_an_approved_delete_names_uid_and_version() -> None:
    cluster = FakeAccess("prod", protected=True, objects=[MAP])
    change = await cluster.propose(REQUEST, [MAP], delete=True)
    await handle(cluster, OpenGate({change.digest})).delete(REF)
    assert cluster.writes == ["delete ConfigMap default/m at uid-m 1"]


async def test_deletes_in_an_unprotected_cluster_need_nobody() -> None:
    cluster = FakeAccess("test", objects=[MAP])
    await handle(cluster, ClosedGate()).delete(REF)
    assert cluster.objects == {}


async def test_reads_of_a_protected_cluster_pass() -> None:
    cluster = FakeAccess("prod", protected=True, objects=[MAP])
    guarded = handle(cluster, ClosedGate())
    assert (guarded.name, guarded.protected) == ("prod", True)
    assert (await guarded.read(REF))["data"] == {"k": "new"}
    assert len(await guarded.list_objects(Kind("v1", "ConfigMap"), "default")) == 1
    assert [seen.object is not None async for seen in guarded.watch(REF)] == [True]
    assert [len(seen) async for seen in guarded.watch_list(Kind("v1", "ConfigMap"), "default")] == [1]
    assert await guarded.logs(REF, container="c", lines=3) == "ConfigMap default/m c False 3"


class Nothing(Parameters):
    """No parameters."""


@step_type("writes", repeatable=True)
async def writes(ctx: StepContext, params: Nothing) -> Outcome:
    """A team's step type that writes wherever it can, and swallows what it dislikes."""
    cluster = await ctx.open_cluster("prod")
    await cluster.apply(MAP)
    return Succeeded()


class Production:
    """One protected cluster."""

    names = ("test", "prod")
    default = "test"

    def __init__(self) -> None:
        self.cluster = FakeAccess("prod", protected=True)

    def protected(self, name: str) -> bool:
        """Prod is."""
        return name == "prod"

    async def get(self, name: str) -> Any:
        """Prod, and nothing else."""
        assert name == "prod"
        return self.cluster


async def test_the_run_suspends_with_the_change_and_asks_again_after_resume_and_after_a_crash() -> None:
    clusters = Production()
    ground = Playground(clusters=clusters, extra=(writes,))
    async with ground.engine() as engine:
        run = await ground.play(engine, (await engine.start(ground.prepare("- {name: a, type: writes, timeout: 5s}\n"))).id)
        assert phases(run) == {"a": "suspending ApprovalRequired"}
        assert run.steps["a"].message == "cluster 'prod' is protected: approval needed to create ConfigMap default/m"
        assert run.steps["a"].cluster == "prod"
        [event] = [event for _, event in await ground.journal.events(run.id) if isinstance(event, StepSuspended)]
        assert event.details == ('+ .data: {"k": "new"}',)
        assert len(event.change) == 64
        ground.clock.advance(3600)
        await engine.resume(run.id, by="ann")
        assert phases(await ground.settle(engine, run.id)) == {"a": "suspending ApprovalRequired"}
    async with ground.engine() as engine:
        assert phases(await ground.settle(engine, run.id)) == {"a": "suspending ApprovalRequired"}
    assert clusters.cluster.objects == {}
