"""The rich_text block: sections, lists, quotes and preformatted text, and what may stand in them."""

from sandbox.slack.blocks.checks import IDENTIFIER, Check, array, boolean, choice, number, shape, string, typed, whole

_STYLE = shape(
    {
        "bold": boolean,
        "italic": boolean,
        "strike": boolean,
        "code": boolean,
        "underline": boolean,
    }
)


def _inline(fields: dict[str, Check], required: list[str]) -> Check:
    return shape({**fields, "style": _STYLE}, required=required)


_TEXT = _inline({"text": string()}, ["text"])
_LINK = _inline({"url": string(3000), "text": string(), "unsafe": boolean}, ["url"])
INLINE = typed(
    {
        "text": _TEXT,
        "link": _LINK,
        "user": _inline({"user_id": string()}, ["user_id"]),
        "usergroup": _inline({"usergroup_id": string()}, ["usergroup_id"]),
        "channel": _inline({"channel_id": string()}, ["channel_id"]),
        "team": _inline({"team_id": string()}, ["team_id"]),
        "emoji": _inline({"name": string(), "unicode": string(), "url": string()}, ["name"]),
        "broadcast": _inline({"range": choice("here", "channel", "everyone")}, ["range"]),
        "color": _inline({"value": string()}, ["value"]),
        "date": _inline({"timestamp": number, "format": string(), "url": string(), "fallback": string()}, ["timestamp", "format"]),
    }
)
_BORDER = whole(0, 1)
_SECTION = shape({"elements": array(INLINE, minimum=0)}, required=["elements"])
_LIST = shape(
    {
        "elements": array(typed({"rich_text_section": _SECTION})),
        "style": choice("bullet", "ordered"),
        "indent": whole(0, 8),
        "border": _BORDER,
    },
    required=["elements", "style"],
)
_QUOTE = shape({"elements": array(INLINE), "border": _BORDER}, required=["elements"])
_PREFORMATTED = shape({"elements": array(typed({"text": _TEXT, "link": _LINK})), "border": _BORDER}, required=["elements"])
_PARTS = typed(
    {
        "rich_text_section": _SECTION,
        "rich_text_list": _LIST,
        "rich_text_quote": _QUOTE,
        "rich_text_preformatted": _PREFORMATTED,
    }
)
RICH_TEXT = shape({"block_id": IDENTIFIER, "elements": array(_PARTS)}, required=["elements"])
