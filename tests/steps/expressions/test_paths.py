"""`from`, `parameterKey` and `valueFrom`: where a value comes from and where it goes."""

import contextlib
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steps.expressions import (
    EvaluationProblem,
    ExpressionError,
    Missing,
    PathError,
    TypeMismatch,
    assign,
    lookup,
    parse,
    parse_key,
    value_from,
)
from steps.expressions.limits import INDEX


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("a", ("a",)),
        ("prompt.content", ("prompt", "content")),
        (" a.b ", ("a", "b")),
        ("list[2]", ("list", 2)),
        ("data.spec.components[0].properties.image", ("data", "spec", "components", 0, "properties", "image")),
        ('data["my-input"]', ("data", "my-input")),
        ('data["a.b"].c', ("data", "a.b", "c")),
        (r'data["a\"b\u00e9"]', ("data", 'a"bé')),
        ('data."a.b"', ("data", "a.b")),
        ('["a"][0]', ("a", 0)),
        ("my-input", ("my-input",)),
        ("output.$returns.value", ("output", "$returns", "value")),
        ("a.0", ("a", "0")),
        ("größe", ("größe",)),
    ],
)
def test_a_key_has_segments(text: str, key: tuple[str | int, ...]) -> None:
    assert parse_key(text) == key


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the path is empty"),
        ("  ", "the path is empty"),
        (".a", "does not parse at '.a'"),
        ("a.", "does not parse at the end"),
        ("a..b", "does not parse at '.b'"),
        ("a b", "does not parse at ' b'"),
        ("a.[0]", "does not parse at '[0]'"),
        ("a[0]b", "does not parse at 'b'"),
        ('"a""b"', "does not parse"),
        ("a[-1]", "does not parse at '[-1]'"),
        ("a[b]", "does not parse at '[b]'"),
        ("a['b']", 'write double quotes, as in data["my-input"]'),
        (r'a["\q"]', "is not a string"),
        ("[0].a", "begins with an index"),
        (f"a[{INDEX + 1}]", f"at most {INDEX} is accepted"),
        (".".join("a" * 65), "at most 64"),
        ("a" * 2000, "at most 1024"),
    ],
)
def test_a_key_that_does_not_parse_says_where(text: str, said: str) -> None:
    with pytest.raises(PathError) as problem:
        parse_key(text)
    assert said in str(problem.value)


@pytest.mark.parametrize(
    ("target", "key", "result"),
    [
        ({"prompt": {"type": "diagnose"}}, "prompt.content", {"prompt": {"type": "diagnose", "content": "V"}}),
        ({"a": "old", "b": 2}, "a", {"a": "V", "b": 2}),
        ({"a": {"deep": 1}}, "a", {"a": "V"}),
        ({"c": [{"p": {"image": "old"}}, 1]}, "c[0].p.image", {"c": [{"p": {"image": "V"}}, 1]}),
        ({"list": [1]}, "list[2]", {"list": [1, {}, "V"]}),
        ({"list": [1]}, "list[0]", {"list": ["V"]}),
        ({}, "new[0].x", {"new": [{"x": "V"}]}),
        ({}, "new[2].x", {"new": [{}, {}, {"x": "V"}]}),
        ({"l": []}, "l[0].x", {"l": [{"x": "V"}]}),
        ({"l": []}, "l[0]", {"l": ["V"]}),
        ({}, "m[0][1]", {"m": [[{}, "V"]]}),
        ({}, "my-input", {"my-input": "V"}),
        ({}, 'data["my-input"]', {"data": {"my-input": "V"}}),
        ({"data": {"my-input": 1}}, 'data["my-input"]', {"data": {"my-input": "V"}}),
        ({"data": None}, "data.x", {"data": {"x": "V"}}),
        ({"l": [None]}, "l[0].x", {"l": [{"x": "V"}]}),
        (None, "a.b", {"a": {"b": "V"}}),
    ],
)
def test_an_input_goes_where_its_parameter_key_says(target: Any, key: str, result: Any) -> None:
    before = deepcopy(target)
    assert assign(target, key, "V") == result
    assert target == before


@pytest.mark.parametrize(
    ("target", "key", "said"),
    [
        ({"data": 5}, "data.x.y", "the key data.x.y does not fit: data is 5 (type int), which has no x in it"),
        ({"data": "t"}, "data[0]", 'data is "t" (type string), which has no [0] in it'),
        ({"data": {"a": 1}}, "data[0]", "data is a struct, and [0] is the place of a list"),
        ({"data": [1]}, "data.x", "data is a list, and x is the name of a field; write data[0]"),
        ([1], "a", "the parameter is a list"),
        ({}, "a b", "does not parse"),
    ],
)
def test_a_key_that_does_not_fit_names_the_segment(target: Any, key: str, said: str) -> None:
    with pytest.raises(PathError) as problem:
        assign(target, key, "V")
    assert said in str(problem.value)


