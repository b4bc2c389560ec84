"""A tree to closures over a frame: compiled once, so that a kept expression runs in microseconds.

A name that a struct field or a `for` binds gets a numbered slot here; every other name is looked up in the scope
when the expression runs. Fields that refer to each other are put in order here, so nothing recurses then.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any, TypeAlias

from steps.expressions.errors import BadCall, EvaluationProblem, TooLarge, TypeMismatch, syntax_error
from steps.expressions.limits import NODE, Work
from steps.expressions.navigation import descend, root_of, step
from steps.expressions.operators import BINARY, UNARY, both, either, interpolated
from steps.expressions.syntax import (
    ANY,
    Bottom,
    Call,
    Chain,
    Comprehension,
    Field,
    For,
    If,
    Interpolation,
    ListLiteral,
    Literal,
    Node,
    Path,
    Presence,
    Reference,
    Segment,
    Select,
    Slice,
    StructLiteral,
    Unary,
)
from steps.expressions.values import kind, show


class Frame(Work):
    """One evaluation: its scope, the values of its slots, and what is left of its budget."""

    __slots__ = ("scope", "slots")

    def __init__(self, scope: Mapping[str, Any], slots: int) -> None:
        super().__init__()
        self.scope = scope
        self.slots: list[Any] = [None] * slots if slots else []


Run: TypeAlias = Callable[[Frame], Any]
_Visit: TypeAlias = Callable[[Any, list[Any]], None]


@dataclass(frozen=True, slots=True)
class Compiled:
    """A tree made runnable: `slots` it needs, and the static paths that it takes from the scope."""

    run: Run
    slots: int
    paths: tuple[Path, ...]


def compiled(text: str, node: Node) -> Compiled:
    """Return the runnable form; raises ExpressionSyntaxError for `_|_` as a value and fields that need each other."""
    compiler = _Compiler(text)
    run = compiler.node(node)
    return Compiled(run, compiler.slots, tuple(dict.fromkeys(compiler.paths)))


class _Compiler:
    """What is known while a tree is compiled: bound names, slots given out, and which slots were used."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.slots = 0
        self.bound: dict[str, int] = {}
        self.used: set[int] = set()
        self.paths: list[Path] = []
        self.nodes = 0
        self.kinds: Mapping[type[Node], Callable[[Any], Run]] = {
            Literal: self.constant,
            Bottom: self.bottom,
            Interpolation: self.interpolation,
            Reference: self.reference,
            Select: self.selection,
            Unary: self.unary,
            Chain: self.chain,
            Presence: self.presence,
            Call: self.call,
            ListLiteral: self.elements,
            StructLiteral: self.struct,
        }

    def slot(self) -> int:
        self.slots += 1
        return self.slots - 1

    @contextmanager
    def binding(self, names: Mapping[str, int]) -> Iterator[None]:
        outer = self.bound
        self.bound = {**outer, **names} if names else outer
        yield
        self.bound = outer

    def node(self, node: Node) -> Run:
        # A table and not a match: one frame of Python's stack less for every level of nesting.
        self.nodes += 1
        return self.kinds[type(node)](node)

    def constant(self, node: Literal) -> Run:
        return _constant(node.value)

    def bottom(self, node: Bottom) -> Run:
        raise syntax_error(self.text, node.start, "_|_ is no value", "write x.y != _|_ to test that a field is there")

    def unary(self, node: Unary) -> Run:
        return _unary(node.operators, self.node(node.operand))

    def presence(self, node: Presence) -> Run:
        return _presence(self.node(node.operand), node.expected)

    def selection(self, node: Select) -> Run:
        return self.select(self.node(node.base), node.segments, ())

    # Names and selections.

    def reference(self, node: Reference) -> Run:
        if node.root in self.bound:
            slot = self.bound[node.root]
            self.used.add(slot)
            return self.select(_slot(slot), node.segments, (node.root,)) if node.segments else _slot(slot)
        self.paths.append(_static(node))
        if all(isinstance(segment, str) for segment in node.segments):
            return _plain(node.root, tuple(each for each in node.segments if isinstance(each, str)), node.hint)
        return self.select(_plain(node.root, (), node.hint), node.segments, (node.root,))

    def select(self, base: Run, segments: tuple[Segment, ...], path: tuple[object, ...]) -> Run:
        run = base
        for segment in segments:
            match segment:
                case str() | int():
                    path = (*path, segment)
                    run = _fixed(run, segment, path)
                case Slice():
                    low = None if segment.low is None else self.node(segment.low)
                    high = None if segment.high is None else self.node(segment.high)
                    run, path = _sliced(run, low, high), (*path, ANY)
                case _:
                    run, path = _computed(run, self.node(segment), path), (*path, ANY)
        return run

    # Operators and calls.

    def chain(self, node: Chain) -> Run:
        first = self.node(node.first)
        rest = tuple((sign, self.node(operand)) for sign, operand in node.rest)
        if node.rest[0][0] in {"&&", "||"}:
            return _logic(node.rest[0][0], (first, *(operand for _, operand in rest)))
        if len(rest) == 1:
            sign, operand = rest[0]
            return _binary(BINARY[sign], first, operand)
        return _chain(first, tuple((BINARY[sign], operand) for sign, operand in rest))

    def call(self, node: Call) -> Run:
        function = node.function
        arguments = tuple(self.node(argument) for argument in node.arguments)

        def run(frame: Frame) -> Any:
            return function.call(frame, [argument(frame) for argument in arguments])

        return run

    # Values made of others.

    def interpolation(self, node: Interpolation) -> Run:
        parts = tuple(_constant(part) if isinstance(part, str) else self.node(part) for part in node.parts)

        def run(frame: Frame) -> str:
            return "".join([interpolated(frame, part(frame)) for part in parts])

        return run

    def elements(self, node: ListLiteral) -> Run:
        if any(isinstance(element, Comprehension) for element in node.elements):
            return self.comprehended(node)
        elements = tuple(self.node(element) for element in node.elements if not isinstance(element, Comprehension))

        def run(frame: Frame) -> list[Any]:
            return [element(frame) for element in elements]

        return run

    def comprehended(self, node: ListLiteral) -> Run:
        visits = tuple(
            self.comprehension(element) if isinstance(element, Comprehension) else _append(self.node(element)) for element in node.elements
        )

        def run(frame: Frame) -> list[Any]:
            found: list[Any] = []
            for visit in visits:
                visit(frame, found)
            return found

        return run

    def comprehension(self, node: Comprehension) -> _Visit:
        return self.clauses(node.clauses, node.body)

    def clauses(self, clauses: tuple[For | If, ...], body: Node) -> _Visit:
        if not clauses:
            return _append(self.node(body))
        match clauses[0]:
            case If(condition):
                return _if(self.node(condition), self.clauses(clauses[1:], body))
            case For(key, name, source):
                listed = self.node(source)
                names = {each: self.slot() for each in (key, name) if each is not None}
                before = self.nodes
                with self.binding(names):
                    inner = self.clauses(clauses[1:], body)
                cost = NODE * (1 + self.nodes - before)
                return _for(listed, None if key is None else names[key], names[name], inner, cost)

    def struct(self, node: StructLiteral) -> Run:
        names = {field.name: self.slot() for field in node.fields if field.name is not None}
        fields: list[tuple[Run, Run, int | None]] = []
        needs: dict[int, set[int]] = {}
        outer = self.used
        with self.binding(names):
            for place, field in enumerate(node.fields):
                self.used = set()
                label = _constant(field.label) if isinstance(field.label, str) else self.node(field.label)
                slot = names.get(field.name) if field.name is not None else None
                fields.append((label, self.node(field.value), slot))
                needs[place] = self.used
                outer |= self.used
        self.used = outer
        return _struct(tuple(fields), self.order(node.fields, needs, names))

    def order(self, fields: tuple[Field, ...], needs: dict[int, set[int]], names: Mapping[str, int]) -> tuple[int, ...]:
        """Return the places of the fields so that each comes after those that it refers to."""
        by_slot = {names[field.name]: place for place, field in enumerate(fields) if field.name is not None}
        graph = {place: [by_slot[slot] for slot in used if slot in by_slot] for place, used in needs.items()}
        if not any(graph.values()):
            return tuple(graph)
        try:
            return tuple(TopologicalSorter(graph).static_order())
        except CycleError as cycle:
            around = [fields[place] for place in cycle.args[1]]
            raise syntax_error(
                self.text,
                around[0].start,
                f"the fields {', '.join(str(field.label) for field in around[:5])} refer to each other",
                "write a value that does not depend on itself",
            ) from None


