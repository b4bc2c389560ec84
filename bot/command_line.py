"""The command line's outside: the verbs as click commands whose modules are imported when they are used, and errors of usage."""

import os
import sys
from importlib import import_module

import click

from bot.verbs import VERBS, verb

INTERRUPTED = 130
BROKEN_PIPE = 141
USAGE = 2


class Verbs(click.Group):
    """The commands of `bot.verbs`; an unknown one gets the nearest."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The verbs in the order of the table."""
        return [item.name for item in VERBS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        """The command of a verb or alias, imported now."""
        found = verb(cmd_name)
        if found is None:
            return None
        module, _, name = found.command.partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with our words for a verb that does not exist."""
        if args and not args[0].startswith("-") and verb(args[0]) is None:
            # Imported here it would cost nothing either, but the names are few and the rule is shared with everything else.
            words = [name for item in VERBS for name in (item.name, *item.aliases)]
            raise click.UsageError(f"there is no command {args[0]!r}{_nearest(args[0], words)}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """The table, without importing anything."""
        with formatter.section("Commands"):
            formatter.write_dl([(f"{'|'.join((item.name, *item.aliases))} {item.arguments}".strip(), item.help) for item in VERBS])


def _nearest(word: str, words: list[str]) -> str:
    return import_module("steps.nearest").nearest(word, words)  # type: ignore[no-any-return] # a str, by its annotation


@click.group(
    cls=Verbs,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 succeeded, 1 failed, 2 usage or invalid manifest, 3 waiting for a person.",
)
@click.option("--state-dir", metavar="DIR", default="", help="State folder [env: PROMPTOPS_STATE_DIR; default: the XDG data folder].")
@click.option(
    "--config",
    metavar="FILE",
    default="",
    help="Settings file [env: PROMPTOPS_CONFIG; default: promptops/config.yaml in the XDG config folder].",
)
@click.pass_context
def group(ctx: click.Context, state_dir: str, config: str) -> None:
    """Run KubeVela workflows: deploy, diagnose, audit, and ask before production."""
    ctx.obj = {"state-dir": state_dir, "config": config}


def promptops(args: list[str] | None = None) -> int:
    """Run a command line; its exit code. Every error is a text on standard error, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal that cannot show a sign shows another one
    try:
        code = group.main(args, prog_name="promptops", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        usage = error.ctx.get_usage() if isinstance(error, click.UsageError) and error.ctx else ""
        if isinstance(error, click.exceptions.NoArgsIsHelpError):
            error.show()
            return USAGE
        click.echo(f"error: {error.format_message()}" + (f"\n{usage}" if usage else ""), err=True)
        return USAGE
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone; Python would complain once more when it flushes at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    return code if isinstance(code, int) else 0
