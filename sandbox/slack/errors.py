"""What can go wrong, and for whom: for the app (SlackError), a person (RefusedError), the one who sets it up (ManifestError)."""

from collections.abc import Mapping, Sequence
from typing import Any


class SlackError(Exception):
    """An answer `{"ok": false, "error": code}` to the app.

    `messages` become `response_metadata.messages`, `extra` stands beside `error` (such as `needed`), `status` is that of HTTP.
    """

    def __init__(
        self,
        code: str,
        *,
        messages: Sequence[str] = (),
        extra: Mapping[str, Any] | None = None,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.messages = tuple(messages)
        self.extra = dict(extra or {})
        self.status = status
        self.headers = dict(headers or {})

    def body(self) -> dict[str, Any]:
        """The JSON that Slack sends."""
        body: dict[str, Any] = {"ok": False, "error": self.code, **self.extra}
        if self.messages:
            body["response_metadata"] = {"messages": list(self.messages)}
        return body


class RefusedError(Exception):
    """A person tried what Slack's own client would not let them do; `code` is for machines, the message for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class ManifestError(Exception):
    """The app's manifest asks for something that cannot work; the message names the key and what to change."""
