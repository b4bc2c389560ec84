"""One execution of one step: from the step type's result or error to an `Outcome`.

This is the one place that catches `Exception`: a step type may be a team's own code, and whatever breaks in it is that step's failure, told
to people, not the engine's. Cancellation passes.
"""

import logging

from steps.context import StepContext
from steps.errors import Conflict, NeedsApproval, StepError, Temporary
from steps.model.outcome import Failed, Outcome, Retry, Succeeded, Suspended, Waiting
from steps.model.phases import Reason
from steps.registry import Parameters, StepType

log = logging.getLogger(__name__)


async def execute(step_type: StepType, ctx: StepContext, params: Parameters) -> Outcome:
    """Run a step type once. An unexpected exception fails the step with KubeVela's `Rendering`, its word for a panic."""
    try:
        outcome: object = await step_type(ctx, params)
    except NeedsApproval as error:
        return Suspended(error.message, reason=Reason.APPROVAL_REQUIRED, change=error.change)
    except (Temporary, Conflict) as error:
        return Retry(error.message, error.values)
    except StepError as error:
        return Failed(error.message, values=error.values)
    except Exception as error:
        log.exception("step type %r broke in step %r of run %r", step_type.name, ctx.step, ctx.run)
        return Failed(f"step type {step_type.name!r} broke: {type(error).__name__}: {error}; its log has the details", Reason.RENDERING)
    if not isinstance(outcome, Succeeded | Waiting | Suspended | Retry | Failed):
        said = f"step type {step_type.name!r} returned {type(outcome).__name__} and not an outcome; that is a defect of the step type"
        return Failed(said, Reason.RENDERING)
    return outcome
