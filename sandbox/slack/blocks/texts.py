"""Text objects, options, and the dialog that asks before an action."""

from typing import Any

from sandbox.slack.blocks.checks import Check, Findings, array, at_most_one, boolean, choice, shape, string, typed

URL = string(3000)
_OPTIONS = 100


def plain(maximum: int, minimum: int = 1) -> Check:
    """A plain_text object of so many characters."""
    return typed({"plain_text": shape({"text": string(maximum, minimum), "emoji": boolean}, required=["text"])})


def text(maximum: int) -> Check:
    """A plain_text or mrkdwn object of so many characters."""
    return typed(
        {
            "plain_text": shape({"text": string(maximum), "emoji": boolean}, required=["text"]),
            "mrkdwn": shape({"text": string(maximum), "verbatim": boolean}, required=["text"]),
        }
    )


CONFIRM = shape(
    {"title": plain(100), "text": text(300), "confirm": plain(30), "deny": plain(30), "style": choice("primary", "danger")},
    required=["text"],
)

_PLAIN_OPTION = {"text": plain(75), "value": string(150), "description": plain(75)}
OPTION = shape(_PLAIN_OPTION, required=["text", "value"])
OVERFLOW_OPTION = shape({**_PLAIN_OPTION, "url": URL}, required=["text", "value"])
RICH_OPTION = shape({"text": text(75), "value": string(150), "description": text(75)}, required=["text", "value"])
OPTIONS = array(OPTION, _OPTIONS)
OPTION_GROUPS = array(shape({"label": plain(75), "options": OPTIONS}, required=["label", "options"]), _OPTIONS)


def options_or_groups(value: dict[str, Any], pointer: str, found: Findings) -> None:
    """A static select has options or option_groups, and not both; what is chosen at first is among them."""
    at_most_one("options", "option_groups")(value, pointer, found)
    if "options" not in value and "option_groups" not in value:
        found.add(pointer, "missing required field: options")
    initial_among_options(value, pointer, found)


def initial_among_options(value: dict[str, Any], pointer: str, found: Findings) -> None:
    """What is chosen at first must be one of the options, exactly."""
    offered = list(value.get("options", ())) + [item for group in value.get("option_groups", ()) for item in group["options"]]
    if "initial_option" in value and value["initial_option"] not in offered:
        found.add(f"{pointer}/initial_option", "initial option was not found in the options")
    for index, item in enumerate(value.get("initial_options", ())):
        if item not in offered:
            found.add(f"{pointer}/initial_options/{index}", "initial option was not found in the options")
