"""What views know of a run: its value, and what only its events tell. A fold, like the run itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from steps.model.events import Event, RunCreated, StepEnded, StepStarted, StepSuspended
from steps.model.phases import Reason, RunPhase, StepPhase
from steps.model.run import Run, begin, follow
from steps.model.status import StepStatus
from steps.plan.planning import pending_steps
from steps.plan.program import Program, compile_manifest


@dataclass(frozen=True, slots=True)
class Story:
    """A run so far. `details` are the lines of a change that waits for approval, by step."""

    run: Run
    program: Program
    details: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def pending(self) -> Mapping[str, str]:
        """The steps that would be next, and what they wait for."""
        return pending_steps(self.run, self.program)

    @property
    def waiting(self) -> tuple[StepStatus, ...]:
        """The steps that are suspended."""
        return tuple(item for item in self.run.steps.values() if item.phase is StepPhase.SUSPENDING)

    @property
    def settled(self) -> bool:
        """Whether nothing more happens unless a person does something; a suspended step with a time goes on by itself."""
        if self.run.phase is RunPhase.SUSPENDING:
            return self.run.suspended or all(item.until is None for item in self.waiting)
        return self.run.phase.finished

    @property
    def needs_approval(self) -> tuple[StepStatus, ...]:
        """The steps that wait for the approval of a change."""
        return tuple(item for item in self.waiting if item.reason is Reason.APPROVAL_REQUIRED)


def tell(story: Story | None, event: Event) -> Story:
    """The story after one more event; the first must be the run's creation (ValueError)."""
    if story is None:
        run = begin(event)
        return Story(run, compile_manifest(run.manifest))
    match event:
        case StepSuspended(step=step, details=details):
            known = {**story.details, step: tuple(details)}
        case StepStarted(step=step) | StepEnded(step=step):
            known = {name: lines for name, lines in story.details.items() if name != step}
        case RunCreated():
            known = {}
        case _:
            known = dict(story.details)
    return replace(story, run=follow(story.run, event), details=known)