def _static(node: Reference) -> Path:
    """Return what is known of a path before it runs: computed indexes are ANY, and it ends before a slice."""
    path: list[Any] = [node.root]
    for segment in node.segments:
        if isinstance(segment, Slice):
            break
        path.append(segment if isinstance(segment, (str, int)) else ANY)
    return tuple(path)


def _constant(value: object) -> Run:
    return lambda _: value


def _slot(slot: int) -> Run:
    return lambda frame: frame.slots[slot]


def _plain(root: str, fields: tuple[str, ...], hint: str) -> Run:
    """Return the hot path: a name and fields. What is wrong is found out only after something was."""

    def run(frame: Frame) -> Any:
        try:
            value = frame.scope[root]
            for field in fields:
                value = value[field]
        except (KeyError, TypeError):
            return descend(root_of(frame.scope, root, hint), fields, (root,), hint)
        return value

    def root_only(frame: Frame) -> Any:
        return root_of(frame.scope, root, hint)

    return run if fields else root_only


def _fixed(base: Run, segment: str | int, path: tuple[object, ...]) -> Run:
    return lambda frame: step(base(frame), segment, path)


def _computed(base: Run, index: Run, path: tuple[object, ...]) -> Run:
    def run(frame: Frame) -> Any:
        value, place = base(frame), index(frame)
        if not isinstance(place, (str, int)) or isinstance(place, bool):
            raise TypeMismatch(f"an index is a string or an int, not {show(place)} (type {kind(place)})")
        return step(value, place, (*path, place))

    return run


