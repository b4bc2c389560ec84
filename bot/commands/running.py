"""The verbs that start and move runs: run, suspend, resume, terminate, restart; and up, which keeps the engine running."""

import asyncio
import secrets
import time
from typing import Literal

import click

from bot.commands.conduct import FAILED, SUCCEEDED, Session, conduct
from bot.commands.naming import Named, pairs, request_of
from bot.commands.watched import code_of, watched
from bot.embedded import kubeconfig_path
from bot.manifests import Manifests, step_types
from bot.ownership import owning
from bot.requests import Command
from state.errors import StateError
from state.owner import Owner, holder
from steps.model.phases import RunPhase

as_json = click.option(
    "-o", "--output", type=click.Choice(["json"]), help="Print one WorkflowRun object with its status, and nothing else."
)
run_argument = click.argument("run", metavar="RUN")
step_argument = click.argument("step", metavar="[STEP]", default="")


@click.command()
@click.argument("workflow", metavar="FILE|NAME")
@click.argument("parameters", metavar="[key=value …]", nargs=-1)
@click.option("--on", "cluster", metavar="CLUSTER", default="", help="Cluster of the steps that name none.")
@click.option("--in", "namespace", metavar="NAMESPACE", default="", help="Namespace of the run.")
@click.option("--key", metavar="KEY", default="", help="The same key is the same run: repeating the command only watches it.")
@as_json
@click.pass_context
def run(ctx: click.Context, /, workflow: str, parameters: tuple[str, ...], key: str, output: str | None, **place: str) -> int:
    """Start a workflow and watch it until it ends or waits for a person.

    A FILE is named with its path, or - for standard input; `promptops workflows` lists the NAMEs. Exit codes: 0 succeeded, 1 failed,
    2 usage or invalid manifest, 3 waiting for a person.
    """
    named = Named(workflow, pairs(parameters), **place)

    async def work(session: Session) -> int:
        request = await asyncio.to_thread(request_of, session, named, key or secrets.token_hex(8))
        # Validated here as well as by the owner: here it can be told with colours, and a wrong manifest starts no cluster.
        await Manifests(session.configuration.settings, step_types()).prepare(request)
        if output is None:
            session.announce()
        return code_of(await watched(session, request, as_json=output == "json"))

    return conduct(ctx, work)


def _move(ctx: click.Context, verb: Literal["suspend", "resume", "terminate", "restart"], run: str, step: str, output: str | None) -> int:
    async def work(session: Session) -> int:
        story = await watched(session, Command(verb=verb, run=run, step=step, by=session.person), as_json=output == "json")
        if verb == "suspend":
            return SUCCEEDED if story.run.phase is RunPhase.SUSPENDING else FAILED
        if verb == "terminate":
            return SUCCEEDED
        return code_of(story)

    return conduct(ctx, work)


@click.command()
@run_argument
@as_json
@click.pass_context
def suspend(ctx: click.Context, run: str, output: str | None) -> int:
    """Pause a run. Steps that may be repeated stop and run again on resume; the others finish first."""
    return _move(ctx, "suspend", run, "", output)


@click.command()
@run_argument
@step_argument
@as_json
@click.pass_context
def resume(ctx: click.Context, run: str, step: str, output: str | None) -> int:
    """Let a suspended run, or one step of it, go on; also a run that was left in the middle."""
    return _move(ctx, "resume", run, step, output)


@click.command()
@run_argument
@as_json
@click.pass_context
def terminate(ctx: click.Context, run: str, output: str | None) -> int:
    """End a run. Steps with an `if` still get their turn."""
    return _move(ctx, "terminate", run, "", output)


@click.command()
@run_argument
@step_argument
@as_json
@click.pass_context
def restart(ctx: click.Context, run: str, step: str, output: str | None) -> int:
    """Run a workflow again from the beginning, or a failed step and what depends on it."""
    return _move(ctx, "restart", run, step, output)


@click.command()
@click.pass_context
def up(ctx: click.Context) -> int:
    """Keep the engine and the embedded clusters running until Ctrl-C; other terminals use them."""

    async def work(session: Session) -> int:
        configuration, screen = session.configuration, session.screen
        owner = await asyncio.to_thread(Owner.acquire, configuration.folder, now=time.time())
        if owner is None:
            other = holder(configuration.folder)
            raise StateError(f"process {other.pid if other else '(unknown)'} owns {str(configuration.folder.path)!r} already")
        async with owning(configuration, owner):
            session.announce()
            screen.lines([f"up, state in {configuration.folder.path}; Ctrl-C ends it"])
            if configuration.settings.embedded:
                screen.lines([f"kubectl --kubeconfig {kubeconfig_path(configuration.folder)} get deployments"])
            await asyncio.Event().wait()
        return SUCCEEDED

    return conduct(ctx, work)
