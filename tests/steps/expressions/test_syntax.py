"""What does not parse, and what people read then; which names an expression uses."""

import sys

import pytest

from steps.expressions import ANY, ExpressionSyntaxError, Path, evaluate, parse, references
from steps.expressions.limits import CACHED_CHARACTERS, NESTING, SOURCE_CHARACTERS


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('"a" | "b"', "disjunction '|'; instead, write || between booleans"),
        ("a & b", "unification '&'; instead, write && between booleans"),
        ("a = b", "a single '='; instead, write == to compare"),
        ("a ? b : c", "[if condition {a}, b][0]"),
        ("> 5", "a bound such as >10"),
        ("a: >5", "a bound"),
        ("*1", "a default '*x'"),
        ("_", "the top value '_'"),
        ("[...]", "open lists and structs '...'"),
        ("{...}", "open lists and structs '...'"),
        ("{a: 1, ...}", "open lists and structs '...'"),
        ("[string]: 1", "a pattern such as [string]"),
        ("{a: 1, [string]: 1}", "a pattern such as [string]"),
        ("#Definition", "the definition #Definition"),
        ("#D: 1", "the definition #D"),
        ("a.#D", "the definition #D"),
        ("_hidden: 1", "the hidden field _hidden"),
        ("a?: 1", "optional and required fields"),
        ("a!: 1", "optional and required fields"),
        ("@step(1)", "attributes such as @step(1)"),
        ("a: 1 @step(1)", "attributes such as @step(1)"),
        ("let x = 1\nx", "'let'; instead, write a field"),
        ("{a: 1, let x = 1}", "'let'"),
        ("[for x in l let y = x {y}]", "'let'"),
        ("if a {b: 1}", "struct comprehensions"),
        ("{a: 1, if b {c: 1}}", "struct comprehensions"),
        ("{for x in l {a: 1}}", "struct comprehensions"),
        ("package x\n1", "a package clause"),
        ('1\nimport "list"', "expected one expression"),
        ("'bytes'", "single quotes (bytes)"),
        ("`raw`", "unexpected character '`'"),
        ("a; b", "unexpected character ';'"),
        ("a % b", "write rem(a, b)"),
        ("a and b", "the word 'and' between two values; instead, write &&"),
        ("a or b", "write ||"),
        ("not a", "the word 'not'"),
        ("a is b", "the word 'is'"),
        ("a in b", "list.Contains"),
        ("7 div 2", "write div(a, b)"),
        ("a if b", "'if' after a value"),
        ("a\n&& b", "a line cannot begin with '&&'"),
        ("(a\n+ b)", "a line cannot begin with '+'"),
        ("", "an expression is missing"),
        ("// nothing", "an expression is missing"),
        ("a b", "expected one expression, found 'b' after it"),
        ("a +", "expected a value, found the end"),
        ("(a", "expected ')' for the '(' of column 1, found the end"),
        ("[a b]", "expected ']'"),
        ("{a: 1", "expected '}'"),
        ("{a: 1 b: 2}", "expected ',' or a new line after the field"),
        ("{a: 1, 5}", "expected a field name"),
        ("{1, 2}", "a struct has fields, or one value alone"),
        ("{a, b: 1}", "a struct has fields, or one value alone"),
        ("a: 1, b", "a struct has fields, or one value alone"),
        ("{a: 1, a: 2}", "the field 'a' is written twice"),
        ("{(a: 1}", "expected ')'"),
        ("{a: 1, (b c): 1}", "expected ')'"),
        ("{a: b, b: c, c: a}", "refer to each other"),
        ("a: a", "refer to each other"),
        ("a.", "expected a field name after '.'"),
        ("a[", "expected a value, found the end"),
        ("a[]", "expected a value"),
        ("a[1.5]", "an index is a name in quotes or a whole number"),
        ("a[true]", "an index is a name in quotes or a whole number"),
        ("1.a", "'1' has no fields"),
        ('"a".b', "has no fields"),
        ("_|_", "_|_ is no value"),
        ("!_|_", "_|_ is no value"),
        ("_|_ == _|_", "_|_ is no value"),
        ("a > _|_", "_|_ is no value"),
        ("[_|_]", "_|_ is no value"),
        ("a()", "a is not a function"),
        ("lenn(a)", "did you mean len?"),
        ("zzzzzz(a)", "functions are len, and, or"),
        ("Contains(a, b)", 'strings.Contains(…) with the line import "strings" first'),
        ("a.b.c(1)", "only functions can be called"),
        ("len(1)(2)", "only functions can be called"),
        ("len()", "len takes 1 argument (a string, list or struct), 0 given"),
        ("len(1, 2)", "2 given"),
        ("len(1", "expected ')'"),
        ('strings.Contains("a", "b")', 'strings.Contains needs the package (line 1, column 1); write the line import "strings"'),
        ("json.Marshal(a)", 'write the line import "encoding/json"'),
        ('string.Contains("a", "b")', "did you mean strings.Contains?"),
        ("foo.Bar(1)", "foo.Bar is not a function"),
        ('import "strings"\nstrings.Contain("a", "b")', "did you mean strings.Contains?"),
        ('import "strings"\nstrings.Zzzzzz("a")', "there is: Contains"),
        ('import "strings"\nstrings.Contains', "strings.Contains is a function"),
        ('import "strings"\nstrings', "strings is a package and no value"),
        ('import "math"\nmath.Pi(1)', "math.Pi is a value and not a function"),
        ('import "regexp"\n1', "the package 'regexp' is not supported here"),
        ('import "json"\n1', "did you mean 'encoding/json'?"),
        ('import "string"\n1', "did you mean 'strings'?"),
        ('import "list" 1', "an import stands on a line of its own"),
        ('import ("list" "math")\n1', "expected ')' for the import"),
        ("import (a b)\n1", "an import needs the package in quotes"),
        ("[if a 1]", "expected '{' and the element"),
        ("[for 1 in l {1}]", "expected a name"),
        ("[for x of l {1}]", "expected 'in'"),
        ('"abc', "this string is not closed"),
        ('"a\nb"', 'write """ for a text of several lines'),
        ('"\\(1', "is not closed"),
        ('"\\(1 2)"', "of the interpolation"),
        (r'"\q"', "unknown escape \\q"),
        (r'"\ud800"', "is not a character"),
        (r'"\U00110000"', "is not a character"),
        ('"""a"""', "the text begins on the line after"),
        ('"""\n a"""', "stand on a line of their own"),
        ('"""\na\n  """', "every line is indented"),
        ("012", "leading zero"),
        ("1__0", "is not a number"),
        ("1_", "is not a number"),
        ("1e999", "too large"),
        ("1e400K", "is not a whole number"),
        ("1.0001K", "is not a whole number"),
        ("9" * 321, "too long"),
        ("9" * 315, "integers have at most"),
        ("1" * (SOURCE_CHARACTERS + 1), "at most 16384 are accepted"),
        ("status.my-step.failed", 'did you mean status["my-step"].failed?'),
        ("status.step-1.failed", 'did you mean status["step-1"].failed?'),
        ("!status.a-b-c.failed && true", 'did you mean status["a-b-c"].failed?'),
        ("inputs.chat-result > 60", 'did you mean inputs["chat-result"]?'),
    ],
)
def test_what_is_outside_the_language_is_named(text: str, said: str) -> None:
    with pytest.raises(ExpressionSyntaxError) as problem:
        parse(text)
    assert said in str(problem.value)


