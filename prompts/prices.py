"""What models cost, where a price is publicly known; a model that is not listed has no known price, and none is invented.

US dollars per million tokens (prompt, completion), list prices of OpenAI's own API. Gateways and other providers set their own.
"""

import re
from types import MappingProxyType
from typing import Final

PRICED_HOST: Final = "api.openai.com"
PRICES: Final = MappingProxyType(
    {
        "gpt-3.5-turbo": (0.50, 1.50),
        "gpt-4": (30.00, 60.00),
        "gpt-4-turbo": (10.00, 30.00),
        "gpt-4.1": (2.00, 8.00),
        "gpt-4.1-mini": (0.40, 1.60),
        "gpt-4.1-nano": (0.10, 0.40),
        "gpt-4o": (2.50, 10.00),
        "gpt-4o-mini": (0.15, 0.60),
    }
)
_DATED = re.compile(r"-(?:\d{4}-\d{2}-\d{2}|\d{4})$")
_MILLION: Final = 1_000_000


def cost(host: str, model: str, prompt_tokens: int, completion_tokens: int) -> float | None:
    """The price of a call in US dollars; None where it is not known. A dated name costs what its family costs."""
    price = PRICES.get(_DATED.sub("", model)) if host == PRICED_HOST else None
    return (prompt_tokens * price[0] + completion_tokens * price[1]) / _MILLION if price else None
