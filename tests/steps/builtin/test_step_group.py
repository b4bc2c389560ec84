"""The `step-group` step type."""

from steps.builtin.step_group import StepGroup, step_group
from steps.model.outcome import Succeeded
from tests.fakes.context import step_context


async def test_properties_are_ignored_and_an_empty_group_succeeds() -> None:
    params = StepGroup.model_validate({"anything": {"at": ["all"]}})
    assert params == StepGroup()
    assert await step_group(step_context(), params) == Succeeded()
