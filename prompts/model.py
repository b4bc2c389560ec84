"""An OpenAI-compatible chat completions client: one call, bounded in time and size; whether to try again is the engine's to decide.

Errors leave through one door, as `Temporary` (429, 5xx, an answer that is not JSON), `Unreachable` (nothing answered) or `Permanent`
(any other status), in KubeVela's words: `401: failed to request: <the provider's message>`. The token is in none of them.
"""

import asyncio
import json
import re
import ssl
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from types import TracebackType
from typing import Any, Final, Self

import httpx

from prompts.prices import cost
from prompts.prompt import Message
from prompts.settings import HOW_TO_SET, Endpoint
from steps.duration import format_duration
from steps.errors import Permanent, StepError, Temporary, Unreachable
from steps.evidence import Usage
from steps.redaction import redact

MOST_BYTES: Final = 2_000_000
_MOST_WORDS: Final = 300
_HEADER_SAFE = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model answered: its text, what it cost, and the provider's JSON."""

    text: str
    usage: Usage
    response: Mapping[str, Any]


class ChatClient:
    """Calls models; an async context manager that owns its connections.

    `transport` is for tests, `most_bytes` bounds a response (in bytes).
    """

    def __init__(self, *, transport: httpx.AsyncBaseTransport | None = None, most_bytes: int = MOST_BYTES) -> None:
        # No redirects: a token goes where the operator said, and nowhere that an answer says.
        self._http = httpx.AsyncClient(transport=transport, follow_redirects=False, headers={"accept-encoding": "identity"})
        self._most_bytes = most_bytes

    async def __aenter__(self) -> Self:
        """Open."""
        await self._http.__aenter__()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close every connection."""
        await self._http.__aexit__(kind, error, trace)

    async def chat(self, endpoint: Endpoint, messages: Sequence[Message], timeout: float) -> Reply:  # noqa: ASYNC109 - a step's parameter
        """One completion; `timeout` is seconds for the whole exchange."""
        if not endpoint.host or not endpoint.url.startswith(("http://", "https://")):
            raise Permanent(f"the model's URL {_shown(endpoint.url)!r} is no http or https URL; correct PROMPTOPS_MODEL_URL")
        body = {"model": endpoint.model, "messages": [{"role": item.role, "content": item.content} for item in messages]}
        try:
            async with asyncio.timeout(timeout):
                status, raw = await self._exchange(endpoint, body)
        except TimeoutError as error:
            raise Unreachable(f"the model at {endpoint.host!r} did not answer within {format_duration(timeout)}") from error
        except (httpx.InvalidURL, httpx.LocalProtocolError) as error:
            raise Permanent(f"the model's URL {_shown(endpoint.url)!r} cannot be used: {error}; correct PROMPTOPS_MODEL_URL") from error
        except httpx.TransportError as error:
            raise Unreachable(f"the model at {endpoint.host!r} cannot be reached: {_fault(error)}") from error
        return _reply(endpoint, status, raw)

    async def _exchange(self, endpoint: Endpoint, body: Mapping[str, Any]) -> tuple[int, bytes]:
        request = self._http.build_request("POST", f"{endpoint.url}/chat/completions", json=body, headers=_headers(endpoint), timeout=None)
        response = await self._http.send(request, stream=True)
        try:
            raw = bytearray()
            async for chunk in response.aiter_bytes():
                raw += chunk
                if len(raw) > self._most_bytes:
                    raise Permanent(f"the model at {endpoint.host!r} answered with more than {self._most_bytes} bytes; it was not read")
            return response.status_code, bytes(raw)
        finally:
            await response.aclose()


def _headers(endpoint: Endpoint) -> dict[str, str]:
    token = endpoint.token.strip()
    if not token:
        return {}
    if not _HEADER_SAFE.fullmatch(token):
        raise Permanent(f"the token for {endpoint.host!r} holds characters that no HTTP header can carry; copy it again")
    return {"authorization": f"Bearer {token}"}


def _reply(endpoint: Endpoint, status: int, raw: bytes) -> Reply:
    response = _json(raw)
    if status >= HTTPStatus.MULTIPLE_CHOICES:
        raise _refusal(endpoint, status, raw, response)
    if not isinstance(response, dict):
        raise Temporary(f"the model at {endpoint.host!r} answered {status} with something that is not a JSON object")
    text = _content(response)
    if not text.strip():
        why = _finish_reason(response)
        raise Permanent(f"the model {endpoint.model!r} answered without text{f' (finish reason {why!r})' if why else ''}")
    clean = redact(response, (endpoint.token,) if endpoint.token else ())
    return Reply(text, _usage(endpoint, response), clean)


def _refusal(endpoint: Endpoint, status: int, raw: bytes, response: Any) -> StepError:
    known = (endpoint.token,) if endpoint.token else ()
    said = next((text for text in _provider_words(response) if text), "") or raw.decode(errors="replace")
    words = redact(" ".join(said.split())[:_MOST_WORDS], known) or _phrase(status)
    if status < HTTPStatus.BAD_REQUEST:
        return Permanent(f"{status}: failed to request: {endpoint.host!r} answered with a redirect, which is not followed; {HOW_TO_SET}")
    passing = status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR
    values = {"response": redact(response, known)} if isinstance(response, dict) else {}
    return (Temporary if passing else Permanent)(f"{status}: failed to request: {words}", values=values)


def _provider_words(response: Any) -> Iterator[str]:
    """Where providers put their message: `error.message` (OpenAI), `error`, `message` or `detail` (others)."""
    if isinstance(response, dict):
        for value in (response.get("error"), response.get("message"), response.get("detail")):
            found = value.get("message") if isinstance(value, dict) else value
            yield found if isinstance(found, str) else ""


def _json(raw: bytes) -> Any:
    try:
        return json.loads(raw, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return None


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _choice(response: Mapping[str, Any]) -> Mapping[str, Any]:
    choices = response.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else {}
    return first if isinstance(first, dict) else {}


def _content(response: Mapping[str, Any]) -> str:
    """The text at `choices[0].message.content`; some providers send it in parts."""
    message = _choice(response).get("message")
    content = message.get("content") if isinstance(message, dict) else None
    if isinstance(content, list):
        return "".join(part["text"] for part in content if isinstance(part, dict) and isinstance(part.get("text"), str))
    return content if isinstance(content, str) else ""


def _finish_reason(response: Mapping[str, Any]) -> str:
    reason = _choice(response).get("finish_reason")
    return reason if isinstance(reason, str) else ""


def _usage(endpoint: Endpoint, response: Mapping[str, Any]) -> Usage:
    usage = response.get("usage")
    counted = usage if isinstance(usage, dict) else {}
    prompt, completion = _count(counted.get("prompt_tokens")), _count(counted.get("completion_tokens"))
    named = response.get("model")
    model = named if isinstance(named, str) and named else endpoint.model
    return Usage(model, prompt, completion, cost(endpoint.host, model, prompt, completion) if counted else None)


def _count(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else 0


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "no message"


def _shown(url: str) -> str:
    return str(redact(url))


def _fault(error: httpx.TransportError) -> str:
    """Which of DNS, TCP, TLS it was, as far as the causes tell."""
    cause: BaseException | None = error
    text = str(error) or type(error).__name__
    while cause:
        if isinstance(cause, ssl.SSLError):
            return f"TLS failed ({text})"
        cause = cause.__cause__ or cause.__context__
    if "name resolution" in text or "Name or service" in text or "nodename" in text or "getaddrinfo" in text:
        return f"its name does not resolve ({text})"
    if isinstance(error, httpx.ConnectError):
        return f"no connection ({text})"
    return f"the connection broke ({text})"
