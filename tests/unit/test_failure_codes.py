"""What the record of a failed step says: a code, whatever ended it."""

from __future__ import annotations

from temporalio import exceptions
from temporalio.exceptions import ApplicationError, TimeoutType

from workflows.process import failure_code


def test_a_step_that_names_its_failure_is_recorded_with_that_name() -> None:
    assert failure_code(ApplicationError("", type="smtp_unavailable")) == "smtp_unavailable"


def test_a_step_that_runs_out_of_time_or_says_nothing_has_failed() -> None:
    late = exceptions.TimeoutError("", type=TimeoutType.START_TO_CLOSE, last_heartbeat_details=[])

    assert failure_code(late) == "step_failed"
    assert failure_code(ApplicationError("")) == "step_failed"
    assert failure_code(None) == "step_failed"
