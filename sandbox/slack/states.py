"""What an interactive element holds: its state at first, its state after a person chose, and the action that the app hears of.

Pure. States and actions have the shapes of Slack's block_actions and view_submission payloads.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.slack.blocks.surfaces import interactive
from sandbox.slack.errors import RefusedError

Json = dict[str, Any]
Values = dict[str, dict[str, Json]]

# By type of element: the field of its state, and the field that says what it starts with.
_FIELDS: Mapping[str, tuple[str, str]] = {
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "checkboxes": ("selected_options", "initial_options"),
    "users_select": ("selected_user", "initial_user"),
    "multi_users_select": ("selected_users", "initial_users"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "plain_text_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    "file_input": ("files", "initial_files"),
}
_LISTS = {"selected_options", "selected_users", "selected_channels", "selected_conversations", "files"}
_OPTIONS = {"selected_option", "selected_options"}
_DATE, _TIME = re.compile(r"\d{4}-\d{2}-\d{2}"), re.compile(r"\d{2}:\d{2}")
_EMAIL, _URL, _NUMBER = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+"), re.compile(r"https?://\S+"), re.compile(r"-?\d+(\.\d+)?")


def field_of(element: Json) -> str | None:
    """The field of an element's state; None for buttons and other things that hold nothing."""
    return _FIELDS[element["type"]][0] if element["type"] in _FIELDS else None


def values_of(blocks: Sequence[Json], held: Values) -> Values:
    """The `state.values` of blocks: what is held where it still fits, else what each element starts with."""
    values: Values = {}
    for block in blocks:
        for element in interactive(block):
            if element["type"] in _FIELDS:
                state = held.get(block["block_id"], {}).get(element["action_id"])
                fits = state is not None and state["type"] == element["type"]
                values.setdefault(block["block_id"], {})[element["action_id"]] = state if fits and state else first_state(element)
    return values


def first_state(element: Json) -> Json:
    """The state of an element that nobody has touched."""
    field, initial = _FIELDS[element["type"]]
    return {"type": element["type"], field: element.get(initial, [] if field in _LISTS else None)}


def chosen(element: Json, value: Any, offered: Sequence[Json] = ()) -> Json:
    """The state after a person chose or typed `value`; `offered` are the options that an external select was given.

    Raises RefusedError for what Slack's client would not let through.
    """
    field = _FIELDS[element["type"]][0]
    if field in _LISTS:
        wanted = value if isinstance(value, list) else [] if value is None else [value]
        most = element.get("max_selected_items") or element.get("max_files")
        if most is not None and len(wanted) > most:
            raise RefusedError("too_many_selected", f"at most {most} may be chosen in {element['action_id']!r}, not {len(wanted)}")
        return {"type": element["type"], field: [_one(element, field, item, offered) for item in wanted]}
    return {"type": element["type"], field: None if value is None else _one(element, field, value, offered)}


def _one(element: Json, field: str, value: Any, offered: Sequence[Json]) -> Any:
    if field in _OPTIONS:
        return option_of(element, value, offered)
    if field in {"files", "rich_text_value", "selected_date_time"}:
        return value
    text = str(value)
    if (field == "selected_date" and not _DATE.fullmatch(text)) or (field == "selected_time" and not _TIME.fullmatch(text)):
        raise RefusedError("invalid_value", f"{text!r} does not fit the {element['type']} {element['action_id']!r}")
    return text


def option_of(element: Json, value: Any, offered: Sequence[Json] = ()) -> Json:
    """The option that a value names."""
    options = [*element.get("options", ()), *(item for group in element.get("option_groups", ()) for item in group["options"]), *offered]
    for option in options:
        if value in (option, option["value"]):
            return dict(option)
    known = ", ".join(repr(option["value"]) for option in options)
    raise RefusedError("no_such_option", f"{value!r} is not an option of {element['action_id']!r}: {known or 'it has none'}")


def complaint(element: Json, state: Json, *, optional: bool) -> str | None:
    """What Slack's client says about an input before it sends the form; None when it is fine."""
    field = _FIELDS[element["type"]][0]
    value = state.get(field)
    if value in (None, "", []):
        return None if optional else "Please complete this required field."
    if not isinstance(value, str):
        return None
    return _typed_complaint(element, value)


def _typed_complaint(element: Json, value: str) -> str | None:
    match element["type"]:
        case "plain_text_input" if len(value) < element.get("min_length", 0):
            return f"Must be at least {element['min_length']} characters."
        case "plain_text_input" if len(value) > element.get("max_length", 3000):
            return f"Must be at most {element.get('max_length', 3000)} characters."
        case "email_text_input" if not _EMAIL.fullmatch(value):
            return "Please enter a valid email address."
        case "url_text_input" if not _URL.fullmatch(value):
            return "Please enter a valid URL."
        case "number_input":
            return _number_complaint(element, value)
        case _:
            return None


def _number_complaint(element: Json, value: str) -> str | None:
    if not _NUMBER.fullmatch(value) or ("." in value and not element["is_decimal_allowed"]):
        return "Please enter a valid number."
    if "min_value" in element and float(value) < float(element["min_value"]):
        return f"Must be at least {element['min_value']}."
    if "max_value" in element and float(value) > float(element["max_value"]):
        return f"Must be at most {element['max_value']}."
    return None


def action_of(element: Json, block_id: str, value: Any, ts: str, offered: Sequence[Json] = ()) -> Json:
    """The entry of `actions` for one use of an element."""
    action: Json = {"action_id": element["action_id"], "block_id": block_id}
    match element["type"]:
        case "button" | "icon_button" | "workflow_button":
            kept = ("text", "value", "style", "url", "icon")
            action |= {key: element[key] for key in kept if key in element}
        case "overflow":
            action["selected_option"] = option_of(element, value, offered)
        case "feedback_buttons":
            sides = [element["positive_button"], element["negative_button"]]
            side = next((item for item in sides if item["value"] == value), None)
            if side is None:
                raise RefusedError("no_such_option", f"{value!r} is neither of {[item['value'] for item in sides]}")
            action |= {"text": side["text"], "value": side["value"]}
        case kind:
            field = _FIELDS[kind][0]
            action[field] = chosen(element, value, offered)[field]
            action |= {key: element[key] for key in ("placeholder",) if key in element}
    if "confirm" in element:
        action["confirm"] = element["confirm"]
    return {**action, "type": element["type"], "action_ts": ts}


def find(blocks: Sequence[Json], action_id: str, block_id: str | None = None) -> tuple[Json, Json] | None:
    """The block and the element of an action_id; the first one when no block_id says which."""
    for block in blocks:
        if block_id is None or block.get("block_id") == block_id:
            for element in interactive(block):
                if element["action_id"] == action_id:
                    return block, element
    return None
