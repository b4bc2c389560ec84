"""The `suspend` step type."""

import pytest
from pydantic import ValidationError

from steps.builtin.suspend import Suspend, suspend
from steps.model.outcome import Suspended
from tests.fakes.clock import ManualClock
from tests.fakes.context import step_context


async def test_it_waits_for_a_person_when_no_duration_is_given() -> None:
    assert await suspend(step_context(), Suspend.model_validate({})) == Suspended()


async def test_it_waits_until_the_duration_has_passed_and_shows_its_message() -> None:
    params = Suspend.model_validate({"duration": "1m30s", "message": "look at staging"})
    assert await suspend(step_context(clock=ManualClock(1000)), params) == Suspended(message="look at staging", until=1090)


def test_a_duration_that_go_does_not_know_is_refused_with_the_fix() -> None:
    with pytest.raises(ValidationError, match="'1min' is not a Go duration; write '1m'"):
        Suspend.model_validate({"duration": "1min"})


def test_waiting_again_does_no_harm() -> None:
    assert suspend.repeatable
