"""Interactive elements and images: buttons, selects, pickers, inputs. Which block takes which is said by the blocks.

Limits: Block Kit's reference and slack_sdk's own models, whichever is stricter.
"""

from sandbox.slack.blocks.checks import (
    IDENTIFIER,
    Check,
    array,
    at_least_one,
    at_most_one,
    boolean,
    choice,
    ordered,
    shape,
    string,
    typed,
    whole,
)
from sandbox.slack.blocks.rich_text import RICH_TEXT
from sandbox.slack.blocks.texts import (
    CONFIRM,
    OPTION,
    OPTION_GROUPS,
    OPTIONS,
    OVERFLOW_OPTION,
    RICH_OPTION,
    URL,
    initial_among_options,
    options_or_groups,
    plain,
)

_STYLE = choice("primary", "danger")
_FEW_OPTIONS = 10
_DATE = string(10, pattern=r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", form="a date as YYYY-MM-DD")
_TIME = string(5, pattern=r"([01]\d|2[0-3]):[0-5]\d", form="a time as HH:mm")
_NUMBER = string(pattern=r"-?\d+(\.\d+)?", form="a number")
_DISPATCH = shape({"trigger_actions_on": array(choice("on_enter_pressed", "on_character_entered"), 2)})
_SLACK_FILE = shape({"id": string(), "url": URL}, rules=[at_least_one("id", "url"), at_most_one("id", "url")])
IMAGE_SOURCE = (at_least_one("image_url", "slack_file"), at_most_one("image_url", "slack_file"))

IMAGE = shape({"image_url": URL, "slack_file": _SLACK_FILE, "alt_text": string(2000)}, required=["alt_text"], rules=IMAGE_SOURCE)
IMAGE_FIELDS: dict[str, Check] = {"image_url": URL, "slack_file": _SLACK_FILE, "alt_text": string(2000)}

BUTTON = shape(
    {
        "action_id": IDENTIFIER,
        "text": plain(75),
        "url": URL,
        "value": string(2000, 0),
        "style": _STYLE,
        "confirm": CONFIRM,
        "accessibility_label": string(75),
    },
    required=["text"],
)

ICON_BUTTON = shape(
    {
        "action_id": IDENTIFIER,
        "icon": choice("trash"),
        "text": plain(75),
        "value": string(2000, 0),
        "confirm": CONFIRM,
        "accessibility_label": string(75),
        "visible_to_user_ids": array(string()),
    },
    required=["icon", "text"],
)
_FEEDBACK = shape({"text": plain(75), "value": string(2000), "accessibility_label": string(75)}, required=["text", "value"])
FEEDBACK_BUTTONS = shape(
    {"action_id": IDENTIFIER, "positive_button": _FEEDBACK, "negative_button": _FEEDBACK},
    required=["positive_button", "negative_button"],
)
OVERFLOW = shape({"action_id": IDENTIFIER, "options": array(OVERFLOW_OPTION, 5), "confirm": CONFIRM}, required=["options"])

_CHOICE: dict[str, Check] = {"action_id": IDENTIFIER, "confirm": CONFIRM, "focus_on_load": boolean}
_SELECT: dict[str, Check] = {**_CHOICE, "placeholder": plain(150)}
_MULTI: dict[str, Check] = {**_SELECT, "max_selected_items": whole(1, 1000)}
_RESPONSE_URL: dict[str, Check] = {"response_url_enabled": boolean}
_FILTER = shape(
    {
        "include": array(choice("im", "mpim", "private", "public")),
        "exclude_bot_users": boolean,
        "exclude_external_shared_channels": boolean,
    },
    rules=[at_least_one("include", "exclude_bot_users", "exclude_external_shared_channels")],
)
_CONVERSATIONS: dict[str, Check] = {"default_to_current_conversation": boolean, "filter": _FILTER}

SELECTS: dict[str, Check] = {
    "static_select": shape(
        {**_SELECT, "options": OPTIONS, "option_groups": OPTION_GROUPS, "initial_option": OPTION}, rules=[options_or_groups]
    ),
    "external_select": shape({**_SELECT, "min_query_length": whole(0, 150), "initial_option": OPTION}),
    "users_select": shape({**_SELECT, "initial_user": string()}),
    "channels_select": shape({**_SELECT, "initial_channel": string(), **_RESPONSE_URL}),
    "conversations_select": shape({**_SELECT, "initial_conversation": string(), **_CONVERSATIONS, **_RESPONSE_URL}),
}
MULTI_SELECTS: dict[str, Check] = {
    "multi_static_select": shape(
        {**_MULTI, "options": OPTIONS, "option_groups": OPTION_GROUPS, "initial_options": OPTIONS}, rules=[options_or_groups]
    ),
    "multi_external_select": shape({**_MULTI, "min_query_length": whole(0, 150), "initial_options": OPTIONS}),
    "multi_users_select": shape({**_MULTI, "initial_users": array(string())}),
    "multi_channels_select": shape({**_MULTI, "initial_channels": array(string())}),
    "multi_conversations_select": shape({**_MULTI, "initial_conversations": array(string()), **_CONVERSATIONS}),
}
_FEW = array(RICH_OPTION, _FEW_OPTIONS)
PICKERS: dict[str, Check] = {
    "datepicker": shape({**_SELECT, "initial_date": _DATE}),
    "timepicker": shape({**_SELECT, "initial_time": _TIME, "timezone": string()}),
    "datetimepicker": shape({**_CHOICE, "initial_date_time": whole(0, 9_999_999_999)}),
    "checkboxes": shape({**_CHOICE, "options": _FEW, "initial_options": _FEW}, required=["options"], rules=[initial_among_options]),
    "radio_buttons": shape(
        {**_CHOICE, "options": _FEW, "initial_option": RICH_OPTION}, required=["options"], rules=[initial_among_options]
    ),
}
_TYPED: dict[str, Check] = {
    "action_id": IDENTIFIER,
    "placeholder": plain(150),
    "focus_on_load": boolean,
    "dispatch_action_config": _DISPATCH,
}
RICH_TEXT_INPUT = shape(
    {**_TYPED, "initial_value": typed({"rich_text": RICH_TEXT}), "min_lines": whole(1, 100), "max_lines": whole(1, 100)}
)
INPUTS: dict[str, Check] = {
    "plain_text_input": shape(
        {
            **_TYPED,
            "initial_value": string(3000, 0),
            "multiline": boolean,
            "min_length": whole(0, 3000),
            "max_length": whole(1, 3000),
        },
        rules=[ordered("min_length", "max_length")],
    ),
    "email_text_input": shape({**_TYPED, "initial_value": string(3000, 0)}),
    "url_text_input": shape({**_TYPED, "initial_value": string(3000, 0)}),
    "number_input": shape(
        {**_TYPED, "is_decimal_allowed": boolean, "initial_value": _NUMBER, "min_value": _NUMBER, "max_value": _NUMBER},
        required=["is_decimal_allowed"],
        rules=[ordered("min_value", "max_value")],
    ),
    "rich_text_input": RICH_TEXT_INPUT,
    "file_input": shape({"action_id": IDENTIFIER, "filetypes": array(string()), "max_files": whole(1, 10)}),
}
