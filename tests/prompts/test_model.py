"""The chat client against the scripted server, over loopback."""

import asyncio
import logging
from collections.abc import AsyncIterator

import httpx
import pytest

from prompts.model import ChatClient
from prompts.prompt import Message
from prompts.settings import Endpoint, ModelSettings
from sandbox.model import ModelServer, Reply, cut_short, garbage, rate_limited, refuse, say
from steps.errors import Permanent, StepError, Temporary, Unreachable
from steps.evidence import Usage

TOKEN = "sk-canary0123456789abcdef"
ASK = (Message("system", "be brief"), Message("user", "why?"))


@pytest.fixture
async def chat() -> AsyncIterator[ChatClient]:
    async with ChatClient() as client:
        yield client


async def test_a_completion_brings_text_usage_and_the_providers_json(chat: ChatClient) -> None:
    async with ModelServer(say("because"), token=TOKEN) as server:
        reply = await chat.chat(Endpoint(server.url, "gpt-4o-mini", TOKEN), ASK, 5)
    assert (reply.text, reply.usage) == ("because", Usage("gpt-4o-mini", 3, 1, None))
    assert reply.response["choices"][0]["message"]["content"] == "because"
    assert [item.body for item in server.asked] == [
        {"model": "gpt-4o-mini", "messages": [{"role": "system", "content": "be brief"}, {"role": "user", "content": "why?"}]}
    ]


async def test_without_a_token_none_is_sent(chat: ChatClient) -> None:
    async with ModelServer(say("yes")) as server:
        await chat.chat(Endpoint(server.url, "local"), ASK, 5)
    assert server.asked[0].authorization == ""


FAULTS: dict[str, tuple[Reply, type[StepError], str]] = {
    "bad request": (refuse(400, "no such model"), Permanent, "400: failed to request: no such model"),
    "forbidden": (refuse(403, "country not supported"), Permanent, "403: failed to request: country not supported"),
    "rate limit": (rate_limited(7), Temporary, "429: failed to request: Rate limit reached, slow down."),
    "server error": (refuse(500, "try later"), Temporary, "500: failed to request: try later"),
    "HTML error": (garbage(b"<html>\n bad gateway </html>", status=502), Temporary, "502: failed to request: <html> bad gateway </html>"),
    "empty error": (garbage(b"", status=503), Temporary, "503: failed to request: Service Unavailable"),
    "text error": (garbage(b'{"error": "model is loading"}', status=503), Temporary, "503: failed to request: model is loading"),
    "odd error": (garbage(b'{"error": {"message": 7}, "detail": "nope"}', status=422), Permanent, "422: failed to request: nope"),
    "not JSON": (garbage(b"hello"), Temporary, "the model at '127.0.0.1' answered 200 with something that is not a JSON object"),
    "NaN": (garbage(b'{"a": NaN}'), Temporary, "the model at '127.0.0.1' answered 200 with something that is not a JSON object"),
    "no choices": (garbage(b'{"choices": []}'), Permanent, "the model 'm' answered without text"),
    "refused": (
        garbage(b'{"choices": [{"message": {"content": null}, "finish_reason": "content_filter"}]}'),
        Permanent,
        "the model 'm' answered without text (finish reason 'content_filter')",
    ),
    "too large": (say("x" * 5000), Permanent, "the model at '127.0.0.1' answered with more than 4096 bytes; it was not read"),
}


@pytest.mark.parametrize("name", FAULTS)
async def test_an_error_carries_the_status_and_the_providers_words(name: str) -> None:
    reply, kind, message = FAULTS[name]
    async with ChatClient(most_bytes=4096) as chat, ModelServer(reply) as server:
        with pytest.raises(StepError) as caught:
            await chat.chat(Endpoint(server.url, "m", TOKEN), ASK, 5)
    assert (type(caught.value), caught.value.message) == (kind, message)


