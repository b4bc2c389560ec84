"""The `print-message-in-status` step type."""

import pytest
from pydantic import ValidationError

from steps.builtin.print_message_in_status import PrintMessageInStatus, print_message_in_status
from steps.model.outcome import Succeeded
from tests.fakes.context import step_context


async def test_the_message_is_shown_and_can_be_an_output() -> None:
    params = PrintMessageInStatus.model_validate({"message": "hello"})
    assert await print_message_in_status(step_context(), params) == Succeeded(values={"msg": "hello"}, message="hello")


@pytest.mark.parametrize("properties", [{}, {"message": 1}, {"message": "hello", "mesage": "hello"}])
def test_anything_but_a_message_is_refused(properties: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        PrintMessageInStatus.model_validate(properties)
