"""CUE's `strings`. As in Go, an index counts bytes of UTF-8 and a negative count means all."""

import re
from collections.abc import Sequence

from steps.expressions.errors import BadCall
from steps.expressions.functions import Takes, package
from steps.expressions.limits import NODE, Work
from steps.expressions.values import Value, show

# Go's unicode.IsSpace; Python's own idea of white space has four control characters more.
_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
_SPACES = re.compile(f"[{_SPACE}]+")
_WORD_START = re.compile(f"(^|[{_SPACE}])([^{_SPACE}])")
_GROWTH = 3  # no character becomes more than three when its case changes


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def _contains(work: Work, text: str, part: str) -> bool:
    work.charge(len(text))
    return part in text


def _contains_any(work: Work, text: str, characters: str) -> bool:
    work.charge(len(text) + len(characters))
    return not set(characters).isdisjoint(text)


def _count(work: Work, text: str, part: str) -> int:
    work.charge(len(text))
    return text.count(part)


def _has_prefix(_: Work, text: str, prefix: str) -> bool:
    return text.startswith(prefix)


def _has_suffix(_: Work, text: str, suffix: str) -> bool:
    return text.endswith(suffix)


def _index(work: Work, text: str, part: str) -> int:
    work.charge(len(text))
    found = text.find(part)
    return found if found < 0 else _bytes(text[:found])


def _last_index(work: Work, text: str, part: str) -> int:
    work.charge(len(text))
    found = text.rfind(part)
    return found if found < 0 else _bytes(text[:found])


def _join(work: Work, parts: Sequence[Value], separator: str) -> str:
    texts = [part for part in parts if isinstance(part, str)]
    if len(texts) != len(parts):
        stranger = next(part for part in parts if not isinstance(part, str))
        raise BadCall(f'{show(stranger)} in the list is not a string; write "\\(x)" to make it one')
    work.charge(sum(map(len, texts)) + len(texts) * (NODE + len(separator)))
    return separator.join(texts)


def _split(work: Work, text: str, separator: str) -> list[Value]:
    return _split_n(work, text, separator, -1)


def _split_n(work: Work, text: str, separator: str, count: int) -> list[Value]:
    if count == 0:
        return []
    pieces = len(text) if not separator else text.count(separator) + 1
    work.charge(2 * len(text) + NODE * (pieces if count < 0 else min(pieces, count)))
    if separator:
        return [*text.split(separator, count - 1 if count > 0 else -1)]
    characters: list[Value] = [*text]
    if count < 0 or len(characters) <= count:
        return characters
    return [*characters[: count - 1], text[count - 1 :]]


def _fields(work: Work, text: str) -> list[Value]:
    work.charge(NODE * len(text))
    return [field for field in _SPACES.split(text) if field]


def _replace(work: Work, text: str, old: str, new: str, count: int) -> str:
    found = text.count(old)
    work.charge(2 * len(text) + len(new) * (found if count < 0 else min(found, count)))
    return text.replace(old, new, max(count, -1))


def _repeat(work: Work, text: str, count: int) -> str:
    if count < 0:
        raise BadCall(f"the count {count} is negative")
    work.charge(len(text) * count)
    return text * count if text else ""


def _to_lower(work: Work, text: str) -> str:
    work.charge(_GROWTH * len(text))
    return text.lower()


def _to_upper(work: Work, text: str) -> str:
    work.charge(_GROWTH * len(text))
    return text.upper()


def _to_title(work: Work, text: str) -> str:
    work.charge(NODE * len(text))
    return _WORD_START.sub(lambda found: found.group(1) + found.group(2).title(), text)


def _to_camel(work: Work, text: str) -> str:
    work.charge(NODE * len(text))
    return _WORD_START.sub(lambda found: found.group(1) + found.group(2).lower(), text)


def _trim(work: Work, text: str, characters: str) -> str:
    return _trim_left(work, _trim_right(work, text, characters), characters)


def _trim_left(work: Work, text: str, characters: str) -> str:
    work.charge(len(text) + len(characters))
    cut = frozenset(characters)
    first = next((place for place, character in enumerate(text) if character not in cut), len(text))
    return text[first:]


def _trim_right(work: Work, text: str, characters: str) -> str:
    work.charge(len(text) + len(characters))
    cut = frozenset(characters)
    last = next((place for place in range(len(text) - 1, -1, -1) if text[place] not in cut), -1)
    return text[: last + 1]


def _trim_space(work: Work, text: str) -> str:
    work.charge(len(text))
    return text.strip(_SPACE)


def _trim_prefix(work: Work, text: str, prefix: str) -> str:
    work.charge(len(text))
    return text.removeprefix(prefix)


def _trim_suffix(work: Work, text: str, suffix: str) -> str:
    work.charge(len(text))
    return text.removesuffix(suffix)


def _slice_runes(work: Work, text: str, start: int, end: int) -> str:
    if not 0 <= start <= end <= len(text):
        raise BadCall(f"{start} to {end} is not a range within its {len(text)} characters")
    work.charge(end - start)
    return text[start:end]


_TEXT = (Takes.STRING,)
_TEXTS = (Takes.STRING, Takes.STRING)

PACKAGE = package(
    "strings",
    {
        "Contains": (_TEXTS, _contains),
        "ContainsAny": (_TEXTS, _contains_any),
        "Count": (_TEXTS, _count),
        "Fields": (_TEXT, _fields),
        "HasPrefix": (_TEXTS, _has_prefix),
        "HasSuffix": (_TEXTS, _has_suffix),
        "Index": (_TEXTS, _index),
        "Join": ((Takes.LIST, Takes.STRING), _join),
        "LastIndex": (_TEXTS, _last_index),
        "Repeat": ((Takes.STRING, Takes.INT), _repeat),
        "Replace": ((Takes.STRING, Takes.STRING, Takes.STRING, Takes.INT), _replace),
        "SliceRunes": ((Takes.STRING, Takes.INT, Takes.INT), _slice_runes),
        "Split": (_TEXTS, _split),
        "SplitN": ((Takes.STRING, Takes.STRING, Takes.INT), _split_n),
        "ToCamel": (_TEXT, _to_camel),
        "ToLower": (_TEXT, _to_lower),
        "ToTitle": (_TEXT, _to_title),
        "ToUpper": (_TEXT, _to_upper),
        "Trim": (_TEXTS, _trim),
        "TrimLeft": (_TEXTS, _trim_left),
        "TrimPrefix": (_TEXTS, _trim_prefix),
        "TrimRight": (_TEXTS, _trim_right),
        "TrimSpace": (_TEXT, _trim_space),
        "TrimSuffix": (_TEXTS, _trim_suffix),
    },
)