async def test_a_wrong_token_fails_with_401_and_is_not_shown(chat: ChatClient, caplog: pytest.LogCaptureFixture) -> None:
    endpoint = Endpoint("", "m", TOKEN)
    with caplog.at_level(logging.DEBUG):
        async with ModelServer(refuse(401, f"Incorrect API key provided: {TOKEN}.")) as server:
            endpoint = Endpoint(server.url, "m", TOKEN)
            with pytest.raises(Permanent) as caught:
                await chat.chat(endpoint, ASK, 5)
    assert caught.value.message == "401: failed to request: Incorrect API key provided: [redacted]."
    seen = f"{caught.value!r} {caught.value.values} {endpoint!r} {ModelSettings(token=TOKEN)!r} {caplog.text} {server.asked!r}"
    assert "canary" not in seen


async def test_a_redirect_is_not_followed(chat: ChatClient) -> None:
    async with ModelServer(say("stolen")) as other, ModelServer(Reply(status=307, body=b"", headers=(("Location", other.url),))) as server:
        with pytest.raises(Permanent, match=r"307: failed to request: '127\.0\.0\.1' answered with a redirect, which is not followed"):
            await chat.chat(Endpoint(server.url, "m", TOKEN), ASK, 5)
    assert other.asked == []


async def test_an_answer_that_comes_too_late_is_not_waited_for(chat: ChatClient) -> None:
    async with ModelServer(say("late", delay=60)) as server:
        with pytest.raises(Unreachable, match=r"the model at '127\.0\.0\.1' did not answer within 200ms"):
            await chat.chat(Endpoint(server.url, "m"), ASK, 0.2)


async def test_a_connection_that_breaks_in_the_middle_may_be_tried_again(chat: ChatClient) -> None:
    async with ModelServer(cut_short()) as server:
        with pytest.raises(Unreachable, match="cannot be reached: the connection broke"):
            await chat.chat(Endpoint(server.url, "m"), ASK, 5)


async def test_nobody_listening_is_said(chat: ChatClient) -> None:
    async with ModelServer() as server:
        gone = server.url
    with pytest.raises(Unreachable, match=r"the model at '127\.0\.0\.1' cannot be reached: no connection"):
        await chat.chat(Endpoint(gone, "m"), ASK, 5)


@pytest.mark.parametrize("url", ["ftp://example.com/v1", "//nowhere", "http://[broken/v1"])
async def test_a_url_that_cannot_be_used_names_the_setting(chat: ChatClient, url: str) -> None:
    with pytest.raises(Permanent, match="correct PROMPTOPS_MODEL_URL"):
        await chat.chat(Endpoint(url, "m"), ASK, 5)


@pytest.mark.parametrize("token", ["two words", "new\nline", "schlüssel"])
async def test_a_token_that_no_header_can_carry_is_refused_without_showing_it(chat: ChatClient, token: str) -> None:
    with pytest.raises(Permanent, match="holds characters that no HTTP header can carry") as caught:
        await chat.chat(Endpoint("http://127.0.0.1:1/v1", "m", token), ASK, 5)
    assert token not in caught.value.message


async def test_a_price_is_only_named_where_it_is_known() -> None:
    async def answer(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0)
        usage = {"prompt_tokens": 1_000_000, "completion_tokens": 100_000}
        return httpx.Response(200, json={"model": "gpt-4o-mini-2024-07-18", "choices": [{"message": {"content": "yes"}}], "usage": usage})

    async with ChatClient(transport=httpx.MockTransport(answer)) as chat:
        priced = await chat.chat(Endpoint("https://api.openai.com/v1", "gpt-4o-mini", TOKEN), ASK, 5)
        elsewhere = await chat.chat(Endpoint("https://llm.example/v1", "gpt-4o-mini", TOKEN), ASK, 5)
    assert priced.usage.cost == pytest.approx(0.21)
    assert elsewhere.usage.cost is None
