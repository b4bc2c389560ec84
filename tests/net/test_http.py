"""HTTP for steps against a real server on loopback.

Faked: the names (a resolver that answers what the test says). Not faked: sockets, TLS, the client, the server.
"""

import gzip
from collections.abc import AsyncIterator, Mapping, Sequence

import pytest
from aiohttp import web

from net.addresses import Allowed
from net.body import TooLarge
from net.http import GuardedHttp
from steps.errors import Forbidden, Permanent, StepError, Unreachable
from steps.ports import HttpRequest, HttpResponse
from tests.fakes.resolver import FakeResolver
from tests.net.certificates import Certificates
from tests.net.server import Server

LOOPBACK = Allowed.parse([], ["127.0.0.0/8"])
NAMES: Mapping[str, Sequence[Sequence[str]]] = {"api.example": [["127.0.0.1"]], "other.example": [["127.0.0.1"]]}


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with Server() as running:
        yield running


@pytest.fixture
async def http() -> AsyncIterator[GuardedHttp]:
    async with GuardedHttp(LOOPBACK, resolve=FakeResolver(NAMES), largest=1000) as guarded:
        yield guarded


async def refusal(http: GuardedHttp, request: HttpRequest) -> StepError:
    with pytest.raises(StepError) as caught:
        await http.send(request)
    return caught.value


async def test_the_answer_comes_back_with_lower_case_headers(server: Server, http: GuardedHttp) -> None:
    server.answers["/hello"] = lambda _: web.Response(status=503, text="hellö", headers={"X-Trace": "1"})
    answer = await http.send(HttpRequest("GET", server.url("api.example", "/hello")))
    assert (answer.status, answer.body, answer.headers["x-trace"]) == (503, "hellö", "1")


async def test_method_headers_body_and_host_arrive_as_asked(server: Server, http: GuardedHttp) -> None:
    headers = {"X-Token": "grün", "Host": "forged.example", "Content-Length": "1", "Content-Type": "application/json"}
    await http.send(HttpRequest("POST", server.url("api.example", "/x?a=1"), headers, b'{"a":1}'))
    seen = server.requests[0]
    assert (seen.method, seen.path, seen.body) == ("POST", "/x?a=1", b'{"a":1}')
    assert seen.headers == {
        "host": f"api.example:{server.port}",
        "user-agent": "promptops",
        "accept": "*/*",
        "x-token": "grün",
        "content-type": "application/json",
        "accept-encoding": "gzip",
        "content-length": "7",
    }


async def test_user_and_password_of_the_url_become_an_authorization_header(server: Server, http: GuardedHttp) -> None:
    await http.send(HttpRequest("GET", server.url("user:p%40ss@api.example", "/")))
    assert server.requests[0].headers["authorization"] == "Basic dXNlcjpwQHNz"


async def test_cookies_are_neither_kept_nor_shown(server: Server, http: GuardedHttp) -> None:
    server.answers["/"] = lambda _: web.Response(headers={"Set-Cookie": "session=canary"})
    answer = await http.send(HttpRequest("GET", server.url("api.example", "/")))
    await http.send(HttpRequest("GET", server.url("api.example", "/")))
    assert "set-cookie" not in answer.headers
    assert all("cookie" not in request.headers for request in server.requests)


async def test_proxies_of_the_environment_are_not_used(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    async with GuardedHttp(LOOPBACK, resolve=FakeResolver(NAMES)) as http:
        assert (await http.send(HttpRequest("GET", server.url("api.example", "/")))).status == 200


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "[::ffff:127.0.0.1]"])
async def test_without_permission_loopback_is_refused_in_every_spelling(server: Server, host: str) -> None:
    async with GuardedHttp() as http:
        error = await refusal(http, HttpRequest("GET", server.url(host, "/")))
    assert isinstance(error, Forbidden)
    assert "a loopback address" in error.message
    assert server.requests == []


