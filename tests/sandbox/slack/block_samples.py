"""Blocks for the tests: one good sample of everything the workspace takes, and what it refuses with the line it says."""

from typing import Any

Json = dict[str, Any]


def plain(text: str = "x") -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str = "x") -> Json:
    return {"type": "mrkdwn", "text": text}


def option(value: str = "v", text: str = "x") -> Json:
    return {"text": plain(text), "value": value}


def button(**more: Any) -> Json:
    return {"type": "button", "text": plain(), "action_id": "go", **more}


def actions(*elements: Json, **more: Any) -> Json:
    return {"type": "actions", "elements": list(elements), **more}


def section(text: str = "x", **more: Any) -> Json:
    return {"type": "section", "text": mrkdwn(text), **more}


def rich(*inline: Json) -> Json:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(inline) or [{"type": "text", "text": "x"}]}]}


def task(task_id: str = "t1", status: str = "complete", **more: Any) -> Json:
    return {"type": "task_card", "task_id": task_id, "title": "Build", "status": status, **more}


def plan(*tasks: Json) -> Json:
    return {"type": "plan", "title": "Deploying", "tasks": list(tasks)}


def table(*rows: list[Json], **more: Any) -> Json:
    return {"type": "table", "rows": list(rows) or [[{"type": "raw_text", "text": "a"}]], **more}


def entry(element: Json, **more: Any) -> Json:
    return {"type": "input", "label": plain("Label"), "element": element, **more}


def feedback(**more: Any) -> Json:
    return {
        "type": "feedback_buttons",
        "action_id": "feedback",
        "positive_button": {"text": plain("Good"), "value": "good"},
        "negative_button": {"text": plain("Bad"), "value": "bad", **more},
    }


CONFIRM: Json = {"title": plain("Sure?"), "text": mrkdwn("Really?"), "confirm": plain("Yes"), "deny": plain("No")}
OPTIONS: list[Json] = [option("a"), option("b")]

GOOD: dict[str, Json] = {
    "section": section("*bold*"),
    "section with fields": {"type": "section", "fields": [mrkdwn(), plain()]},
    "section with an image": section(accessory={"type": "image", "image_url": "https://example.com/a.png", "alt_text": "a"}),
    "section with an overflow": section(accessory={"type": "overflow", "action_id": "more", "options": OPTIONS}),
    "section with a select": section(accessory={"type": "static_select", "action_id": "s", "options": OPTIONS, "placeholder": plain()}),
    "section with checkboxes": section(accessory={"type": "checkboxes", "action_id": "c", "options": [{"text": mrkdwn(), "value": "v"}]}),
    "header": {"type": "header", "text": plain("h" * 150)},
    "context": {"type": "context", "elements": [mrkdwn(), {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "a"}]},
    "divider": {"type": "divider"},
    "image": {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "a", "title": plain()},
    "image of a file": {"type": "image", "slack_file": {"id": "F1"}, "alt_text": "a"},
    "actions": actions(button(style="danger", value="v", confirm=CONFIRM), {"type": "users_select", "action_id": "who"}),
    "actions with pickers": actions(
        {"type": "datepicker", "action_id": "d", "initial_date": "2026-11-23"},
        {"type": "timepicker", "action_id": "t", "initial_time": "09:30"},
        {"type": "radio_buttons", "action_id": "r", "options": OPTIONS, "initial_option": OPTIONS[0]},
    ),
    "actions with a multi select": actions({"type": "multi_static_select", "action_id": "m", "options": OPTIONS, "max_selected_items": 2}),
    "groups of options": actions(
        {"type": "static_select", "action_id": "s", "option_groups": [{"label": plain("Group"), "options": OPTIONS}]}
    ),
    "context_actions": {
        "type": "context_actions",
        "elements": [feedback(), {"type": "icon_button", "action_id": "bin", "icon": "trash", "text": plain("Delete"), "value": "v"}],
    },
    "rich_text": rich(
        {"type": "text", "text": "x", "style": {"bold": True}},
        {"type": "user", "user_id": "U1"},
        {"type": "link", "url": "https://example.com", "text": "there"},
        {"type": "emoji", "name": "tada"},
        {"type": "usergroup", "usergroup_id": "S1"},
    ),
    "rich_text with a list": {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_list",
                "style": "bullet",
                "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]}],
            },
            {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "x"}]},
            {"type": "rich_text_quote", "elements": [{"type": "text", "text": "x"}]},
        ],
    },
    "markdown": {"type": "markdown", "text": "# Title\n\n**bold**"},
    "table": table(
        [{"type": "raw_text", "text": "check"}, {"type": "raw_text", "text": "score"}],
        [rich(), {"type": "raw_number", "value": 92, "text": "92"}],
        column_settings=[{"align": "left", "is_wrapped": True}, {"align": "right"}],
    ),
    "plan": plan(task("t1"), task("t2", "pending", details=rich(), sources=[{"type": "url", "url": "https://example.com", "text": "log"}])),
    "task_card": task(status="in_progress", output=rich()),
    "input": entry({"type": "plain_text_input", "action_id": "i", "multiline": True, "placeholder": plain()}, optional=True, hint=plain()),
    "number input": entry({"type": "number_input", "action_id": "n", "is_decimal_allowed": False, "min_value": "1", "max_value": "9"}),
}

