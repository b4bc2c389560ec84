"""The verbs that only look: runs, status, logs, export. They read the journal, whether somebody owns it or not."""

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import click
import yaml
from rich.text import Text

from bot.commands.conduct import SUCCEEDED, Session, conduct
from bot.terminal.conclusion import conclusion
from bot.terminal.happenings import event_lines, utc
from bot.terminal.progress import PHASES, run_view
from bot.terminal.story import Story, tell
from bot.terminal.tables import table
from bot.terminal.text import one_line
from state.owner import holder
from state.reader import Reader
from steps.duration import format_duration
from steps.errors import UnknownRun
from steps.model.phases import RunPhase
from steps.plan.export import workflow_run

run_argument = click.argument("run", metavar="RUN")


@asynccontextmanager
async def _reading(session: Session) -> AsyncIterator[Reader]:
    async with Reader.open(session.configuration.folder.database) as reader:
        yield reader


async def _story(reader: Reader, name: str) -> Story:
    """The run that a person means; raises `UnknownRun` with the nearest."""
    row = await reader.find(name)
    story: Story | None = None
    for _, event in await reader.events(row.id):
        story = tell(story, event)
    if story is None:
        raise UnknownRun(f"run {row.id!r} has just been pruned")
    return story


def _abandoned(session: Session, story: Story) -> bool:
    """Whether the run is at work on paper only: nobody owns the folder."""
    return not story.run.phase.finished and not story.settled and holder(session.configuration.folder) is None


def _warn(session: Session, story: Story) -> None:
    if _abandoned(session, story):
        screen = session.screen
        screen.say(f"nobody carries this run out at the moment; `{screen.program} resume {story.run.id}` goes on with it")


@click.command()
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="How many.")
@click.option("--workflow", metavar="NAME", default="", help="Only runs of this workflow.")
@click.option("--phase", type=click.Choice([str(phase) for phase in RunPhase]), help="Only runs in this phase.")
@click.pass_context
def runs(ctx: click.Context, limit: int, workflow: str, phase: str | None) -> int:
    """List the latest runs, newest first."""

    async def work(session: Session) -> int:
        screen = session.screen
        async with _reading(session) as reader:
            found = await reader.rows(limit=limit, workflow=workflow, phase=RunPhase(phase) if phase else None)
        if not found:
            screen.lines([f"no runs in {session.configuration.folder.path}; start one with `{screen.program} run chat-gpt`"])
            return SUCCEEDED
        now = time.time()
        lines = [
            (
                row.id,
                Text(str(row.phase), style=PHASES[row.phase]),
                f"{format_duration(max(round(now - row.created_at), 1))} ago",
                one_line(row.message),
            )
            for row in found
        ]
        screen.lines(table(("RUN", "PHASE", "STARTED", "MESSAGE"), lines, width=screen.width))
        return SUCCEEDED

    return conduct(ctx, work)


@click.command()
@run_argument
@click.option("-o", "--output", type=click.Choice(["json"]), help="Print one WorkflowRun object with its status, and nothing else.")
@click.pass_context
def status(ctx: click.Context, run: str, output: str | None) -> int:
    """Show a run step by step: by its id, a beginning of it, or its workflow (the latest run)."""

    async def work(session: Session) -> int:
        screen = session.screen
        async with _reading(session) as reader:
            story = await _story(reader, run)
        if output == "json":
            screen.out.file.write(json.dumps(workflow_run(story.run, story.program), indent=2, ensure_ascii=False) + "\n")
            return SUCCEEDED
        now = time.time()
        screen.lines(run_view(story, now, width=screen.width))
        screen.lines(conclusion(story, now, screen.program, width=screen.width))
        _warn(session, story)
        return SUCCEEDED

    return conduct(ctx, work)


@click.command()
@run_argument
@click.option("-f", "--follow", is_flag=True, help="Go on until the run has ended.")
@click.pass_context
def logs(ctx: click.Context, run: str, *, follow: bool) -> int:
    """Show what happened in a run, event by event; times are UTC."""

    async def work(session: Session) -> int:
        screen = session.screen
        async with _reading(session) as reader:
            story = await _story(reader, run)
            if not follow:
                for _, event in await reader.events(story.run.id):
                    screen.lines(event_lines(event, utc))
                return SUCCEEDED
            _warn(session, story)
            async for _, event in reader.follow(story.run.id):
                screen.lines(event_lines(event, utc))
        return SUCCEEDED

    return conduct(ctx, work)


@click.command()
@run_argument
@click.option("-o", "--output", type=click.Choice(["yaml", "json"]), default="yaml", show_default=True, help="The format.")
@click.pass_context
def export(ctx: click.Context, run: str, output: str) -> int:
    """Print a run as KubeVela's WorkflowRun with its status; secret values are placeholders."""

    async def work(session: Session) -> int:
        async with _reading(session) as reader:
            story = await _story(reader, run)
        value = workflow_run(story.run, story.program)
        text = json.dumps(value, indent=2, ensure_ascii=False) + "\n"
        if output == "yaml":
            text = yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=100)
        session.screen.out.file.write(text)
        return SUCCEEDED

    return conduct(ctx, work)
