"""The `request` step type, with scripted HTTP."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from steps.builtin.request import Request, masked, request
from steps.errors import NotFound, Permanent, Unreachable
from steps.model.outcome import Failed, Outcome, Succeeded
from steps.ports import HttpRequest, HttpResponse
from tests.fakes.context import step_context
from tests.fakes.http import FakeHttp, json_answer

URL = "https://user:canary@api.example/v1/things?token=canary&page=2"
SHOWN = "https://api.example/v1/things?token=***&page=***"
JSON = {"content-type": "application/json"}


async def run(http: FakeHttp, properties: dict[str, Any], **context: Any) -> Outcome:
    return await request(step_context(http=http, **context), Request.model_validate({"url": URL, **properties}))


def returned(status: int, body: str, header: dict[str, list[str]]) -> dict[str, Any]:
    returns = {"body": body, "statusCode": status, "header": header}
    return {**returns, "$returns": returns}


async def test_a_json_answer_is_parsed_and_the_whole_exchange_is_readable() -> None:
    http = FakeHttp([HttpResponse(200, {"content-type": "application/json", "x-request-id": "7"}, '{"ready": true}')])
    assert await run(http, {}) == Succeeded(
        {
            "response": {"ready": True},
            "req": returned(200, '{"ready": true}', {"Content-Type": ["application/json"], "X-Request-Id": ["7"]}),
        }
    )
    assert http.requests == [HttpRequest("GET", URL, JSON)]


async def test_method_body_and_headers_are_sent() -> None:
    http = FakeHttp([json_answer("[]")])
    await run(
        http,
        {
            "method": "POST",
            "body": {"name": "grün", "n": 1},
            "header": {"Content-Type": "application/merge-patch+json", "X-Trace": "1"},
            "headersFromSecret": [{"header": "Authorization", "secret": "api", "key": "token"}],
        },
        secrets={("api", "token"): "Bearer canary\n"},
    )
    sent = http.requests[0]
    assert (sent.method, json.loads(sent.body)) == ("POST", {"name": "grün", "n": 1})
    assert sent.headers == {"content-type": "application/merge-patch+json", "x-trace": "1", "authorization": "Bearer canary"}


async def test_a_secret_that_is_missing_stops_the_step_before_anything_is_sent() -> None:
    http = FakeHttp()
    with pytest.raises(NotFound):
        await run(http, {"headersFromSecret": [{"header": "Authorization", "secret": "api", "key": "token"}]})
    assert http.requests == []


@pytest.mark.parametrize("status", [200, 204, 304])
async def test_an_empty_answer_succeeds_with_null(status: int) -> None:
    assert await run(FakeHttp([HttpResponse(status, {}, "")]), {}) == Succeeded({"response": None, "req": returned(status, "", {})})


@pytest.mark.parametrize(
    ("status", "body", "message", "response"),
    [
        (400, '{"error": "no"}', f'request to {SHOWN} failed: 400: \'{{"error": "no"}}\'', {"error": "no"}),
        (503, "<p>\n  try\n later</p>", f"request to {SHOWN} failed: 503: '<p> try later</p>'", None),
        (404, "", f"request to {SHOWN} failed: 404", None),
    ],
)
async def test_a_status_of_400_or_more_fails_and_leaves_the_answer_readable(status: int, body: str, message: str, response: object) -> None:
    outcome = await run(FakeHttp([json_answer(body, status)]), {})
    assert outcome == Failed(message, values={"response": response, "req": returned(status, body, {"Content-Type": ["application/json"]})})


@pytest.mark.parametrize("body", ["<html>" + "x" * 1000, "NaN", "[" * 100_000, "1" * 5000, "{} {}"])
async def test_an_answer_that_is_not_json_fails_saying_what_it_is(body: str) -> None:
    with pytest.raises(Permanent) as caught:
        await run(FakeHttp([HttpResponse(200, {"content-type": "text/html"}, body)]), {})
    excerpt = body if len(body) <= 200 else f"{body[:200]}…"
    assert caught.value.message == f"{SHOWN} answered 200 with text/html, not with JSON: {excerpt!r}"
    assert caught.value.values == {"req": returned(200, body, {"Content-Type": ["text/html"]})}


async def test_half_a_surrogate_pair_does_not_reach_the_journal() -> None:
    outcome = await run(FakeHttp([HttpResponse(200, {}, '["\\ud800", "\\uD83D\\uDE00", "\\\\ud800"]')]), {})
    assert isinstance(outcome, Succeeded)
    assert outcome.values["response"] == ["\ufffd", "\U0001f600", "\\ud800"]


async def test_a_body_that_json_cannot_carry_is_refused_before_anything_is_sent() -> None:
    http = FakeHttp()
    with pytest.raises(Permanent, match=r"parameter 'body' has a number that JSON cannot carry"):
        await run(http, {"method": "POST", "body": {"n": float("nan")}})
    assert http.requests == []


async def test_which_fault_is_worth_another_try_is_for_the_port_to_say() -> None:
    with pytest.raises(Unreachable):
        await run(FakeHttp([Unreachable("DNS: …")]), {})
    with pytest.raises(Permanent):
        await run(FakeHttp([Permanent("the POST may have been carried out")]), {"method": "POST"})


async def test_progress_shows_the_url_without_its_secrets() -> None:
    ctx = step_context(http=FakeHttp([json_answer("{}")]))
    await request(ctx, Request.model_validate({"url": URL}))
    assert ctx.progressed == [f"GET {SHOWN}"]


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://api.example/a@b?plain", "https://api.example/a@b?***"),
        ("https://api.example/#token=canary", "https://api.example/"),
        ("https://user:half/canary@api.example/", "the URL"),
        ("https://[oops/", "the URL"),
    ],
)
def test_what_people_see_of_a_url(url: str, shown: str) -> None:
    assert masked(url) == shown


@pytest.mark.parametrize(
    "properties",
    [
        {},
        {"url": ""},
        {"url": URL, "method": "get"},
        {"url": URL, "body": "text"},
        {"url": URL, "header": {"X": 1}},
        {"url": URL, "headers": {}},
        {"url": URL, "headersFromSecret": [{"header": "X", "secret": "s"}]},
    ],
)
def test_wrong_parameters_are_refused(properties: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Request.model_validate(properties)


def test_header_values_do_not_show_in_the_parameters() -> None:
    assert "canary" not in repr(Request.model_validate({"url": "https://api.example", "header": {"X": "canary"}}))


def test_a_request_caught_in_the_middle_is_not_repeated_unasked() -> None:
    assert not request.repeatable
