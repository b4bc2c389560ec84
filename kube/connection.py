"""One connection to one API server: a request in, a decoded answer or an error of `steps.errors` out.

Bodies are dicts: the library's typed models reject answers that a real server may well give. What to ask is decided by the callers.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Self

import aiohttp
from kubernetes.aio.client import ApiException

from kube.configuration import ClusterSettings, Opened, open_client
from kube.errors import Attempt, refusal, unreachable
from steps.model.objects import Object

JSON = "application/json"
APPLY = "application/apply-patch+yaml"
CONNECT_SECONDS = 10.0
RENEW_SECONDS = 30.0  # between two looks for newer credentials: a login program may be slow, or ask a person
AT_ONCE = 64  # requests in flight; an API server throttles beyond some hundreds, and each costs a socket
_OK = range(200, 300)

Query = Sequence[tuple[str, str]]


class Connection:
    """An API server as one identity; `server` is its URL, `user` who acts as far as the kubeconfig tells."""

    def __init__(self, settings: ClusterSettings, opened: Opened) -> None:
        self.name = settings.name
        self.server = opened.server
        self.user = opened.user
        self.namespace = opened.namespace
        self._client = opened.client
        self._settings = settings
        self._renewing = asyncio.Lock()
        self._renewed_at = asyncio.get_running_loop().time()
        self._limits = aiohttp.ClientTimeout(total=settings.timeout, sock_connect=CONNECT_SECONDS)
        self._slots = asyncio.Semaphore(AT_ONCE)

    @classmethod
    async def open(cls, settings: ClusterSettings) -> Self:
        """A connection by a kubeconfig; nothing is sent yet. The caller closes it."""
        return cls(settings, await open_client(settings))

    async def close(self) -> None:
        """Close the sockets."""
        await self._client.close()

    def attempt(self, verb: str, what: str) -> Attempt:
        """What is tried, for messages."""
        return Attempt(self.name, self.server, self.user, verb, what)

    async def request(
        self, method: str, path: str, attempt: Attempt, *, query: Query = (), body: Object | None = None, content_type: str = JSON
    ) -> Object:
        """The decoded answer. Raises what `kube.errors` makes of refusals and faults."""
        text = await self.text(method, path, attempt, query=query, body=body, content_type=content_type)
        try:
            answer = json.loads(text)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise refusal(HTTPStatus.OK, text, {}, attempt)
        return answer

    async def text(
        self, method: str, path: str, attempt: Attempt, *, query: Query = (), body: Object | None = None, content_type: str = JSON
    ) -> str:
        """The answer as it came, decoded with replacement: logs may hold any bytes."""
        exchange = self._exchange(method, path, attempt, self._limits, query=query, body=body, content_type=content_type)
        async with self._slots, exchange as response:
            return (await response.read()).decode(errors="replace")

    @asynccontextmanager
    async def lines(
        self, path: str, attempt: Attempt, *, query: Query, limits: aiohttp.ClientTimeout
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        """A streamed answer, line by line; the socket closes with the context."""
        async with self._exchange("GET", path, attempt, limits, query=query) as response:
            yield _split(response.content)

    @asynccontextmanager
    async def _exchange(
        self,
        method: str,
        path: str,
        attempt: Attempt,
        limits: aiohttp.ClientTimeout,
        *,
        query: Query,
        body: Object | None = None,
        content_type: str = JSON,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        async def send() -> aiohttp.ClientResponse:
            headers = {"Accept": f"{JSON}, */*", "Content-Type": content_type}
            serialized = await self._client.param_serialize(
                method, path, query_params=list(query), header_params=headers, body=body, auth_settings=["BearerToken"]
            )
            answer: aiohttp.ClientResponse = (await self._client.call_api(*serialized, _request_timeout=limits)).response
            return answer

        try:
            used = self._client.configuration.api_key
            response = await send()
            if response.status == HTTPStatus.UNAUTHORIZED and await self._renew(used):
                response.close()
                response = await send()
            try:
                if response.status not in _OK:
                    text = (await response.read()).decode(errors="replace")
                    raise refusal(response.status, text, response.headers, attempt)
                yield response
            finally:
                # A watch is left in the middle: `close` drops its socket, where `release` would wait for the rest.
                # After a body was read to its end the socket is back in the pool already, and this does nothing.
                response.close()
        except ApiException as error:
            raise refusal(int(error.status or 0), str(error.body or error.reason), {}, attempt) from error
        except (aiohttp.ClientError, OSError) as error:  # TimeoutError is an OSError
            raise unreachable(error, attempt) from error

    async def _renew(self, refused: Mapping[str, str]) -> bool:
        """Load the credentials again, as tokens of login programs end after minutes; whether there are others than the refused ones."""
        async with self._renewing:
            configuration, now = self._client.configuration, asyncio.get_running_loop().time()
            if configuration.api_key == refused and now - self._renewed_at >= RENEW_SECONDS:
                self._renewed_at = now
                opened = await open_client(self._settings)
                await opened.client.close()
                configuration.api_key = opened.client.configuration.api_key
            return bool(configuration.api_key != refused)


async def _split(content: aiohttp.StreamReader) -> AsyncIterator[bytes]:
    # StreamReader's own line iterator refuses lines longer than its buffer, and an object may be longer.
    rest = b""
    async for chunk in content.iter_any():
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield line
    if rest.strip():
        yield rest