def test_an_error_has_its_line_and_column() -> None:
    with pytest.raises(ExpressionSyntaxError) as problem:
        parse('import "strings"\n\nstrings.Contain("a", "b")')
    error = problem.value
    assert (error.message, error.line, error.column, error.hint) == (
        "strings.Contain is unknown",
        3,
        9,
        "did you mean strings.Contains?",
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("inputs.count-1 > 2", True),
        ("inputs.count - count > 2", True),
        ("inputs.count-len([1]) > 2", True),
        ("inputs.count-inputs.count == 0", True),
        ("other.status.a-1", 1),
        ('"status.a-b"', "status.a-b"),
    ],
)
def test_a_subtraction_that_means_one_is_one(text: str, value: object) -> None:
    assert evaluate(parse(text), {"inputs": {"count": 4}, "count": 1, "other": {"status": {"a": 2}}}) == value


@pytest.mark.parametrize(
    "text",
    [
        'import "strconv"\nstrconv.Atoi("5")',
        'import "strconv"\n\n\nstrconv.Atoi("5")',
        '// first\nimport "strconv" // second\nstrconv.Atoi("5")',
        'import (\n  "strings"\n  "strconv"\n)\nstrconv.Atoi(strings.TrimSpace(" 5 "))',
        'import ("strconv", "strings")\nstrconv.Atoi("5")',
        'import s "strconv"\ns.Atoi("5")',
        'import ()\nimport "strconv"\nstrconv.Atoi("5")',
        'import "strconv"\nimport "strings"\nstrconv.Atoi("5")',
    ],
)
def test_imports_come_first(text: str) -> None:
    assert evaluate(parse(text), {}) == 5