# name: (block, what the answer says)
BAD: dict[str, tuple[Json, str]] = {
    "unknown type": ({"type": "marquee"}, "unsupported type: marquee [json-pointer:/blocks/0/type]"),
    "no type": ({"text": plain()}, "missing required field: type [json-pointer:/blocks/0]"),
    "unknown field": (section(colour="red"), "invalid additional property: colour [json-pointer:/blocks/0]"),
    "empty section": ({"type": "section"}, "missing required field: text or fields [json-pointer:/blocks/0]"),
    "long section": (section("x" * 3001), "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"),
    "empty text": (section(""), "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
    "eleven fields": ({"type": "section", "fields": [mrkdwn()] * 11}, "no more than 10 items allowed [json-pointer:/blocks/0/fields]"),
    "long field": ({"type": "section", "fields": [mrkdwn("x" * 2001)]}, "less than 2001 characters [json-pointer:/blocks/0/fields/0/text]"),
    "long header": ({"type": "header", "text": plain("x" * 151)}, "must be less than 151 characters [json-pointer:/blocks/0/text/text]"),
    "mrkdwn header": ({"type": "header", "text": mrkdwn()}, "unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]"),
    "eleven in a context": ({"type": "context", "elements": [mrkdwn()] * 11}, "no more than 10 items allowed"),
    "empty context": ({"type": "context", "elements": []}, "no less than 1 items allowed"),
    "button in a context": ({"type": "context", "elements": [button()]}, "unsupported type: button"),
    "twenty-six actions": (actions(*[button(action_id=str(n)) for n in range(26)]), "no more than 25 items allowed"),
    "long button": (actions(button(text=plain("x" * 76))), "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]"),
    "long button value": (actions(button(value="x" * 2001)), "must be less than 2001 characters"),
    "long button url": (actions(button(url="https://" + "x" * 3000)), "must be less than 3001 characters"),
    "button style": (actions(button(style="green")), "value must be one of [primary, danger]"),
    "long action_id": (actions(button(action_id="x" * 256)), "must be less than 256 characters"),
    "same action_id": (actions(button(), button()), "action_id already exists: go"),
    "long block_id": (section(block_id="x" * 256), "must be less than 256 characters [json-pointer:/blocks/0/block_id]"),
    "long confirm title": (actions(button(confirm={**CONFIRM, "title": plain("x" * 101)})), "must be less than 101 characters"),
    "long confirm text": (actions(button(confirm={**CONFIRM, "text": plain("x" * 301)})), "must be less than 301 characters"),
    "long confirm button": (actions(button(confirm={**CONFIRM, "confirm": plain("x" * 31)})), "must be less than 31 characters"),
    "long deny button": (actions(button(confirm={**CONFIRM, "deny": plain("x" * 31)})), "must be less than 31 characters"),
    "confirm style": (actions(button(confirm={**CONFIRM, "style": "green"})), "value must be one of [primary, danger]"),
    "six in an overflow": (
        section(accessory={"type": "overflow", "action_id": "m", "options": [option(str(n)) for n in range(6)]}),
        "no more than 5 items allowed",
    ),
    "101 options": (
        actions({"type": "static_select", "action_id": "s", "options": [option(str(n)) for n in range(101)]}),
        "no more than 100 items allowed",
    ),
    "no options": (actions({"type": "static_select", "action_id": "s"}), "missing required field: options"),
    "options and groups": (
        actions({"type": "static_select", "action_id": "s", "options": OPTIONS, "option_groups": [{"label": plain(), "options": OPTIONS}]}),
        "only one of options, option_groups is allowed",
    ),
    "long option": (actions({"type": "static_select", "action_id": "s", "options": [option(text="x" * 76)]}), "less than 76 characters"),
    "long option value": (actions({"type": "static_select", "action_id": "s", "options": [option("x" * 151)]}), "less than 151 characters"),
    "initial option elsewhere": (
        actions({"type": "static_select", "action_id": "s", "options": OPTIONS, "initial_option": option("z")}),
        "initial option was not found in the options",
    ),
    "long placeholder": (actions({"type": "users_select", "action_id": "u", "placeholder": plain("x" * 151)}), "less than 151 characters"),
    "bad date": (actions({"type": "datepicker", "action_id": "d", "initial_date": "23.11.2026"}), "must be a date as YYYY-MM-DD"),
    "bad time": (actions({"type": "timepicker", "action_id": "t", "initial_time": "25:00"}), "must be a time as HH:mm"),
    "bad moment": (actions({"type": "datetimepicker", "action_id": "t", "initial_date_time": -1}), "must be between 0 and 9999999999"),
    "image without alt": ({"type": "image", "image_url": "https://example.com/a.png"}, "missing required field: alt_text"),
    "image from nowhere": ({"type": "image", "alt_text": "a"}, "missing required field: image_url or slack_file"),
    "long image url": ({"type": "image", "image_url": "x" * 3001, "alt_text": "a"}, "must be less than 3001 characters"),
    "long alt text": ({"type": "image", "image_url": "x", "alt_text": "x" * 2001}, "must be less than 2001 characters"),
    "long image title": ({"type": "image", "image_url": "x", "alt_text": "x", "title": plain("x" * 2001)}, "less than 2001 characters"),
    "six in context_actions": (
        {"type": "context_actions", "elements": [{**feedback(), "action_id": str(n)} for n in range(6)]},
        "no more than 5 items allowed",
    ),
    "empty context_actions": ({"type": "context_actions", "elements": []}, "no less than 1 items allowed"),
    "button in context_actions": ({"type": "context_actions", "elements": [button()]}, "unsupported type: button"),
    "other icon": (
        {"type": "context_actions", "elements": [{"type": "icon_button", "icon": "star", "text": plain()}]},
        "value must be one of [trash]",
    ),
    "long feedback": ({"type": "context_actions", "elements": [feedback(text=plain("x" * 76))]}, "must be less than 76 characters"),
    "long feedback value": ({"type": "context_actions", "elements": [feedback(value="x" * 2001)]}, "must be less than 2001 characters"),
    "long markdown": ({"type": "markdown", "text": "x" * 12_001}, "must be less than 12001 characters"),
    "empty markdown": ({"type": "markdown", "text": ""}, "must be more than 0 characters"),
    "empty table": ({"type": "table", "rows": []}, "no less than 1 items allowed"),
    "101 rows": (table(*[[{"type": "raw_text", "text": "a"}]] * 101), "no more than 100 items allowed"),
    "21 columns": (table([{"type": "raw_text", "text": "a"}] * 21), "no more than 20 items allowed"),
    "ragged table": (
        table([{"type": "raw_text", "text": "a"}] * 2, [{"type": "raw_text", "text": "a"}]),
        "as many cells as the first row (2)",
    ),
    "text as a cell": (table([mrkdwn()]), "unsupported type: mrkdwn [json-pointer:/blocks/0/rows/0/0/type]"),
    "51 tasks": (plan(*[task(str(n)) for n in range(51)]), "no more than 50 items allowed [json-pointer:/blocks/0/tasks]"),
    "same task twice": (plan(task("a"), task("a")), "task_id already exists: a [json-pointer:/blocks/0/tasks/1/task_id]"),
    "unknown status": (plan(task(status="completed")), "value must be one of [pending, in_progress, complete, error]"),
    "plan of sections": (plan(section()), "unsupported type: section"),
    "pending task alone": (task(status="pending"), "a task_card outside a plan cannot be pending"),
    "task details as text": (task(details=mrkdwn()), "unsupported type: mrkdwn"),
    "alert in a message": ({"type": "alert", "text": mrkdwn()}, "unsupported type: alert"),
    "long label": ({**entry({"type": "plain_text_input", "action_id": "i"}), "label": plain("x" * 2001)}, "less than 2001 characters"),
    "long hint": (entry({"type": "plain_text_input", "action_id": "i"}, hint=plain("x" * 2001)), "less than 2001 characters"),
    "button as input": (entry(button()), "unsupported type: button"),
    "min above max": (
        entry({"type": "plain_text_input", "action_id": "i", "min_length": 9, "max_length": 3}),
        "must not exceed max_length",
    ),
    "empty rich text": (rich({"type": "text", "text": ""}), "must be more than 0 characters"),
    "unknown rich text": (rich({"type": "blink", "text": "x"}), "unsupported type: blink"),
    "not an object": ("hello", "must be an object [json-pointer:/blocks/0]"),  # type: ignore[dict-item]  # wrong on purpose
}

# Lists that are wrong as a whole.
BAD_LISTS: dict[str, tuple[list[Json], str]] = {
    "51 blocks": ([{"type": "divider"}] * 51, "no more than 50 items allowed [json-pointer:/blocks]"),
    "same block_id": ([section(block_id="a"), section(block_id="a")], "block_id already exists: a [json-pointer:/blocks/1/block_id]"),
    "two tables": ([table(), table()], "only one table block is allowed in a message"),
    "plan and task_card": ([plan(task()), task("t2")], "plan and task_card cannot stand in one message"),
    "markdown together": (
        [{"type": "markdown", "text": "x" * 7000}] * 2,
        "all markdown blocks together must be less than 12001 characters",
    ),
    "two focused": (
        [entry({"type": "plain_text_input", "action_id": str(n), "focus_on_load": True}) for n in range(2)],
        "focus_on_load can be set on one element only",
    ),
}
