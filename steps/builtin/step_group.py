"""The `step-group` step type: a name for several steps that belong together.

The plan runs the group's `subSteps` and derives the group's phase; the function here is never called for a group that has any. The
type stands here so that validation and `promptops steps` know it like every other.
"""

from pydantic import ConfigDict

from steps.context import StepContext
from steps.model.outcome import Succeeded
from steps.registry import Parameters, step_type


class StepGroup(Parameters):
    """Nothing; properties are ignored, as KubeVela does."""

    model_config = ConfigDict(extra="ignore")


@step_type("step-group", repeatable=True)
async def step_group(_ctx: StepContext, _params: StepGroup) -> Succeeded:
    """Run the sub-steps, side by side unless the mode says otherwise; succeed when all of them have."""
    return Succeeded()
