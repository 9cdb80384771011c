"""An `advance` in memory for workflow tests: first committed batch wins, as in PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.contracts import (
    ADVANCE,
    PERFORM,
    AdvanceRequest,
    AdvanceResult,
    PerformRequest,
    PerformResult,
)
from bpmn import commands
from bpmn.apply import replay
from bpmn.clock import Clock
from bpmn.decide import decide
from bpmn.model import Definition
from bpmn.state import State


class Ledger:
    """Committed batches by (instance, first record number), and what the tests do to them."""

    def __init__(self, definition: Definition, scale: float = 1.0) -> None:
        self.definition = definition
        self.scale = scale
        self.batches: dict[tuple[int, int], AdvanceResult] = {}
        self.performed: list[PerformRequest] = []
        self.before_answer: Callable[[AdvanceRequest], None] = lambda _: None
        self.step: Callable[[PerformRequest], PerformResult] = lambda _: PerformResult()
        self.fire_instants: list[datetime] = []

    def records(self, key: int) -> list[dict[str, Any]]:
        """All records of an instance, in order."""
        found = [r for (k, _), b in self.batches.items() if k == key for r in b.records]
        return sorted(found, key=lambda record: int(record["number"]))

    def replayed(self, key: int) -> dict[str, Any]:
        """The state that the committed records lead to."""
        return replay(key, self.records(key)).to_json()

    @activity.defn(name=ADVANCE)
    async def advance(self, request: AdvanceRequest) -> AdvanceResult:
        """Decide and commit, or adopt."""
        await asyncio.sleep(0)
        state = State.from_json(request.state)
        place = (state.key, state.number + 1)
        command = commands.from_json(request.command)
        if place not in self.batches:
            clock = Clock(datetime.fromisoformat(request.now), scale=self.scale)
            try:
                found = decide(self.definition, state, command, clock)
            except commands.Rejection as refused:
                return AdvanceResult(command.id, rejection={"code": refused.code, **refused.data})
            if not found:
                return AdvanceResult(command.id)
            records = [record.to_json() for record in found]
            self.batches[place] = AdvanceResult(command.id, records)
        self.before_answer(request)
        return self.batches[place]

    @activity.defn(name=PERFORM)
    async def perform(self, request: PerformRequest) -> PerformResult:
        """Do what the test says a step does."""
        self.performed.append(request)
        try:
            return self.step(request)
        except ValueError as error:
            raise ApplicationError("", type="step_broke") from error
