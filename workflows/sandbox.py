"""How workflow code is watched: what passes through is no longer checked at run time."""

from __future__ import annotations

from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

# Both are free of clock, chance and I/O by lint; loading them anew costs 10 ms an instance.
_PASSED_THROUGH = ("bpmn", "activities.contracts")


def runner(*, strict: bool = False) -> SandboxedWorkflowRunner:
    """Return the runner; `strict` passes nothing through, so that tests catch what lint misses."""
    if strict:
        return SandboxedWorkflowRunner()
    return SandboxedWorkflowRunner(
        restrictions=SandboxRestrictions.default.with_passthrough_modules(*_PASSED_THROUGH)
    )
