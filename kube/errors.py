"""The API's refusals and the network's faults, in the words of `steps.errors`. Translated here once, nowhere else.

    steps.errors.Temporary
    └── Expired           a watch or list position is too old (410): list again       caught by `kube.watching`
    steps.errors.Conflict
    └── Outdated          the object changed since it was read (409)                  caught by `kube.proposal`

Which fault is temporary follows the API conventions: 429 and 5xx pass by themselves, 4xx do not.
"""

import json
import re
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import aiohttp

from steps.errors import Conflict, Forbidden, Invalid, NotFound, Permanent, StepError, Temporary, Unreachable

UNPROCESSABLE = 422  # HTTPStatus renamed its member in 3.13; the number did not change
_SERVER_FAULTS = 500
_NO_SUCH_PATH = "404 page not found"  # what an API server says, as plain text, of a group that it does not serve
_MISTYPED = "failed to create typed patch object"  # a field that the kind does not have; real servers answer 500 to it
_LONGEST = 1500  # characters of a server's message; a failing admission webhook may answer with a page of HTML
_WEBHOOK = re.compile(r'admission webhook "(?P<name>[^"]+)" denied the request:? ?(?P<why>.*)', re.DOTALL)
_OWNER = re.compile(r'conflict with "(?P<name>[^"]+)"')


class Expired(Temporary):
    """A watch or a list continued from a position that the server no longer has."""


class Outdated(Conflict):
    """A precondition (resourceVersion or uid) no longer holds."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What was tried, for messages: `verb` on `what` (an object or a kind) in cluster `cluster` at `server` as `user`."""

    cluster: str
    server: str
    user: str
    verb: str
    what: str

    def __str__(self) -> str:
        return f"cluster {self.cluster!r}: cannot {self.verb} {self.what}"


def refusal(status: int, body: str, headers: Mapping[str, str], attempt: Attempt) -> StepError:
    """The error for an answer that is not a success; `body` is a metav1.Status where the API server itself answered."""
    answer = _status_of(body)
    message = _message(answer, body)
    causes = [cause for cause in (answer.get("details") or {}).get("causes") or [] if isinstance(cause, dict)]
    if denied := _WEBHOOK.search(message):
        why = denied["why"].strip() or "it gives no reason"
        return Invalid(f"{attempt}: admission webhook {denied['name']!r} denied it: {why}")
    if _MISTYPED in message:
        return Invalid(f"{attempt}: {message}")
    match status:
        # A 404 of something in between must not pass for "there is no such object": that is what deletes and first applies rest on.
        case HTTPStatus.NOT_FOUND if answer or body.strip() == _NO_SUCH_PATH:
            return NotFound(f"{attempt}: {message}")
        case HTTPStatus.UNAUTHORIZED:
            return Permanent(
                f"{attempt}: {attempt.server} does not accept the credentials of {attempt.user!r} ({message}); "
                f"log in again or renew them in the kubeconfig"
            )
        case HTTPStatus.FORBIDDEN:
            return Forbidden(f"{attempt} as {attempt.user!r}: {message}; ask whoever administers the cluster for that permission")
        case HTTPStatus.CONFLICT:
            return _conflict(causes, message, attempt)
        case HTTPStatus.GONE:
            return Expired(f"{attempt}: {message}")
        case HTTPStatus.TOO_MANY_REQUESTS:
            after = headers.get("Retry-After", "")
            return Temporary(f"{attempt}: the server is throttling{f' (try again in {after} s)' if after else ''}: {message}")
        case code if code == UNPROCESSABLE:
            return Invalid(f"{attempt}: {_fields(causes) or message}")
        case HTTPStatus.BAD_REQUEST | HTTPStatus.REQUEST_ENTITY_TOO_LARGE | HTTPStatus.UNSUPPORTED_MEDIA_TYPE:
            return Invalid(f"{attempt}: the server does not take the request ({status}): {message}")
        case code if code >= _SERVER_FAULTS:
            return Temporary(f"{attempt}: the server failed ({status}): {message}")
        case _:
            return Permanent(f"{attempt}: {attempt.server} answered {status}: {message}; is that a Kubernetes API?")


def unreachable(error: Exception, attempt: Attempt) -> StepError:
    """The error for no answer at all, with which part of the way was missing."""
    place = f"{attempt}: {attempt.server}"
    match error:
        case aiohttp.InvalidURL():
            return Permanent(f"{place} is not a URL; correct `server` in the kubeconfig")
        case aiohttp.ClientConnectorDNSError():
            return Unreachable(f"{place} does not resolve (DNS): {_words(error)}; is the name right, and the VPN up?")
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientSSLError() | ssl.SSLError():
            return Unreachable(f"{place} does not pass the TLS checks: {_words(error)}; check certificate-authority-data and the clock")
        case aiohttp.ClientConnectorError():
            return Unreachable(f"{place} does not accept connections (TCP): {_words(error)}; is the cluster running?")
        case TimeoutError():
            return Unreachable(f"{place} did not answer in time; it may be overloaded, or a firewall drops the packets")
        case _:
            return Unreachable(f"{place} dropped the connection: {_words(error)}")


def _conflict(causes: Iterable[Mapping[str, Any]], message: str, attempt: Attempt) -> Conflict:
    fields: dict[str, list[str]] = {}
    for cause in causes:
        if cause.get("reason") == "FieldManagerConflict":
            found = _OWNER.search(str(cause.get("message", "")))
            fields.setdefault(found["name"] if found else str(cause.get("message")), []).append(str(cause.get("field", "")))
    if not fields:
        return Outdated(f"{attempt}: {message}")
    owners = "; ".join(f"{owner!r} owns {', '.join(paths)}" for owner, paths in sorted(fields.items()))
    return Conflict(f"{attempt}: other managers set the same fields: {owners}; let one of the two manage each field, or force the apply")


def _fields(causes: Iterable[Mapping[str, Any]]) -> str:
    return "; ".join(f"{cause.get('field') or 'object'}: {cause.get('message', cause.get('reason', 'invalid'))}" for cause in causes)


def _status_of(body: str) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) and answer.get("kind") == "Status" else {}


def _message(answer: Mapping[str, Any], body: str) -> str:
    text = str(answer.get("message") or answer.get("reason") or "") or " ".join(body.split()) or "no reason given"
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def _words(error: Exception) -> str:
    inner = getattr(error, "certificate_error", None) or getattr(error, "os_error", None) or error
    return getattr(inner, "strerror", None) or str(inner) or type(inner).__name__
