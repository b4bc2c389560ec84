"""What expressions mean: values, selection, operators, structs, comprehensions."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import pytest

from steps.expressions import (
    BadCall,
    EvaluationProblem,
    ExpressionSyntaxError,
    Missing,
    NotBoolean,
    TooLarge,
    TypeMismatch,
    evaluate,
    evaluate_if,
    parse,
)

_SCOPE: dict[str, Any] = {
    "status": {
        "apply": {"id": "a1", "phase": "failed", "failed": True, "succeeded": False, "reason": "Timeout"},
        "my-step": {"phase": "succeeded", "failed": False, "succeeded": True},
    },
    "inputs": {"chat-result": 85, "obj.a": "x", "context.env": "test", "nothing": None},
    "context": {"name": "run", "list": [10, 20], "deep": {"a": {"b": 1}}},
    "parameter": {"image": "nginx", "replicas": 2},
    "half": 0.5,
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        # An `if` of KubeVela's documentation, examples and tests, and their neighbours.
        ("status.apply.failed", True),
        ("status.apply.succeeded", False),
        ('status["my-step"].succeeded', True),
        ('status["my-step"].failed || status.apply.failed', True),
        ('status.apply.phase == "failed"', True),
        ('status.apply.reason == "Timeout" && !status.apply.succeeded', True),
        ('inputs["chat-result"] > 60', True),
        ('inputs["chat-result"] >= 85', True),
        ('inputs["obj.a"] == "x"', True),
        ('inputs["context.env"] != "prod"', True),
        ("inputs.nothing == null", True),
        ("inputs.nothing != null", False),
        ("context.list[1] == 20", True),
        ("len(context.list) == 2", True),
        ("parameter.replicas + 1 == 3", True),
        ('parameter.image + ":1.25" == "nginx:1.25"', True),
        ('"\\(parameter.image):\\(parameter.replicas)" == "nginx:2"', True),
        ('context."deep".a["b"] == 1', True),
        ("(status.apply.failed && true) == true", True),
        ("true", True),
        ("false", False),
    ],
)
def test_an_if_of_a_workflow(text: str, *, value: bool) -> None:
    assert evaluate_if(parse(text), _SCOPE) is value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("null", None),
        ("1_000", 1000),
        ("0xff", 255),
        ("0o17", 15),
        ("0b101", 5),
        ("2K", 2000),
        ("1.5Ki", 1536),
        ("5Mi", 5 * 1024 * 1024),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("-3", -3),
        ("--3", 3),
        ("+3", 3),
        ("!!true", True),
        (r'"a\tb\n\"\\ \u00e9 \U0001F600"', 'a\tb\n"\\ é 😀'),
        (r'#"a\n\#n"#', "a\\n\n"),
        (r'##"a"#b"##', 'a"#b'),
        ('"""\n  one\n    two\n\n  three\n  """', "one\n  two\n\nthree"),
        ('"""\n  """', ""),
        ('"""\n  a \\("x" + "y") "b"\n  c\n  """', 'a xy "b"\nc'),
        ('#"""\n  a \\(1) \\#(1)\n  """#', "a \\(1) 1"),
        ('"a\\("b\\("c\\(1)")")d"', "abc1d"),
        ('"\\({a: (1)}.a)"', "1"),
        ('"\\(true) \\(1.5) \\(4/2)"', "true 1.5 2.0"),
        ("[]", []),
        ("[1, 2,]", [1, 2]),
        ("[\n  1,\n  2,\n]", [1, 2]),
        ("{}", {}),
        ('{a: 1, "b-c": 2}', {"a": 1, "b-c": 2}),
        ("{\n a: 1\n b: 2\n}", {"a": 1, "b": 2}),
        ("a: 1\nb: 2", {"a": 1, "b": 2}),
        ("// a comment\na: 1 // another\n\n\nb: 2\n", {"a": 1, "b": 2}),
        ("a: b: c: 1", {"a": {"b": {"c": 1}}}),
        ('"\\(parameter.image)-x": 1', {"nginx-x": 1}),
        ('{"\\(parameter.image)": 1}', {"nginx": 1}),
        ("{(parameter.image): 1}", {"nginx": 1}),
        ("{if: 1, for: 2, null: 3}", {"if": 1, "for": 2, "null": 3}),
        ("{5}", 5),
        ("b: a + 1\na: 1\nc: {a: 10, d: a + b}", {"b": 2, "a": 1, "c": {"a": 10, "d": 12}}),
        ('"parameter": 5, x: parameter.image', {"parameter": 5, "x": "nginx"}),
        ("parameter: 5, x: parameter", {"parameter": 5, "x": 5}),
        ("[1, 2, 3][1:]", [2, 3]),
        ("[1, 2, 3][:1]", [1]),
        ("context.list[0:1]", [10]),
        ("context.list[parameter.replicas - 1]", 20),
        ("{a: [1]}.a[0]", 1),
        ("context.list + [1]", [10, 20, 1]),
        ("[if parameter.replicas > 1 {1}, 2][0]", 1),
        ("[if parameter.replicas > 9 {1}, 2][0]", 2),
        ("[for x in context.list {x * 2}]", [20, 40]),
        ("[for i, x in context.list if i > 0 {at: i, value: x}]", [{"at": 1, "value": 20}]),
        ("[for k, v in parameter {k}]", ["image", "replicas"]),
        ("[for x in context.list for y in [1, 2] {x + y}]", [11, 12, 21, 22]),
        ("[for x in context.list {a: x, b: a + 1}]", [{"a": 10, "b": 11}, {"a": 20, "b": 21}]),
    ],
)
def test_a_value(text: str, value: object) -> None:
    found = evaluate(parse(text), _SCOPE)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("10 - 2 - 3", 5),
        ("1 / 2", 0.5),
        ("4 / 2", 2.0),
        ("1 + 0.5", 1.5),
        ("0.1 + 0.2 == 0.3", True),
        ("0.1 * 3 == 0.3", True),
        ("1 - 0.9 == 0.1", True),
        ("1 == 1.0", True),
        ("1.0 != 1", False),
        ("2 < 10", True),
        ('"2" < "10"', False),
        ('"a" <= "a"', True),
        ("null == null", True),
        ("null == 1", False),
        ('"" != null', True),
        ("[1, 2] == [1, 2.0]", True),
        ('[1] == ["1"]', False),
        ("{a: 1, b: [null]} == {b: [null], a: 1.0}", True),
        ("{a: 1} == {a: true}", False),
        ("true == false", False),
        ("true || false && false", True),
        ("true || nothing.here", True),
        ("false && nothing.here", False),
        ("div(7, 2)", 3),
        ("div(-7, 2)", -4),
        ("mod(-7, 2)", 1),
        ("div(7, -2)", -3),
        ("div(-7, -2)", 4),
        ("mod(7, -2)", 1),
        ("quo(-7, 2)", -3),
        ("rem(-7, 2)", -1),
        ("quo(7, -2)", -3),
        ("rem(7, -2)", 1),
        ('len("é")', 2),
        ("len([1, 2])", 2),
        ("len({a: 1})", 1),
        ("and([2, 2.0])", 2),
        ("or([3])", 3),
        ("close({a: 1})", {"a": 1}),
        ("status.apply.message != _|_", False),
        ("status.apply.message == _|_", True),
        ("status.apply.reason != _|_", True),
        ("_|_ != status.later", False),
        ("status.later.failed != _|_ && status.later.failed", False),
        ("context.list[5] == _|_", True),
        ("(1 / 0) == _|_", True),
        ("inputs.nothing != _|_", True),
        ('"ab" =~ "^a"', True),
        ('"ab" !~ "^a"', False),
        ("status.apply[inputs.nothing] == _|_", True),
        ("1 == 1 == true", True),
        ("+1.5", 1.5),
        ("-1.5", -1.5),
        ("+5 - -5", 10),
    ],
)
def test_an_operator(text: str, value: object) -> None:
    found = evaluate(parse(text), _SCOPE)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("inputs.nothing > 60", TypeMismatch, "invalid operands null and 60 to '>' (type null and int)"),
        ('1 == "1"', TypeMismatch, "invalid operands 1 and \"1\" to '==' (type int and string)"),
        ("1 == true", TypeMismatch, "invalid operands 1 and true to '=='"),
        ("true < false", TypeMismatch, "invalid operands true and false to '<'"),
        ('"a" < 1', TypeMismatch, 'write "\\(x)" to make a number text'),
        ('"a" + 1', TypeMismatch, "invalid operands \"a\" and 1 to '+'"),
        ('"x" * 3', TypeMismatch, "strings.Repeat"),
        ("[1] * 3", TypeMismatch, "list.Repeat"),
        ("1 && true", TypeMismatch, "invalid operands 1 and true to '&&'"),
        ('true && "true"', TypeMismatch, 'compare text with ==, as in x == "true"'),
        ('true && "true" && true', TypeMismatch, "'&&'"),
        ("false || 1", TypeMismatch, "'||'"),
        ("!1", TypeMismatch, "invalid operand 1 to '!'"),
        ('-"a"', TypeMismatch, "invalid operand \"a\" to '-'"),
        ("+true", TypeMismatch, "invalid operand true to '+'"),
        ("1 - true", TypeMismatch, "'-'"),
        ("[] * []", TypeMismatch, "'*'"),
        ("1 / null", TypeMismatch, "'/'"),
        ("1 / 0", BadCall, "division by zero: 1 / 0"),
        ("div(1, 0)", BadCall, "division by zero"),
        ("mod(1.5, 2)", TypeMismatch, "invalid operands 1.5 and 2 to 'mod'"),
        ("1 =~ 1", TypeMismatch, "'=~'"),
        ("1 !~ 1", TypeMismatch, "'!~'"),
        ('"\\(null)"', TypeMismatch, "cannot write null"),
        ('"\\([1])"', TypeMismatch, "json.Marshal"),
        ("status.aply.failed", Missing, "status.aply is missing: status has no field 'aply'; did you mean 'apply'?"),
        ("statu.apply", Missing, "nothing here has the name 'statu'; did you mean 'status'?"),
        ("status.apply.zzz", Missing, "there is: id, phase, failed, succeeded, reason"),
        ("{}.a", Missing, "the struct has no field 'a'"),
        ("inputs.nothing.x", Missing, "inputs.nothing is null"),
        ("context.list[2]", Missing, "context.list has 2 elements, counted from 0"),
        ("context.list[-1]", Missing, "context.list has 2 elements"),
        ("context.name.x", TypeMismatch, 'context.name is "run" (type string); it has no "x" in it'),
        ("context.list.x", TypeMismatch, 'context.list is a list; its elements have numbers, not "x"'),
        ("context[0]", TypeMismatch, "context is a struct; its fields have names, not 0"),
        ("context.list[half]", TypeMismatch, "an index is a string or an int, not 0.5"),
        ("context.list[true == true]", TypeMismatch, "not true"),
        ("context.list[half:]", TypeMismatch, "an index is an int, not 0.5"),
        ("context.list[1:9]", BadCall, "[1:9] is not a range within the list's 2 elements"),
        ("context.name[0:1]", TypeMismatch, "only a list has a part [low:high]"),
        ("[if 1 {2}]", TypeMismatch, "'if' takes true or false, not 1"),
        ("[for x in 5 {x}]", TypeMismatch, "'for' takes a list or a struct, not 5"),
        ("{(parameter.replicas): 1}", TypeMismatch, "a field name is a string, not 2"),
        ('{"\\("a")": 1, "a": 2}', BadCall, 'the field "a" is written twice'),
        ("output.my-field", Missing, 'did you mean output["my-field"]?'),
        ("parameter.image-x", Missing, 'did you mean parameter["image-x"]?'),
        ("True", Missing, "write true"),
        ("string", Missing, "this is a type in CUE"),
        ("and([1, 2])", BadCall, "conflicting values 1 and 2"),
        ("and([])", BadCall, "the list is empty"),
        ("or([1, 2])", BadCall, "1 or 2 is a choice and no value"),
        ("or([])", BadCall, "the list is empty"),
        ("len(5)", TypeMismatch, "len takes a string, list or struct as argument 1, and 5 is of type int"),
    ],
)
def test_what_has_no_value_says_why(text: str, kind: type[EvaluationProblem], said: str) -> None:
    with pytest.raises(EvaluationProblem) as problem:
        evaluate(parse(text), _SCOPE)
    assert type(problem.value) is kind
    assert said in str(problem.value)


