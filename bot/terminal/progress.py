"""A run as lines of styled text, one step a line: pure functions of the run and the time.

`rich.text.Text` is only a value here: no markup is ever parsed, so what clusters say cannot style anything.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from rich.text import Text

from bot.terminal import answers
from bot.terminal.story import Story
from bot.terminal.text import one_line, shortened, wrapped
from steps.duration import format_duration
from steps.model.phases import RunPhase, StepPhase
from steps.model.status import StepStatus
from steps.plan.program import Node

_SYMBOLS = {
    StepPhase.PENDING: ("○", "dim"),
    StepPhase.RUNNING: ("●", "cyan"),
    StepPhase.SUSPENDING: ("‖", "yellow"),
    StepPhase.SUCCEEDED: ("✓", "green"),
    StepPhase.FAILED: ("✗", "red"),
    StepPhase.SKIPPED: ("-", "dim"),
}
PHASES = {
    RunPhase.INITIALIZING: "dim",
    RunPhase.EXECUTING: "cyan",
    RunPhase.SUSPENDING: "yellow",
    RunPhase.TERMINATED: "red",
    RunPhase.FAILED: "red",
    RunPhase.SUCCEEDED: "green",
}
_LONGEST_NAME = 32
_MESSAGE = 240


@dataclass(frozen=True, slots=True)
class _Columns:
    name: int
    type: int
    width: int


def run_view(story: Story, now: float, *, width: int = 80) -> list[Text]:
    """The run's head, its steps, warnings and answers."""
    return [*_head(story, now), *step_lines(story, now, width=width), *warning_lines(story, width=width), *answer_lines(story, width=width)]


def _head(story: Story, now: float) -> Iterator[Text]:
    run = story.run
    line = Text(run.id, style="bold")
    line.append(f"  {run.phase}", style=PHASES[run.phase])
    line.append(f"  {format_duration((now if run.ended_at is None else run.ended_at) - run.created_at)}", style="dim")
    line.append(f"  namespace {run.namespace}, cluster {run.cluster or 'none'}", style="dim")
    yield line


def step_lines(story: Story, now: float, *, width: int = 80) -> list[Text]:
    """One line a step in the manifest's order, sub-steps indented, steps that nobody has reached yet included."""
    names = list(story.program.nodes)
    columns = _Columns(
        min(max((len(_label(story.program.nodes[name])) for name in names), default=0), _LONGEST_NAME),
        max((len(story.program.nodes[name].type) for name in names), default=0),
        width,
    )
    pending = story.pending
    return [line for name in names for line in _step(story, name, pending.get(name, ""), now, columns)]


def _step(story: Story, name: str, pending: str, now: float, columns: _Columns) -> Iterator[Text]:
    node = story.program.nodes[name]
    status = story.run.steps.get(name)
    phase = status.phase if status else StepPhase.PENDING
    symbol, style = _SYMBOLS[phase]
    message = shortened(_message(status, now) if status else pending, _MESSAGE)
    line = Text("  ")
    line.append(f"{symbol} ", style=style)
    line.append(_label(node).ljust(columns.name), style="" if status else "dim")
    line.append(f"  {node.type.ljust(columns.type)}", style="dim")
    line.append(f"  {_took(status, now):>6}", style="dim")
    tone = style if phase in {StepPhase.FAILED, StepPhase.SUSPENDING} else "dim"
    if message and line.cell_len + 2 + len(message) <= columns.width:
        line.append(f"  {message}", style=tone)
        yield line
    else:
        line.rstrip()
        yield line
        if message:
            yield from (Text(part, style=tone) for part in wrapped(message, columns.width, 6))
    for error in status.output_errors if status else ():
        yield from (Text(part, style="yellow") for part in wrapped(f"! {one_line(error)}", columns.width, 6))


def _label(node: Node) -> str:
    """The step's name, which commands take, and what the manifest calls it for people; sub-steps are indented."""
    alias = f" ({shortened(one_line(node.alias), _LONGEST_NAME)})" if node.alias else ""
    return f"{'  ' if node.parent else ''}{node.name}{alias}"


def _took(status: StepStatus | None, now: float) -> str:
    if status is None or status.first_execute_time is None:
        return ""
    return format_duration(max((now if status.ended_at is None else status.ended_at) - status.first_execute_time, 0.0))


def _message(status: StepStatus, now: float) -> str:
    if status.retrying and status.retry_at is not None:
        again = format_duration(max(status.retry_at - now, 0.0))
        return f"failed {status.failures} time(s), trying again in {again}: {status.message}"
    if status.phase is StepPhase.SUSPENDING and status.until is not None:
        again = f"goes on by itself in {format_duration(max(status.until - now, 0.0))}"
        return f"{status.message}; {again}" if status.message else again
    if status.phase is StepPhase.SUSPENDING:
        return status.message or ("paused" if status.held else "waits until somebody resumes it")
    if status.phase is StepPhase.SKIPPED:
        return f"skipped: {status.message}"
    return status.message


def warning_lines(story: Story, *, width: int = 80) -> list[Text]:
    """What went wrong without stopping the run."""
    return [Text(part, style="yellow") for text in story.run.warnings for part in wrapped(f"! {one_line(text)}", width, 2)]


def answer_lines(story: Story, *, width: int = 80) -> list[Text]:
    """The answers of the run's `chat-gpt` steps, each under a rule of its own."""
    found: list[Text] = []
    for step, answer in story.run.answers.items():
        head = f"── {answers.title(step, answer)} "
        found += [Text(), Text(f"  {head}{'─' * max(width - 4 - len(head), 2)}", style="cyan")]
        for number, text in enumerate(answers.lines(answer)):
            indent = 2 + len(text) - len(text.lstrip())
            style = "bold" if number == 0 else ""
            found += [Text(part, style=style) for part in (wrapped(text.strip(), width - 2, indent) if text.strip() else [""])]
    return found
