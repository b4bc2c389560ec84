"""Reading YAML: what the values are, where they stand, and what is refused, in bounded time and memory."""

# ruff: noqa: E501 - messages are compared whole, as they are

import time
import tracemalloc
from typing import Any

import pytest
import yaml

from steps.errors import InvalidManifest
from steps.manifest.source import read


def refused(content: str | bytes) -> list[str]:
    with pytest.raises(InvalidManifest) as caught:
        read(content, "f.yaml")
    return [str(problem) for problem in caught.value.problems]


SCALARS: list[tuple[str, Any]] = [
    ("nginx", "nginx"),
    ("'1'", "1"),
    ('"yes"', "yes"),
    ("1", 1),
    ("-3", -3),
    ("0777", 511),
    ("0899", 899.0),
    ("0x10", 16),
    ("0b101", 5),
    ("1_000", 1000),
    ("18446744073709551615", 2**64 - 1),
    ("1.5", 1.5),
    ("1e3", 1000.0),
    ("-.5", -0.5),
    ("1.27.1", "1.27.1"),
    ("true", True),
    ("Yes", True),
    ("on", True),
    ("y", True),
    ("OFF", False),
    ("n", False),
    ("null", None),
    ("~", None),
    ("", None),
    ("2024-01-01", "2024-01-01"),
    ("2024-01-01T10:00:00Z", "2024-01-01T10:00:00Z"),
    ("12:30:45", "12:30:45"),
    ("<your token>", "<your token>"),
    ("nginx:latest", "nginx:latest"),
    ("!!str 1", "1"),
    ("!!float 1", 1.0),
    ("!!int 7", 7),
]


@pytest.mark.parametrize(("written", "value"), SCALARS)
def test_scalars_are_what_the_api_server_of_kubevela_makes_of_them(written: str, value: Any) -> None:
    found = read(f"a: {written}\n", "f.yaml")[0].value["a"]

    assert (found, type(found)) == (value, type(value))


def test_json_is_yaml() -> None:
    assert read('{"a": [1, {"b": null}], "c": "\\u00e4"}', "f.json")[0].value == {"a": [1, {"b": None}], "c": "ä"}


def test_documents_of_one_file_keep_their_own_places_and_empty_ones_are_left_out() -> None:
    first, second = read("a: 1\n---\n---\nb: 2\n", "f.yaml")

    assert (first.value, first.positions.of(("a",))) == ({"a": 1}, (1, 4))
    assert (second.value, second.positions.key(("b",))) == ({"b": 2}, (4, 1))


def test_anchors_and_merge_keys_work() -> None:
    text = "base: &base {image: nginx, replicas: 1}\na: {<<: *base, replicas: 3}\nb: {<<: [{x: 1}, {x: 2, z: 3}]}\nc: *base\n"

    assert read(text, "f.yaml")[0].value == {
        "base": {"image": "nginx", "replicas": 1},
        "a": {"image": "nginx", "replicas": 3},
        "b": {"x": 1, "z": 3},
        "c": {"image": "nginx", "replicas": 1},
    }


POSITIONED = """\
a:
  - name: x
    text: |

      first
       second
    quoted: 'ab'
    folded: >
      one
      two
"""


@pytest.mark.parametrize(
    ("path", "line", "column", "expected"),
    [
        (("a", 0, "name"), 1, 1, (2, 11)),
        (("a", 0, "text"), 2, 1, (5, 7)),
        (("a", 0, "text"), 3, 2, (6, 8)),
        (("a", 0, "quoted"), 1, 2, (7, 15)),
        (("a", 0, "folded"), 1, 3, (9, 9)),
        (("a", 0, "folded"), 2, 1, (8, 13)),
        (("a", 0, "name"), 2, 1, (2, 11)),
        (("a", 0, "missing", "more"), 1, 1, (2, 5)),
    ],
)
def test_a_place_inside_of_a_text_is_a_place_in_the_file(
    path: tuple[str | int, ...], line: int, column: int, expected: tuple[int, int]
) -> None:
    assert read(POSITIONED, "f.yaml")[0].positions.inside(path, line, column) == expected


