"""What was asked of an instance, command by command, as its history tells it (历史中的命令)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from activities import contracts
from bpmn import commands

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_TIMERS = "timers:"
_CANCELED = "cancel"
_FAILED = "step_failed"


class Asked:
    """Commands by id, gathered event by event."""

    def __init__(self) -> None:
        self._commands: dict[str, dict[str, Any]] = {}
        # The attempt that each job is at: the workflow names what a step brings by it.
        self._attempts: dict[int, int] = {}
        # By the event that scheduled it: the activity, and the job it works at.
        self._scheduled: dict[int, tuple[str, int, int]] = {}

    def command(self, identity: str) -> dict[str, Any]:
        """Return the command of an id, the id alone where it is not known."""
        if (known := self._commands.get(identity)) is not None:
            return known
        if identity.startswith(_TIMERS):
            return commands.FireTimers(id=identity).to_json()
        if identity == _CANCELED:
            return commands.CancelInstance(id=identity, reason="workflow_canceled").to_json()
        return {"id": identity}

    def begin_run(self) -> None:
        """Forget what counts events: each run begins anew with it."""
        self._scheduled.clear()

    def started(self, start: Mapping[str, Any]) -> None:
        """Remember what a run began with (JSON of `contracts.Start`)."""
        if start["command"]:
            self.updated(start["command"])
        if start["state"]:
            self._attempts = {one["key"]: one["attempt"] for one in start["state"]["jobs"]}

    def updated(self, command: dict[str, Any]) -> None:
        """Remember a command that was sent."""
        self._commands[command["id"]] = command

    def schedule(self, event: int, activity: str, request: Mapping[str, Any]) -> None:
        """Remember what an activity was asked."""
        key = 0
        if activity == contracts.ADVANCE:
            self.updated(request["command"])
        else:
            key = request["job_key"]
        self._scheduled[event] = (activity, key, self._attempts.get(key, 1))

    def scheduled(self, event: int) -> str:
        """Return the name of the activity that an event scheduled."""
        return self._scheduled[event][0]

    def performed(self, event: int, result: Mapping[str, Any]) -> None:
        """Remember what a step brought (JSON of `contracts.PerformResult`)."""
        _, key, attempt = self._scheduled[event]
        identity, variables = f"job:{key}:{attempt}", result["variables"]
        command: commands.Command
        if result["error"]:
            command = commands.ThrowError(
                id=identity, key=key, code=result["error"], variables=variables
            )
        else:
            command = commands.CompleteJob(
                id=identity,
                key=key,
                variables=variables,
                task_changes=result["task_changes"],
                # Histories of the first days know neither of these.
                timer_changes=result.get("timer_changes", []),
                calendar=result.get("calendar", 0),
            )
        self.updated(command.to_json())

    def failed(self, event: int, code: str) -> None:
        """Remember that a step has failed after its retries."""
        activity, key, attempt = self._scheduled[event]
        if activity == contracts.PERFORM:
            failed = commands.FailJob(id=f"job:{key}:{attempt}", key=key, code=code or _FAILED)
            self.updated(failed.to_json())

    def learn_jobs(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Take note of the attempts that records tell of."""
        for record in records:
            if record["kind"] == "JOB_CREATED":
                self._attempts[record["key"]] = 1
            elif record["kind"] == "JOB_RETRIED":
                self._attempts[record["key"]] = self._attempts.get(record["key"], 1) + 1
