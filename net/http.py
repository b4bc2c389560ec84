"""HTTP for steps that cannot be sent where the operator does not want it; it implements the port `Http`.

Every hop resolves its host once, checks all addresses and connects to one of those checked, so that a second DNS answer has no say.
The rules are in `net.addresses`. Proxies, cookies and `.netrc` of the surroundings are not used.
"""

import asyncio
import base64
import os
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from typing import Any, Self

import httpx

from net.addresses import Address, Allowed, refused_address, refused_name
from net.body import ENCODING, read_body
from net.headers import sendable
from net.redirects import origin_of, redirected
from net.resolver import Resolve, system_resolve
from steps.duration import format_duration
from steps.errors import Forbidden, Permanent, StepError, Unreachable
from steps.ports import HttpRequest, HttpResponse

LARGEST = 1024 * 1024
REDIRECTS = 5
_PORTS = {"http": 80, "https": 443}
_REPEATABLE = frozenset({"GET", "HEAD"})


class _Stage(StrEnum):
    """How far the present hop has come, in the words of an error message."""

    DNS = "DNS"
    TCP = "TCP"
    TLS = "TLS"
    HTTP = "HTTP"


# httpcore's trace events (a documented extension) by the stage they begin.
_STAGES = {
    "connection.connect_tcp.started": _Stage.TCP,
    "connection.start_tls.started": _Stage.TLS,
    "http11.send_request_headers.started": _Stage.HTTP,
}


@dataclass(slots=True)
class _Exchange:
    """What is known when something goes wrong: `sent` once the first byte of any hop may have left."""

    method: str
    origin: str = ""
    stage: _Stage = _Stage.DNS
    sent: bool = False

    async def trace(self, event: str, _details: dict[str, Any]) -> None:
        self.stage = _STAGES.get(event, self.stage)
        self.sent = self.sent or self.stage is _Stage.HTTP

    def fault(self, words: str) -> StepError:
        message = f"{self.stage}: {words}"
        if self.sent and self.method not in _REPEATABLE:
            return Permanent(
                f"{message}; the {self.method} may have been carried out, so it is not repeated: look there first, then restart the step"
            )
        return Unreachable(message)


