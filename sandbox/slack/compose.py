"""What a person types, as Slack's client sends it: mentions become ids, links angle brackets, and the text a rich_text block."""

import html
import re
from collections.abc import Iterable, Mapping
from typing import Any

from sandbox.slack.channels import Channel
from sandbox.slack.people import Person, Usergroup

Json = dict[str, Any]

_TYPED = re.compile(
    r"(?P<token><[@#!][^<>\s]+>)|(?P<url>https?://[^\s<>|]+)|(?<![\w/])@(?P<at>[A-Za-z0-9][\w.-]*[\w]|[A-Za-z0-9])|(?<![\w&/])#(?P<hash>[a-z0-9][\w-]*)"
)
_SENT = re.compile(
    r"<@(?P<user>[UW]\w+)(?:\|[^>]*)?>|<#(?P<channel>[CG]\w+)(?:\|[^>]*)?>|<!subteam\^(?P<group>S\w+)(?:\|[^>]*)?>"
    r"|<!(?P<broadcast>here|channel|everyone)(?:\|[^>]*)?>|<(?P<url>https?://[^|>]+)(?:\|(?P<label>[^>]*))?>"
    r"|`(?P<code>[^`\n]+)`|:(?P<emoji>[a-z0-9_+-]+):"
)
_BROADCASTS = ("here", "channel", "everyone")


def names(people: Iterable[Person], groups: Iterable[Usergroup], channels: Iterable[Channel]) -> Mapping[str, str]:
    """What `@name`, `@group` and `#channel` stand for."""
    known = {f"@{word}": f"<!{word}>" for word in _BROADCASTS}
    known |= {f"@{group.handle}": f"<!subteam^{group.id}>" for group in groups}
    known |= {f"@{person.name}": f"<@{person.id}>" for person in people}
    return known | {f"#{channel.name}": f"<#{channel.id}>" for channel in channels if channel.name}


def sent(text: str, known: Mapping[str, str]) -> str:
    """Typed text as it is sent: escaped, with ids for the names that are known."""

    def replaced(match: re.Match[str]) -> str:
        if match["token"]:
            return match[0]
        if match["url"]:
            return f"<{match['url'].replace('&', '&amp;')}>"
        return known.get(match[0], match[0])

    parts: list[str] = []
    at = 0
    for match in _TYPED.finditer(text):
        parts += [html.escape(text[at : match.start()], quote=False), replaced(match)]
        at = match.end()
    return "".join(parts) + html.escape(text[at:], quote=False)


def rich_text(text: str, block_id: str) -> Json:
    """The rich_text block that Slack's client sends beside the text."""
    elements: list[Json] = []
    at = 0
    for match in _SENT.finditer(text):
        if match.start() > at:
            elements.append({"type": "text", "text": html.unescape(text[at : match.start()])})
        elements.append(_element(match))
        at = match.end()
    if at < len(text):
        elements.append({"type": "text", "text": html.unescape(text[at:])})
    return {"type": "rich_text", "block_id": block_id, "elements": [{"type": "rich_text_section", "elements": elements}]}


def _element(match: re.Match[str]) -> Json:
    match match.lastgroup:
        case "user":
            return {"type": "user", "user_id": match["user"]}
        case "channel":
            return {"type": "channel", "channel_id": match["channel"]}
        case "group":
            return {"type": "usergroup", "usergroup_id": match["group"]}
        case "broadcast":
            return {"type": "broadcast", "range": match["broadcast"]}
        case "code":
            return {"type": "text", "text": html.unescape(match["code"]), "style": {"code": True}}
        case "emoji":
            return {"type": "emoji", "name": match["emoji"]}
        case _:
            url = html.unescape(match["url"])
            return {"type": "link", "url": url, "text": html.unescape(match["label"])} if match["label"] else {"type": "link", "url": url}


def escaped_for_command(text: str, people: Iterable[Person], groups: Iterable[Usergroup], channels: Iterable[Channel]) -> str:
    """The text of a command with `should_escape`: ids that carry the names along, as `<@U1|ann>`."""
    known = {f"@{group.handle}": f"<!subteam^{group.id}|@{group.handle}>" for group in groups}
    known |= {f"@{person.name}": f"<@{person.id}|{person.name}>" for person in people}
    known |= {f"#{channel.name}": f"<#{channel.id}|{channel.name}>" for channel in channels if channel.name}
    return sent(text, known)