async def test_cluster_names_are_refused_without_asking_the_resolver() -> None:
    resolver = FakeResolver({})
    async with GuardedHttp(LOOPBACK, resolve=resolver) as http:
        error = await refusal(http, HttpRequest("GET", "https://kubernetes.default.svc/api"))
    assert isinstance(error, Forbidden)
    assert resolver.asked == []


@pytest.mark.parametrize("answers", [["93.184.216.34", "127.0.0.1"], ["127.0.0.1", "93.184.216.34"]])
async def test_one_refused_address_refuses_the_name(server: Server, answers: list[str]) -> None:
    async with GuardedHttp(resolve=FakeResolver({"mixed.example": [answers]})) as http:
        assert isinstance(await refusal(http, HttpRequest("GET", server.url("mixed.example", "/"))), Forbidden)
    assert server.requests == []


async def test_a_name_that_is_rebound_after_the_check_is_not_followed(server: Server) -> None:
    # 127.0.0.2 stands for the checked address (nothing listens there on this port), 127.0.0.1 for what the name turns into: by the
    # second answer, and for the machine's own resolver, which a client that connects by name would ask again.
    resolver = FakeResolver({"localhost": [["127.0.0.2"], ["127.0.0.1"]]})
    async with GuardedHttp(Allowed.parse([], ["127.0.0.2"]), resolve=resolver) as http:
        first = await refusal(http, HttpRequest("GET", server.url("localhost", "/")))
        second = await refusal(http, HttpRequest("GET", server.url("localhost", "/")))
    assert first.message == f"TCP: http://localhost:{server.port}: Connection refused"
    assert isinstance(second, Forbidden)
    assert resolver.asked == ["localhost", "localhost"]
    assert server.requests == []


async def test_the_next_address_is_tried_when_one_does_not_answer(server: Server) -> None:
    async with GuardedHttp(LOOPBACK, resolve=FakeResolver({"two.example": [["127.0.0.2", "127.0.0.1"]]})) as http:
        assert (await http.send(HttpRequest("GET", server.url("two.example", "/")))).status == 200


async def test_a_redirect_to_the_metadata_service_is_refused(server: Server, http: GuardedHttp) -> None:
    server.redirect("/", "http://169.254.169.254/latest/meta-data/")
    error = await refusal(http, HttpRequest("GET", server.url("api.example", "/")))
    assert isinstance(error, Forbidden)
    assert "'169.254.169.254' is at 169.254.169.254, a link-local or cloud metadata address" in error.message


async def test_a_name_is_resolved_and_checked_again_on_every_redirect(server: Server) -> None:
    server.redirect("/", server.url("api.example", "/next"))
    resolver = FakeResolver({"api.example": [["127.0.0.1"], ["10.0.0.1"]]})
    async with GuardedHttp(LOOPBACK, resolve=resolver) as http:
        assert isinstance(await refusal(http, HttpRequest("GET", server.url("api.example", "/"))), Forbidden)
    assert [request.path for request in server.requests] == ["/"]


async def test_a_redirect_to_another_scheme_is_refused(server: Server, http: GuardedHttp) -> None:
    server.redirect("/", "file:///etc/passwd")
    assert isinstance(await refusal(http, HttpRequest("GET", server.url("api.example", "/"))), Forbidden)


async def test_credentials_stay_with_the_host_they_were_given_for(server: Server, http: GuardedHttp) -> None:
    server.redirect("/", server.url("other.example", "/next"))
    answer = await http.send(HttpRequest("GET", server.url("user:canary@api.example", "/"), {"X-Api-Key": "canary"}))
    assert answer.status == 200
    assert "canary" in str(server.requests[0].headers)
    assert server.requests[1].headers["host"] == f"other.example:{server.port}"
    assert not {"authorization", "x-api-key"} & set(server.requests[1].headers)


async def test_redirects_end_after_five(server: Server, http: GuardedHttp) -> None:
    server.redirect("/", "/")
    error = await refusal(http, HttpRequest("GET", server.url("api.example", "/")))
    assert error.message == f"more than 5 redirects, the last one from http://api.example:{server.port}; ask for the final URL instead"
    assert len(server.requests) == 6


