"""The nearest known name to one that was not found. Leaves the wording of the error around it to the caller."""

import difflib
from collections.abc import Iterable
from itertools import islice

# Enough for every scope and every Kubernetes object seen, and small enough that an error never becomes the slow path.
_CANDIDATES = 200
_LENGTH = 64
_LISTED = 8


def nearest(name: str, candidates: Iterable[str]) -> str | None:
    """Return the candidate closest to `name`, or None when none is close."""
    names = [str(candidate)[:_LENGTH] for candidate in islice(candidates, _CANDIDATES)]
    lower = {candidate.lower(): candidate for candidate in names}
    found = difflib.get_close_matches(name[:_LENGTH].lower(), lower, n=1, cutoff=0.6)
    return lower[found[0]] if found else None


def did_you_mean(name: str, candidates: Iterable[str]) -> str:
    """Return `did you mean 'x'?`, or a short list of what there is, or nothing when there is nothing."""
    names = list(islice(candidates, _CANDIDATES))
    if (close := nearest(name, names)) is not None:
        return f"did you mean {close!r}?"
    if not names:
        return ""
    more = ", …" if len(names) > _LISTED else ""
    return f"there is: {', '.join(str(each)[:_LENGTH] for each in names[:_LISTED])}{more}"
