"""The events of a run as plain lines, one an event, for logs and where there is no terminal. Pure."""

from collections.abc import Callable
from typing import assert_never

from bot.terminal import answers
from bot.terminal.text import clean, one_line
from steps.duration import format_duration
from steps.model.events import (
    Event,
    RunCreated,
    RunEnded,
    RunRestarted,
    RunResumed,
    RunSuspended,
    RunTerminated,
    StepEnded,
    StepLogged,
    StepProgress,
    StepSkipped,
    StepStarted,
    StepSuspended,
    StepWaiting,
)
from steps.model.phases import StepPhase
from steps.plan.export import rfc3339

Stamp = Callable[[float], str]


def since(start: float) -> Stamp:
    """Stamps with the time since a moment: `+3.0s`."""
    return lambda at: _elapsed(max(at - start, 0.0)).rjust(7)


def _elapsed(seconds: float) -> str:
    return f"+{seconds:.1f}s" if seconds < 60 else f"+{format_duration(seconds)}"  # noqa: PLR2004 - a minute


def utc(at: float) -> str:
    """A stamp with date and time."""
    return rfc3339(at)


def event_lines(event: Event, stamp: Stamp) -> list[str]:
    """The event in words, most often one line; further lines are indented."""
    first, *rest = _words(event)
    at = stamp(event.at)
    pad = " " * len(at)
    return [f"{at}  {first}", *(f"{pad}    {line}".rstrip() for line in rest)]


def _words(event: Event) -> list[str]:
    match event:
        case RunCreated():
            place = f"namespace {event.namespace}, cluster {event.cluster or 'none'}"
            return [f"{event.run}: created, workflow {event.workflow}, {place}", *(f"warning: {one_line(text)}" for text in event.warnings)]
        case StepStarted():
            return [f"{event.step}: started" + (f" again (execution {event.attempt})" if event.attempt > 1 else "")]
        case StepProgress():
            return [f"{event.step}: {one_line(event.message)}"]
        case StepLogged():
            text = clean(event.text).splitlines() or [""]
            return [f"{event.step}: says: {text[0]}", *text[1:]]
        case StepWaiting():
            what = "failed for now" if event.failed else "waits"
            again = format_duration(max(event.again - event.at, 0.0))
            return [f"{event.step}: {what}, again in {again}: {one_line(event.message)}"]
        case StepSuspended():
            until = f"; goes on by itself at {rfc3339(event.until)}" if event.until is not None else ""
            said = one_line(event.message) or "until somebody resumes it"
            return [f"{event.step}: suspended: {said}{until}", *(one_line(line) for line in event.details)]
        case StepSkipped():
            return [f"{event.step}: skipped: {one_line(event.message)}"]
        case StepEnded():
            return _ended(event)
        case RunSuspended():
            return [f"suspended by {one_line(event.by)}"]
        case RunResumed():
            return [f"resumed by {one_line(event.by)}" + (f": {', '.join(event.steps)}" if event.steps else "")]
        case RunTerminated():
            return [f"terminated by {one_line(event.by)}"]
        case RunRestarted():
            return [f"restarted by {one_line(event.by)}" + (f", from step {event.step}" if event.step else "")]
        case RunEnded():
            return [f"{event.phase}" + (f": {one_line(event.message)}" if event.message else "")]
        case _:
            assert_never(event)


def _ended(event: StepEnded) -> list[str]:
    failed = event.phase is StepPhase.FAILED
    message = f": {one_line(event.message)}" if event.message else ""
    told = [f"{event.step}: {event.phase}" + (f" ({event.reason})" if failed and event.reason else "") + message]
    told += [f"warning: {one_line(error)}" for error in event.output_errors]
    answer = event.answer
    # Longer answers were logged by the step; a bare score says too little.
    if answer and str(answer.get("text", "")).strip() == str(answer.get("score")):
        told += answers.lines(answer)
    return told
