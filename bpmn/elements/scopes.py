"""Processes, sub-processes and call activities: elements that hold others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import override

from bpmn import triggers
from bpmn.elements.base import Behaviour
from bpmn.expressions import IncidentError

# A process that calls itself without end stops there, at an incident.
MAX_CALLS = 50

if TYPE_CHECKING:
    from bpmn.model import Element
    from bpmn.run import Run
    from bpmn.state import ElementInstance


class SubProcess(Behaviour):
    """Begins at its none start event and completes when nothing is left inside."""

    @override
    def enter(self, run: Run, element: Element, instance: ElementInstance) -> None:
        start = self._start(run, element, instance)
        if start is None:
            raise IncidentError("start_event_missing")
        run.enter(run.begin(start, instance.process, instance.key))

    def _start(self, run: Run, element: Element, instance: ElementInstance) -> Element | None:
        return run.definition.processes[instance.process].none_start(element.id)


class Process(SubProcess):
    """The outermost scope of a process, also of one that a call activity runs."""

    @override
    def _start(self, run: Run, element: Element, instance: ElementInstance) -> Element | None:
        if instance.scope == 0 and run.state.start:
            return run.definition.element(instance.process, run.state.start)
        return super()._start(run, element, instance)

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
        triggers.begin_event_sub_process(run, element, instance)


def _calls(run: Run, instance: ElementInstance) -> int:
    """Return how many calls lie around an instance."""
    calls, key = 0, instance.scope
    while key:
        around = run.state.elements[key]
        calls += around.kind == "callActivity"
        key = around.scope
    return calls


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
        if _calls(run, instance) >= MAX_CALLS:
            raise IncidentError("call_depth_exceeded", limit=MAX_CALLS)
        root = run.begin(called.elements[called.id], called.id, instance.key)
        run.set_local(root.key, variables)
        run.enter(root)


class AdHocSubProcess(Behaviour):
    """Begins the activities that its list names, or those that people ask for (即席子流程).

    BPMN 2.0 section 13.3.5; it completes when its condition holds, or when nothing is left.
    """

    @override
    def enter(self, run: Run, element: Element, instance: ElementInstance) -> None:
        expression = element.ad_hoc.active_elements if element.ad_hoc else None
        if expression is None:
            return
        asked = run.scope(instance.key).value(expression)
        names = asked if isinstance(asked, list) else [asked]
        chosen = [self.activity(run, instance, str(name)) for name in names]
        for activity in chosen:
            if instance.key in run.state.elements:
                run.enter(run.begin(activity, instance.process, instance.key))
        if not names:
            run.leave(instance)

    @staticmethod
    def activity(run: Run, instance: ElementInstance, name: str) -> Element:
        """Return one of the elements that may begin on demand.

        Raises:
            IncidentError: `element_not_found` or `element_cannot_begin`.
        """
        found = run.definition.processes[instance.process].elements.get(name)
        if found is None or found.scope != instance.element or found.attached_to:
            raise IncidentError("element_not_found", element=name)
        if found.for_compensation or found.kind in {"startEvent", "eventSubProcess"}:
            raise IncidentError("element_cannot_begin", element=name)
        return found

    @override
    def path_ended(self, run: Run, element: Element, instance: ElementInstance) -> None:
        asked = element.ad_hoc
        condition = asked.completion_condition if asked else None
        busy = run.busy(instance.key)
        if condition is None:
            if not busy:
                run.leave(instance)
        elif run.scope(instance.key).condition(condition, element.id):
            if asked and asked.cancel_remaining:
                run.clear(instance.key)
                busy = False
            if not busy:
                run.leave(instance)
