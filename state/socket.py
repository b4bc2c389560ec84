"""The owner's Unix socket: other processes of the same person ask, the owner answers with a stream.

One request per connection, a JSON object on one line; then lines `{"reply": …}`, `{"alive": true}` while there is nothing to say, and at
last `{"end": true}` or `{"error": {"kind": …, "message": …}}`. An answer that ends otherwise was cut off, so a client never takes a part
for the whole and never waits for an owner that is gone. What requests mean is left to the handler.
"""

import asyncio
import json
import logging
import os
import socket
import stat
import struct
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from state.errors import NoOwner, OwnerLost, OwnerRefused, StateError
from state.folder import Folder
from steps.errors import PromptOpsError

Json = dict[str, Any]
Handler = Callable[[Json], AsyncIterator[Json]]

_LOG = logging.getLogger(__name__)
_PROTOCOL = 1
# 108 bytes with the final zero on Linux, 104 on macOS.
_LONGEST_ADDRESS = 103
# A connection that asyncio has accepted needs some turns of the loop until it is a task of ours, and one more to be closed.
_TURNS = 10


@dataclass(frozen=True, slots=True)
class Limits:
    """What both ends put up with; times in seconds.

    `request`: how long a client may take to say what it wants. `alive`: how often the owner says that it is still there. `silence`: how
    long a client waits without hearing anything. `line`: bytes of one request or reply.
    """

    request: float = 10.0
    alive: float = 5.0
    silence: float = 20.0
    line: int = 4 * 1024 * 1024


class _ClientGoneError(Exception):
    """The client closed its end; ends the answer's task group."""


@asynccontextmanager
async def serve(folder: Folder, handler: Handler, limits: Limits = Limits()) -> AsyncIterator[None]:
    """Answer at the folder's socket for as long as the context lasts; the caller must own the folder (`state.owner`).

    A `PromptOpsError` of the handler is sent to the client. Any other error cuts the client off and goes to the loop's exception handler.
    When the client goes away, its handler is cancelled. Raises `StateError` when the socket cannot be made.
    """
    tasks: set[asyncio.Task[Any]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            # Only this function cancels, at its end; asyncio's own callback would report a cancelled conversation as a fault.
            with suppress(asyncio.CancelledError):
                await _converse(reader, writer, handler, limits)
        finally:
            tasks.discard(task)
            writer.close()

    listener = await asyncio.to_thread(_listen, folder)
    server = await asyncio.start_unix_server(connected, sock=listener, limit=limits.line)
    try:
        yield
    finally:
        # First accept no more, then close: in Python 3.11 a connection that is just being accepted by a closed server is never closed.
        asyncio.get_running_loop().remove_reader(listener)
        for _ in range(_TURNS):
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await asyncio.sleep(0)
        server.close()
        await server.wait_closed()
        await asyncio.to_thread(folder.socket.unlink, missing_ok=True)


async def ask(folder: Folder, request: Json, limits: Limits = Limits()) -> AsyncGenerator[Json, None]:
    """Ask the folder's owner and yield its replies as they come; leave early with `contextlib.aclosing`.

    Raises `NoOwner` when nobody listens, `OwnerRefused` with the owner's own words, `OwnerLost` when the answer is cut off.
    """
    line = _line({"protocol": _PROTOCOL, "request": request})
    if len(line) > limits.line:
        raise StateError(f"the request has {len(line)} bytes, more than the socket's limit of {limits.line}.")
    reader, writer = await asyncio.open_unix_connection(sock=await asyncio.to_thread(_connect, folder, limits), limit=limits.line * 2)
    try:
        with suppress(ConnectionError):  # the owner may have refused already; its words are still to be read
            writer.write(line)
            await writer.drain()
        while True:
            match await _frame(reader, folder, limits):
                case {"reply": dict() as reply}:
                    yield reply
                case {"error": {"kind": str() as kind, "message": str() as message}}:
                    raise OwnerRefused(kind, message)
                case {"end": True}:
                    return
                case {"alive": True}:
                    pass
                case other:
                    raise OwnerLost(f"the owner of {str(folder.path)!r} said {str(other)[:80]!r}, which this version does not understand.")
    finally:
        writer.close()


async def _frame(reader: asyncio.StreamReader, folder: Folder, limits: Limits) -> Any:
    try:
        async with asyncio.timeout(limits.silence):
            return json.loads(await reader.readuntil())
    except TimeoutError as e:
        raise OwnerLost(
            f"the owner of {str(folder.path)!r} has said nothing for {limits.silence:g} s. It may be stopped or overloaded; "
            "what was asked may still happen: look with `promptops status`."
        ) from e
    except (asyncio.IncompleteReadError, OSError, ValueError, asyncio.LimitOverrunError) as e:
        raise OwnerLost(
            f"the owner of {str(folder.path)!r} went away in the middle of an answer. "
            "What was asked may have happened: look with `promptops status`; unfinished runs go on with the next owner."
        ) from e


async def _converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, handler: Handler, limits: Limits) -> None:
    try:
        request = await _request(reader, writer, limits)
        async with asyncio.TaskGroup() as group:
            beside = [group.create_task(_keep_alive(writer, limits)), group.create_task(_until_gone(reader))]
            await _answer(writer, handler(request), limits)
            for task in beside:
                task.cancel()
    except* PromptOpsError as refused:
        error = next(_leaves(refused))
        with suppress(OSError):
            await _send(writer, {"error": {"kind": type(error).__name__, "message": str(error)}}, limits)
    except* (OSError, _ClientGoneError):
        _LOG.debug("a client went away in the middle of its answer")


