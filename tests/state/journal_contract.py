"""What every journal promises, for the real one and for the fake of the engine's tests (`test_journal.py` runs it on both)."""

import asyncio
from dataclasses import replace
from typing import Protocol

import pytest

from state.errors import StateError
from steps.errors import AlreadyRunning, IdTaken
from steps.model.events import Event, RunCreated, RunEnded, RunRestarted, StepEnded, StepLogged, StepStarted
from steps.model.phases import RunPhase, StepPhase
from steps.ports import Commit, Journal, RunRow


class PrunableJournal(Journal, Protocol):
    async def prune(self, before: float) -> int: ...


def row(run: str = "a1", **changes: object) -> RunRow:
    first = RunRow(run, "chat-gpt", "default", "test", RunPhase.EXECUTING, created_at=100.0, updated_at=100.0)
    return replace(first, **changes)  # type: ignore[arg-type]  # tests name fields freely


def created(run: str = "a1") -> RunCreated:
    return RunCreated(100.0, run, "chat-gpt", "default", "test", {"kind": "WorkflowRun", "spec": {"words": ["é", "\u2028", None, 1.5]}})


def creation(run: str = "a1", **changes: object) -> Commit:
    return Commit(row(run, **changes), 1, (created(run),))


def end(run: str = "a1", seq: int = 2, **changes: object) -> Commit:
    ended = row(run, phase=RunPhase.SUCCEEDED, updated_at=200.0, **{"ended_at": 200.0, **changes})
    return Commit(ended, seq, (RunEnded(200.0, RunPhase.SUCCEEDED),), forget=True)


