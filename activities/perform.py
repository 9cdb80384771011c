"""A step as a normal activity: visible in Temporal, with retries and a time limit.

The result is stored under the job's key in the step's own transaction, so that what a step writes
is written once even when the activity is repeated after a crash. What it does outside may be done
again: the peer is given the job's key.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.contracts import PERFORM, PerformRequest, PerformResult
from activities.step import Step, StepError
from bpmn.clock import Clock
from models import job_result

if TYPE_CHECKING:
    from collections.abc import Mapping

    from activities.house import House
    from activities.step import Handler


@dataclass(frozen=True)
class Perform:
    """The activity `perform`, with every step by job type."""

    house: House
    handlers: Mapping[str, Handler]

    @activity.defn(name=PERFORM)
    def perform(self, request: PerformRequest) -> PerformResult:
        """Do one step; a BPMN error is a result, anything else is retried."""
        handler = self.handlers.get(request.job_type)
        if handler is None:
            raise ApplicationError("", type="job_type_unknown", non_retryable=True)
        with Session(self.house.engine) as session, session.begin():
            if (known := job_result.find(session, request.job_key)) is not None:
                return PerformResult(**known)
            result = self._result(session, handler, request)
            job_result.put(session, request.job_key, asdict(result))
        return result

    def _result(self, session: Session, handler: Handler, request: PerformRequest) -> PerformResult:
        definition = self.house.definitions.get(request.definition)
        element = definition.element(request.process, request.element)
        step = Step(
            session,
            self.house,
            request.instance_key,
            request.job_key,
            request.element,
            request.variables,
            element.task.headers if element.task else {},
            Clock(datetime.now(UTC), self.house.calendar(request.calendar), self.house.time_scale),
            outside=True,
        )
        try:
            return PerformResult(
                handler(step),
                task_changes=step.task_changes,
                timer_changes=step.timer_changes,
                calendar=step.calendar,
            )
        except StepError as error:
            return PerformResult(error.variables, error.code)
        except Exception as error:  # noqa: BLE001 (every failure of a step is retried by Temporal)
            # Only the kind of failure goes on: a message could hold what a customer wrote.
            code = getattr(error, "code", None)
            kind = code if isinstance(code, str) else type(error).__name__
            raise ApplicationError("", type=kind) from None
