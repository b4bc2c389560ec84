"""Go durations (`30s`, `1m30s`, `1.5h`), the syntax KubeVela uses for `timeout` and `duration`."""

import re
from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema

_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_PART = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)")
_LOOSE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([a-zA-Zµμ]*)\s*")
_WORDS = {
    "": "s",
    "sec": "s",
    "secs": "s",
    "second": "s",
    "seconds": "s",
    "min": "m",
    "mins": "m",
    "minute": "m",
    "minutes": "m",
    "hr": "h",
    "hrs": "h",
    "hour": "h",
    "hours": "h",
    "msec": "ms",
}
_DAY_HOURS = {"d": 24, "day": 24, "days": 24, "w": 168, "week": 168, "weeks": 168}
LONGEST = 10 * 366 * 24 * 3600.0


def parse_duration(text: str) -> float:
    """Seconds of a Go duration; raises ValueError with the likely fix (`1min` → `1m`)."""
    if len(text) > 64:  # noqa: PLR2004 - far beyond any duration a person writes
        raise ValueError(f"duration {text[:20]!r}… is too long to be one; write for example 30s or 1h30m")
    total, position = 0.0, 0
    while match := _PART.match(text, position):
        total += float(match[1]) * _UNITS[match[2]]
        position = match.end()
    if text == "0":
        return 0.0
    if not text or position != len(text):
        raise ValueError(f"{text!r} is not a Go duration{_hint(text)}")
    if total > LONGEST:
        raise ValueError(f"duration {text!r} is longer than ten years")
    return total


def _hint(text: str) -> str:
    parts, position = [], 0
    while position < len(text) and (match := _LOOSE.match(text, position)):
        unit = match[2].lower()
        if unit in _DAY_HOURS:
            parts.append(f"{float(match[1]) * _DAY_HOURS[unit]:g}h")
        elif unit in _WORDS or unit in _UNITS:
            parts.append(f"{match[1]}{_WORDS.get(unit, unit)}")
        else:
            break
        position = match.end()
    if parts and position == len(text):
        return f"; write {''.join(parts)!r}"
    return "; write a number and a unit (ms, s, m, h), for example 30s or 1h30m"


def format_duration(seconds: float) -> str:
    """A short text for people: `850ms`, `3s`, `1m30s`, `2h5m`."""
    if seconds < 1:
        return f"{max(seconds, 0) * 1000:.0f}ms"
    if seconds < 60:  # noqa: PLR2004 - a minute
        return f"{seconds:.1f}".rstrip("0").rstrip(".") + "s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}h{minutes}m" if minutes else f"{hours}h"
    return f"{minutes}m{rest}s" if rest else f"{minutes}m"


def _validate(value: object) -> object:
    return parse_duration(value) if isinstance(value, str) else value


Duration = Annotated[
    float,
    BeforeValidator(_validate),
    WithJsonSchema({"type": "string", "format": "go-duration", "examples": ["30s", "1h30m"]}),
]
