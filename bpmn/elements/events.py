"""Events (事件), BPMN 2.0 section 13.5."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import override

from bpmn import throwing, triggers
from bpmn.elements.base import Behaviour
from bpmn.elements.tasks import JobTask

if TYPE_CHECKING:
    from bpmn.model import Element
    from bpmn.run import Run
    from bpmn.state import ElementInstance


class CatchEvent(Behaviour):
    """Waits for its timer or message; receive tasks do the same."""

    @override
    def enter(self, run: Run, element: Element, instance: ElementInstance) -> None:
        triggers.open_all(run, [element], instance)


class ThrowEvent(JobTask):
    """Brings what its definition says, then passes; an end event ends its path."""

    @override
    def enter(self, run: Run, element: Element, instance: ElementInstance) -> None:
        kind = element.event.kind if element.event else "none"
        code = (element.event.code if element.event else None) or ""
        if element.task is not None:
            super().enter(run, element, instance)
        elif kind == "error":
            throwing.throw_error(run, instance, code, {})
        elif kind == "terminate":
            run.clear(instance.scope, spare=instance.key)
            run.leave(instance)
        else:
            if kind == "escalation":
                throwing.escalate(run, instance, code)
            # An interrupting catcher has ended the path that threw.
            if instance.key in run.state.elements:
                run.leave(instance)
