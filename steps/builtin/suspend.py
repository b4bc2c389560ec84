"""The `suspend` step type: wait for a person, or for a while."""

from pydantic import Field

from steps.context import StepContext
from steps.duration import Duration
from steps.model.outcome import Suspended
from steps.registry import Parameters, step_type


class Suspend(Parameters):
    """How long to wait, and what to show meanwhile."""

    duration: Duration | None = Field(None, description="Go duration, for example 30s; without it, until somebody resumes.")
    message: str = Field("", description="Shown in the thread while waiting.")


@step_type("suspend", repeatable=True)
async def suspend(ctx: StepContext, params: Suspend) -> Suspended:
    """Wait until the run is resumed or the duration has passed."""
    return Suspended(until=ctx.after(params.duration), message=params.message)
