"""The bounds that make every expression end quickly and stay small, and the meter that enforces them.

The language has no recursion and its only loop walks a list that exists, so time and memory are bounded by the
text and by what operations copy. Copies, comparisons and loops are paid for from one budget per evaluation.
"""

from steps.expressions.errors import TooLarge

SOURCE_CHARACTERS = 16 * 1024
"""Longest expression. The longest `valueFrom` found in KubeVela's repositories is under 500."""

NESTING = 24
"""Deepest nesting of brackets, calls and interpolations in an expression; keeps Python's own stack out of reach."""

DATA_NESTING = 128
"""Deepest nesting of a value that is compared, marshalled, unmarshalled or returned as a new value."""

WORK = 4 * 1024 * 1024
"""Units of work of one evaluation: one per character copied, `NODE` per element, `NODE` per regular expression state."""

NODE = 16
"""Units for touching one element of a list or struct: about what it costs next to copying a character."""

INTEGER_BITS = 1023
"""Largest integer; every one of them is also a finite float."""

LIST_ELEMENTS = 10_000
"""Longest list that list.Range and list.Repeat make."""

PATTERN_CHARACTERS = 512
"""Longest regular expression."""

PATTERN_STATES = 2_000
"""Largest regular expression after `{n,m}` is written out."""

PATTERN_REPEATS = 1_000
"""Largest count in `{n,m}`, as in RE2."""

INDEX = 1_000
"""Highest list index that a path may create or name."""

PATH_SEGMENTS = 64
"""Longest path of a `from` or `parameterKey`."""

PATH_CHARACTERS = 1_024
"""Longest text of a `from` or `parameterKey`."""

CACHED_EXPRESSIONS = 2_048
"""Parsed expressions that are kept for the next evaluation."""

CACHED_CHARACTERS = 2_048
"""Longest expression that is kept; longer ones are parsed each time so that the cache stays small."""


class Work:
    """What is left of one evaluation's budget."""

    __slots__ = ("left",)

    def __init__(self, left: int = WORK) -> None:
        self.left = left

    def charge(self, units: int) -> None:
        """Pay for an operation before doing it; raises TooLarge when the budget is used up."""
        self.left -= units
        if self.left < 0:
            raise TooLarge(
                f"the expression does too much: it copies or compares more than {WORK // (1024 * 1024)} MiB; "
                "work on a smaller part of the value"
            )
