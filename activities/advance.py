"""One command to the next wait, in one PostgreSQL transaction (推进).

The batch row is inserted first: the first committed batch wins, and a repetition after a crash
adopts it together with its command instead of writing its own. So a step of ours happens exactly
once, with the records that say so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from traceback import format_tb
from typing import TYPE_CHECKING

from sqlalchemy import event
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.orm import Session
from temporalio import activity

from activities.contracts import ADVANCE, AdvanceRequest, AdvanceResult
from activities.projection import Projection
from activities.step import LeavesHouseError, Step, StepError
from bpmn import commands
from bpmn.clock import Clock
from bpmn.decide import handle
from bpmn.run import Run
from bpmn.state import Job, State
from bpmn.variables import visible
from models import audit_record, command_batch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from activities.house import House
    from activities.step import Handler


# Values out of range, and texts with a NUL.
_UNSTORABLE = (DataError, ValueError, OverflowError)


class _StepFailedError(Exception):
    """A step of ours failed: its job stays for a normal activity, with retries."""

    def __init__(self, job_key: int) -> None:
        super().__init__(job_key)
        self.job_key = job_key


@dataclass(frozen=True)
class Advance:
    """The activity `advance`, with the steps that run inside a batch by job type."""

    house: House
    handlers: Mapping[str, Handler]

    @activity.defn(name=ADVANCE)
    def advance(self, request: AdvanceRequest) -> AdvanceResult:
        """Carry out one command; see `AdvanceResult` for what comes back."""
        left_out: set[int] = set()
        while True:
            try:
                return _Batch(self, request, left_out).commit()
            except _StepFailedError as failed:
                # Once more without this step. What the batch did before it is done again, which
                # costs nothing in the ordinary case; a savepoint a step would cost always.
                left_out.add(failed.job_key)


def _session(house: House) -> Session:
    """Return a session that holds on to what it has loaded: steps look at the same few rows."""
    session = Session(house.engine)
    held: list[object] = []
    event.listen(session, "loaded_as_persistent", lambda _, found: held.append(found))
    return session


class _Batch:
    """One attempt."""

    def __init__(self, door: Advance, request: AdvanceRequest, left_out: set[int]) -> None:
        self._house = door.house
        self._handlers = door.handlers
        self._command = commands.from_json(request.command)
        self._now = datetime.fromisoformat(request.now)
        state = State.from_json(request.state)
        # A job that was open before is the workflow's: it runs as a normal activity.
        self._left_out = left_out | state.jobs.keys()
        self._first = state.number + 1
        created = self._command if isinstance(self._command, commands.CreateInstance) else None
        definition = self._house.definitions.get(
            created.definition if created else state.definition
        )
        calendar = self._house.calendar(getattr(self._command, "calendar", 0) or state.calendar)
        clock = Clock(self._now, calendar, self._house.time_scale)
        self._run = Run(definition, state, clock)

    def commit(self) -> AdvanceResult:
        """Run up to the next wait and commit, or adopt what was committed before.

        What people ask for and no table can hold is refused: it would fail again at every attempt,
        and nobody else could do anything with the instance.
        """
        try:
            return self._commit()
        except _UNSTORABLE as error:
            if not self._command.actor:
                raise
            data = {"code": "engine_error", "error": type(error).__name__}
            return AdvanceResult(self._command.id, rejection=data)

    def _commit(self) -> AdvanceResult:
        with _session(self._house) as session, session.begin() as transaction:
            won = command_batch.put(
                session,
                instance_key=self._run.state.key,
                first_number=self._first,
                command_id=self._command.id,
                at=self._now,
            )
            if not won:
                return self._adopt(session)
            try:
                self._handle()
                projection = Projection(session, self._house, self._run)
                projection.catch_up()
                while job := self._next_job():
                    self._do(session, job)
                    projection.catch_up()
            except commands.Rejection as rejection:
                transaction.rollback()
                data = {"code": rejection.code, **rejection.data}
                return AdvanceResult(self._command.id, rejection=data)
            records = [record.to_json() for record in self._run.records]
            if not records:
                transaction.rollback()
                return AdvanceResult(self._command.id)
            projection.finish()
            audit_record.append(session, self._run.state.key, records)
        return AdvanceResult(self._command.id, records)

    def _handle(self) -> None:
        """Run the engine; what people ask for is refused where it fails, and nothing has changed.

        What nobody asked for, such as a timer, is tried again until the engine is mended.
        """
        try:
            handle(self._run, self._command)
        except commands.Rejection:
            raise
        except Exception as error:
            if not self._command.actor:
                raise
            # Where, and not with what: the exception's own text may hold a value.
            activity.logger.error(
                "engine failed: %s\n%s",
                type(error).__name__,
                "".join(format_tb(error.__traceback__)),
            )
            raise commands.Rejection("engine_error", error=type(error).__name__) from error

    def _adopt(self, session: Session) -> AdvanceResult:
        """Return the batch that is committed from here on, or nothing for a repeated command.

        A worker that died may have committed several in one workflow task. They are adopted one
        by one, so that each answers its own command.
        """
        key = self._run.state.key
        batch = command_batch.find(session, key, self._first)
        if batch is None:
            return AdvanceResult(self._command.id)
        last = command_batch.last_number(session, batch)
        records = audit_record.read(session, key, after=self._first - 1, until=last)
        return AdvanceResult(batch.command_id, records)

    def _next_job(self) -> Job | None:
        for job in self._run.state.jobs.values():
            if job.type in self._handlers and job.retries > 0 and job.key not in self._left_out:
                return job
        return None

    def _do(self, session: Session, job: Job) -> None:
        run = self._run
        host = run.state.elements[job.host]
        element = run.element(host)
        step = Step(
            session,
            self._house,
            run.state.key,
            job.key,
            job.element,
            visible(run.state, job.host),
            element.task.headers if element.task else {},
            run.clock,
        )
        identity = f"job:{job.key}"
        try:
            variables = self._handlers[job.type](step)
        except StepError as error:
            thrown = commands.ThrowError(
                id=identity, key=job.key, code=error.code, variables=error.variables
            )
            handle(run, thrown)
            return
        except LeavesHouseError:
            raise _StepFailedError(job.key) from None
        except OperationalError:
            # The database, not the step: the whole batch is tried again.
            raise
        except Exception as error:
            activity.logger.warning(
                "step failed",
                extra={"job_type": job.type, "error": type(error).__name__},
            )
            raise _StepFailedError(job.key) from error
        if step.calendar:
            run.clock = replace(run.clock, calendar=self._house.calendar(step.calendar))
        done = commands.CompleteJob(
            id=identity,
            key=job.key,
            variables=variables,
            task_changes=step.task_changes,
            timer_changes=step.timer_changes,
            calendar=step.calendar,
        )
        handle(run, done)
