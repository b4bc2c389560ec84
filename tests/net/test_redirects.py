"""Where redirects lead."""

import httpx
import pytest

from net.redirects import redirected
from steps.errors import Forbidden, Permanent
from steps.ports import HttpRequest

HEADERS = {"authorization": "Bearer canary", "x-api-key": "canary", "accept": "text/plain", "content-type": "application/json"}
HERE = "https://a.example/start?q=1"


def follow(method: str, status: int, location: str | None) -> HttpRequest | None:
    return redirected(HttpRequest(method, HERE, HEADERS, b"{}"), httpx.URL(HERE), status, location)


@pytest.mark.parametrize(
    ("method", "status", "becomes"),
    [("POST", 301, "GET"), ("POST", 302, "GET"), ("PUT", 303, "GET"), ("GET", 302, "GET"), ("HEAD", 303, "HEAD"), ("DELETE", 301, "GET")],
)
def test_most_redirects_become_a_get_without_body(method: str, status: int, becomes: str) -> None:
    headers = {name: value for name, value in HEADERS.items() if name != "content-type"}
    assert follow(method, status, "/next") == HttpRequest(becomes, "https://a.example/next", headers)


@pytest.mark.parametrize("status", [307, 308])
def test_a_preserving_redirect_keeps_method_and_body(status: int) -> None:
    assert follow("POST", status, "next?x=2") == HttpRequest("POST", "https://a.example/next?x=2", HEADERS, b"{}")


@pytest.mark.parametrize("location", ["https://b.example/", "https://a.example:8443/", "//b.example/"])
def test_credentials_do_not_follow_to_another_origin(location: str) -> None:
    request = follow("POST", 307, location)
    assert request is not None
    assert request.headers == {"accept": "text/plain", "content-type": "application/json"}


def test_a_redirect_cannot_bring_credentials_of_its_own() -> None:
    request = follow("GET", 302, "https://user:canary@b.example/#part")
    assert request is not None
    assert request.url == "https://b.example/"


def test_a_redirect_from_encrypted_to_plain_is_refused() -> None:
    with pytest.raises(Forbidden, match=r"https://a\.example redirects \(302\) to http://a\.example, from encrypted to plain"):
        follow("GET", 302, "http://a.example/")


@pytest.mark.parametrize("location", ["https://[oops]/", "https://a.example:port/"])
def test_a_redirect_to_nonsense_is_an_error(location: str) -> None:
    with pytest.raises(Permanent, match="not a URL"):
        follow("GET", 302, location)


@pytest.mark.parametrize(("status", "location"), [(200, "/next"), (304, "/next"), (302, None), (302, "")])
def test_other_answers_are_no_redirects(status: int, location: str | None) -> None:
    assert follow("GET", status, location) is None
