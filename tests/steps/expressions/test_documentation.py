"""What docs/expressions.md promises is what the code does: functions, examples, limits, parameterKey table."""

import json
import re
from pathlib import Path

import pytest

from steps.expressions import assign, evaluate, limits, parse
from steps.expressions.packages import PACKAGES
from steps.expressions.predeclared import PREDECLARED

_TEXT = (Path(__file__).parents[3] / "docs" / "expressions.md").read_text(encoding="utf-8")
_SCOPE = json.loads(_TEXT.partition("```json\n")[2].partition("```")[0])
_EXAMPLES = re.findall(r"^- `(.+)` → `(.+)`$", _TEXT, re.MULTILINE)
_KEYS = re.findall(r"^\| `([^`]+)` \| `(\{.*?\})` \| `(\{.*\})` \|$", _TEXT, re.MULTILINE)


def test_the_documented_functions_are_the_implemented_ones() -> None:
    section = _TEXT.partition("## Functions\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `([a-z0-9/]+)` \| (.+) \|$", section, re.MULTILINE)
    documented = {path: re.findall(r"`(\w+)`", names) for path, names in rows}
    assert documented == {path: sorted([*package.functions, *package.constants]) for path, package in PACKAGES.items()}
    without_import = section.partition("Without import: ")[2].partition(".\n")[0]
    assert re.findall(r"`(\w+)`", without_import) == list(PREDECLARED)


def test_there_are_examples() -> None:
    assert len(_EXAMPLES) >= 15
    assert len(_KEYS) == 8


@pytest.mark.parametrize(("text", "value"), _EXAMPLES)
def test_an_example_gives_what_the_page_says(text: str, value: str) -> None:
    assert evaluate(parse(text), _SCOPE) == json.loads(value)


def test_the_script_example_runs() -> None:
    script = _TEXT.partition("```cue\n")[2].partition("```")[0]
    assert evaluate(parse(script), _SCOPE) == {"score": 85, "passed": True}


@pytest.mark.parametrize(("key", "before", "after"), _KEYS)
def test_a_parameter_key_does_what_the_page_says(key: str, before: str, after: str) -> None:
    assert assign(json.loads(before), key, "V") == json.loads(after)


def test_the_documented_limits_are_the_implemented_ones() -> None:
    section = _TEXT.partition("## Limits\n")[2].partition("\n## ")[0]
    cells = re.findall(r"^\| [^|]+ \| (.*\d.*) \|$", section, re.MULTILINE)
    assert [int(number) for cell in cells for number in re.findall(r"\d+", cell)] == [
        limits.SOURCE_CHARACTERS,
        limits.NESTING,
        limits.DATA_NESTING,
        limits.WORK,
        limits.INTEGER_BITS,
        limits.LIST_ELEMENTS,
        limits.PATTERN_CHARACTERS,
        limits.PATTERN_STATES,
        limits.PATH_CHARACTERS,
        limits.PATH_SEGMENTS,
        limits.INDEX,
    ]