REFUSED: list[tuple[str, str | bytes, list[str]]] = [
    ("nothing", "# only a comment\n", ["f.yaml: the file is empty; write a WorkflowRun, or copy one from `promptops workflows`"]),
    (
        "duplicate keys",
        "a: 1\nb: {x: 1, x: 2}\na: 3\n",
        [
            "f.yaml:2:11: the key 'x' stands twice, on lines 2 and 2; delete one of the two",
            "f.yaml:3:1: the key 'a' stands twice, on lines 1 and 3; delete one of the two",
        ],
    ),
    (
        "keys that are no text",
        "1: a\nyes: b\n",
        [
            'f.yaml:1:1: a key must be text, and 1 is a number in YAML; write "1" in quotes',
            'f.yaml:2:1: a key must be text, and yes is true or false in YAML; write "yes" in quotes',
        ],
    ),
    (
        "a template's braces",
        "a: {{ x }}\n",
        ['f.yaml:1:5: a key must be text, not a list or an object; a value with { or [ needs quotes, as in "{x}"'],
    ),
    (
        "Python",
        "a: !!python/object/apply:os.system [x]\n",
        ["f.yaml:1:4: the tag !!python/object/apply:os.system is not allowed; leave the tag away"],
    ),
    ("binary", "a: !!binary aGk=\n", ["f.yaml:1:4: the tag !!binary is not allowed; leave the tag away"]),
    ("own tags", "%TAG ! tag:x,2000:\n---\na: 1\n", ["f.yaml:1:1: tags of one's own are not allowed; delete the %TAG line"]),
    ("a tag that does not fit", "a: !!int x\n", ["f.yaml:1:4: 'x' does not fit its tag !!int; leave the tag away"]),
    ("infinity", "a: -.inf\n", ["f.yaml:1:4: -.inf is a number that JSON does not have; write it in quotes if it is text"]),
    ("NaN", "a: .NaN\n", ["f.yaml:1:4: .NaN is a number that JSON does not have; write it in quotes if it is text"]),
    ("a huge float", "a: 1e999\n", ["f.yaml:1:4: 1e999 is too large for a number; write it in quotes if it is text"]),
    ("65 bits", "a: 18446744073709551616\n", ["f.yaml:1:4: 18446744073709551616 does not fit 64 bits; write it in quotes if it is text"]),
    ("many digits", "a: " + "9" * 5000, ["f.yaml:1:4: a number of 5000 digits does not fit 64 bits; write it in quotes if it is text"]),
    ("a tab", "a:\n\tb: 1\n", ["f.yaml:2:1: a tab stands where YAML wants spaces; indent with spaces"]),
    (
        "two colons",
        "a: b: c\n",
        [
            "f.yaml:1:5: this is not valid YAML: a second ': ' stands in one line, or the line is indented too far; put the value in quotes, or align it"
        ],
    ),
    ("an open quote", "a: 'x\n", ["f.yaml:2:1: this is not valid YAML: a quote is opened and never closed; close it"]),
    ("an unknown alias", "a: *x\n", ["f.yaml:1:4: the alias *x has no anchor &x before it; a value that begins with * needs quotes"]),
    ("an endless alias", "a: &a [*a]\n", ["f.yaml:1:8: the alias *a stands inside of what it names; write the value out"]),
    ("merging a number", "<<: 1\n", ["f.yaml:1:5: << merges objects, and this is none; name an anchor of an object, as in <<: *base"]),
    ("UTF-16", "a: 1".encode("utf-16"), ["f.yaml:1:1: the file is written in UTF-16; save the file as UTF-8"]),
    ("UTF-32", "a: 1".encode("utf-32"), ["f.yaml:1:1: the file is written in UTF-32; save the file as UTF-8"]),
    (
        "UTF-16 without a mark",
        "a: 1".encode("utf-16-le"),
        ["f.yaml:1:2: the file has NUL characters; it looks like UTF-16; save the file as UTF-8"],
    ),
    (
        "Latin-1",
        "a: 1\nb: né\n".encode("latin-1"),
        [
            "f.yaml:2:5: the file is not UTF-8: byte 0xe9 stands where none may; it looks like Latin-1 or Windows-1252; save the file as UTF-8"
        ],
    ),
    ("a control character", "a: \x07\n", ["f.yaml:1:4: the character U+0007 is not allowed in YAML; save the file as UTF-8"]),
    ("half a character", "a: \ud800\n", ["f.yaml:1:4: the character U+D800 is not allowed in YAML; save the file as UTF-8"]),
]