class JournalContract:
    """Inherit and give a `journal` fixture."""

    async def test_what_was_committed_is_read_back_whole(self, journal: PrunableJournal) -> None:
        events: tuple[Event, ...] = (
            created(),
            StepStarted(101.0, "apply", deadline=104.0),
            StepEnded(102.0, "apply", StepPhase.SUCCEEDED, outputs={"resource": {"n": [1, "two", None]}}),
        )
        written = row(key="slack-1", message="wörk", wake_at=130.5, origin={"channel": "C1", "thread": "1.2"})
        await journal.commit(Commit(written, 1, events))
        assert await journal.events("a1") == list(enumerate(events, 1))
        assert await journal.events("a1", after=2) == [(3, events[2])]
        assert await journal.row("a1") == written
        assert await journal.by_key("slack-1") == written
        assert await journal.unfinished() == [written]
        assert await journal.rows() == [written]

    async def test_what_is_unknown_is_nothing_and_no_error(self, journal: PrunableJournal) -> None:
        await journal.commit(creation())
        assert await journal.events("b2") == []
        assert await journal.row("b2") is None
        assert await journal.by_key("no such key") is None
        assert await journal.by_key("") is None
        assert await journal.secrets("b2") == {}

    async def test_the_row_is_the_latest_but_what_names_the_run_stays(self, journal: PrunableJournal) -> None:
        await journal.commit(creation(key="k"))
        changed = row(phase=RunPhase.SUSPENDING, message="waits", wake_at=5.0, updated_at=150.0, origin={"thread": "9"})
        await journal.commit(Commit(replace(changed, workflow="other", key="z", created_at=1.0), 2, ()))
        assert await journal.row("a1") == replace(changed, key="k")

    async def test_a_creation_under_an_id_that_is_in_use_is_told_apart(self, journal: PrunableJournal) -> None:
        await journal.commit(creation())
        await journal.commit(end())
        with pytest.raises(IdTaken, match="a run 'a1' exists already"):
            await journal.commit(creation())
        assert [seq for seq, _ in await journal.events("a1")] == [1, 2]

    async def test_a_quiet_commit_writes_events_and_leaves_the_row(self, journal: PrunableJournal) -> None:
        await journal.commit(creation())
        await journal.commit(Commit(row(updated_at=150.0), 2, (StepStarted(150.0, "apply"),), quiet=True))
        await journal.commit(Commit(row(updated_at=160.0), 3, (StepStarted(160.0, "next"),), quiet=True))
        assert [seq for seq, _ in await journal.events("a1")] == [1, 2, 3]
        assert await journal.row("a1") == row()

    async def test_commits_of_one_run_keep_the_order_of_the_calls(self, journal: PrunableJournal) -> None:
        lines = [StepLogged(float(n), "apply", f"line {n}") for n in range(2, 700)]
        waiting = [journal.commit(creation()), *(journal.commit(Commit(row(updated_at=e.at), n, (e,))) for n, e in enumerate(lines, 2))]
        await asyncio.gather(*waiting)
        assert [event for _, event in await journal.events("a1", after=1)] == lines
        assert await journal.row("a1") == row(updated_at=699.0)

    async def test_a_second_unfinished_run_of_a_workflow_points_to_the_first(self, journal: PrunableJournal) -> None:
        await journal.commit(creation("a1"))
        with pytest.raises(AlreadyRunning, match="'a1'") as refused:
            await journal.commit(creation("b2"))
        assert refused.value.run == "a1"
        assert await journal.row("b2") is None
        assert await journal.events("b2") == []

    @pytest.mark.parametrize("elsewhere", [{"workflow": "other"}, {"namespace": "other"}, {"cluster": "other"}])
    async def test_the_same_workflow_may_run_elsewhere(self, journal: PrunableJournal, elsewhere: dict[str, str]) -> None:
        await journal.commit(creation("a1"))
        await journal.commit(creation("b2", **elsewhere))
        assert [found.id for found in await journal.unfinished()] == ["a1", "b2"]

    async def test_of_concurrent_creations_exactly_one_wins(self, journal: PrunableJournal) -> None:
        answers = await asyncio.gather(*(journal.commit(creation(f"r{n}")) for n in range(30)), return_exceptions=True)
        assert answers[0] is None
        assert {type(answer) for answer in answers[1:]} == {AlreadyRunning}
        assert {answer.run for answer in answers[1:] if isinstance(answer, AlreadyRunning)} == {"r0"}
        assert [found.id for found in await journal.rows()] == ["r0"]

    async def test_a_refused_commit_does_not_harm_its_neighbours(self, journal: PrunableJournal) -> None:
        answers = await asyncio.gather(
            journal.commit(creation("a1")),
            journal.commit(creation("b2")),
            journal.commit(creation("c3", workflow="other")),
            journal.commit(Commit(row("a1"), 5, ())),
            journal.commit(Commit(row("a1"), 2, (StepStarted(1.0, "apply"),))),
            return_exceptions=True,
        )
        assert [type(answer) for answer in answers] == [type(None), AlreadyRunning, type(None), StateError, type(None)]
        assert len(await journal.events("a1")) == 2
        assert [found.id for found in await journal.unfinished()] == ["a1", "c3"]

    async def test_the_same_key_is_the_same_run_even_after_it_ended(self, journal: PrunableJournal) -> None:
        await journal.commit(creation("a1", key="slack-7"))
        await journal.commit(end("a1", key="slack-7"))
        with pytest.raises(AlreadyRunning) as refused:
            await journal.commit(creation("b2", key="slack-7", workflow="other"))
        assert refused.value.run == "a1"

    async def test_runs_without_a_key_do_not_share_it(self, journal: PrunableJournal) -> None:
        await journal.commit(creation("a1"))
        await journal.commit(creation("b2", workflow="other"))
        assert len(await journal.unfinished()) == 2

    async def test_an_ended_run_frees_its_workflow_in_the_same_group(self, journal: PrunableJournal) -> None:
        await journal.commit(creation("a1"))
        late = Commit(row("a1", phase=RunPhase.SUCCEEDED, ended_at=200.0, message="late"), 3, (StepLogged(201.0, "x", "late"),))
        await asyncio.gather(journal.commit(end("a1")), journal.commit(creation("b2")), journal.commit(late))
        assert [found.id for found in await journal.unfinished()] == ["b2"]

    async def test_a_restart_is_refused_while_another_run_has_the_workflow(self, journal: PrunableJournal) -> None:
        for commit in (creation("a1"), end("a1"), creation("b2")):
            await journal.commit(commit)
        restart = Commit(row("a1"), 3, (RunRestarted(300.0, "ann"),))
        with pytest.raises(AlreadyRunning) as refused:
            await journal.commit(restart)
        assert refused.value.run == "b2"
        assert len(await journal.events("a1")) == 2
        await journal.commit(end("b2"))
        await journal.commit(restart)
        assert [found.id for found in await journal.unfinished()] == ["a1"]

    @pytest.mark.parametrize("seq", [1, 3, 0])
    async def test_a_commit_that_does_not_follow_the_last_event_is_refused(self, journal: PrunableJournal, seq: int) -> None:
        await journal.commit(creation())
        with pytest.raises(StateError, match="'a1'"):
            await journal.commit(Commit(row(), seq, (StepStarted(1.0, "apply"),)))
        assert len(await journal.events("a1")) == 1

    async def test_a_run_begins_with_its_first_event(self, journal: PrunableJournal) -> None:
        with pytest.raises(StateError, match="'a1'"):
            await journal.commit(Commit(row(), 2, (StepStarted(1.0, "apply"),)))
        with pytest.raises(StateError, match="'a1'"):
            await journal.commit(Commit(row(), 1, ()))
        assert await journal.rows() == []

    async def test_secrets_open_until_the_run_forgets_them(self, journal: PrunableJournal) -> None:
        await journal.commit(Commit(row(), 1, (created(),), sealed={"token": "s3cret", "empty": ""}))
        await journal.commit(Commit(row(), 2, (), sealed={"token": "n3wer", "more": "é"}))
        assert await journal.secrets("a1") == {"token": "n3wer", "empty": "", "more": "é"}
        await journal.commit(end("a1"))
        assert await journal.secrets("a1") == {}

    async def test_forgetting_in_the_same_group_leaves_nothing(self, journal: PrunableJournal) -> None:
        both = replace(end("a1"), sealed={"late": "x"})
        await asyncio.gather(journal.commit(Commit(row(), 1, (created(),), sealed={"token": "s3cret"})), journal.commit(both))
        assert await journal.secrets("a1") == {}

    async def test_lists_are_newest_first_and_can_be_narrowed(self, journal: PrunableJournal) -> None:
        for n in range(6):
            await journal.commit(creation(f"r{n}", workflow=f"w{n % 2}", namespace=f"n{n}", created_at=100.0 + n // 2))
        await journal.commit(end("r5", workflow="w1", namespace="n5"))
        assert [found.id for found in await journal.rows()] == ["r5", "r4", "r3", "r2", "r1", "r0"]
        assert [found.id for found in await journal.rows(limit=2)] == ["r5", "r4"]
        assert [found.id for found in await journal.rows(workflow="w1")] == ["r5", "r3", "r1"]
        assert [found.id for found in await journal.rows(phase=RunPhase.SUCCEEDED)] == ["r5"]
        assert [found.id for found in await journal.unfinished()] == ["r0", "r1", "r2", "r3", "r4"]

    async def test_pruning_takes_old_finished_runs_only(self, journal: PrunableJournal) -> None:
        for n in range(250):
            await asyncio.gather(journal.commit(creation(f"r{n:03}", key=f"k{n}")), journal.commit(end(f"r{n:03}", ended_at=float(n))))
        await journal.commit(creation("old", created_at=0.0, updated_at=0.0))
        assert await journal.prune(240.0) == 240
        assert await journal.prune(240.0) == 0
        assert [found.id for found in await journal.unfinished()] == ["old"]
        assert len(await journal.rows(limit=100)) == 11
        assert await journal.events("r239") == []
        assert len(await journal.events("r240")) == 2
        assert await journal.by_key("k1") is None

    async def test_a_cancelled_caller_does_not_take_its_commit_back(self, journal: PrunableJournal) -> None:
        waiting = journal.commit(creation())
        assert isinstance(waiting, asyncio.Future)
        waiting.cancel()
        await journal.commit(Commit(row(), 2, (StepStarted(1.0, "apply"),)))
        assert len(await journal.events("a1")) == 2
