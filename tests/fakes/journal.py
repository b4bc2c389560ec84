"""A journal in memory with the semantics of `state.journal`, deterministic, and able to crash.

Commits are written in groups, like the real one's: all that wait when the loop comes round. `hold()` keeps them waiting until `flush()`,
and `crash(keep)` gives the journal that the next process would find: everything that was acknowledged, and the first `keep` of the
commits that nobody has heard of yet. The contract in `tests/state/journal_contract.py` runs against both.
"""

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from state.errors import StateError
from steps.errors import AlreadyRunning, IdTaken, PromptOpsError
from steps.model.events import Event, RunCreated, decode, encode
from steps.model.phases import RunPhase
from steps.ports import Commit, RunRow


@dataclass(slots=True)
class _Run:
    row: RunRow
    lines: list[bytes] = field(default_factory=list)
    secrets: dict[str, str] = field(default_factory=dict)


class MemoryJournal:
    """Implements `steps.ports.Journal`; `groups` holds how many commits each group wrote."""

    def __init__(self) -> None:
        self._runs: dict[str, _Run] = {}
        self._waiting: deque[tuple[Commit, asyncio.Future[None]]] = deque()
        self._held = False
        self._scheduled = False
        self._dead = False
        self.groups: list[int] = []

    def hold(self) -> None:
        """From now on commits wait for `flush`."""
        self._held = True

    def flush(self, count: int | None = None) -> None:
        """Write the first `count` waiting commits, or all of them, as one group."""
        self._scheduled = False
        count = len(self._waiting) if count is None else min(count, len(self._waiting))
        if count:
            self.groups.append(count)
        for _ in range(count):
            commit, future = self._waiting.popleft()
            error = self._write(commit)
            if future.done():
                continue
            if error is None:
                future.set_result(None)
            else:
                future.set_exception(error)

    @property
    def waiting(self) -> int:
        """How many commits are not written yet."""
        return len(self._waiting)

    def crash(self, keep: int = 0) -> "MemoryJournal":
        """What the next process finds; this journal's waiting commits are cancelled, and it answers nothing more."""
        for _ in range(min(keep, len(self._waiting))):
            commit, future = self._waiting.popleft()
            self._write(commit)
            future.cancel()
        for _, future in self._waiting:
            future.cancel()
        self._waiting.clear()
        self._dead = True
        after = MemoryJournal()
        after._runs = {run: _Run(kept.row, list(kept.lines), dict(kept.secrets)) for run, kept in self._runs.items()}
        return after

    def commit(self, commit: Commit) -> "asyncio.Future[None]":
        """Write when the loop comes round, or at `flush`."""
        self._alive()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()
        self._waiting.append((commit, future))
        if not self._held and not self._scheduled:
            self._scheduled = True
            loop.call_soon(self._round)
        return future

    async def events(self, run: str, after: int = 0) -> list[tuple[int, Event]]:
        """The events of a run with `seq > after`."""
        found = self._read().get(run)
        return [(seq, decode(line)) for seq, line in enumerate(found.lines, 1) if seq > after] if found else []

    async def row(self, run: str) -> RunRow | None:
        """The row of a run by its id."""
        found = self._read().get(run)
        return found.row if found else None

    async def by_key(self, key: str) -> RunRow | None:
        """The run that was started with this key."""
        return next((run.row for run in self._read().values() if key and run.row.key == key), None)

    async def unfinished(self) -> list[RunRow]:
        """All runs that have not ended, oldest first."""
        return sorted((run.row for run in self._read().values() if run.row.ended_at is None), key=_age)

    async def rows(self, *, limit: int = 50, workflow: str = "", phase: RunPhase | None = None) -> list[RunRow]:
        """The newest runs first."""
        found = [run.row for run in self._read().values() if workflow in {"", run.row.workflow} and phase in {None, run.row.phase}]
        return sorted(found, key=_age, reverse=True)[:limit]

    async def secrets(self, run: str) -> dict[str, str]:
        """The secrets of a run; nothing is sealed in memory."""
        found = self._read().get(run)
        return dict(found.secrets) if found else {}

    async def prune(self, before: float) -> int:
        """Delete the runs that ended before a time."""
        old = [run for run, kept in self._read().items() if kept.row.ended_at is not None and kept.row.ended_at < before]
        for run in old:
            del self._runs[run]
        return len(old)

    def _round(self) -> None:
        if not self._held and not self._dead:
            self.flush()

    def _read(self) -> Mapping[str, _Run]:
        self._alive()
        # The real journal answers after the writes that came before the question.
        if not self._held:
            self.flush()
        return self._runs

    def _alive(self) -> None:
        if self._dead:
            raise StateError("this journal has crashed: use the one that crash() returned.")

    def _write(self, commit: Commit) -> PromptOpsError | None:
        row, found = commit.row, self._runs.get(commit.row.id)
        if found is not None and commit.events and isinstance(commit.events[0], RunCreated):
            return IdTaken(f"a run {row.id!r} exists already")
        if commit.seq != (len(found.lines) if found else 0) + 1 or (found is None and not commit.events):
            return StateError(f"run {row.id!r}: a commit cannot begin with event {commit.seq}.")
        target = (row.workflow, row.namespace, row.cluster)
        for other in self._runs.values():
            if found is None and row.key and other.row.key == row.key:
                return AlreadyRunning(*target, other.row.id)
        for other in self._runs.values():
            held = (other.row.workflow, other.row.namespace, other.row.cluster)
            if row.ended_at is None and other.row.ended_at is None and other.row.id != row.id and held == target:
                return AlreadyRunning(*target, other.row.id)
        if found is None:
            found = self._runs[row.id] = _Run(row)
        first = found.row
        if not commit.quiet:
            found.row = replace(
                row, workflow=first.workflow, namespace=first.namespace, cluster=first.cluster, key=first.key, created_at=first.created_at
            )
        found.lines += [encode(event) for event in commit.events]
        found.secrets = {} if commit.forget else {**found.secrets, **commit.sealed}
        return None


def _age(row: RunRow) -> tuple[float, str]:
    return row.created_at, row.id