_VARIABLES: dict[str, Any] = {
    "whole": {"a": {"b": 1}, "x-y": 2, "l": [{"n": 3}]},
    "my-output": "out",
    "dotted.name": "exact",
    "nothing": None,
}
_EXTRA: dict[str, Any] = {"context": {"list": [10, 20], "deep": {"a": {"b": 4}}}, "parameter": {"image": "nginx"}}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("my-output", "out"),
        ("whole.a.b", 1),
        ("whole.x-y", 2),
        ('whole["x-y"]', 2),
        ("whole.l[0].n", 3),
        ("dotted.name", "exact"),
        ("nothing", None),
        ("context.list[1]", 20),
        ("context.deep.a.b", 4),
        ("parameter.image", "nginx"),
    ],
)
def test_a_from_finds(text: str, value: object) -> None:
    assert lookup(text, _VARIABLES, _EXTRA) == value


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("my-outptu", Missing, "did you mean 'my-output'?"),
        ("whole.a.c", Missing, "whole.a has no field 'c'"),
        ("whole.l[1]", Missing, "whole.l has 1 element, counted from 0"),
        ("my-output.x", TypeMismatch, '"out"'),
        ("nothing.x", Missing, "nothing is null"),
        ("a b", PathError, "does not parse"),
    ],
)
def test_a_from_that_leads_nowhere_says_where(text: str, kind: type[ExpressionError], said: str) -> None:
    with pytest.raises(ExpressionError) as problem:
        lookup(text, _VARIABLES, _EXTRA)
    assert type(problem.value) is kind
    assert said in str(problem.value)


def test_a_variable_hides_the_context_of_the_same_name() -> None:
    assert lookup("context", {"context": 1}, _EXTRA) == 1


_VALUES: dict[str, Any] = {
    "output": {"$returns": {"value": {"status": "ok"}, "l": [1]}, "plain": 1},
    "apply": {"$returns": {"value": {"kind": "Pod"}}, "value": {"$returns": 5}},
    "response": {"uuid-x": "u"},
    "result": 85,
    "text": "85",
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("result", 85),
        ("output.plain", 1),
        ("output.value", {"status": "ok"}),
        ("output.value.status", "ok"),
        ("output.l[0]", 1),
        ("apply.value", {"$returns": 5}),
        ("apply.$returns.value.kind", "Pod"),
        ('response["uuid-x"]', "u"),
        ("context.deep.a.b", 4),
        ("parameter.image", "nginx"),
        ('"literal"', "literal"),
        ('"\\(result)%"', "85%"),
        ('import "strconv"\nstrconv.Atoi(text) + 1', 86),
        ('import "strconv"\n\nscore: strconv.Atoi(text)\nok: score > 60\n', {"score": 85, "ok": True}),
        ('[result, if result > 60 {"high"}]', [85, "high"]),
    ],
)
def test_a_value_from_gives(text: str, value: object) -> None:
    assert value_from(parse(text), _VALUES, _EXTRA) == value


def test_a_path_falls_back_to_its_returns() -> None:
    assert value_from(parse("a.b"), {"a": {"b": {"$returns": 1}}}, {}) == {"$returns": 1}
    assert value_from(parse("output.value"), {"output": {"$returns": {"value": 2}}}, {}) == 2
    assert value_from(parse("context.x"), {"context": {"x": 1}}, {"context": {"x": 2}}) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("output.valu", "output.valu is missing: output has no field 'valu'"),
        ("apply.value.kind", "apply.value.kind is missing: apply.value has no field 'kind'"),
        ("output.value + 1", "output.value is missing"),
        ("status.apply.failed", "status is missing: nothing here has the name 'status'"),
        ("resutl", "did you mean 'result'?"),
        ("result.x", "result is 85 (type int)"),
        ("output.m[result]", "output has no field 'm'"),
    ],
)
def test_a_value_from_that_fails_speaks_of_the_path_as_written(text: str, said: str) -> None:
    with pytest.raises(EvaluationProblem) as problem:
        value_from(parse(text), _VALUES, _EXTRA)
    assert said in str(problem.value)


_NAMES = st.one_of(st.sampled_from(["a", "b", "my-input", "$returns"]), st.text(max_size=5))
_SEGMENTS = st.lists(st.one_of(_NAMES, st.integers(0, 4)), max_size=5)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "my-input"]), inner, max_size=3),
    max_leaves=8,
)


def _spelled(segments: list[str | int]) -> str:
    text = ""
    for segment in segments:
        if isinstance(segment, int):
            text += f"[{segment}]"
        else:
            escaped = "".join(f"\\u{ord(each):04x}" if ord(each) < 0x20 or each in '"\\' else each for each in segment)
            text += f'["{escaped}"]'
    return text


@settings(deadline=None, max_examples=200)
@given(root=_NAMES, segments=_SEGMENTS, target=st.dictionaries(st.sampled_from(["a", "b"]), _JSON), value=_JSON)
def test_what_was_assigned_is_found_again(root: str, segments: list[str | int], target: dict[str, Any], value: Any) -> None:
    key = _spelled([root, *segments])
    assert parse_key(key) == (root, *segments)
    before = deepcopy(target)
    try:
        result = assign(target, key, value)
    except PathError:
        assert target
        return
    assert target == before
    assert isinstance(result, dict)
    assert lookup(key, result, {}) == value
    assert {name: each for name, each in result.items() if name != root} == {name: each for name, each in target.items() if name != root}


@settings(deadline=None, max_examples=200)
@given(text=st.text(alphabet='ab.[]"\\0 1-$\n', max_size=20) | st.text(max_size=20))
def test_any_text_is_a_key_or_an_error_of_ours(text: str) -> None:
    with contextlib.suppress(ExpressionError):
        assign({"a": [1], "b": {}}, text, 1)
    with contextlib.suppress(ExpressionError):
        lookup(text, {"a": [1]}, {"b": {}})
