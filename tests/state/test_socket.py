import asyncio
import json
import os
import socket as sockets
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest
from blockbuster import BlockBuster

from state import socket
from state.errors import NoOwner, OwnerLost, OwnerRefused, StateError
from state.folder import Folder
from state.socket import Limits, ask, serve
from steps.errors import AlreadyRunning

USUAL = Limits()


async def echo(request: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
    for n in range(request.get("times", 1)):
        yield {"n": n, "text": request["text"]}


async def _answers(folder: Folder, request: dict[str, Any], limits: Limits = USUAL) -> list[dict[str, Any]]:
    return [reply async for reply in ask(folder, request, limits)]


async def _raw(folder: Folder, sent: bytes) -> Any:
    reader, writer = await asyncio.open_unix_connection(str(folder.socket))
    writer.write(sent)
    received = await reader.read()
    writer.close()
    return json.loads(received)


async def test_the_owner_answers_with_a_stream(folder: Folder, unblocked: BlockBuster) -> None:
    async with serve(folder, echo):
        assert folder.socket.stat().st_mode & 0o777 == 0o600
        assert await _answers(folder, {"text": "é\n", "times": 3}) == [{"n": n, "text": "é\n"} for n in range(3)]
        assert await _answers(folder, {"text": "", "times": 0}) == []
        many = await asyncio.gather(*(_answers(folder, {"text": str(n), "times": 20}) for n in range(50)))
        assert [[reply["text"] for reply in replies] for replies in many] == [[str(n)] * 20 for n in range(50)]
    assert not folder.socket.exists()


async def test_without_an_owner_the_client_knows_at_once(folder: Folder) -> None:
    with pytest.raises(NoOwner, match="state"):
        await _answers(folder, {"text": "x"})


async def test_a_socket_that_a_dead_owner_left_is_no_owner_and_is_replaced(folder: Folder) -> None:
    left = sockets.socket(sockets.AF_UNIX)
    left.bind(str(folder.socket))
    left.close()
    with pytest.raises(NoOwner):
        await _answers(folder, {"text": "x"})
    async with serve(folder, echo):
        assert await _answers(folder, {"text": "x"}) == [{"n": 0, "text": "x"}]


async def test_something_else_in_the_place_of_the_socket_is_not_removed(folder: Folder) -> None:
    folder.socket.write_text("mine")
    with pytest.raises(StateError, match="in the way"):
        async with serve(folder, echo):
            pass
    assert folder.socket.read_text() == "mine"


async def test_a_path_too_long_for_a_socket_address_works(tmp_path: Path) -> None:
    folder = Folder(tmp_path.joinpath(*["a-rather-long-name-of-a-folder"] * 5))
    await asyncio.to_thread(folder.prepare)
    async with serve(folder, echo):
        assert await _answers(folder, {"text": "x"}) == [{"n": 0, "text": "x"}]
    assert len(os.fsencode(folder.socket)) > 150


async def test_the_owners_refusals_reach_the_client_in_its_words(folder: Folder) -> None:
    async def refuse(request: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
        yield {"before": True}
        raise AlreadyRunning("w", "n", "c", "a1")

    async with serve(folder, refuse):
        replies = ask(folder, {})
        assert await anext(replies) == {"before": True}
        with pytest.raises(OwnerRefused, match="already running") as refused:
            await anext(replies)
    assert refused.value.kind == "AlreadyRunning"


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (b"hello\n", "not JSON"),
        (b"\xff\xfe\n", "not JSON"),
        (b"[1]\n", "one JSON object"),
        (b'{"protocol":2,"request":{}}\n', "version 1"),
        (b"x" * 2000 + b"\n", "longer than 1000"),
        (b'{"protocol":1', "no whole request"),
    ],
)
async def test_a_bad_request_is_told_so(folder: Folder, sent: bytes, words: str) -> None:
    async with serve(folder, echo, Limits(line=1000, request=0.1)):
        error = (await _raw(folder, sent))["error"]
        assert error["kind"] == "StateError"
        assert words in error["message"]
        assert await _answers(folder, {"text": "still there"}) == [{"n": 0, "text": "still there"}]


