"""What the API's refusals and the network's faults become."""

import json
import socket
from typing import Any

import aiohttp
import pytest
from aiohttp.client_reqrep import ConnectionKey

from kube.errors import Attempt, Expired, Outdated, refusal, unreachable
from steps.errors import Conflict, Forbidden, Invalid, NotFound, Permanent, StepError, Temporary, Unreachable

ATTEMPT = Attempt("prod", "https://10.0.0.1:6443", "jane", "apply", "Deployment default/web")
KEY = ConnectionKey("10.0.0.1", 6443, is_ssl=True, ssl=True, proxy=None, proxy_auth=None, proxy_headers_hash=None)


def status(message: str, *causes: dict[str, str], reason: str = "") -> str:
    return json.dumps({"kind": "Status", "message": message, "reason": reason, "details": {"causes": list(causes)}})


OWNED = {"reason": "FieldManagerConflict", "message": 'conflict with "kubectl-edit" using apps/v1', "field": ".spec.replicas"}
OWNED_TOO = {"reason": "FieldManagerConflict", "message": 'conflict with "argocd"', "field": ".spec.paused"}

REFUSALS: list[tuple[int, str, type[StepError], str]] = [
    (404, status('deployments.apps "web" not found'), NotFound, 'deployments.apps "web" not found'),
    (404, "404 page not found\n", NotFound, "404 page not found"),
    (404, "<html>nginx</html>", Permanent, "answered 404: <html>nginx</html>; is that a Kubernetes API?"),
    (401, status("Unauthorized"), Permanent, "does not accept the credentials of 'jane' (Unauthorized); log in again"),
    (403, status('User "jane" cannot patch resource "deployments"'), Forbidden, "as 'jane': User \"jane\" cannot patch resource"),
    (403, status('admission webhook "no.latest" denied the request: tag latest'), Invalid,
     "admission webhook 'no.latest' denied it: tag latest"),
    (400, status('admission webhook "quiet" denied the request'), Invalid, "admission webhook 'quiet' denied it: it gives no reason"),
    (409, status("conflicts", OWNED, OWNED_TOO), Conflict, "'argocd' owns .spec.paused; 'kubectl-edit' owns .spec.replicas"),
    (409, status("the object has been modified"), Outdated, "the object has been modified"),
    (422, status("is invalid", {"field": "spec.replicas", "message": "must be >= 0"}), Invalid, "spec.replicas: must be >= 0"),
    (422, status("denied by ValidatingAdmissionPolicy 'x'"), Invalid, "ValidatingAdmissionPolicy 'x'"),
    (410, status("too old resource version"), Expired, "too old resource version"),
    (429, status("slow down"), Temporary, "throttling (try again in 7 s): slow down"),
    (413, status("too large"), Invalid, "(413): too large"),
    (500, status("etcd leader changed"), Temporary, "the server failed (500): etcd leader changed"),
    (500, status("failed to create typed patch object (default/web; apps/v1): .spec.replica: field not declared in schema"), Invalid,
     ".spec.replica: field not declared in schema"),
    (503, "<html>\n<b>no upstream</b>", Temporary, "<html> <b>no upstream</b>"),
    (405, "", Permanent, "answered 405: no reason given; is that a Kubernetes API?"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "body", "kind", "words"), REFUSALS)
def test_a_refusal_becomes_the_error_that_says_what_to_do(code: int, body: str, kind: type[StepError], words: str) -> None:
    error = refusal(code, body, {"Retry-After": "7"}, ATTEMPT)
    assert type(error) is kind
    assert error.message.startswith("cluster 'prod': cannot apply Deployment default/web")
    assert words in error.message


def test_a_page_of_html_is_cut() -> None:
    assert len(refusal(502, "x" * 100_000, {}, ATTEMPT).message) < 2000


FAULTS: list[tuple[Exception, type[StepError], str]] = [
    (aiohttp.ClientConnectorDNSError(KEY, socket.gaierror(-2, "Name or service not known")), Unreachable,
     "does not resolve (DNS): Name or service"),
    (aiohttp.ClientConnectorError(KEY, ConnectionRefusedError(111, "Connection refused")), Unreachable, "(TCP): Connection refused"),
    (aiohttp.ClientConnectorCertificateError(KEY, ValueError("self-signed")), Unreachable, "TLS checks: self-signed"),
    (aiohttp.ConnectionTimeoutError(), Unreachable, "did not answer in time"),
    (TimeoutError(), Unreachable, "did not answer in time"),
    (aiohttp.ServerDisconnectedError(), Unreachable, "dropped the connection: Server disconnected"),
    (aiohttp.ClientPayloadError("torn"), Unreachable, "dropped the connection: torn"),
    (aiohttp.InvalidUrlClientError("nonsense"), Permanent, "is not a URL"),
]  # fmt: skip


@pytest.mark.parametrize(("fault", "kind", "words"), FAULTS)
def test_no_answer_says_which_part_of_the_way_is_missing(fault: Any, kind: type[StepError], words: str) -> None:
    error = unreachable(fault, ATTEMPT)
    assert type(error) is kind
    assert "https://10.0.0.1:6443" in error.message
    assert words in error.message
