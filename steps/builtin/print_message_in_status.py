"""The `print-message-in-status` step type: say something where everybody looks."""

from pydantic import Field

from steps.context import StepContext
from steps.model.outcome import Succeeded
from steps.registry import Parameters, step_type


class PrintMessageInStatus(Parameters):
    """What to say."""

    message: str = Field(description="Shown as the message of this step.")


@step_type("print-message-in-status", repeatable=True)
async def print_message_in_status(_ctx: StepContext, params: PrintMessageInStatus) -> Succeeded:
    """Show a message in the status of the step."""
    return Succeeded(values={"msg": params.message}, message=params.message)
