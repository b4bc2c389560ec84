"""The verb demo: the tour of `bot.demo`, in a state folder of its own."""

import asyncio
import secrets
import shlex
import sys
import tempfile
import time
from contextlib import aclosing, nullcontext
from dataclasses import replace
from pathlib import Path

import click
from pydantic import SecretStr
from rich.text import Text

from bot.commands.conduct import SUCCEEDED, Session, conduct
from bot.commands.watched import shown
from bot.configuration import Configuration
from bot.demo import SCENES, WELCOME, Scene, afterwards
from bot.manifests import library
from bot.ownership import Notice, Told, owning
from bot.requests import Request, RunRequest
from bot.service import Service
from bot.settings import ModelSection, Settings
from bot.terminal.conclusion import next_lines, result_lines
from bot.terminal.screen import called_as, is_live
from bot.terminal.story import Story
from bot.terminal.text import wrapped
from bot.wiring import scripted_model
from state.errors import StateError
from state.folder import Folder
from state.owner import Owner

PAUSE = 2.0
"""Seconds between two runs in front of a person, to read."""


@click.command()
@click.option("--model", is_flag=True, envvar="PROMPTOPS_DEMO_MODEL", help="Let a scripted model server answer, through the real client.")
@click.pass_context
def demo(ctx: click.Context, *, model: bool) -> int:
    """Watch a failing deployment diagnosed, an audit, and a production change stopped for approval."""

    async def work(session: Session) -> int:
        flag = (ctx.find_root().obj or {}).get("state-dir", "")
        path = await asyncio.to_thread(_folder, flag)
        async with scripted_model() if model else nullcontext("") as url:
            # The tour shows the same everywhere: none of the operator's settings, clusters or models are used.
            settings = Settings(state_dir=path, model=ModelSection(url=url))
            configuration = Configuration(settings, Folder(path), SecretStr(""))
            program = called_as(sys.argv[0], {})
            await _tour(Session(configuration, replace(session.screen, program=program)))
        return SUCCEEDED

    return conduct(ctx, work)


def _folder(chosen: str) -> Path:
    return Path(chosen).expanduser().absolute() if chosen else Path(tempfile.mkdtemp(prefix="promptops-demo-"))


async def _tour(session: Session) -> None:
    configuration, screen = session.configuration, session.screen
    owner = await asyncio.to_thread(Owner.acquire, configuration.folder, now=time.time())
    if owner is None:
        raise StateError(f"another process owns {str(configuration.folder.path)!r}; give the tour a folder of its own")
    ids: dict[str, str] = {}
    screen.lines([*wrapped(WELCOME, screen.width, 0), Text(f"State: {configuration.folder.path}", style="dim")])
    async with owning(configuration, owner) as service:
        for number, scene in enumerate(SCENES, 1):
            head = wrapped(f"{number}/{len(SCENES)}  {scene.caption}", screen.width, 0)
            screen.lines(
                [Text(), *(Text(line, style="bold") for line in head), Text(f"$ promptops run {scene.workflow}", style="dim"), Text()]
            )
            story = await _play(session, service, scene)
            screen.lines([Text(), *result_lines(story, time.time(), width=screen.width)])
            ids[scene.workflow] = story.run.id
            if is_live(screen.out) and scene is not SCENES[-1]:
                await asyncio.sleep(PAUSE)
    export = Text(f"  export PROMPTOPS_STATE_DIR={shlex.quote(str(configuration.folder.path))}")
    title, *commands = next_lines(afterwards(ids), screen.program)
    screen.lines([Text(), title, export, *commands])


async def _play(session: Session, service: Service, scene: Scene) -> Story:
    entry = await asyncio.to_thread(lambda: library(Settings())[scene.workflow])
    request = RunRequest(text=entry.text, file=entry.file.name, key=secrets.token_hex(8))

    async def carry(asked: Request, told: Told, _notice: Notice) -> None:
        async with aclosing(service.carry_out(asked)) as replies:
            async for reply in replies:
                told(reply)

    return await shown(session, request, carry)
