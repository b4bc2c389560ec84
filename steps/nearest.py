"""The name a person probably meant."""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?` for the closest known name, or a list of the known ones when none is close."""
    names = sorted(set(known))
    close = get_close_matches(name[:64], names, n=1, cutoff=0.6) or get_close_matches(
        name[:64].lower(), [item.lower() for item in names], n=1, cutoff=0.6
    )
    if close:
        return f"; did you mean {close[0]!r}?"
    if not names:
        return "; there is none"
    shown = ", ".join(names[:12])
    return f"; known: {shown}" + (f" and {len(names) - 12} more" if len(names) > 12 else "")  # noqa: PLR2004 - a line