async def test_an_answer_of_the_largest_size_is_read_and_one_more_byte_is_refused(server: Server, http: GuardedHttp) -> None:
    server.answers["/fits"] = lambda _: web.Response(text="x" * 1000)
    server.answers["/large"] = lambda _: web.Response(text="x" * 1001)
    assert len((await http.send(HttpRequest("GET", server.url("api.example", "/fits")))).body) == 1000
    assert isinstance(await refusal(http, HttpRequest("GET", server.url("api.example", "/large"))), TooLarge)


async def test_a_packed_answer_is_unpacked_and_a_bomb_is_refused(server: Server, http: GuardedHttp) -> None:
    packed = {"Content-Encoding": "gzip"}
    server.answers["/fits"] = lambda _: web.Response(body=gzip.compress(b"x" * 1000), headers=packed)
    server.answers["/bomb"] = lambda _: web.Response(body=gzip.compress(b"x" * 500_000), headers=packed)
    assert (await http.send(HttpRequest("GET", server.url("api.example", "/fits")))).body == "x" * 1000
    assert isinstance(await refusal(http, HttpRequest("GET", server.url("api.example", "/bomb"))), TooLarge)


@pytest.mark.parametrize(
    ("coding", "body", "words"),
    [
        ("br", b"x", "is packed as 'br', though only gzip was offered"),
        ("gzip", b"plain text", "does not unpack"),
        ("gzip", gzip.compress(b"x" * 100, mtime=0)[:-9], "ends in the wrong place"),
        ("gzip", gzip.compress(b"x", mtime=0) + b"more", "ends in the wrong place"),
    ],
    ids=["unknown", "not gzip", "cut off", "too long"],
)
async def test_a_wrongly_packed_answer_is_an_error(server: Server, http: GuardedHttp, coding: str, body: bytes, words: str) -> None:
    server.answers["/"] = lambda _: web.Response(body=body, headers={"Content-Encoding": coding})
    assert words in (await refusal(http, HttpRequest("GET", server.url("api.example", "/")))).message


async def test_a_name_that_does_not_resolve_is_a_dns_fault(http: GuardedHttp) -> None:
    error = await refusal(http, HttpRequest("POST", "http://nowhere.example/"))
    assert isinstance(error, Unreachable)
    assert error.message.startswith("DNS: the name 'nowhere.example' cannot be resolved")


async def test_a_name_without_address_is_a_dns_fault() -> None:
    async with GuardedHttp(resolve=FakeResolver({"empty.example": [[]]})) as http:
        error = await refusal(http, HttpRequest("GET", "http://empty.example/"))
    assert error.message == "DNS: the name 'empty.example' has no address"


async def test_a_closed_port_is_a_tcp_fault_and_temporary_even_for_a_write(http: GuardedHttp, closed_port: int) -> None:
    error = await refusal(http, HttpRequest("POST", f"http://api.example:{closed_port}/path?token=canary"))
    assert isinstance(error, Unreachable)
    assert error.message == f"TCP: http://api.example:{closed_port}: Connection refused"


async def test_a_slow_answer_ends_at_the_timeout(server: Server, http: GuardedHttp) -> None:
    server.stall("/")
    error = await refusal(http, HttpRequest("GET", server.url("api.example", "/"), timeout=0.05))
    assert isinstance(error, Unreachable)
    assert error.message == f"HTTP: no answer from http://api.example:{server.port} within 50ms"


async def test_a_body_that_never_ends_ends_at_the_timeout(server: Server, http: GuardedHttp) -> None:
    server.stall("/", after=b"first bytes")
    assert isinstance(await refusal(http, HttpRequest("GET", server.url("api.example", "/"), timeout=0.05)), Unreachable)


