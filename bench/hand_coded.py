"""The feedback process as a Temporal workflow written by hand (手写流程), to be compared with.

One normal activity a step, one timer a limit. What it cannot do, the interpreter can: change its
drawing, be replayed from its records, adopt a batch after a crash, be withdrawn or extended.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError

from bench import contracts, rules

_STEP = timedelta(minutes=2)
_PATIENT = RetryPolicy(maximum_interval=timedelta(seconds=30))
_PLEASED = frozenset({"very_satisfied", "satisfied"})


@workflow.defn(name=contracts.WORKFLOW)
class HandCodedWorkflow:
    """One feedback item from receipt to a closed loop."""

    @workflow.init
    def __init__(self, start: contracts.Start) -> None:
        self._start = start
        self._feedback: dict[str, Any] = dict(start.variables["feedback"])
        self._number = 0
        self._open: dict[int, str] = {}
        self._done: dict[int, contracts.Completion] = {}
        self._satisfaction = ""

    @workflow.run
    async def run(self, start: contracts.Start) -> str:
        """Live the item's life; return how it ended."""
        given = start.variables
        await self._step(
            "feedback.receive",
            status="pending",
            customer=given["customer"],
            contact=given["contact"],
        )
        await self._classify(given["description"])
        group = rules.department(self._feedback["type"], self._feedback["category"])
        level = rules.service_level(self._feedback, start.limits["acceptance"])
        routing = {"department": group, "candidate_group": group}
        assigned = await self._step("feedback.assign", routing=routing, service_level=level)
        late = self._watch_solution(level["solution"])
        handler = await self._accept(group, assigned["assignment"]["assignee"], level["acceptance"])
        processed = await self._process(group, handler, assigned["due_at"])
        if late:
            late.cancel()
        reply = processed.variables["reply"]
        await self._step("feedback.reply", status="resolved", reply=reply, contact=given["contact"])
        return await self._close(await self._survey())

    @workflow.update(name=contracts.COMPLETE)
    async def complete(self, completion: contracts.Completion) -> None:
        """Complete a user task; its row can be read when this returns."""
        del self._open[completion.key]
        await self._act(
            contracts.COMPLETE_TASK,
            contracts.CompletionRequest(self._start.instance_key, self._next(), completion),
        )
        self._done[completion.key] = completion

    @complete.validator
    def _check(self, completion: contracts.Completion) -> None:
        if completion.key not in self._open:
            raise ApplicationError("", type="user_task_not_active", non_retryable=True)

    @workflow.update(name=contracts.ANSWER)
    async def answer(self, answer: contracts.Answer) -> None:
        """Record what the customer says; it can be read when this returns."""
        await self._step("survey.record", satisfaction=answer.satisfaction)
        self._satisfaction = answer.satisfaction

    async def _classify(self, description: dict[str, str]) -> None:
        said = await self._step("feedback.classify", description=description)
        for name in ("type", "category"):
            self._feedback[name] = said["classification"][name]

    async def _accept(self, group: str, assignee: str | None, limit: str) -> str:
        """Wait until somebody has accepted, telling the head when that takes too long."""
        key = await self._task("accept", group, assignee=assignee, due=limit)
        try:
            await workflow.wait_condition(lambda: key in self._done, timeout=rules.span(limit))
        except TimeoutError:
            await self._step("feedback.escalate")
            await workflow.wait_condition(lambda: key in self._done)
        handler = self._done[key].actor
        await self._step("feedback.accept", handler=handler)
        return handler

    async def _process(self, group: str, handler: str, due_at: str | None) -> contracts.Completion:
        key = await self._task(
            "process", group, assignee=handler, due=due_at or "", status="processing"
        )
        await workflow.wait_condition(lambda: key in self._done)
        return self._done[key]

    async def _survey(self) -> str:
        limits = self._start.limits
        await workflow.sleep(rules.span(limits["survey_delay"]))
        await self._step("survey.send", limits=limits, contact=self._start.variables["contact"])
        try:
            await workflow.wait_condition(
                lambda: bool(self._satisfaction), timeout=rules.span(limits["survey_expiry"])
            )
        except TimeoutError:
            return "unanswered"
        if self._satisfaction in _PLEASED:
            return "satisfied"
        limit = limits["second_followup"]
        key = await self._task(
            "second_followup", "role.specialist", due=limit, status="second_followup"
        )
        await workflow.wait_condition(lambda: key in self._done)
        return "followed_up"

    async def _close(self, outcome: str) -> str:
        await self._step("feedback.close", status="closed", outcome=outcome)
        await workflow.wait_condition(workflow.all_handlers_finished)
        return outcome

    def _watch_solution(self, limit: str) -> asyncio.Task[None] | None:
        if not self._start.solution_timer:
            return None
        return asyncio.create_task(self._escalate_late(rules.span(limit)))

    async def _escalate_late(self, limit: timedelta) -> None:
        await workflow.sleep(limit)
        await self._step("feedback.escalate")

    async def _task(self, element: str, group: str, **given: Any) -> int:
        number = self._next()
        key = self._start.instance_key + number
        # Open before its row can be read: a completion may come at once.
        self._open[key] = element
        request = contracts.TaskRequest(
            self._start.instance_key,
            key,
            number,
            element,
            self._feedback["number"],
            [group],
            **given,
        )
        await self._act(contracts.OPEN_TASK, request)
        return key

    async def _step(self, job_type: str, /, status: str = "", **variables: Any) -> dict[str, Any]:
        number = self._next()
        key = self._start.instance_key
        request = contracts.StepRequest(key, key + number, number, job_type, variables, status)
        found: dict[str, Any] = await self._act(contracts.STEP, request)
        return found

    async def _act(self, name: str, request: object) -> Any:
        return await workflow.execute_activity(
            name, request, start_to_close_timeout=_STEP, retry_policy=_PATIENT
        )

    def _next(self) -> int:
        self._number += 1
        return self._number
