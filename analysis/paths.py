"""Reading JSON that a cluster sent: total functions, so that a strange object is read as an empty one and never breaks a rule."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

Json = Mapping[str, Any]


def at(value: Any, *path: str) -> Any:
    """The value at a path of keys, None where the path ends early."""
    for key in path:
        if not isinstance(value, Mapping):
            return None
        value = value.get(key)
    return value


def mapping(value: Any, *path: str) -> Json:
    """The mapping at a path, an empty one where there is none."""
    found = at(value, *path)
    return found if isinstance(found, Mapping) else {}


def mappings(value: Any, *path: str) -> tuple[Json, ...]:
    """The mappings in the list at a path."""
    found = at(value, *path)
    return tuple(item for item in found if isinstance(item, Mapping)) if isinstance(found, list | tuple) else ()


def text(value: Any, *path: str) -> str:
    """The text at a path, empty where there is none."""
    found = at(value, *path)
    return found if isinstance(found, str) else ""


def texts(value: Any, *path: str) -> tuple[str, ...]:
    """The texts in the list at a path."""
    found = at(value, *path)
    return tuple(item for item in found if isinstance(item, str)) if isinstance(found, list | tuple) else ()


def number(value: Any, *path: str, default: int = 0) -> int:
    """The whole number at a path; `default` where there is none."""
    found = at(value, *path)
    return found if isinstance(found, int) and not isinstance(found, bool) else default


def condition(item: Json, kind: str) -> Json:
    """The status condition of this type, an empty mapping where there is none."""
    return next((entry for entry in mappings(item, "status", "conditions") if text(entry, "type") == kind), {})


def moment(stamp: str) -> float | None:
    """Epoch seconds of a Kubernetes time stamp; None for one that cannot be read."""
    try:
        read = datetime.fromisoformat(stamp)
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
