"""Text from clusters, models and people is data: made harmless here before any of it reaches a terminal. Pure."""

import re
import textwrap
import unicodedata

_SEQUENCE = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[PX^_][^\x1b]*(?:\x1b\\)?|[ -/]*[0-~])|\x9b[0-?]*[ -/]*[@-~]"
)
# Controls, format characters (they reverse or hide text), lone surrogates.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_JOINERS = frozenset("\u200d\u200c")


def clean(text: str) -> str:
    """The text without terminal sequences and invisible characters; line ends stay, tabs become spaces."""
    plain = _SEQUENCE.sub("", text).expandtabs(4)
    if plain.isascii() and plain.isprintable():
        return plain
    kept = (char if char == "\n" or char in _JOINERS or unicodedata.category(char) not in _HIDDEN else "" for char in plain)
    return "".join(kept)


def one_line(text: str) -> str:
    """The text on one line."""
    return " ".join(clean(text).split())


def shortened(text: str, longest: int) -> str:
    """The text on one line of so many characters at most; a person reads the beginning."""
    line = one_line(text)
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def wrapped(text: str, width: int, indent: int) -> list[str]:
    """One line of text as several that fit, each indented by so many spaces; long words are broken."""
    pad = " " * indent
    return textwrap.wrap(text, max(width, indent + 20), initial_indent=pad, subsequent_indent=pad, break_on_hyphens=False) or [pad.rstrip()]