@pytest.mark.parametrize("text", ["1", '"true"', "null", "status.apply", "inputs.nothing", "[true]"])
def test_an_if_that_is_not_a_boolean_is_an_error(text: str) -> None:
    with pytest.raises(NotBoolean, match="invalid if value"):
        evaluate_if(parse(text), _SCOPE)


class _OnlyIndexed(Mapping[str, Any]):
    """A scope that says which names were asked for, and that cannot be listed."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __getitem__(self, name: str) -> Any:
        self.asked.append(name)
        return {"a": _SCOPE["status"]["apply"]}[name]

    def __iter__(self) -> Iterator[str]:
        raise AssertionError

    def __len__(self) -> int:
        raise AssertionError


def test_a_lazy_scope_is_only_asked_for_what_is_used() -> None:
    scope = _OnlyIndexed()
    assert evaluate_if(parse("a.failed || b.failed"), {"a": scope, "b": scope} | {"a": {"failed": True}}) is True
    assert scope.asked == []
    assert evaluate_if(parse("s.a.failed"), {"s": scope}) is True
    assert evaluate(parse("a.failed"), scope) is True
    assert scope.asked == ["a", "a"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("lazy.a.b", 1),
        ('lazy.a["b"] == 1', True),
        ("len(lazy)", 1),
        ("lazy == {a: {b: 1}}", True),
        ("[for k, v in lazy {v.b}]", [1]),
        ('import "encoding/json"\njson.Marshal(lazy)', '{"a":{"b":1}}'),
        ("lazy.a + 1 == _|_", True),
    ],
)
def test_a_mapping_is_a_struct(text: str, value: object) -> None:
    assert evaluate(parse(text), {"lazy": MappingProxyType({"a": MappingProxyType({"b": 1})})}) == value


def test_a_value_that_is_not_json_is_named() -> None:
    with pytest.raises(TypeMismatch, match=r"type Fraction"):
        evaluate(parse("x + 1"), {"x": Fraction(1, 2)})
    with pytest.raises(BadCall, match="no JSON form"):
        evaluate(parse('import "encoding/json"\njson.Marshal([x])'), {"x": Fraction(1, 2)})
    with pytest.raises(TypeMismatch, match=r"\{a, b, c, …\}"):
        evaluate(parse("x + 1"), {"x": dict.fromkeys("abcd")})


def test_an_error_stays_readable_however_long_the_names_are() -> None:
    name = "a" * 10_000
    with pytest.raises(Missing) as missing:
        evaluate(parse(name), {})
    assert len(str(missing.value)) < 1000
    with pytest.raises(ExpressionSyntaxError) as syntax:
        parse(f"{name}(1)")
    assert len(str(syntax.value)) < 1000


def test_an_expression_does_not_change_its_scope() -> None:
    scope = {"l": [1, 2], "s": {"a": 1}}
    evaluate(parse('import "list"\n[l + [3], list.Reverse(l), [for x in l {x}], s]'), scope)
    assert scope == {"l": [1, 2], "s": {"a": 1}}


def test_two_expressions_of_one_text_are_equal() -> None:
    assert parse("a.b") == parse("a.b")
    assert hash(parse("a.b")) == hash(parse("a.b"))
    assert parse("a.b") != parse("a.c")


@pytest.mark.parametrize(
    "text",
    [
        'import "math"\nmath.Pow(9, math.Pow(9, 9))',
        'import "math"\nmath.Pow(2, 1023)',
        " * ".join(["1000000000000"] * 60),
        " + ".join(["x"] * 200),
        'import "strings"\nstrings.Repeat(x, 1000)',
        'import "strings"\nstrings.Replace(x, "a", x, -1)',
        'import "list"\nlist.Repeat([list.Repeat([list.Repeat([x], 1000)], 1000)], 1000)',
        "\n".join(["a0: x", *(f"a{n}: [a{n - 1}, a{n - 1}]" for n in range(1, 40))]),
        "\n".join(["a0: 1", *(f"a{n}: {{x: a{n - 1}, y: a{n - 1}}}" for n in range(1, 40))]),
        "[for a in l for b in l for c in l for d in l {1}]",
        "[" + ", ".join(["l == l"] * 800) + "]",
        "deep == deep",
        "[deep]",
        "big + 1",
        "-big",
        "1e308 * 10",
        "big == 1 || x == _|_ || [for a in l for b in l {x}] == _|_",
        "big * big",
        "big / 2",
        '"\\(big)"',
    ],
)
def test_what_would_grow_is_refused(text: str) -> None:
    deep: list[Any] = []
    for _ in range(500):
        deep = [deep]
    scope = {"x": "a" * 100_000, "l": list(range(1000)), "deep": deep, "big": 1 << 5000}
    with pytest.raises(TooLarge):
        evaluate(parse(text), scope)
