"""The documents as the tests read them: pages, code blocks, commands, links."""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "sandbox").glob("*/README.md")])

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")
_PROGRAM = re.compile(r"^(?:\$ )?(?:\.venv/bin/)?promptops(?= |$)")


@dataclass(frozen=True, slots=True)
class Block:
    """A code block: its language and its text."""

    language: str
    text: str


def text_of(page: str) -> str:
    """A page by its path from the root."""
    return (ROOT / page).read_text(encoding="utf-8")


def blocks(text: str, language: str = "") -> list[Block]:
    """The code blocks, all of them or those of a language."""
    found = [Block(name, body) for name, body in _BLOCK.findall(text)]
    return [block for block in found if not language or block.language == language]


def inline_codes(text: str) -> list[str]:
    """What stands in single backticks, outside of code blocks."""
    return _INLINE.findall(_BLOCK.sub("", text))


def links(text: str) -> list[str]:
    """The targets of links and images, outside of code."""
    return [first or second for first, second in _LINK.findall(_INLINE.sub("", _BLOCK.sub("", text)))]


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    heads = re.findall(r"^#+ (.+)$", _BLOCK.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}


def commands(text: str) -> list[str]:
    """Every `promptops …` that a page shows, in blocks and in lines, without the program's name and comments."""
    lines = [line for block in blocks(text) if block.language in {"", "sh", "text"} for line in block.text.splitlines()]
    inner = re.findall(r"\$\((promptops [^)]*)\)", "\n".join(lines))
    found = [line for line in (*lines, *inner, *inline_codes(text)) if _PROGRAM.match(line)]
    return [_PROGRAM.sub("", line).strip() for line in found]


def words_of(command: str) -> list[str]:
    """A command's words as a shell splits them, comments dropped."""
    return shlex.split(command, comments=True)
