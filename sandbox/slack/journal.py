"""The log of what just happened: every API call, event and interaction in one line for people and a little JSON for tests.

Entries ride in the feed as changes of the kind `log`. Long values are cut, so that the memory of the feed stays small. Tokens and
secrets are never in it.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Literal

from sandbox.slack.feed import Change, Feed

Json = dict[str, Any]
What = Literal["api", "event", "command", "interaction", "options", "response_url", "upload", "note"]
_LONGEST = 400  # characters of a string
_MOST = 12  # items of a list
_HIDDEN = {"token", "response_url"}


class Journal:
    """Writes the log."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed

    def api(self, method: str, arguments: Mapping[str, Any], answer: Mapping[str, Any], status: int) -> None:
        """A call of the Web API and its answer."""
        error = answer.get("error")
        summary = f"{method} → {error or 'ok'}" if status == HTTPStatus.OK else f"{method} → {status} {error}"
        entry = {"method": method, "arguments": shortened(dict(arguments)), "ok": bool(answer.get("ok")), "error": error, "status": status}
        response = {key: value for key, value in answer.items() if key in {"channel", "ts", "message_ts", "response_metadata", "needed"}}
        self.note("api", summary, {**entry, "answer": shortened(response)})

    def note(self, what: What, summary: str, details: Mapping[str, Any] | None = None) -> None:
        """Any other line."""
        self._feed.append("log", {"what": what, "summary": summary, **(details or {})})


def entries(changes: list[Change] | None) -> list[Change]:
    """The log's lines among changes."""
    return [change for change in changes or () if change.kind == "log"]


def shortened(value: Any) -> Any:
    """JSON with long strings and lists cut and secrets left out."""
    if isinstance(value, str):
        return value if len(value) <= _LONGEST else f"{value[:_LONGEST]}… ({len(value)} characters)"
    if isinstance(value, list):
        return [shortened(item) for item in value[:_MOST]] + ([f"… ({len(value)} items)"] if len(value) > _MOST else [])
    if isinstance(value, dict):
        return {key: shortened(item) for key, item in value.items() if key not in _HIDDEN}
    return value
