"""From bytes to text: UTF-8 or a clear refusal. Leaves YAML to `steps.manifest.source`."""

import codecs
import re
from dataclasses import dataclass

from steps.manifest.problems import Problem

FILE_BYTES = 1024 * 1024
"""Largest manifest file; an object in etcd cannot be larger than 1.5 MiB either."""

_MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
_SAVE = "save the file as UTF-8"
_NOT_PRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_SAMPLE = 64


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a file, or the problem that hides it; `warning` where it could be read but should be saved differently."""

    text: str
    problem: Problem | None = None
    warning: Problem | None = None


def decode(content: str | bytes, file: str) -> Decoded:
    """The text of a manifest. Refused: more than `FILE_BYTES`, anything but UTF-8, NUL and other control characters."""
    size = len(content)
    if isinstance(content, str) and size <= FILE_BYTES and not content.isascii():
        size = len(content.encode("utf-8", "surrogatepass"))
    if size > FILE_BYTES:
        said = f"the file has {size // 1024} KiB; a manifest may have {FILE_BYTES // 1024} KiB"
        return Decoded("", Problem(said, file, suggestion="move large data into a ConfigMap and read it with read-object"))
    if isinstance(content, str):
        text = content
    else:
        for mark, name in _MARKS:
            if content.startswith(mark):
                return Decoded("", Problem(f"the file is written in {name}", file, 1, 1, suggestion=_SAVE))
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError as error:
            return Decoded("", _undecodable(content, error.start, file))
    warning = None
    if text.startswith("\ufeff"):
        text = text[1:]
        warning = Problem("the file begins with a byte order mark", file, 1, 1, suggestion=f"{_SAVE} without one", level="warning")
    if not text.isprintable() and (found := _NOT_PRINTABLE.search(text)):
        line, column = _place(text, found.start())
        return Decoded("", Problem(_unprintable(found.group(), text), file, line, column, suggestion=_SAVE))
    return Decoded(text, warning=warning)


def _undecodable(content: bytes, offset: int, file: str) -> Problem:
    guess = "it looks like Latin-1 or Windows-1252"
    if content[:_SAMPLE].count(0) > len(content[:_SAMPLE]) // 4:
        guess = "it looks like UTF-16"
    before = content[:offset]
    return Problem(
        f"the file is not UTF-8: byte 0x{content[offset]:02x} stands where none may; {guess}",
        file,
        before.count(b"\n") + 1,
        len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1,
        suggestion=_SAVE,
    )


def _unprintable(character: str, text: str) -> str:
    if character == "\0":
        if text[:_SAMPLE].count("\0") > len(text[:_SAMPLE]) // 4:
            return "the file has NUL characters; it looks like UTF-16"
        return "the file has a NUL character; it may be binary"
    return f"the character U+{ord(character):04X} is not allowed in YAML"


def _place(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
