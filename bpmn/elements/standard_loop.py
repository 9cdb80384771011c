"""An activity that is done again while a condition holds (标准循环), BPMN 2.0 section 13.3.6."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typing_extensions import override

from bpmn.elements.base import LoopBody
from bpmn.elements.multi_instance import COUNTER

if TYPE_CHECKING:
    from bpmn.expressions import Scope
    from bpmn.model import Element, StandardLoop
    from bpmn.run import Run
    from bpmn.state import ElementInstance

STANDARD_LOOP = "standardLoop"


def _loop(element: Element) -> StandardLoop:
    assert element.loop is not None  # noqa: S101 (only such elements come here)
    return element.loop


class StandardLoopBody(LoopBody):
    """Asks its condition before the first instance or after each, up to the loop maximum.

    `loopCounter` counts the instances from 1, also for the condition.
    """

    @override
    def enter(self, run: Run, element: Element, instance: ElementInstance) -> None:
        if _loop(element).test_before and not self._again(run, element, instance, 0):
            run.leave(instance)
        else:
            _begin(run, element, instance, 1)

    @override
    def collect(
        self, element: Element, body: ElementInstance, inner: ElementInstance, scope: Scope
    ) -> dict[str, Any]:
        return {}

    @override
    def inner_left(
        self, run: Run, element: Element, body: ElementInstance, collected: dict[str, Any]
    ) -> None:
        run.settle(body.key)

    @override
    def path_ended(self, run: Run, element: Element, instance: ElementInstance) -> None:
        if run.busy(instance.key):
            return
        done = instance.done
        if self._again(run, element, instance, done):
            run.guard()
            _begin(run, element, instance, done + 1)
        else:
            run.leave(instance)

    @staticmethod
    def _again(run: Run, element: Element, body: ElementInstance, done: int) -> bool:
        loop = _loop(element)
        if loop.maximum is not None and done >= loop.maximum:
            return False
        if loop.condition is None:
            return loop.maximum is not None
        return run.scope(body.key).condition(loop.condition, element.id)


def _begin(run: Run, element: Element, body: ElementInstance, number: int) -> None:
    run.set_local(body.key, {COUNTER: number})
    inner = run.begin(element, body.process, body.key, index=number)
    run.set_local(inner.key, {COUNTER: number})
    run.enter(inner)
