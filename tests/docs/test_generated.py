"""The generated parts of the documents are those of the code; `python -m tests.docs.generate` writes them."""

import re

import pytest

from bot.configuration import ENVIRONMENT
from bot.manifests import step_types
from bot.verbs import VERBS
from sandbox.kubernetes.pods.outcomes import RULES
from tests.docs.generate import PART, markdown_table, pages, replaced
from tests.docs.pages import text_of


@pytest.mark.parametrize("file", list(pages()))
def test_the_generated_parts_are_those_of_the_code(file: str) -> None:
    parts = {found["name"]: found["text"] for found in PART.finditer(text_of(file))}
    assert parts == pages()[file], "run: .venv/bin/python -m tests.docs.generate"


def test_every_verb_setting_step_type_and_outcome_has_its_place() -> None:
    commands, settings = text_of("docs/commands.md"), text_of("docs/configuration.md")
    types, outcomes = text_of("docs/step-types.md"), text_of("docs/embedded-clusters.md")
    assert re.findall(r"^## ([a-z]+)$", commands, re.MULTILINE) == [item.name for item in VERBS]
    assert re.findall(r"^## ([a-z-]+)$", types, re.MULTILINE) == list(step_types())
    assert [name for name in ENVIRONMENT if f"| `{name}` |" not in settings] == []
    assert outcomes.count("\n| ") >= len(RULES)


def test_a_part_is_replaced_and_what_is_written_by_hand_stays() -> None:
    page = "by hand\n<!-- generated: a -->\nold\n<!-- end -->\nalso\n"
    assert replaced(page, {"a": "new\n"}) == "by hand\n<!-- generated: a -->\nnew\n<!-- end -->\nalso\n"


def test_a_page_without_a_part_that_the_code_gives_is_refused() -> None:
    with pytest.raises(ValueError, match=r"parts \['a'\], and the code gives \['a', 'b'\]"):
        replaced("<!-- generated: a -->\n<!-- end -->\n", {"a": "", "b": ""})


def test_a_pipe_does_not_end_a_cell() -> None:
    assert markdown_table(("a",), [("x|y",)]) == "| a |\n| --- |\n| x\\|y |\n"
