"""The one workflow type: mailbox, alarm and `apply` (流程工作流).

It holds no definition and decides nothing: each command goes to the activity `advance`, the records
that come back are applied, and one alarm rings no later than the earliest due timer. So an engine
upgrade never breaks a running instance: replay applies the recorded records again.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import (
    ActivityError,
    ApplicationError,
    FailureError,
    is_cancelled_exception,
)

from activities import contracts
from bpmn import commands
from bpmn.apply import apply
from bpmn.clock import to_text
from bpmn.records import Record
from bpmn.state import Job, State
from bpmn.variables import visible

# A batch is short; what it cannot do in this time goes on as a normal activity, for as long as the
# database is away.
_BATCH = timedelta(seconds=10)
_QUICK = RetryPolicy(
    initial_interval=timedelta(milliseconds=100),
    maximum_interval=timedelta(seconds=2),
    maximum_attempts=5,
)
_PATIENT = RetryPolicy(maximum_interval=timedelta(seconds=30))
_STEP = timedelta(minutes=2)
# Commands whose repetition is still recognised by the workflow after continue-as-new; the batch
# rows in PostgreSQL recognise all.
_REMEMBERED = 100
# Where a command names something that a batch has made.
_NAMED = ("key", "subscription", "scope")


def _refused(rejection: dict[str, Any]) -> ApplicationError:
    data = {name: value for name, value in rejection.items() if name != "code"}
    return ApplicationError("", data, type=rejection["code"], non_retryable=True)


def failure_code(cause: BaseException | None) -> str:
    """Return why a step outside the batch failed: its own code, or that it did at all."""
    own = cause.type if isinstance(cause, ApplicationError) else ""
    return own or "step_failed"


@workflow.defn(name=contracts.WORKFLOW)
class ProcessWorkflow:
    """One process instance, of whatever drawing."""

    @workflow.init
    def __init__(self, start: contracts.Start) -> None:
        self._state = (
            State.from_json(start.state)
            if start.state
            else State(start.instance_key, last_key=start.instance_key)
        )
        self._mailbox: list[dict[str, Any]] = [start.command] if start.command else []
        # What became of each command, by id: nothing, or why it was refused.
        self._answers: dict[str, dict[str, Any] | None] = dict.fromkeys(start.answered)
        self._steps: dict[tuple[int, int], asyncio.Task[None]] = {}
        self._alarm: asyncio.Task[None] | None = None
        self._alarm_at = ""

    @workflow.run
    async def run(self, start: contracts.Start) -> str:
        """Work until the instance has ended; return `completed` or `canceled`."""
        work = asyncio.create_task(self._work(start.history_budget))
        while not work.done():
            try:
                await asyncio.shield(work)
            except asyncio.CancelledError:
                if work.done():
                    break
                self._put(commands.CancelInstance(id="cancel", reason="workflow_canceled"))
        await work
        await workflow.wait_condition(workflow.all_handlers_finished)
        if not self._state.ended:
            done = [key for key, rejection in self._answers.items() if rejection is None]
            following = contracts.Start(
                start.instance_key,
                state=self._state.to_json(),
                answered=done[-_REMEMBERED:],
                history_budget=start.history_budget,
            )
            workflow.continue_as_new(following)
        return self._state.phase

    @workflow.update(name=contracts.COMMAND)
    async def command(self, command: dict[str, Any]) -> None:
        """Carry out a command (JSON of `bpmn.commands`); its rows can be read when this returns."""
        identity = command["id"]
        if identity not in self._answers and command not in self._mailbox:
            self._mailbox.append(command)
        await workflow.wait_condition(lambda: identity in self._answers)
        rejection = self._answers[identity]
        if rejection is not None:
            raise _refused(rejection)

    @command.validator
    def _check(self, command: dict[str, Any]) -> None:
        if command.get("id") in self._answers:
            return
        if max(int(command.get(name) or 0) for name in _NAMED) > self._state.last_key:
            # The row was committed by a worker that died before we heard of it: `advance` will
            # first adopt that batch, and then judge the command.
            return
        try:
            commands.from_json(command).check(self._state)
        except commands.Rejection as rejection:
            raise _refused({"code": rejection.code, **rejection.data}) from rejection

    @workflow.query(name=contracts.STATE)
    def state(self) -> dict[str, Any]:
        """Return the state as JSON."""
        return self._state.to_json()

    async def _work(self, budget: int) -> None:
        while not self._state.ended or self._mailbox:
            self._tidy_steps()
            self._set_alarm()
            await workflow.wait_condition(lambda: bool(self._mailbox) or self._may_renew(budget))
            if not self._mailbox:
                return
            await self._take(self._mailbox[0])

    def _may_renew(self, budget: int) -> bool:
        """Tell whether the history is long and nothing is under way that it alone remembers."""
        return (
            workflow.info().get_current_history_length() > budget
            and not self._steps
            and workflow.all_handlers_finished()
        )

    async def _take(self, command: dict[str, Any]) -> None:
        """Have one command carried out, or adopt the batch that had won before."""
        result = await self._advance(command)
        for record in result.records:
            apply(self._state, Record.from_json(record))
        self._answers[result.command_id] = result.rejection
        # An adopted batch answers its own command; the one in hand is asked again.
        self._mailbox = [one for one in self._mailbox if one["id"] != result.command_id]
        workflow.set_current_details(
            " · ".join(sorted({e.element for e in self._state.elements.values()}))
        )

    async def _advance(self, command: dict[str, Any]) -> contracts.AdvanceResult:
        request = contracts.AdvanceRequest(
            self._state.to_json(), command, workflow.now().isoformat()
        )
        result: contracts.AdvanceResult
        try:
            result = await workflow.execute_local_activity(
                contracts.ADVANCE,
                request,
                result_type=contracts.AdvanceResult,
                start_to_close_timeout=_BATCH,
                retry_policy=_QUICK,
            )
        except FailureError as error:
            if is_cancelled_exception(error):
                raise
            # A local activity that has given up brings its cause as it is. From here on the server
            # tries again until it succeeds, for everybody to see: an instance never ends by this.
            result = await workflow.execute_activity(
                contracts.ADVANCE,
                request,
                result_type=contracts.AdvanceResult,
                start_to_close_timeout=_STEP,
                retry_policy=_PATIENT,
            )
        return result

    def _put(self, command: commands.Command) -> None:
        self._mailbox.append(command.to_json())

    # One alarm. It is never moved to a later time: an alarm that rings in vain costs one workflow
    # task, moving it at each step would cost two events each.

    def _set_alarm(self) -> None:
        due = self._state.next_due()
        if due is None or (self._alarm and not self._alarm.done() and self._alarm_at <= due):
            return
        if self._alarm:
            self._alarm.cancel()
        self._alarm = asyncio.create_task(self._ring())

    async def _ring(self) -> None:
        while (due := self._state.next_due()) is not None:
            if due <= to_text(workflow.now()):
                self._put(commands.FireTimers(id=f"timers:{self._state.number}:{due}"))
                return
            self._alarm_at = due
            await workflow.sleep(datetime.fromisoformat(due) - workflow.now())

    # Steps outside the batch.

    def _tidy_steps(self) -> None:
        wanted = {(j.key, j.attempt): j for j in self._state.jobs.values() if j.retries > 0}
        for identity in [i for i in self._steps if i not in wanted]:
            self._steps.pop(identity).cancel()
        for identity, job in wanted.items():
            if identity not in self._steps:
                self._steps[identity] = asyncio.create_task(self._perform(job))

    async def _perform(self, job: Job) -> None:
        identity = f"job:{job.key}:{job.attempt}"
        host = self._state.elements[job.host]
        request = contracts.PerformRequest(
            self._state.key,
            self._state.definition,
            self._state.calendar,
            job.key,
            job.type,
            host.process,
            job.element,
            visible(self._state, job.host),
        )
        try:
            result = await workflow.execute_activity(
                contracts.PERFORM,
                request,
                result_type=contracts.PerformResult,
                start_to_close_timeout=_STEP,
                retry_policy=RetryPolicy(maximum_attempts=job.retries),
                # A step whose element was interrupted is left to itself: asking the server to
                # cancel it can cross its start, and what it brings is no longer awaited.
                cancellation_type=workflow.ActivityCancellationType.ABANDON,
                summary=job.element,
            )
        except ActivityError as error:
            self._put(commands.FailJob(id=identity, key=job.key, code=failure_code(error.cause)))
            return
        if result.error:
            self._put(
                commands.ThrowError(
                    id=identity, key=job.key, code=result.error, variables=result.variables
                )
            )
        else:
            self._put(
                commands.CompleteJob(
                    id=identity,
                    key=job.key,
                    variables=result.variables,
                    task_changes=result.task_changes,
                    timer_changes=result.timer_changes,
                    calendar=result.calendar,
                )
            )
