"""Totality: any text and any tree give a value or an error of ours, soon; arithmetic and logic against Python."""

import contextlib
import time
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steps.expressions import ExpressionError, ExpressionSyntaxError, evaluate, parse
from steps.expressions.packages import PACKAGES

_SCOPE: dict[str, Any] = {
    "a": 1,
    "b": [1, 2.5, {"c": None}],
    "s": "text",
    "status": {"x": {"failed": True}, "my-step": {"failed": False}},
    "inputs": {"n": 85},
}
_FUNCTIONS = [f"{package.name}.{name}" for package in PACKAGES.values() for name in package.functions]
_WORDS = [
    *"()[]{}.,:+-*/!<>=&|\"'\n #@?_;\\",
    *("==", "!=", "<=", ">=", "&&", "||", "=~", "!~", "_|_", "...", '"""', '"""\n', '\\("', "\\(", '#"', '"#', "//"),
    *("null", "true", "false", "if", "for", "in", "let", "import", "a", "b", "s", "status", "inputs", "x", "my-step"),
    *("0", "1", "2.5", "0x", "1_", "9" * 40, "1e9", "5Mi", '"b"', '"a-b"', "len(", "div(", "list", "strconv", "math"),
    *('import "strings"\n', 'import "list"\n', "[for x in b ", "[if true ", "{a: ", '"k": '),
    *(f"{function}(" for function in _FUNCTIONS),
]
_SECONDS = 2.0  # generous, because the machine is shared; a loop without end takes longer


def _run(text: str) -> None:
    started = time.monotonic()
    with contextlib.suppress(ExpressionError):
        evaluate(parse(text, imports_implied=True), _SCOPE)
    assert time.monotonic() - started < _SECONDS


@settings(deadline=None, max_examples=300)
@given(st.text(max_size=60))
def test_any_text_gives_a_value_or_an_error_of_ours(text: str) -> None:
    _run(text)


@settings(deadline=None, max_examples=400)
@given(st.lists(st.sampled_from(_WORDS), max_size=25).map("".join))
def test_any_words_give_a_value_or_an_error_of_ours(text: str) -> None:
    _run(text)


_ATOMS = st.sampled_from(
    ["1", "0", "-3", "2.5", "1e300", '"a"', '"é"', '""', "null", "true", "a", "b", "b[2].c", "s", "status.x", "[]", "{}"]
)


def _call(arguments: tuple[str, list[str]]) -> str:
    name, given_arguments = arguments
    package, _, function = name.partition(".")
    owner = next(each for each in PACKAGES.values() if each.name == package)
    wanted = len(owner.functions[function].parameters)
    return f"{name}({', '.join((given_arguments * 4)[:wanted])})"


_TREES = st.recursive(
    _ATOMS,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "==", "<", ">=", "&&", "||", "=~", "!~"]), inner).map(
            lambda parts: f"({' '.join(parts)})"
        ),
        st.tuples(st.sampled_from(_FUNCTIONS), st.lists(inner, min_size=1, max_size=4)).map(_call),
        st.lists(inner, max_size=4).map(lambda parts: f"[{', '.join(parts)}]"),
        st.tuples(inner, inner).map(lambda parts: f"{{k: {parts[0]}, j: {parts[1]}}}"),
        st.tuples(inner, inner).map(lambda parts: f"[for x in {parts[0]} {{[x, {parts[1]}]}}]"),
        st.tuples(inner, inner).map(lambda parts: f"({parts[0]})[{parts[1]}]"),
        inner.map(lambda part: f'"<\\({part})>"'),
        inner.map(lambda part: f"(({part}) != _|_)"),
        inner.map(lambda part: f"!{part}"),
    ),
    max_leaves=12,
)


@settings(deadline=None, max_examples=300)
@given(_TREES)
def test_any_tree_gives_a_value_or_an_error_of_ours(text: str) -> None:
    _run(text)


@pytest.mark.long
@settings(deadline=None, max_examples=2000)
@given(st.one_of(_TREES, st.lists(st.sampled_from(_WORDS), max_size=60).map("".join), st.text()))
def test_long_runs_find_nothing_either(text: str) -> None:
    _run(text)


