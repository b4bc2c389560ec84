"""Header fields of a step's request: which are sent, which follow a redirect. Values may be secrets and appear in no message."""

import re
from collections.abc import Mapping

from steps.errors import Permanent

_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_VALUE = re.compile(r"[^\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]*")

# Ours to say: where the request goes, how long it is, how it is framed and packed. Go's client, and so KubeVela, drops most of them too.
_OURS = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-length",
        "expect",
        "host",
        "keep-alive",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
# A credential can hide under any name (`X-Api-Key`, `PRIVATE-TOKEN`), so another origin gets only what certainly is none.
_HARMLESS = frozenset({"accept", "accept-language", "content-type", "user-agent"})
_OF_A_BODY = frozenset({"content-type", "content-encoding", "content-language", "content-location"})


def sendable(headers: Mapping[str, str]) -> dict[str, str]:
    """The fields to send, by lower-case name; raises `Permanent` for a name or value that HTTP cannot carry."""
    for name, value in headers.items():
        if not _NAME.fullmatch(name):
            raise Permanent(f"{name!r} is not an HTTP header name; use letters, digits and dashes")
        if not _VALUE.fullmatch(value):
            raise Permanent(f"the value of header {name!r} has a line break or control character in it; remove it (a trailing newline?)")
    return {name.lower(): value.strip(" \t") for name, value in headers.items() if name.lower() not in _OURS}


def for_another_origin(headers: Mapping[str, str]) -> dict[str, str]:
    """What is left of the fields when a redirect leads to another scheme, host or port."""
    return {name: value for name, value in headers.items() if name.lower() in _HARMLESS}


def without_body(headers: Mapping[str, str]) -> dict[str, str]:
    """What is left of the fields when a redirect turns the request into one without a body."""
    return {name: value for name, value in headers.items() if name.lower() not in _OF_A_BODY}
