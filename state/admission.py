"""Decides, before anything is written, which commits of a batch the journal takes.

Pure: what the database holds comes in as a `Ledger`, which then also carries the batch's own commits, so that the order of the calls
decides between two of them. The unique indexes of `state.schema` stay as the second line.
"""

from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Self

from state.errors import StateError
from steps.errors import AlreadyRunning, IdTaken, PromptOpsError
from steps.model.events import RunCreated
from steps.ports import Commit, RunRow

Target = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Head:
    """Where a run stands in the journal."""

    id: str
    seq: int
    ended: bool
    target: Target
    key: str


@dataclass(slots=True)
class Ledger:
    """What the journal holds, as far as one batch asks.

    `seqs` is the last event of each run, `holders` the unfinished run of each target, `keys` the run of each idempotency key, and
    `ended` the runs among `seqs` that have ended.
    """

    seqs: MutableMapping[str, int]
    holders: dict[Target, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, known: Mapping[str, int], heads: Iterable[Head]) -> Self:
        """From unfinished runs whose last event is known, and from what was read about the others."""
        ledger = cls(dict(known))
        for head in heads:
            ledger.seqs[head.id] = head.seq
            if head.ended:
                ledger.ended.add(head.id)
            else:
                ledger.holders[head.target] = head.id
            if head.key:
                ledger.keys[head.key] = head.id
        return ledger

    def admit(self, commit: Commit) -> PromptOpsError | None:
        """Take the commit into account, or say why it is refused.

        Refused are a second unfinished run of a target and a second run of a key, both as `AlreadyRunning` with the first one's id,
        as `IdTaken` a creation under an id that is in use, and as `StateError` what does not continue the run's events.
        """
        row = commit.row
        target = (row.workflow, row.namespace, row.cluster)
        last = self.seqs.get(row.id)
        if refusal := self._discontinuity(commit, last):
            return refusal
        if last is None and row.key and (first := self.keys.get(row.key)):
            return AlreadyRunning(*target, first)
        if row.ended_at is None and (last is None or row.id in self.ended):
            other = self.holders.get(target, row.id)
            if other != row.id:
                return AlreadyRunning(*target, other)
        self._take(commit, target)
        return None

    def _discontinuity(self, commit: Commit, last: int | None) -> PromptOpsError | None:
        run = commit.row.id
        if last is not None and commit.events and isinstance(commit.events[0], RunCreated):
            return IdTaken(f"a run {run!r} exists already")
        if last is None:
            if commit.seq != 1:
                return StateError(f"run {run!r} is not in the journal, so event {commit.seq} cannot follow. Was it pruned?")
            return None if commit.events else StateError(f"the first commit of run {run!r} holds no event.")
        if commit.seq != last + 1:
            return StateError(f"run {run!r} has {last} event(s) in the journal, so a commit cannot begin with event {commit.seq}.")
        return None

    def _take(self, commit: Commit, target: Target) -> None:
        row = commit.row
        if row.key and row.id not in self.seqs:
            self.keys[row.key] = row.id
        self.seqs[row.id] = commit.seq + len(commit.events) - 1
        if row.ended_at is None:
            self.ended.discard(row.id)
            self.holders[target] = row.id
        else:
            self.ended.add(row.id)
            if self.holders.get(target) == row.id:
                del self.holders[target]


def unknown(known: Mapping[str, int], rows: Iterable[RunRow]) -> list[RunRow]:
    """The rows about which the database must be asked: all but those of unfinished runs whose last event is known."""
    return [row for row in rows if row.id not in known]
