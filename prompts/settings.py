"""Which models may be asked. Reading settings from flags, environment and files belongs to `bot`."""

from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

OPENAI_URL: Final = "https://api.openai.com/v1"
HOW_TO_SET: Final = "set PROMPTOPS_MODEL_URL (or PROMPTOPS_MODEL_TOKEN for OpenAI) and PROMPTOPS_MODEL, or put a real token into the step"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where one call goes: base URL (with `/v1`), model name, and the token that is sent there ("" sends none)."""

    url: str
    model: str
    token: str = field(default="", repr=False)

    @property
    def host(self) -> str:
        """The host that is asked."""
        return host_of(self.url)


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """The operator's model, and where tokens from manifests may go.

    `base_url` is OpenAI-compatible and ends in `/v1`; empty means OpenAI's own where `token` is set, else no model at all.
    `model` is asked for instead of what a step names; empty takes the step's.
    `token` is sent to `base_url` only; a model that needs none (a local one) works without.
    `token_hosts` are the hosts that a token in a manifest may be sent to. Empty refuses them all, and with them the way out for
    the content of prompts.
    """

    base_url: str = ""
    model: str = ""
    token: str = field(default="", repr=False)
    token_hosts: tuple[str, ...] = ("api.openai.com",)

    def operator(self, wanted: str) -> Endpoint | None:
        """The operator's model; None when there is none."""
        if not self.base_url and not self.token:
            return None
        return Endpoint((self.base_url or OPENAI_URL).rstrip("/"), self.model or wanted, self.token)

    def for_token(self, token: str, wanted: str) -> Endpoint | None:
        """Where a manifest's token may go: the operator's host if it is listed, else OpenAI if that is; None when neither is."""
        for url in (self.base_url, OPENAI_URL):
            if url and host_of(url) in self.token_hosts:
                return Endpoint(url.rstrip("/"), wanted, token)
        return None


def host_of(url: str) -> str:
    """The host of a URL in lower case, without port; empty for what is no URL."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