def _leaves(group: BaseExceptionGroup[Any]) -> Iterator[BaseException]:
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _leaves(error)
        else:
            yield error


async def _request(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, limits: Limits) -> Json:
    try:
        async with asyncio.timeout(limits.request):
            received = json.loads(await reader.readuntil())
    except TimeoutError as e:
        raise StateError(f"no whole request came in {limits.request:g} s.") from e
    except asyncio.LimitOverrunError as e:
        raise StateError(f"the request is longer than {limits.line} bytes.") from e
    except asyncio.IncompleteReadError as e:
        raise _ClientGoneError from e
    except ValueError as e:
        raise StateError(f"the request is not JSON: {e}.") from e
    # After the request was read: closing with unread bytes would reset the connection, and the refusal would be lost.
    user = _peer(writer.get_extra_info("socket"))
    if user not in {None, os.geteuid()}:
        raise StateError(f"the user with id {user} may not use this socket: only its owner may.")
    match received:
        case {"protocol": 1, "request": dict() as request}:
            return request
        case {"protocol": other, "request": dict()}:
            raise StateError(
                f"the owner speaks version {_PROTOCOL} of the socket's protocol, not {other!r}. Restart the owner after an upgrade."
            )
    raise StateError('a request is one JSON object, {"protocol": 1, "request": {…}}.')


async def _answer(writer: asyncio.StreamWriter, replies: AsyncIterator[Json], limits: Limits) -> None:
    try:
        async for reply in replies:
            await _send(writer, {"reply": reply}, limits)
    finally:
        if isinstance(replies, AsyncGenerator):
            await replies.aclose()
    await _send(writer, {"end": True}, limits)


async def _send(writer: asyncio.StreamWriter, frame: Json, limits: Limits) -> None:
    line = _line(frame)
    if len(line) > limits.line:
        raise StateError(f"the reply has {len(line)} bytes, more than the socket's limit of {limits.line}.")
    writer.write(line)
    await writer.drain()


async def _keep_alive(writer: asyncio.StreamWriter, limits: Limits) -> None:
    while True:
        await asyncio.sleep(limits.alive)
        # A client that does not read (a pager) has enough in its buffer to know that we live.
        if not writer.transport.get_write_buffer_size():
            writer.write(_line({"alive": True}))


async def _until_gone(reader: asyncio.StreamReader) -> None:
    while await reader.read(4096):
        pass
    raise _ClientGoneError


def _line(frame: Json) -> bytes:
    return json.dumps(frame, separators=(",", ":")).encode() + b"\n"


def _listen(folder: Folder) -> socket.socket:
    """A listening socket; one that a dead owner left behind is removed, which is safe because the caller holds the folder's lock."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        _remove_stale(folder.socket)
        with _address(folder.socket) as address:
            listener.bind(address)
        folder.socket.chmod(0o600)  # before listen: until then nobody can connect
        listener.listen(128)
        listener.setblocking(False)  # noqa: FBT003 - the library's own signature
    except OSError as e:
        listener.close()
        raise StateError(f"cannot make the owner's socket {str(folder.socket)!r}: {e.strerror or e}.") from e
    except StateError:
        listener.close()
        raise
    return listener


def _remove_stale(path: Path) -> None:
    if not os.path.lexists(path):
        return
    if not stat.S_ISSOCK(path.lstat().st_mode):
        raise StateError(f"{str(path)!r} is in the way of the owner's socket and is not a socket. Move it away.")
    path.unlink()


def _connect(folder: Folder, limits: Limits) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        # A blocking connect with a time limit: a non-blocking one to a full queue fails at once and asyncio takes it for connected.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", int(limits.silence) or 1, 0))
        with _address(folder.socket) as address:
            connection.connect(address)
        user = _peer(connection)
    except (FileNotFoundError, ConnectionRefusedError) as e:
        connection.close()
        raise NoOwner(f"nobody owns the state folder {str(folder.path)!r}.") from e
    except OSError as e:
        connection.close()
        raise OwnerLost(f"the owner of {str(folder.path)!r} does not answer: {e.strerror or e}. It may be stopped or overloaded.") from e
    except StateError:
        connection.close()
        raise
    if user not in {None, os.geteuid()}:
        connection.close()
        raise StateError(f"the socket {str(folder.socket)!r} is served by the user with id {user}, not by you. Do not trust that folder.")
    connection.setblocking(False)  # noqa: FBT003 - as above
    return connection


def _peer(connection: Any) -> int | None:
    """The user id of the other end, which the kernel vouches for; None where the system cannot say (the file's mode protects it there)."""
    if not hasattr(socket, "SO_PEERCRED"):
        return None
    _, user, _ = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i")))
    return int(user)


@contextmanager
def _address(path: Path) -> Iterator[str]:
    """A name for the socket that fits into a socket address, however long its path is."""
    if len(os.fsencode(path)) <= _LONGEST_ADDRESS:
        yield str(path)
        return
    descriptors = Path("/proc/self/fd")
    if not descriptors.exists():
        raise StateError(
            f"the path {str(path)!r} is longer than the {_LONGEST_ADDRESS} bytes that a socket's address can have. "
            "Set PROMPTOPS_STATE_DIR to a folder with a shorter path."
        )
    descriptor = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield str(descriptors / str(descriptor) / path.name)
    finally:
        os.close(descriptor)
