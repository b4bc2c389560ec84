"""Getting a request carried out: by this process as the owner of the state folder, or by the process that owns it.

The command becomes the owner where there is none. When the owner dies in the middle, the command tries again, as owner if need be: a start
has a key, and what was obeyed already is only watched, so nothing happens twice.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, aclosing, asynccontextmanager

from bot.configuration import Configuration
from bot.diagnostics import logging_to
from bot.requests import Begun, Command, Happened, Json, Request, RunRequest, parse_reply
from bot.service import Service
from bot.wiring import wire
from state.errors import NoOwner, OwnerLost, StateError
from state.folder import Folder
from state.owner import Owner, holder
from state.socket import ask, serve

PATIENCE = 10.0
"""Seconds for an owner that is just starting or ending."""

LOSSES = 3
"""Owners that one command may lose before it gives up."""

Told = Callable[[Begun | Happened], None]
Notice = Callable[[str], None]


@asynccontextmanager
async def owning(configuration: Configuration, owner: Owner) -> AsyncIterator[Service]:
    """This process as the owner: everything wired, the socket open."""
    async with AsyncExitStack() as stack:
        stack.enter_context(owner)
        stack.enter_context(logging_to(configuration.folder.path / "promptops.log"))
        service = await stack.enter_async_context(wire(configuration))
        await stack.enter_async_context(serve(configuration.folder, service.serve))
        yield service


async def carry_out(configuration: Configuration, request: Request, told: Told, notice: Notice) -> None:
    """Have a request carried out and tell all that happens; raises what the engine raises, or `OwnerRefused` with its words."""
    folder, losses, since = configuration.folder, 0, time.monotonic()
    while True:
        owner = await asyncio.to_thread(Owner.acquire, folder, now=time.time())
        if owner is not None:
            await _as_owner(configuration, owner, request, told, notice)
            return
        begun: list[Begun] = []
        try:
            await _as_guest(folder, request, told, begun)
        except NoOwner as e:
            if time.monotonic() - since > PATIENCE:
                raise StateError(f"{_whose(folder)} owns the state folder {str(folder.path)!r} but does not answer. End it first.") from e
            await asyncio.sleep(0.1)
        except OwnerLost as lost:
            losses, since = losses + 1, time.monotonic()
            request = _again(request, begun, lost)
            if losses >= LOSSES:
                raise
            notice("the process that carried the run out has ended; going on with it here")
        else:
            return


async def _as_owner(configuration: Configuration, owner: Owner, request: Request, told: Told, notice: Notice) -> None:
    async with owning(configuration, owner) as service:
        async with aclosing(service.carry_out(request)) as replies:
            async for reply in replies:
                told(reply)
        if guests := service.guests:
            notice(f"done here; waiting for what other terminals started: {', '.join(guests)} (Ctrl-C leaves them to be resumed)")
        await service.until_alone()


async def _as_guest(folder: Folder, request: Request, told: Told, begun: list[Begun]) -> None:
    asked: Json = request.model_dump(mode="json")
    async with aclosing(ask(folder, asked)) as replies:
        async for reply in replies:
            parsed = parse_reply(reply)
            if isinstance(parsed, Begun):
                begun.append(parsed)
            told(parsed)


def _again(request: Request, begun: list[Begun], lost: OwnerLost) -> Request:
    """What to ask the next owner; raises when it is unknown whether the lost one obeyed."""
    if begun:
        return Command(verb="attend", run=begun[0].run, by="")
    if isinstance(request, RunRequest) or request.verb == "attend":
        return request
    raise lost


def _whose(folder: Folder) -> str:
    found = holder(folder)
    return f"process {found.pid}" if found else "another process"
