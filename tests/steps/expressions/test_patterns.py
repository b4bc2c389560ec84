"""Regular expressions answer as RE2 does, and in time that grows with text and pattern only."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steps.expressions import BadCall, TooLarge
from steps.expressions.limits import Work
from steps.expressions.patterns import compiled


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("", "", True),
        ("b", "abc", True),
        ("^b", "abc", False),
        ("c$", "abc", True),
        ("^abc$", "abc", True),
        ("^a.c$", "a\nc", False),
        ("(?s)^a.c$", "a\nc", True),
        ("(?i)ERROR", "an error", True),
        ("(?i:e)RROR", "an error", False),
        ("(?i)a(?-i)B", "Ab", False),
        ("(?m)^b$", "a\nb\nc", True),
        ("^b$", "a\nb\nc", False),
        (r"\bfail\b", "a fail.", True),
        (r"\bfail\b", "failed", False),
        (r"a\Bb", "ab", True),
        (r"\Aa\z", "a", True),
        ("a|b|c", "xxc", True),
        ("^(a|bc)+$", "abcbca", True),
        ("^(?:ab)*$", "abab", True),
        ("^(?P<name>a)(?<other>b)$", "ab", True),
        ("^a{2}$", "aaa", False),
        ("^a{2,}$", "aaa", True),
        ("^a{2,3}$", "aaaa", False),
        ("^a{0,1}b$", "b", True),
        ("^a{,2}$", "a{,2}", True),
        ("^a+?b*?c??$", "aab", True),
        (r"^\d{3}-\w+\s\S\D\W$", "404-not_found x!!", True),
        ("^[a-c]+$", "abcd", False),
        ("^[^a-c]+$", "xyz", True),
        (r"^[\d.-]+$", "1.2-3", True),
        (r"^[\D]+$", "ab1", False),
        (r"^[\W\d]+$", "1 !", True),
        ("^[]a]+$", "]a", True),
        ("^[a-]+$", "-a", True),
        ("^[[:alpha:][:digit:]_]+$", "ab_1", True),
        (r"^[\]\-x-z]+$", "]-y", True),
        (r"^[a-\x63]$", "c", True),
        (r"\x41\x{42}\t\.\/", "AB\t./", True),
        ("é", "caf\u00e9", True),
        ("(a*)*b", "aaac", False),
        ("^(a|a)*$", "a" * 500, True),
        ("()", "", True),
        ("a||b", "", True),
        (r"\*\+", "*+", True),
    ],
)
def test_a_pattern_matches(pattern: str, text: str, *, found: bool) -> None:
    assert compiled(pattern).search(Work(), text) is found


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        (r"(a)\1", "the back-reference \\1"),
        ("(?=a)", "look-around"),
        ("(?<!a)", "look-around"),
        ("(?U)a", "look-around and other"),
        ("(a", "a group is not closed"),
        ("a)", "a closing parenthesis without an opening one"),
        ("*a", "there is nothing to repeat"),
        ("a**", "a repetition of a repetition"),
        ("a{2}{2}", "a repetition of a repetition"),
        ("a{1001}", "at most 1000"),
        ("a{3,2}", "the smaller first"),
        ("[a", "it ends too early"),
        ("a\\", "it ends too early"),
        ("[z-a]", "is empty"),
        ("[[:word2:]]", "the class [:word2:]"),
        (r"\pL", "the escape \\p"),
        (r"\x{110000}", "the escape \\x"),
        ("a" * 600, "at most 512"),
        ("(" * 30 + ")" * 30, "nested deeper"),
        ("(((a{100}){100}){100})", "2000 parts"),
        ("((){1000}){1000}", "2000 parts"),
    ],
)
def test_a_pattern_outside_the_subset_is_named(pattern: str, said: str) -> None:
    with pytest.raises(BadCall) as problem:
        compiled(pattern)
    assert said in str(problem.value)


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)*c", "(a?){40}b", ".*.*.*.*.*.*c", "(.*a){20}c", "(x+x+)+y"])
def test_what_ruins_a_backtracking_matcher_is_answered(pattern: str) -> None:
    work = Work()
    assert compiled(pattern).search(work, "a" * 20_000 + "b") is bool(re.search("b", pattern))


def test_a_pattern_with_too_many_states_is_given_up() -> None:
    text = "".join(f"{number:b}" for number in range(10_000)).replace("0", "a").replace("1", "b")
    with pytest.raises(TooLarge):
        compiled("a[ab]{300}c").search(Work(), text)


_SIMPLE = st.recursive(
    st.sampled_from(["a", "b", ".", "[ab]", "[^a]", "^", "$", r"\b", r"\w", "(?i:A)"]),
    lambda part: st.one_of(
        st.tuples(part, part).map("".join),
        st.tuples(part, part).map(lambda both: f"(?:{both[0]}|{both[1]})"),
        st.tuples(part, st.sampled_from(["*", "+", "?", "{1,2}", "*?"])).map(lambda both: f"(?:{both[0]}){both[1]}"),
    ),
    max_leaves=6,
)


@settings(deadline=None, max_examples=200)
@given(pattern=_SIMPLE, text=st.text("abA \n", max_size=6))
def test_it_agrees_with_python_where_both_have_the_syntax(pattern: str, text: str) -> None:
    # `$` is the end of the text in RE2, and also before a last newline in Python.
    expected = re.search(pattern.replace("$", r"\Z"), text, re.ASCII) is not None
    assert compiled(pattern).search(Work(), text) is expected
