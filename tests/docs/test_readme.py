"""The README's excerpt is what the tour says, and its numbers are the code's."""

import re
import subprocess
import sys
from pathlib import Path

from analysis.audit import CHECKS
from tests.docs.pages import blocks, text_of

_CHANGING = [
    (re.compile(r"^ {2}\+[\d.]+m?s "), "  +T "),
    (re.compile(r"apply-[a-z0-9]{10}-[a-z0-9]{5}"), "POD"),
]


def test_the_excerpt_of_the_tour_is_what_the_tour_says(tmp_path: Path) -> None:
    said = _tour(tmp_path)
    excerpt = next(block.text for block in blocks(text_of("README.md"), "text"))
    wanted = [line for line in map(_settled, excerpt.splitlines()) if line]
    assert len(wanted) > 10
    assert _missing(wanted, said) == []


def test_a_line_that_the_tour_does_not_say_is_noticed() -> None:
    assert _missing(["b", "a…", "c"], ["b", "abc", "d"]) == ["c"]
    assert _missing(["b", "a"], ["a", "b"]) == ["a"]


def test_the_readme_counts_the_checks_as_they_are() -> None:
    assert re.findall(r"(\d+) checks", text_of("README.md")) == [str(len(CHECKS))]


def test_the_readme_opens_with_one_sentence_and_the_two_commands() -> None:
    title, sentence, block, *_ = re.split(r"\n\n", text_of("README.md"))
    assert title == "# PromptOps"
    assert sentence.count(".") == 1
    assert [line.split("#")[0].strip() for line in block.splitlines()[1:-1]] == ["make demo", "make test"]


def _tour(folder: Path) -> list[str]:
    command = [sys.executable, "-m", "bot", "--state-dir", str(folder / "state"), "demo"]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=60)
    return [_settled(line) for line in done.stdout.splitlines()]


def _settled(line: str) -> str:
    """A line without what differs from run to run."""
    for pattern, word in _CHANGING:
        line = pattern.sub(word, line)
    return line.rstrip()


def _missing(wanted: list[str], said: list[str]) -> list[str]:
    """The wanted lines that do not come in this order; one that ends in … is a beginning."""
    place, missing = 0, []
    for line in wanted:
        is_there = (lambda other, line=line: other.startswith(line[:-1])) if line.endswith("…") else line.__eq__
        found = next((number for number in range(place, len(said)) if is_there(said[number])), None)
        if found is None:
            missing.append(line)
        else:
            place = found + 1
    return missing
