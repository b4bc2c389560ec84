"""The layout blocks: section, header, context, divider, image, actions, context_actions, input, alert."""

from sandbox.slack.blocks.checks import IDENTIFIER, array, at_least_one, boolean, choice, shape, typed
from sandbox.slack.blocks.elements import (
    BUTTON,
    FEEDBACK_BUTTONS,
    ICON_BUTTON,
    IMAGE,
    IMAGE_FIELDS,
    IMAGE_SOURCE,
    INPUTS,
    MULTI_SELECTS,
    OVERFLOW,
    PICKERS,
    RICH_TEXT_INPUT,
    SELECTS,
)
from sandbox.slack.blocks.texts import plain, text

SECTION = shape(
    {
        "block_id": IDENTIFIER,
        "text": text(3000),
        "fields": array(text(2000), 10),
        "accessory": typed({"button": BUTTON, "image": IMAGE, "overflow": OVERFLOW, **SELECTS, **MULTI_SELECTS, **PICKERS}),
        "expand": boolean,
    },
    rules=[at_least_one("text", "fields")],
)
HEADER = shape({"block_id": IDENTIFIER, "text": plain(150)}, required=["text"])
CONTEXT = shape(
    {
        "block_id": IDENTIFIER,
        "elements": array(
            typed(
                {
                    "image": IMAGE,
                    "plain_text": text(3000),
                    "mrkdwn": text(3000),
                }
            ),
            10,
        ),
    },
    required=["elements"],
)
DIVIDER = shape({"block_id": IDENTIFIER})
IMAGE_BLOCK = shape({"block_id": IDENTIFIER, "title": plain(2000), **IMAGE_FIELDS}, required=["alt_text"], rules=IMAGE_SOURCE)
ACTIONS = shape(
    {
        "block_id": IDENTIFIER,
        "elements": array(
            typed(
                {
                    "button": BUTTON,
                    "overflow": OVERFLOW,
                    "rich_text_input": RICH_TEXT_INPUT,
                    **SELECTS,
                    **MULTI_SELECTS,
                    **PICKERS,
                }
            ),
            25,
        ),
    },
    required=["elements"],
)
CONTEXT_ACTIONS = shape(
    {"block_id": IDENTIFIER, "elements": array(typed({"feedback_buttons": FEEDBACK_BUTTONS, "icon_button": ICON_BUTTON}), 5)},
    required=["elements"],
)
INPUT = shape(
    {
        "block_id": IDENTIFIER,
        "label": plain(2000),
        "hint": plain(2000),
        "element": typed({**SELECTS, **MULTI_SELECTS, **PICKERS, **INPUTS}),
        "optional": boolean,
        "dispatch_action": boolean,
    },
    required=["label", "element"],
)
ALERT = shape(
    {"block_id": IDENTIFIER, "text": text(200), "level": choice("default", "info", "warning", "error", "success")},
    required=["text"],
)
