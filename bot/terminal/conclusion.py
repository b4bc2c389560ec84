"""How a run ended or what it waits for, and what to type next. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.text import Text

from bot.terminal.progress import PHASES
from bot.terminal.story import Story
from bot.terminal.text import one_line, shortened, wrapped
from steps.duration import format_duration
from steps.model.phases import Reason, RunPhase, StepPhase

MOST_DETAILS = 16
MOST_REASON = 110
"""Characters of a reason here; the step's own line has it whole."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A command, and what it does."""

    command: str
    purpose: str


def conclusion(story: Story, now: float, program: str, *, width: int = 80) -> list[Text]:
    """The result, what waits for whom, and the next commands; `program` is how this command line was called."""
    return [Text(), *result_lines(story, now, width=width), *next_lines(suggestions(story), program)]


def result_lines(story: Story, now: float, *, width: int = 80) -> list[Text]:
    """How the run ended or what it waits for; changes that wait for approval in full."""
    return [*_result(story, now, width), *(line for item in story.needs_approval for line in _approval(story, item.name, width))]


def _result(story: Story, now: float, width: int) -> Iterator[Text]:
    run = story.run
    took = format_duration((now if run.ended_at is None else run.ended_at) - run.created_at)
    match run.phase:
        case RunPhase.SUCCEEDED:
            text = f"{run.id} succeeded in {took}."
        case RunPhase.FAILED | RunPhase.TERMINATED:
            why = shortened(run.message, MOST_REASON)
            text = f"{run.id} {'failed' if run.phase is RunPhase.FAILED else 'was terminated'} after {took}{': ' + why if why else ''}"
        case RunPhase.SUSPENDING if story.needs_approval:
            text = f"{run.id}: {_protected(story)} needs approval."
        case RunPhase.SUSPENDING if not story.settled:
            again = min(item.until for item in story.waiting if item.until is not None)
            text = f"{run.id} goes on by itself in {format_duration(max(again - now, 0.0))}."
        case RunPhase.SUSPENDING if run.suspended:
            text = f"{run.id} is paused until somebody resumes it."
        case RunPhase.SUSPENDING:
            said = [
                f"step {item.name!r}" + (f" ({shortened(item.message, MOST_REASON)})" if item.message else "") for item in story.waiting
            ]
            text = f"{run.id} waits for a person: {', '.join(said)}."
        case _:
            text = f"{run.id} is {run.phase}."
    yield from (Text(part, style=PHASES[run.phase]) for part in wrapped(text, width, 0))


def _protected(story: Story) -> str:
    name = story.needs_approval[0].cluster
    return "production" if name in {"prod", "production"} else f"protected cluster {name!r}"


def _approval(story: Story, step: str, width: int) -> Iterator[Text]:
    status = story.run.steps[step]
    what = one_line(status.message).partition("approval needed to ")[2] or one_line(status.message)
    yield from map(Text, wrapped(f"Step {step!r} would {what} in cluster {status.cluster!r}; nothing has been written.", width, 2))
    details = story.details.get(step, ())
    for line in details[:MOST_DETAILS]:
        text = one_line(line)
        style = {"+": "green", "-": "red", "~": "yellow"}.get(text[:1], "")
        yield Text(f"    {shortened(text, max(width - 4, 40))}", style=style)
    if len(details) > MOST_DETAILS:
        yield Text(f"    … and {len(details) - MOST_DETAILS} more fields", style="dim")


def suggestions(story: Story) -> list[Suggestion]:
    """What a person may want to do next with this run."""
    run = story.run
    match run.phase:
        case RunPhase.SUSPENDING if story.needs_approval:
            return [
                Suggestion(f"status {run.id}", "look at it again"),
                Suggestion(f"resume {run.id}", "compute the change anew and ask again"),
                Suggestion(f"terminate {run.id}", f"end it; {story.needs_approval[0].cluster} stays as it is"),
            ]
        case RunPhase.SUSPENDING if not story.settled:
            return [Suggestion(f"logs {run.id} -f", "follow it"), Suggestion(f"resume {run.id}", "let it go on now")]
        case RunPhase.SUSPENDING:
            interrupted = any(item.reason is Reason.INTERRUPTED for item in story.waiting)
            again = "run the interrupted step again" if interrupted else "let it go on"
            return [Suggestion(f"resume {run.id}", again), Suggestion(f"terminate {run.id}", "end it")]
        case RunPhase.FAILED | RunPhase.TERMINATED:
            failed = next((item.name for item in run.steps.values() if item.phase is StepPhase.FAILED and item.name not in run.groups), "")
            restart = [Suggestion(f"restart {run.id} {failed}", "run again from that step on")] if failed else []
            return [Suggestion(f"logs {run.id}", "everything that happened"), *restart]
        case RunPhase.SUCCEEDED:
            return [Suggestion(f"status {run.id}", "look at it again"), Suggestion(f"export {run.id}", "as KubeVela's WorkflowRun")]
        case _:
            return [Suggestion(f"logs {run.id} -f", "follow it"), Suggestion(f"terminate {run.id}", "end it")]


def next_lines(items: Sequence[Suggestion], program: str) -> list[Text]:
    """The suggestions as lines to copy."""
    if not items:
        return []
    room = max(len(item.command) for item in items)
    lines = [Text("Next:", style="bold")]
    for item in items:
        line = Text(f"  {program} {item.command}".rstrip() + " " * (room - len(item.command)))
        line.append(f"  # {item.purpose}", style="dim")
        lines.append(line)
    return lines
