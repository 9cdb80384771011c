"""The workflow changed as nobody may change it: what replay must catch before a release."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from temporalio import workflow
from typing_extensions import override

from activities import contracts
from workflows.process import ProcessWorkflow


@workflow.defn(name=contracts.WORKFLOW)
class OtherOrder(ProcessWorkflow):
    """Rests before each command: the commands come in another order."""

    @workflow.init
    def __init__(self, start: contracts.Start) -> None:
        super().__init__(start)

    @override
    @workflow.run
    async def run(self, start: contracts.Start) -> str:
        """Work as before."""
        return await super().run(start)

    @override
    async def _take(self, command: dict[str, Any]) -> None:
        await workflow.sleep(timedelta(seconds=1))
        await super()._take(command)


@workflow.defn(name=contracts.WORKFLOW)
class NormalActivities(ProcessWorkflow):
    """Hands each command to a normal activity: other events for the same."""

    @workflow.init
    def __init__(self, start: contracts.Start) -> None:
        super().__init__(start)

    @override
    @workflow.run
    async def run(self, start: contracts.Start) -> str:
        """Work as before."""
        return await super().run(start)

    @override
    async def _advance(self, command: dict[str, Any]) -> contracts.AdvanceResult:
        now = workflow.now().isoformat()
        result: contracts.AdvanceResult = await workflow.execute_activity(
            contracts.ADVANCE,
            contracts.AdvanceRequest(self._state.to_json(), command, now),
            result_type=contracts.AdvanceResult,
            start_to_close_timeout=timedelta(seconds=10),
        )
        return result


@workflow.defn(name=contracts.WORKFLOW)
class NoAlarm(ProcessWorkflow):
    """Sets no alarm: a timer of the history has no command."""

    @workflow.init
    def __init__(self, start: contracts.Start) -> None:
        super().__init__(start)

    @override
    @workflow.run
    async def run(self, start: contracts.Start) -> str:
        """Work as before."""
        return await super().run(start)

    @override
    def _set_alarm(self) -> None:
        """Forget to."""
