"""Block Kit as strict as Slack: the table of what is taken and refused, checked against Slack's own schema and SDK."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block

from sandbox.slack.blocks.completion import completed
from sandbox.slack.blocks.surfaces import check_blocks
from sandbox.slack.ids import Ids
from tests.sandbox.slack.block_samples import BAD, BAD_LISTS, GOOD, Json, button, entry, plain, section

# Refused by slack_sdk's models because they demand what Slack itself does not.
SDK_LOOKS_ONLY_AT_OUTER_VALUES = "slack_sdk's models do not look into this"


@pytest.mark.parametrize("name", GOOD)
def test_good_blocks_are_taken(name: str) -> None:
    assert check_blocks([GOOD[name]], "message").lines() == ()


@pytest.mark.parametrize("name", BAD)
def test_bad_blocks_are_refused_with_the_place(name: str) -> None:
    block, words = BAD[name]
    lines = check_blocks([block], "message").lines()
    assert any(words in line for line in lines), lines
    assert all(line.startswith("[ERROR] ") and "[json-pointer:/blocks/0" in line for line in lines)


@pytest.mark.parametrize("name", BAD_LISTS)
def test_rules_beyond_one_block(name: str) -> None:
    blocks, words = BAD_LISTS[name]
    lines = check_blocks(blocks, "message").lines()
    assert any(words in line for line in lines), lines


@pytest.mark.parametrize(
    ("surface", "block", "words"),
    [
        ("modal", {"type": "alert", "text": plain()}, None),
        ("modal", {"type": "markdown", "text": "x"}, "unsupported type: markdown"),
        ("home", {"type": "alert", "text": plain()}, "unsupported type: alert"),
        ("home", {"type": "plan", "title": "x"}, "unsupported type: plan"),
        ("home", section(), None),
        ("modal", entry({"type": "file_input", "action_id": "f"}), None),
    ],
)
def test_surfaces_take_different_blocks(surface: Any, block: Json, words: str | None) -> None:
    lines = check_blocks([block], surface).lines()
    assert (lines == ()) if words is None else any(words in line for line in lines)


@pytest.mark.parametrize("blocks", [None, "x", 3, {"type": "section"}])
def test_what_is_no_list_is_refused(blocks: Any) -> None:
    assert check_blocks(blocks, "message").lines() == ("[ERROR] must be an array [json-pointer:/blocks]",)


def test_completion_adds_ids_and_defaults_and_leaves_the_input_alone() -> None:
    given = [section("hi"), {"type": "actions", "elements": [{"type": "button", "text": plain("Go")}]}]
    before = copy.deepcopy(given)
    assert completed(given, Ids().short) == (
        {"type": "section", "text": {"type": "mrkdwn", "text": "hi", "verbatim": False}, "block_id": "b0001"},
        {
            "type": "actions",
            "elements": [{"type": "button", "text": {"type": "plain_text", "text": "Go", "emoji": True}, "action_id": "b0003"}],
            "block_id": "b0002",
        },
    )
    assert given == before


def refused_by_sdk(block: Json) -> bool:
    """Whether slack_sdk's models refuse a block, in any way."""
    try:
        parsed = Block.parse(copy.deepcopy(block))
        if parsed is not None:
            parsed.validate_json()
            for element in getattr(parsed, "elements", None) or []:
                if hasattr(element, "validate_json"):
                    element.validate_json()
            if getattr(parsed, "accessory", None) is not None:
                parsed.accessory.validate_json()  # type: ignore[attr-defined]  # only sections have one
    except (SlackObjectFormationError, TypeError, AttributeError, KeyError):
        return True
    return False


@pytest.mark.parametrize("name", GOOD)
def test_slack_sdk_takes_what_is_taken_here(name: str) -> None:
    assert not refused_by_sdk(GOOD[name])


def long_variants(block: Any) -> list[Any]:
    """The block with each of its strings in turn made empty, long and very long."""
    variants: list[Any] = []

    def walk(value: Any, put: Any) -> None:
        if isinstance(value, dict):
            for key, item in value.items():
                if key != "type":
                    walk(item, lambda new, value=value, key=key, put=put: put({**value, key: new}))
        elif isinstance(value, list):
            for index, item in enumerate(value):
                walk(item, lambda new, value=value, index=index, put=put: put([*value[:index], new, *value[index + 1 :]]))
            put([])
            put(value * 60)
        elif isinstance(value, str):
            for size in (0, 80, 160, 260, 400, 2100, 3100, 12_100):
                put("x" * size)
            put(None)

    walk(block, variants.append)
    return variants


@pytest.mark.parametrize("name", GOOD)
def test_what_slack_sdk_refuses_is_refused_here(name: str) -> None:
    """Every string of every good sample is made too short, too long and null, every list empty and sixty times as long."""
    variants = [item for item in long_variants(GOOD[name]) if refused_by_sdk(item)]
    taken_here = [item for item in variants if not check_blocks([item], "message").problems]
    assert taken_here == []


def test_the_sdk_does_refuse_a_good_part_of_the_table() -> None:
    refused = {name for name, (block, _) in BAD.items() if isinstance(block, dict) and refused_by_sdk(block)}
    assert refused >= {
        "long section",
        "long header",
        "twenty-six actions",
        "long button",
        "long markdown",
        "empty table",
        "six in context_actions",
    }


@pytest.fixture(scope="module")
def schema(reference: Path) -> Any:
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed: the schema of @slack/types cannot be checked")
    return jsonschema.Draft7Validator(json.loads((reference / "slack-blockkit-types.schema.json").read_text()))


@pytest.mark.parametrize("name", GOOD)
def test_what_is_taken_is_valid_by_slacks_schema(name: str, schema: Any) -> None:
    assert [error.message for error in schema.iter_errors({"blocks": [GOOD[name]]})] == []
    shown = list(completed([GOOD[name]], Ids().short))
    assert [error.message for error in schema.iter_errors({"blocks": shown})] == []


@pytest.mark.parametrize("name", GOOD)
def test_what_the_schema_refuses_is_refused_here(name: str, schema: Any) -> None:
    """Required fields are taken away and unknown ones added, at every depth."""
    for variant in shape_variants(GOOD[name]):
        if not schema.is_valid({"blocks": [variant]}):
            assert check_blocks([variant], "message").problems, variant


def shape_variants(block: Json) -> list[Any]:
    variants: list[Any] = []

    def walk(value: Any, put: Any) -> None:
        if isinstance(value, dict):
            put({**value, "surprise": 1})
            for key, item in value.items():
                put({name: kept for name, kept in value.items() if name != key})
                put({**value, key: 7})
                walk(item, lambda new, value=value, key=key, put=put: put({**value, key: new}))
        elif isinstance(value, list):
            for index, item in enumerate(value):
                walk(item, lambda new, value=value, index=index, put=put: put([*value[:index], new, *value[index + 1 :]]))

    walk(block, variants.append)
    return variants


def test_a_button_without_text_names_what_is_missing() -> None:
    bare = {key: value for key, value in button().items() if key != "text"}
    assert check_blocks([{"type": "actions", "elements": [bare]}], "message").lines() == (
        "[ERROR] missing required field: text [json-pointer:/blocks/0/elements/0]",
    )