def test_imports_may_be_implied() -> None:
    assert evaluate(parse('strings.ToUpper("a")', imports_implied=True), {}) == "A"
    assert evaluate(parse("list.a", imports_implied=False), {"list": {"a": 1}}) == 1


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("status.apply.failed", (("status", "apply", "failed"),)),
        ('status["my-step"].failed || inputs["a.b"] > 1', (("status", "my-step", "failed"), ("inputs", "a.b"))),
        ("status.a.failed && status.a.failed", (("status", "a", "failed"),)),
        ("context.list[1]", (("context", "list", 1),)),
        ("status[context.name].failed", (("status", ANY, "failed"), ("context", "name"))),
        ('inputs["\\(context.name)"]', (("inputs", ANY), ("context", "name"))),
        ("output.l[1:n].x", (("output", "l"), ("n",))),
        ('"\\(a.b) \\(c)"', (("a", "b"), ("c",))),
        ("a: b\nb: c.d", (("c", "d"),)),
        ("[for x in l if x.a > m {x.b}]", (("l",), ("m",))),
        ("{a: 1}.a", ()),
        ("x.y != _|_", (("x", "y"),)),
        ('import "strings"\nstrings.Contains(a.b, "x")', (("a", "b"),)),
        ("1 + 2", ()),
    ],
)
def test_the_paths_that_an_expression_uses(text: str, paths: tuple[Path, ...]) -> None:
    assert references(parse(text)) == paths


_DEEP = {
    "parentheses": ("(", "1", ")"),
    "lists": ("[", "1", "]"),
    "structs": ("{a: ", "1", "}"),
    "labels": ("a: ", "1", ""),
    "interpolations": ('"\\(', "1", ')"'),
    "strings": ('"\\("', "1", '")"'),
    "indexes": ("a[", "0", "]"),
    "calls": ("len([", "1", "])"),
    "comprehensions": ("[if true {", "1", "}]"),
    "everything": ("[true||true&&1==1+1*-", "1", "].a.b[0]"),
}


@pytest.mark.parametrize("shape", _DEEP)
@pytest.mark.parametrize("count", [10, NESTING - 1, NESTING, NESTING + 1, 500, 5000])
def test_no_depth_exhausts_the_stack(shape: str, count: int) -> None:
    before, middle, after = _DEEP[shape]
    text = before * count + middle + after * count
    try:
        expression = parse(text)
    except ExpressionSyntaxError:
        assert count >= 10
    else:
        assert count <= NESTING
        assert expression.text == text


def test_the_deepest_expression_leaves_most_of_the_stack_to_its_caller() -> None:
    before, middle, after = _DEEP["everything"]
    texts = [before * count + middle + after * count + " " * CACHED_CHARACTERS for count in range(1, NESTING + 2)]
    limit = sys.getrecursionlimit()

    def depth(frames: int) -> int:
        if frames:
            return depth(frames - 1)
        parsed = 0
        for text in texts:
            try:
                parse(text)
            except ExpressionSyntaxError:
                continue
            parsed += 1
        return parsed

    sys.setrecursionlimit(1000)
    try:
        assert depth(250) >= 10
    finally:
        sys.setrecursionlimit(limit)


@pytest.mark.parametrize("text", ["1" + "+1" * 8000, "-" * 16000 + "1", "a" + ".a" * 8000, "true" + "||true" * 2500])
def test_a_long_expression_is_not_a_deep_one(text: str) -> None:
    scope: dict[str, object] = {}
    scope["a"] = scope
    evaluate(parse(text), scope)