@pytest.mark.parametrize(("content", "expected"), [pytest.param(content, expected, id=name) for name, content, expected in REFUSED])
def test_what_is_refused_says_where_and_what_to_do(content: str | bytes, expected: list[str]) -> None:
    assert refused(content) == expected


def test_a_byte_order_mark_of_utf_8_is_accepted_with_a_warning() -> None:
    document = read(b"\xef\xbb\xbfa: 1\n", "f.yaml")[0]

    assert document.value == {"a": 1}
    assert [str(warning) for warning in document.warnings] == [
        "f.yaml:1:1: warning: the file begins with a byte order mark; save the file as UTF-8 without one"
    ]


BOMBS = {
    "billion laughs": "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
    + "".join(f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join(['*' + chr(97 + i)] * 10)}]\n" for i in range(20)),
    "merged laughs": "a: &a {" + ", ".join(f"k{i}: 1" for i in range(1000)) + "}\n" + "".join(f"b{i}: {{<<: *a}}\n" for i in range(5000)),
    "deep aliases": "a0: &a0 [x]\n" + "".join(f"a{i + 1}: &a{i + 1} [*a{i}]\n" for i in range(5000)),
    "deep lists": "[" * 500_000,
    "deep objects": "{a: " * 200_000,
    "deep blocks": "- " * 300_000,
    "a wide list": "- a\n" * 260_000,
    "a megabyte of text": "a: " + "x" * 900_000,
    "a megabyte in quotes": 'a: "' + "x" * 900_000 + '"',
    "two megabytes": "a: 1\n" * 400_000,
    "many documents": "---\na\n" * 150_000,
    "many tag lines": "".join(f"%TAG !a{i}! tag:x,{i}:\n" for i in range(40_000)),
    "many duplicate keys": "a: 1\n" * 100_000,
    "many bad numbers": "- .nan\n" * 100_000,
}


@pytest.mark.parametrize("bomb", [pytest.param(text, id=name) for name, text in BOMBS.items()])
def test_bombs_are_refused_quickly(bomb: str) -> None:
    began = time.process_time()
    problems = refused(bomb)

    assert time.process_time() - began < 5  # measured: at most 0.6 s, several times that under a tracer
    assert len(problems) <= 101


def test_a_bomb_takes_little_memory() -> None:
    tracemalloc.start()
    try:
        refused(BOMBS["billion laughs"])
        refused(BOMBS["merged laughs"])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert peak < 32 * 1024 * 1024


def test_the_parser_in_python_reads_the_same_where_libyaml_is_missing() -> None:
    texts = [POSITIONED, "base: &b {x: 1}\na: {<<: *b}\n", "[1, {a: b}]", *(f"a: {written}\n" for written, _ in SCALARS)]

    for text in texts:
        fast, slow = read(text, "f.yaml"), read(text, "f.yaml", loader=yaml.SafeLoader)
        assert [each.value for each in fast] == [each.value for each in slow]
        assert [each.positions.of(("a",)) for each in fast] == [each.positions.of(("a",)) for each in slow]
    with pytest.raises(InvalidManifest, match="nested deeper than 64"):
        read("[" * 100_000, "f.yaml", loader=yaml.SafeLoader)
