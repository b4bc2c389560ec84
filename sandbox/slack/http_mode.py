"""The signed HTTP form: events as JSON, commands and interactions as forms, posted to the app's request URL on this machine."""

import json
from typing import Any
from urllib.parse import urlencode, urlsplit

import aiohttp

from sandbox.slack.clock import Clock, within
from sandbox.slack.delivery import ACK_SECONDS, Acked, Answer, Delivery, NotAcked
from sandbox.slack.errors import RefusedError
from sandbox.slack.ids import Ids
from sandbox.slack.signing import signed

Json = dict[str, Any]
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_AGENT = "Slackbot 1.0 (+https://api.slack.com/robots)"
_LARGEST_ANSWER = 1 << 20
_OK = 200


class HttpMode:
    """Posts to one request URL."""

    def __init__(self, url: str, secret: str, clock: Clock, ids: Ids) -> None:
        if urlsplit(url).hostname not in LOOPBACK or urlsplit(url).scheme != "http":
            raise RefusedError("not_loopback", f"a request URL must be http on this machine (127.0.0.1), not {url!r}")
        self.url = url
        self._secret = secret
        self._clock = clock
        self._ids = ids
        self._session = aiohttp.ClientSession(trust_env=False)

    async def verify(self) -> None:
        """The challenge by which Slack makes sure that a request URL belongs to the app."""
        challenge = self._ids.secret(20)
        body = json.dumps({"type": "url_verification", "challenge": challenge, "token": "verification-token"}).encode()
        answer = await self._post(body, "application/json", {})
        said = answer.payload.get("challenge") or answer.payload.get("text") if isinstance(answer, Acked) else None
        if said != challenge:
            raise RefusedError("challenge_failed", f"{self.url!r} did not answer the challenge: {answer}")

    async def attempt(self, delivery: Delivery, retry: int, reason: str) -> Answer:
        """Post once; 200 within three seconds is the acknowledgement, its body the payload."""
        form = "application/x-www-form-urlencoded"
        match delivery.kind:
            case "events_api":
                body, kind = json.dumps(delivery.payload).encode(), "application/json"
            case "slash_commands":
                body, kind = urlencode(delivery.payload).encode(), form
            case "interactive":
                body, kind = urlencode({"payload": json.dumps(delivery.payload)}).encode(), form
        headers = {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": reason} if retry else {}
        answer = await self._post(body, kind, headers)
        return answer if delivery.answerable or isinstance(answer, NotAcked) else Acked({})

    async def close(self) -> None:
        """Drop the connections."""
        await self._session.close()

    async def _post(self, body: bytes, kind: str, headers: dict[str, str]) -> Answer:
        stamp = signed(self._secret, int(self._clock.now()), body)
        sent = {"Content-Type": kind, "User-Agent": _AGENT, **stamp, **headers}
        try:
            async with (
                within(self._clock, ACK_SECONDS),
                self._session.post(self.url, data=body, headers=sent, allow_redirects=False) as response,
            ):
                text = (await response.content.read(_LARGEST_ANSWER)).decode("utf-8", "replace")
        except TimeoutError:
            return NotAcked("http_timeout")
        except aiohttp.ClientError:
            return NotAcked("connection_failed")
        if response.status != _OK:
            return NotAcked("http_error", again=response.headers.get("X-Slack-No-Retry") != "1")
        return Acked(_payload(text))


def _payload(text: str) -> Json:
    if not text.strip():
        return {}
    try:
        payload = json.loads(text)
    except ValueError:
        return {"text": text}
    return payload if isinstance(payload, dict) else {}
