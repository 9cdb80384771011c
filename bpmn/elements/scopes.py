"""Processes, sub-processes and call activities: elements that hold others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import override

from bpmn.elements.base import Behaviour
from bpmn.expressions import IncidentError

if TYPE_CHECKING:
    from bpmn.model import Element
    from bpmn.run import Run
    from bpmn.state import ElementInstance


class SubProcess(Behaviour):
    """Begins at its none start event and completes when nothing is left inside."""

    @override
    def enter(self, run: Run, element: Element, instance: ElementInstance) -> None:
        start = run.definition.processes[instance.process].none_start(element.id)
        if start is None:
            raise IncidentError("start_event_missing")
        run.enter(run.begin(start, instance.process, instance.key))


class Process(SubProcess):
    """The outermost scope of a process, also of one that a call activity runs."""

    @override
    def leaving(self, run: Run, element: Element, instance: ElementInstance) -> None:
        if instance.scope == 0:
            return
        caller = run.state.elements[instance.scope]
        activity = run.element(caller)
        if activity.outputs:
            run.set_local(caller.key, instance.variables)
        elif activity.call and activity.call.propagate_child and instance.variables:
            run.set_variables(caller.scope, instance.variables)


class EventSubProcess(Behaviour):
    """Begun by its start event's trigger, which goes on inside it by itself."""

    @override
    def enter(self, run: Run, element: Element, instance: ElementInstance) -> None:
        """Wait: the start event that was triggered follows."""


class CallActivity(Behaviour):
    """Runs another process of the deployment inside this instance (调用活动)."""

    @override
    def enter(self, run: Run, element: Element, instance: ElementInstance) -> None:
        call = element.call
        scope = run.scope(instance.key)
        target = scope.required(call.target, "called_process_missing") if call else ""
        called = run.definition.processes.get(target)
        if call is None or called is None:
            raise IncidentError("called_process_missing", process=target)
        variables = dict(scope.variables) if call.propagate_parent else dict(instance.variables)
        root = run.begin(called.elements[called.id], called.id, instance.key)
        run.set_local(root.key, variables)
        run.enter(root)
