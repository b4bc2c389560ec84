"""Regular expressions for `=~` and `!~` that cannot blow up: RE2's subset, matched by walking all states at once.

Time is text length times states, paid from the evaluation's budget; there is no backtracking. Only the question
"does it match somewhere" is answered, so greedy and lazy repetitions are the same.
The text of a pattern is read in `pattern_syntax`.
"""

from dataclasses import dataclass, field
from functools import lru_cache

from steps.expressions.errors import BadCall
from steps.expressions.limits import NODE, PATTERN_STATES, Work
from steps.expressions.pattern_syntax import (
    Alternatives,
    Assertion,
    Characters,
    Part,
    Position,
    Repeated,
    Sequence,
    is_word,
    read,
)


@dataclass(frozen=True, slots=True)
class _Split:
    """Go on in both places."""

    first: int
    second: int


@dataclass(frozen=True, slots=True)
class _Jump:
    """Go on elsewhere."""

    target: int


@dataclass(frozen=True, slots=True)
class _Found:
    """The pattern has matched."""


_Instruction = Characters | Position | _Split | _Jump | _Found


@dataclass(slots=True)
class _Program:
    """The instructions of a pattern while they are being written."""

    code: list[_Instruction] = field(default_factory=list)
    parts: int = 0

    def add(self, instruction: _Instruction) -> int:
        self.code.append(instruction)
        return len(self.code) - 1

    def emit(self, part: Part) -> None:
        # Parts are counted, not states: a thousand times a thousand times nothing has no states, and takes its time.
        self.parts += 1
        if self.parts > PATTERN_STATES:
            raise BadCall(f"the pattern has more than {PATTERN_STATES} parts once its repetitions are written out")
        match part:
            case Characters():
                self.add(part)
            case Assertion():
                self.add(part.position)
            case Sequence():
                for each in part.parts:
                    self.emit(each)
            case Alternatives():
                self._alternatives(part)
            case Repeated():
                self._repeated(part)

    def _alternatives(self, part: Alternatives) -> None:
        ends = []
        for each in part.parts[:-1]:
            split = self.add(_Jump(0))
            self.emit(each)
            ends.append(self.add(_Jump(0)))
            self.code[split] = _Split(split + 1, len(self.code))
        self.emit(part.parts[-1])
        for end in ends:
            self.code[end] = _Jump(len(self.code))

    def _repeated(self, part: Repeated) -> None:
        for _ in range(part.least):
            self.emit(part.part)
        if part.most is None:
            split = self.add(_Jump(0))
            self.emit(part.part)
            self.add(_Jump(split))
            self.code[split] = _Split(split + 1, len(self.code))
            return
        splits = []
        for _ in range(part.most - part.least):
            splits.append(self.add(_Jump(0)))
            self.emit(part.part)
        for split in splits:
            self.code[split] = _Split(split + 1, len(self.code))


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled regular expression."""

    code: tuple[_Instruction, ...]
    literal: str | None
    positions: bool

    def search(self, work: Work, text: str) -> bool:
        """Return whether the pattern matches somewhere in the text; raises TooLarge when that costs too much."""
        work.charge(len(text))
        if self.literal is not None:
            return self.literal in text
        return _Search(self, work).run(text)


class _Search:
    """One search, with what it has learnt about the pattern on the way (which state sets follow which)."""

    def __init__(self, pattern: Pattern, work: Work) -> None:
        self.code = pattern.code
        self.positions = pattern.positions
        self.work = work
        self.closures: dict[tuple[frozenset[int], int], frozenset[int] | None] = {}
        self.moves: dict[tuple[frozenset[int], str], frozenset[int]] = {}

    def run(self, text: str) -> bool:
        self.work.charge(8 * len(text))
        states = frozenset({0})
        for place in range(len(text) + 1):
            flags = _flags(text, place) if self.positions else 0
            reached = self._closure(states, flags)
            if reached is None:
                return True
            if place < len(text):
                states = self._move(reached, text[place])
        return False

    def _closure(self, states: frozenset[int], flags: int) -> frozenset[int] | None:
        """Return the states that read a character next, or None when the pattern has matched."""
        key = states, flags
        if key not in self.closures:
            self.closures[key] = self._walk(states, flags)
        return self.closures[key]

    def _walk(self, states: frozenset[int], flags: int) -> frozenset[int] | None:
        pending, seen, reading = list(states), set(states), set()
        while pending:
            self.work.charge(2 * NODE)
            place = pending.pop()
            match self.code[place]:
                case _Found():
                    return None
                case Characters():
                    reading.add(place)
                    continue
                case _Split(first, second):
                    following = [first, second]
                case _Jump(target):
                    following = [target]
                case Position() as position:
                    following = [place + 1] if position.value & flags else []
            pending.extend(each for each in following if each not in seen)
            seen.update(following)
        return frozenset(reading)

    def _move(self, states: frozenset[int], character: str) -> frozenset[int]:
        key = states, character
        if key not in self.moves:
            self.work.charge(2 * NODE * (1 + len(states)))
            taken = (place + 1 for place in states if _accepts(self.code[place], character))
            self.moves[key] = frozenset((0, *taken))  # 0: a match may also begin at the next character
        return self.moves[key]


def _accepts(instruction: _Instruction, character: str) -> bool:
    return isinstance(instruction, Characters) and instruction.accepts(character)


def _flags(text: str, place: int) -> int:
    """Return what is true of a place between two characters, as the bits of `Position`."""
    before = text[place - 1] if place else ""
    after = text[place : place + 1]
    flags = Position.BOUNDARY if is_word(before) != is_word(after) else Position.NO_BOUNDARY
    for position, holds in (
        (Position.TEXT_START, not before),
        (Position.TEXT_END, not after),
        (Position.LINE_START, before in {"", "\n"}),
        (Position.LINE_END, after in {"", "\n"}),
    ):
        if holds:
            flags |= position
    return flags.value


@lru_cache(maxsize=256)
def compiled(text: str) -> Pattern:
    """Return the pattern that a text stands for; raises BadCall naming what RE2 or this subset refuses."""
    part = read(text)
    program = _Program()
    program.emit(part)
    program.add(_Found())
    return Pattern(
        code=tuple(program.code),
        literal=_literal(part),
        positions=any(isinstance(each, Position) for each in program.code),
    )


def _literal(part: Part) -> str | None:
    parts = part.parts if isinstance(part, Sequence) else (part,)
    characters = [each.only for each in parts if isinstance(each, Characters)]
    known = [each for each in characters if each is not None]
    return "".join(known) if len(known) == len(parts) else None