async def test_a_reply_that_is_too_long_is_an_error_and_no_half_line(folder: Folder) -> None:
    async def talk(request: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
        yield {"text": "x" * 1000}

    async with serve(folder, talk, Limits(line=1000)):
        with pytest.raises(OwnerRefused, match="limit of 1000"):
            await _answers(folder, {})
        with pytest.raises(StateError, match="the request has"):
            await _answers(folder, {"text": "x" * 1000}, Limits(line=1000))


async def test_a_slow_answer_is_kept_alive_and_a_silent_owner_is_given_up(folder: Folder) -> None:
    release = asyncio.Event()

    async def slow(request: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
        await release.wait()
        yield {}

    async def free() -> None:
        await asyncio.sleep(0.3)
        release.set()

    async with serve(folder, slow, Limits(alive=0.02)), asyncio.TaskGroup() as group:
        group.create_task(free())
        assert await _answers(folder, {}, Limits(silence=0.15)) == [{}]
    release.clear()
    async with serve(folder, slow, Limits(alive=60)):
        with pytest.raises(OwnerLost, match=r"nothing for 0\.05 s"):
            await _answers(folder, {}, Limits(silence=0.05))


async def test_a_client_that_leaves_ends_its_handler(folder: Folder) -> None:
    left = asyncio.Event()

    async def endless(request: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
        try:
            yield {"first": True}
            await asyncio.Event().wait()
        finally:
            left.set()

    async with serve(folder, endless):
        async with aclosing(ask(folder, {})) as replies:
            assert await anext(replies) == {"first": True}
        async with asyncio.timeout(5):
            await left.wait()


async def test_when_the_owner_stops_serving_its_clients_are_told(folder: Folder) -> None:
    async def endless(request: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
        yield {"first": True}
        await asyncio.Event().wait()

    replies = ask(folder, {})
    async with serve(folder, endless):
        assert await anext(replies) == {"first": True}
    with pytest.raises(OwnerLost, match="went away"):
        await anext(replies)


async def test_a_bug_in_the_handler_cuts_off_one_client_and_is_reported(folder: Folder) -> None:
    async def buggy(request: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
        if "bug" in request:
            raise ZeroDivisionError
        yield {}

    reported: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: reported.append(context))
    async with serve(folder, buggy):
        with pytest.raises(OwnerLost):
            await _answers(folder, {"bug": True})
        assert await _answers(folder, {}) == [{}]
    assert [type(context["exception"]) for context in reported] == [ExceptionGroup]


async def test_somebody_elses_process_is_refused(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    async with serve(folder, echo):
        me = os.geteuid()
        monkeypatch.setattr(os, "geteuid", lambda: me + 1)  # the kernel tells the other end's real id
        error = (await _raw(folder, b'{"protocol":1,"request":{"text":"x"}}\n'))["error"]
        assert f"user with id {me}" in error["message"]
        with pytest.raises(StateError, match="Do not trust"):
            await _answers(folder, {"text": "x"})


OWNER = """
import asyncio, os, pathlib, sys
from state.folder import Folder
from state.socket import serve
async def die(request):
    yield {"first": True}
    os.kill(os.getpid(), 9)
async def main():
    async with serve(Folder(pathlib.Path(sys.argv[1])), die):
        print("ready", flush=True)
        await asyncio.Event().wait()
asyncio.run(main())
"""


async def test_an_owner_killed_in_the_middle_is_an_error_and_no_end(folder: Folder) -> None:
    with subprocess.Popen([sys.executable, "-c", OWNER, str(folder.path)], stdout=subprocess.PIPE) as child:  # noqa: ASYNC220 - tests may block
        assert child.stdout
        assert await asyncio.to_thread(child.stdout.readline) == b"ready\n"
        replies = ask(folder, {})
        assert await anext(replies) == {"first": True}
        with pytest.raises(OwnerLost, match="in the middle"):
            await anext(replies)
    with pytest.raises(NoOwner):
        await _answers(folder, {})


def test_the_longest_address_fits() -> None:
    assert socket._LONGEST_ADDRESS < 104
