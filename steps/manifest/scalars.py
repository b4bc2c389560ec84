"""Plain YAML scalars as KubeVela's API server reads them: YAML 1.1 through sigs.k8s.io/yaml (go-yaml v2).

So `yes`, `on` and `y` are booleans, `0777` is octal, `1_000` is a thousand; a date stays text, and so does `1:30`. What JSON cannot hold
(infinity, NaN, integers beyond 64 bits) is refused here, where go-yaml would hand on something else than what was written.
"""

import re

Scalar = str | int | float | bool | None

_WORDS: dict[str, Scalar] = {
    "": None,
    "~": None,
    **{form: None for word in ("null",) for form in (word, word.capitalize(), word.upper())},
    **{form: True for word in ("true", "yes", "on", "y") for form in (word, word.capitalize(), word.upper())},
    **{form: False for word in ("false", "no", "off", "n") for form in (word, word.capitalize(), word.upper())},
}
_FIRST = frozenset("0123456789+-.~nNyYtTfFoO")
_INTEGER = re.compile(r"[-+]?(?:0b[01_]+|0o[0-7_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*)")
_OCTAL = re.compile(r"[-+]?0[0-7]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_LONGEST_NUMBER = 100
_BITS = 64

TAGS = {
    "tag:yaml.org,2002:str": "str",
    "tag:yaml.org,2002:int": "int",
    "tag:yaml.org,2002:float": "float",
    "tag:yaml.org,2002:bool": "bool",
    "tag:yaml.org,2002:null": "null",
}


def plain(text: str) -> Scalar:
    """The value of an unquoted scalar; raises ValueError for a number that JSON or 64 bits cannot hold."""
    if text and text[0] not in _FIRST:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return _integer(text)
    if _FLOAT.fullmatch(text):
        return _float(text)
    if _NOT_FINITE.fullmatch(text):
        raise ValueError(f"{text} is a number that JSON does not have; write it in quotes if it is text")
    return text


def _integer(text: str) -> Scalar:
    if len(text) > _LONGEST_NUMBER:
        raise ValueError(f"a number of {len(text)} digits does not fit 64 bits; write it in quotes if it is text")
    digits = text.replace("_", "")
    try:
        value = int(digits, 8) if _OCTAL.fullmatch(digits) else int(digits, 0)
    except ValueError:  # 0899: not octal, so go-yaml takes it for a float
        return _float(digits) if _FLOAT.fullmatch(digits) else text
    if not -(2 ** (_BITS - 1)) <= value < 2**_BITS:
        raise ValueError(f"{text} does not fit 64 bits; write it in quotes if it is text")
    return value


def _float(text: str) -> Scalar:
    if len(text) > _LONGEST_NUMBER:
        raise ValueError(f"a number of {len(text)} characters is too long; write it in quotes if it is text")
    value = float(text.replace("_", ""))
    if value in {float("inf"), float("-inf")}:
        raise ValueError(f"{text} is too large for a number; write it in quotes if it is text")
    return value


def tagged(text: str, tag: str) -> Scalar:
    """The value of a scalar with a core tag such as `!!str`; raises ValueError where the text does not fit it."""
    wanted = TAGS[tag]
    if wanted == "str":
        return text
    value = plain(text)
    fits = {
        "int": isinstance(value, int) and not isinstance(value, bool),
        "float": isinstance(value, (int, float)) and not isinstance(value, bool),
        "bool": isinstance(value, bool),
        "null": value is None,
    }
    if not fits[wanted]:
        raise ValueError(f"{text[:40]!r} does not fit its tag !!{wanted}; leave the tag away")
    return float(value) if wanted == "float" and isinstance(value, int) else value