class GuardedHttp:
    """HTTP within the operator's rules; an async context manager that closes what it opened.

    `tls` replaces the usual trust in public certificate authorities, `largest` bounds an answer in bytes, `redirects` their number.
    """

    def __init__(
        self,
        allowed: Allowed | None = None,
        *,
        resolve: Resolve = system_resolve,
        tls: ssl.SSLContext | None = None,
        largest: int = LARGEST,
        redirects: int = REDIRECTS,
    ) -> None:
        self._allowed = allowed or Allowed()
        self._resolve = resolve
        self._largest = largest
        self._redirects = redirects
        # The bare transport and no client: a client keeps cookies and reads credentials from URLs. No connection is kept either: they
        # are pooled by address, and one opened to a certificate's name must not serve another name at the same address.
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
        self._transport = httpx.AsyncHTTPTransport(verify=tls or True, trust_env=False, limits=limits)

    async def __aenter__(self) -> Self:
        await self._transport.__aenter__()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._transport.__aexit__(kind, error, trace)

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Any status is an answer; redirects are followed.

        Raises `Forbidden` for an address that is not allowed, `Unreachable` when trying again is harmless: nothing was sent yet, or
        the method only reads. A write that may have arrived, an oversized answer and a malformed request are `Permanent`.
        """
        exchange = _Exchange(request.method)
        try:
            async with asyncio.timeout(request.timeout):
                return await self._follow(request, exchange)
        except (TimeoutError, httpx.TimeoutException) as e:
            raise exchange.fault(f"no answer from {exchange.origin} within {format_duration(request.timeout)}") from e
        except httpx.TransportError as e:
            raise exchange.fault(f"{exchange.origin}: {_cause(e)}") from e

    async def _follow(self, request: HttpRequest, exchange: _Exchange) -> HttpResponse:
        for _ in range(self._redirects + 1):
            answer = await self._hop(request, exchange)
            if isinstance(answer, HttpResponse):
                return answer
            request = answer
        raise Permanent(f"more than {self._redirects} redirects, the last one from {exchange.origin}; ask for the final URL instead")

    async def _hop(self, request: HttpRequest, exchange: _Exchange) -> HttpResponse | HttpRequest:
        url = _parsed(request.url)
        exchange.origin, exchange.stage = origin_of(url), _Stage.DNS
        addresses = await self._addresses(url, exchange)
        response = await self._connect(request, url, addresses, exchange)
        try:
            following = redirected(request, url, response.status_code, response.headers.get("location"))
            if following is not None:
                return following
            body = await read_body(response, exchange.origin, self._largest)
            headers = {name: value for name, value in response.headers.items() if name != "set-cookie"}
            return HttpResponse(response.status_code, headers, body)
        finally:
            await response.aclose()

    async def _addresses(self, url: httpx.URL, exchange: _Exchange) -> Sequence[Address]:
        host = _host(url)
        if (reason := refused_name(host, self._allowed)) is not None:
            raise Forbidden(reason)
        try:
            addresses = await self._resolve(host)
        except (OSError, UnicodeError) as e:  # UnicodeError: a label longer than DNS allows
            raise exchange.fault(f"the name {host!r} cannot be resolved: {e}") from e
        if not addresses:
            raise exchange.fault(f"the name {host!r} has no address")
        if (reason := refused_address(host, addresses, self._allowed)) is not None:
            raise Forbidden(reason)
        return addresses

    async def _connect(self, request: HttpRequest, url: httpx.URL, addresses: Sequence[Address], exchange: _Exchange) -> httpx.Response:
        *others, last = addresses
        share = request.timeout / len(addresses)
        for address in others:
            try:
                return await self._transport.handle_async_request(_wired(request, url, address, share, exchange))
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue  # nothing was sent: the next address may answer
        return await self._transport.handle_async_request(_wired(request, url, last, share, exchange))


def _parsed(text: str) -> httpx.URL:
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, UnicodeError) as e:
        # Not httpx's words: they quote what stands at the port, which may be half a password.
        raise Permanent("the URL cannot be read; write https://host/path, with special characters percent-encoded") from e
    if url.scheme not in _PORTS:
        raise Forbidden(f"the URL's scheme is {url.scheme!r}; steps may use http and https")
    if not url.raw_host:
        raise Permanent(f"the URL names no host; write for example {url.scheme}://example.com/path")
    if url.port is not None and not 0 < url.port < 2**16:
        raise Permanent(f"{origin_of(url)} has a port that is none; ports are 1 to 65535")
    return url


def _host(url: httpx.URL) -> str:
    return url.raw_host.decode("ascii")


def _wired(request: HttpRequest, url: httpx.URL, address: Address, share: float, exchange: _Exchange) -> httpx.Request:
    """The request as the transport takes it: to an address, while Host header and certificate stay those of the name."""
    fields = sendable(request.headers)
    if url.userinfo and "authorization" not in fields:
        pair = f"{url.username}:{url.password}".encode()
        fields["authorization"] = f"Basic {base64.b64encode(pair).decode()}"
    fields = {"host": url.netloc.decode("ascii"), "user-agent": "promptops", "accept": "*/*", **fields, "accept-encoding": ENCODING}
    extensions: dict[str, Any] = {"trace": exchange.trace, "timeout": {"connect": share}}
    if _host(url) != str(address):
        extensions["sni_hostname"] = _host(url).rstrip(".")
    return httpx.Request(
        request.method,
        url.copy_with(host=str(address), userinfo=b""),
        headers=[(name.encode("ascii"), value.encode()) for name, value in fields.items()],
        content=request.body,
        extensions=extensions,
    )


def _cause(error: BaseException) -> str:
    """The words of the first error in the chain: httpx's own say only that a connection failed."""
    while (earlier := error.__cause__ or error.__context__) is not None:
        error = earlier
    if isinstance(error, OSError) and error.errno and not isinstance(error, ssl.SSLError):
        return os.strerror(error.errno)
    return str(error) or type(error).__name__
