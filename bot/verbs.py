"""The table of verbs, as data: one word for one thing, in the terminal and later in chat.

It imports nothing, so that `promptops --help` stays fast. What a verb does in the terminal is the function `command` of the module that is
named here as a string; it is imported when the verb is used (the one exception from imports at the top, see DESIGN).
"""

from typing import NamedTuple


class Verb(NamedTuple):
    """One verb: `arguments` as a person types them, `help` one line, `command` the place of its command-line function."""

    name: str
    arguments: str
    help: str
    command: str
    aliases: tuple[str, ...] = ()
    hidden: bool = False


VERBS = (
    Verb("run", "FILE|NAME [key=value …]", "Start a workflow and watch it", "bot.commands.running:run"),
    Verb("workflows", "", "List the workflows that can be run by name", "bot.commands.reference:workflows", ("list",)),
    Verb("runs", "", "List the latest runs", "bot.commands.looking:runs"),
    Verb("status", "RUN", "Show a run, step by step", "bot.commands.looking:status"),
    Verb("logs", "RUN [-f]", "Show what happened in a run, event by event", "bot.commands.looking:logs"),
    Verb("suspend", "RUN", "Pause a run", "bot.commands.running:suspend"),
    Verb("resume", "RUN [STEP]", "Let a suspended run, or one step of it, go on", "bot.commands.running:resume"),
    Verb("terminate", "RUN", "End a run", "bot.commands.running:terminate", ("stop",)),
    Verb("restart", "RUN [STEP]", "Run a workflow again, or from a failed step on", "bot.commands.running:restart"),
    Verb("validate", "FILE|NAME [key=value …]", "Check a workflow without running it", "bot.commands.reference:validate"),
    Verb("steps", "[TYPE]", "List the step types, or explain one", "bot.commands.reference:steps"),
    Verb("export", "RUN", "Print a run as KubeVela's WorkflowRun", "bot.commands.looking:export"),
    Verb("clusters", "", "List the clusters", "bot.commands.reference:clusters"),
    Verb("up", "", "Keep the engine and the embedded clusters running", "bot.commands.running:up"),
    Verb("demo", "", "A guided tour", "bot.commands.touring:demo"),
    Verb("version", "", "Print the version", "bot.commands.reference:version"),
)


def verb(word: str) -> Verb | None:
    """The verb of a name or an alias."""
    return next((item for item in VERBS if word == item.name or word in item.aliases), None)
