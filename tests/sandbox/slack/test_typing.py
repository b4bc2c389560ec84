"""What a person types, as Slack's client sends it, and what they fill in."""

from typing import Any

import pytest

from sandbox.slack.compose import names, rich_text, sent
from sandbox.slack.defaults import Setting
from sandbox.slack.errors import RefusedError
from sandbox.slack.states import chosen, complaint, first_state
from tests.sandbox.slack.block_samples import Json, option

KNOWN = names(Setting().people, Setting().usergroups, Setting().channels)


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("hello", "hello"),
        ("a < b && c > d", "a &lt; b &amp;&amp; c &gt; d"),
        ("@ann hi", "<@U0ANNDEV01> hi"),
        ("ask @release-approvers.", "ask <!subteam^S0APPROVER>."),
        ("in #deploys, not #nowhere", "in <#C0DEPLOYS1>, not #nowhere"),
        ("@here @nobody", "<!here> @nobody"),
        ("mail ann@sandbox.example", "mail ann@sandbox.example"),
        ("see https://example.com/a?b=1&c=2", "see <https://example.com/a?b=1&amp;c=2>"),
        ("<@U0ANNDEV01> already", "<@U0ANNDEV01> already"),
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
    ],
)
def test_typed_text_is_sent_with_ids_and_escaped(typed: str, text: str) -> None:
    assert sent(typed, KNOWN) == text


def test_the_rich_text_says_the_same() -> None:
    text = "<@U1> &lt;b&gt; `code` :tada: <https://example.com|there> <#C1> <!subteam^S1> <!here>"
    assert rich_text(text, "b")["elements"][0]["elements"] == [
        {"type": "user", "user_id": "U1"},
        {"type": "text", "text": " <b> "},
        {"type": "text", "text": "code", "style": {"code": True}},
        {"type": "text", "text": " "},
        {"type": "emoji", "name": "tada"},
        {"type": "text", "text": " "},
        {"type": "link", "url": "https://example.com", "text": "there"},
        {"type": "text", "text": " "},
        {"type": "channel", "channel_id": "C1"},
        {"type": "text", "text": " "},
        {"type": "usergroup", "usergroup_id": "S1"},
        {"type": "text", "text": " "},
        {"type": "broadcast", "range": "here"},
    ]


OPTIONS = [option("a"), option("b")]


@pytest.mark.parametrize(
    ("element", "value", "state"),
    [
        ({"type": "plain_text_input"}, "x", {"value": "x"}),
        ({"type": "plain_text_input"}, None, {"value": None}),
        ({"type": "static_select", "options": OPTIONS}, "b", {"selected_option": option("b")}),
        ({"type": "checkboxes", "options": OPTIONS}, ["a", "b"], {"selected_options": OPTIONS}),
        ({"type": "checkboxes", "options": OPTIONS}, None, {"selected_options": []}),
        ({"type": "multi_users_select"}, "U1", {"selected_users": ["U1"]}),
        ({"type": "timepicker"}, "09:30", {"selected_time": "09:30"}),
        ({"type": "datetimepicker"}, 1790000000, {"selected_date_time": 1790000000}),
    ],
)
def test_what_is_chosen_becomes_the_state(element: Json, value: Any, state: Json) -> None:
    assert chosen({"action_id": "x", **element}, value) == {"type": element["type"], **state}


@pytest.mark.parametrize(
    ("element", "value"),
    [
        ({"type": "static_select", "options": OPTIONS}, "z"),
        ({"type": "multi_static_select", "options": OPTIONS, "max_selected_items": 1}, ["a", "b"]),
        ({"type": "datepicker"}, "tomorrow"),
    ],
)
def test_what_is_not_offered_cannot_be_chosen(element: Json, value: Any) -> None:
    with pytest.raises(RefusedError):
        chosen({"action_id": "x", **element}, value)


@pytest.mark.parametrize(
    ("element", "value", "words"),
    [
        ({"type": "plain_text_input"}, "", "Please complete this required field."),
        ({"type": "plain_text_input", "min_length": 3}, "ab", "Must be at least 3 characters."),
        ({"type": "plain_text_input", "max_length": 3}, "abcd", "Must be at most 3 characters."),
        ({"type": "email_text_input"}, "ann", "Please enter a valid email address."),
        ({"type": "url_text_input"}, "example", "Please enter a valid URL."),
        ({"type": "number_input", "is_decimal_allowed": False}, "1.5", "Please enter a valid number."),
        ({"type": "number_input", "is_decimal_allowed": True, "min_value": "2"}, "1.5", "Must be at least 2."),
        ({"type": "number_input", "is_decimal_allowed": True, "max_value": "1"}, "1.5", "Must be at most 1."),
        ({"type": "number_input", "is_decimal_allowed": True}, "1.5", None),
        ({"type": "email_text_input"}, "ann@sandbox.example", None),
    ],
)
def test_slacks_own_checks_of_a_form(element: Json, value: str, words: str | None) -> None:
    whole = {"action_id": "x", **element}
    assert complaint(whole, chosen(whole, value), optional=False) == words


def test_an_optional_field_may_stay_empty() -> None:
    element = {"action_id": "x", "type": "plain_text_input"}
    assert complaint(element, first_state(element), optional=True) is None