def _sliced(base: Run, low: Run | None, high: Run | None) -> Run:
    def run(frame: Frame) -> Any:
        value = base(frame)
        if not isinstance(value, list):
            raise TypeMismatch(f"only a list has a part [low:high], and {show(value)} is of type {kind(value)}")
        start = 0 if low is None else low(frame)
        end = len(value) if high is None else high(frame)
        for edge in (start, end):
            if type(edge) is not int:
                raise TypeMismatch(f"an index is an int, not {show(edge)} (type {kind(edge)})")
        if not 0 <= start <= end <= len(value):
            raise BadCall(f"[{show(start)}:{show(end)}] is not a range within the list's {len(value)} elements")
        frame.charge(NODE * (end - start))
        return value[start:end]

    return run


def _unary(signs: tuple[str, ...], operand: Run) -> Run:
    operations = tuple(UNARY[sign] for sign in reversed(signs))

    def run(frame: Frame) -> Any:
        value = operand(frame)
        for operation in operations:
            value = operation(value)
        return value

    return run


def _presence(operand: Run, expected: bool) -> Run:
    def run(frame: Frame) -> bool:
        try:
            operand(frame)
        except TooLarge:
            raise
        except EvaluationProblem:
            return not expected
        return expected

    return run


def _binary(operation: Callable[[Work, Any, Any], Any], left: Run, right: Run) -> Run:
    return lambda frame: operation(frame, left(frame), right(frame))


def _chain(first: Run, rest: tuple[tuple[Callable[[Work, Any, Any], Any], Run], ...]) -> Run:
    def run(frame: Frame) -> Any:
        value = first(frame)
        for operation, operand in rest:
            value = operation(frame, value, operand(frame))
        return value

    return run


def _logic(sign: str, operands: tuple[Run, ...]) -> Run:
    decided = sign == "||"
    operation = either if decided else both

    def run(frame: Frame) -> Any:
        value = operands[0](frame)
        for operand in operands[1:]:
            if value is decided:
                return value
            value = operation(frame, value, operand(frame))
        return value

    return run


def _append(element: Run) -> _Visit:
    def visit(frame: Frame, found: list[Any]) -> None:
        found.append(element(frame))

    return visit


def _if(condition: Run, inner: _Visit) -> _Visit:
    def visit(frame: Frame, found: list[Any]) -> None:
        holds = condition(frame)
        if not isinstance(holds, bool):
            raise TypeMismatch(f"'if' takes true or false, not {show(holds)} (type {kind(holds)})")
        if holds:
            inner(frame, found)

    return visit


def _for(source: Run, key: int | None, name: int, inner: _Visit, cost: int) -> _Visit:
    def visit(frame: Frame, found: list[Any]) -> None:
        values = source(frame)
        if not isinstance(values, (list, Mapping)):
            raise TypeMismatch(f"'for' takes a list or a struct, not {show(values)} (type {kind(values)})")
        for place, value in enumerate(values) if isinstance(values, list) else values.items():
            frame.charge(cost)
            if key is not None:
                frame.slots[key] = place
            frame.slots[name] = value
            inner(frame, found)

    return visit


def _struct(fields: tuple[tuple[Run, Run, int | None], ...], order: tuple[int, ...]) -> Run:
    def run(frame: Frame) -> dict[str, Any]:
        values: list[Any] = [None] * len(fields)
        for place in order:
            _, value, slot = fields[place]
            values[place] = value(frame)
            if slot is not None:
                frame.slots[slot] = values[place]
        result: dict[str, Any] = {}
        for (label, _, _), value in zip(fields, values, strict=True):
            name = label(frame)
            if not isinstance(name, str):
                raise TypeMismatch(f"a field name is a string, not {show(name)} (type {kind(name)})")
            if name in result:
                raise BadCall(f"the field {show(name)} is written twice in one struct")
            result[name] = value
        return result

    return run
