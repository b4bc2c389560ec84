"""CUE's `encoding/base64`, standard alphabet with padding. The first argument names an encoding and is always null."""

import base64
import binascii

from steps.expressions.errors import BadCall
from steps.expressions.functions import Takes, package
from steps.expressions.limits import Work
from steps.expressions.values import show


def _encode(work: Work, _: None, text: str) -> str:
    work.charge(6 * len(text))
    try:
        return base64.b64encode(text.encode()).decode("ascii")
    except UnicodeEncodeError:
        raise BadCall(f"{show(text[:10])} has half of a surrogate pair and no bytes of its own") from None


def _decode(work: Work, _: None, text: str) -> str:
    work.charge(2 * len(text))
    try:
        return base64.b64decode(text.replace("\n", "").replace("\r", ""), validate=True).decode()
    except UnicodeDecodeError:
        raise BadCall("the bytes are not UTF-8 text, and values here are JSON, which has no bytes") from None
    except (binascii.Error, ValueError):
        raise BadCall(f"{show(text)} is not base64") from None


PACKAGE = package(
    "encoding/base64",
    {
        "Decode": ((Takes.NULL, Takes.STRING), _decode),
        "Encode": ((Takes.NULL, Takes.STRING), _encode),
    },
)