async def test_a_write_that_may_have_arrived_is_not_repeated(server: Server, http: GuardedHttp) -> None:
    server.stall("/")
    error = await refusal(http, HttpRequest("POST", server.url("api.example", "/"), timeout=0.05))
    assert isinstance(error, Permanent)
    assert error.message.endswith("the POST may have been carried out, so it is not repeated: look there first, then restart the step")


async def test_a_write_that_redirected_into_nothing_is_not_repeated(server: Server, http: GuardedHttp, closed_port: int) -> None:
    server.redirect("/", f"http://api.example:{closed_port}/")
    error = await refusal(http, HttpRequest("POST", server.url("api.example", "/")))
    assert isinstance(error, Permanent)
    assert error.message.startswith("TCP: ")


@pytest.mark.parametrize(("method", "kind"), [("GET", Unreachable), ("PUT", Permanent)])
async def test_a_connection_cut_before_the_answer(server: Server, http: GuardedHttp, method: str, kind: type[StepError]) -> None:
    server.cut("/")
    error = await refusal(http, HttpRequest(method, server.url("api.example", "/")))
    assert type(error) is kind
    assert "Server disconnected" in error.message


async def test_the_certificate_must_be_of_the_name_and_not_of_the_address(certificates: Certificates) -> None:
    async with (
        Server(tls=certificates.server("api.example")) as server,
        GuardedHttp(LOOPBACK, resolve=FakeResolver(NAMES), tls=certificates.client()) as http,
    ):
        answer = await http.send(HttpRequest("GET", server.url("api.example", "/")))
        error = await refusal(http, HttpRequest("POST", server.url("other.example", "/")))
    assert answer == HttpResponse(200, answer.headers, "{}")
    assert isinstance(error, Unreachable)
    assert error.message.startswith(f"TLS: https://other.example:{server.port}: ")
    assert "Hostname mismatch" in error.message


async def test_an_unknown_authority_is_a_tls_fault(certificates: Certificates) -> None:
    async with Server(tls=certificates.server("api.example")) as server, GuardedHttp(LOOPBACK, resolve=FakeResolver(NAMES)) as http:
        error = await refusal(http, HttpRequest("GET", server.url("api.example", "/")))
    assert error.message.startswith("TLS: ")


@pytest.mark.parametrize(
    ("url", "kind", "words"),
    [
        ("ftp://api.example/", Forbidden, "scheme is 'ftp'; steps may use http and https"),
        ("unix:///var/run/docker.sock", Forbidden, "scheme is 'unix'"),
        ("api.example/path", Forbidden, "scheme is ''"),
        ("http://0177.0.0.1/", Permanent, "the URL cannot be read"),
        ("http:///path", Permanent, "names no host"),
        ("http://api.example:99999/", Permanent, "ports are 1 to 65535"),
        ("http://user:half/canary@api.example/", Permanent, "the URL cannot be read"),
        ("http://api.example/\n", Permanent, "the URL cannot be read"),
        ("http://\ud800.example/", Permanent, "the URL cannot be read"),
        (f"http://{'a' * 300}.example/", StepError, ""),
    ],
)
async def test_a_url_that_is_none_is_refused(http: GuardedHttp, url: str, kind: type[StepError], words: str) -> None:
    error = await refusal(http, HttpRequest("GET", url))
    assert isinstance(error, kind)
    assert words in error.message
    assert "half" not in error.message


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        ({"X Y": "1"}, "'X Y' is not an HTTP header name"),
        ({"": "1"}, "'' is not an HTTP header name"),
        ({"X-Token": "canary\r\nX-Evil: 1"}, "the value of header 'X-Token' has a line break"),
        ({"X-Token": "canary\0"}, "the value of header 'X-Token' has a line break"),
    ],
)
async def test_a_header_that_http_cannot_carry_is_named_without_its_value(http: GuardedHttp, headers: dict[str, str], words: str) -> None:
    error = await refusal(http, HttpRequest("GET", "http://api.example/", headers))
    assert words in error.message
    assert "canary" not in error.message
