"""Resource quantities: `500m`, `512Mi`, `2`, as numbers."""

import re
from decimal import Decimal

_SUFFIXES = {
    "n": Decimal("1e-9"), "u": Decimal("1e-6"), "m": Decimal("1e-3"), "": Decimal(1),
    "k": Decimal(10**3), "M": Decimal(10**6), "G": Decimal(10**9), "T": Decimal(10**12), "P": Decimal(10**15),
    "E": Decimal(10**18),
    "Ki": Decimal(2**10), "Mi": Decimal(2**20), "Gi": Decimal(2**30), "Ti": Decimal(2**40), "Pi": Decimal(2**50),
    "Ei": Decimal(2**60),
}  # fmt: skip
_QUANTITY = re.compile(r"([+-]?(?:\d{1,24}(?:\.\d{0,24})?|\.\d{1,24}))(?:[eE]([+-]?\d{1,2})|([numkMGTPE]i?|Ki)?)")


def quantity(value: object) -> Decimal | None:
    """The number that a quantity means in its base unit (cores, bytes), or None when it is not a quantity."""
    match = _QUANTITY.fullmatch(str(value))
    if match is None:
        return None
    number, exponent, suffix = match.groups()
    if exponent is not None:
        return Decimal(number) * Decimal(10) ** int(exponent)
    factor = _SUFFIXES.get(suffix or "")
    return None if factor is None else Decimal(number) * factor