@dataclass(frozen=True)
class _Oracle:
    """An expression's text with its value by Python's exact arithmetic; None is an error."""

    text: str
    value: bool | int | None


def _arithmetic(parts: tuple[_Oracle, str, _Oracle]) -> _Oracle:
    left, sign, right = parts
    text = f"({left.text} {sign} {right.text})"
    if left.value is None or right.value is None:
        return _Oracle(text, None)
    values = {"+": left.value + right.value, "-": left.value - right.value, "*": left.value * right.value}
    return _Oracle(text, values[sign])


def _division(parts: tuple[str, _Oracle, _Oracle]) -> _Oracle:
    name, left, right = parts
    text = f"{name}({left.text}, {right.text})"
    if left.value is None or right.value is None or right.value == 0:
        return _Oracle(text, None)
    exact = Fraction(left.value, right.value)
    truncated = int(exact)
    euclidean = exact.__floor__() if right.value > 0 else exact.__ceil__()
    return _Oracle(
        text,
        {
            "quo": truncated,
            "rem": left.value - right.value * truncated,
            "div": euclidean,
            "mod": left.value - right.value * euclidean,
        }[name],
    )


_INTEGERS = st.recursive(
    st.integers(-99, 99).map(lambda number: _Oracle(f"({number})", number)),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*"), inner).map(_arithmetic),
        st.tuples(st.sampled_from(["div", "mod", "quo", "rem"]), inner, inner).map(_division),
    ),
    max_leaves=10,
)


@settings(deadline=None, max_examples=200)
@given(_INTEGERS)
def test_integers_are_exact(oracle: _Oracle) -> None:
    expression = parse(oracle.text)
    if oracle.value is None:
        with pytest.raises(ExpressionError):
            evaluate(expression, {})
    else:
        assert evaluate(expression, {}) == oracle.value


def _compared(parts: tuple[int, str, int]) -> _Oracle:
    left, sign, right = parts
    found = {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right, "==": left == right}
    return _Oracle(f"{left} {sign} {right}", found.get(sign, left != right))


_BOOLEANS = st.recursive(
    st.tuples(st.integers(-3, 3), st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), st.integers(-3, 3)).map(_compared),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda both: _Oracle(f"({both[0].text} && {both[1].text})", bool(both[0].value and both[1].value))),
        st.tuples(inner, inner).map(lambda both: _Oracle(f"({both[0].text} || {both[1].text})", bool(both[0].value or both[1].value))),
        inner.map(lambda one: _Oracle(f"!({one.text})", not one.value)),
    ),
    max_leaves=10,
)


@settings(deadline=None, max_examples=200)
@given(_BOOLEANS)
def test_logic_is_pythons(oracle: _Oracle) -> None:
    assert evaluate(parse(oracle.text), {}) is oracle.value


@settings(deadline=None, max_examples=200)
@given(st.lists(st.tuples(st.sampled_from(["&&", "||"]), st.booleans()), min_size=1, max_size=8))
def test_and_binds_tighter_than_or(parts: list[tuple[str, bool]]) -> None:
    text = "".join(f" {sign} {str(value).lower()}" for sign, value in parts).removeprefix(f" {parts[0][0]}")
    groups: list[bool] = []
    for place, (sign, value) in enumerate(parts):
        if place and sign == "&&":
            groups[-1] = groups[-1] and value
        else:
            groups.append(value)
    assert evaluate(parse(text), {}) is any(groups)


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=30))
def test_a_string_literal_says_what_python_reads(text: str) -> None:
    escaped = "".join(f"\\U{ord(each):08x}" for each in text if not 0xD800 <= ord(each) < 0xE000)
    plain = "".join(each for each in text if not 0xD800 <= ord(each) < 0xE000)
    assert evaluate(parse(f'"{escaped}"'), {}) == plain


def test_a_syntax_error_points_into_the_text() -> None:
    text = "status.a.failed &&\n  b ? c : d"
    with pytest.raises(ExpressionSyntaxError) as problem:
        parse(text)
    assert text.split("\n")[problem.value.line - 1][problem.value.column - 1] == "?"
