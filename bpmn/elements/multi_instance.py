"""An activity that is done once for each element of a list (多实例), BPMN 2.0 section 13.3.7.

A body instance holds the instances, its boundary events and, as local variables, the counters that
the completion condition may ask for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typing_extensions import override

from bpmn.elements.base import Behaviour
from bpmn.expressions import IncidentError, Scope

if TYPE_CHECKING:
    from bpmn.model import Element, MultiInstance
    from bpmn.run import Run
    from bpmn.state import ElementInstance

MULTI_INSTANCE = "multiInstance"
COUNTER = "loopCounter"
TOTAL, DONE = "numberOfInstances", "numberOfCompletedInstances"
ACTIVE, ENDED = "numberOfActiveInstances", "numberOfTerminatedInstances"


def _loop(element: Element) -> MultiInstance:
    assert element.multi_instance is not None  # noqa: S101 (only such elements come here)
    return element.multi_instance


def _items(run: Run, element: Element, body: ElementInstance) -> list[Any]:
    collection = _loop(element).input_collection
    value = run.scope(body.key).value(collection)
    if not isinstance(value, list):
        raise IncidentError("input_collection_not_a_list", expression=collection)
    return value


class MultiInstanceBody(Behaviour):
    """Begins the instances: all at once, or one after another; an empty list completes at once."""

    @override
    def enter(self, run: Run, element: Element, instance: ElementInstance) -> None:
        items = _items(run, element, instance)
        counters: dict[str, Any] = {TOTAL: len(items), DONE: 0}
        if output := _loop(element).output_collection:
            counters[output] = [None] * len(items)
        run.set_local(instance.key, counters)
        if not items:
            run.leave(instance)
        for index in range(1 if _loop(element).sequential and items else len(items)):
            _begin(run, element, instance, index, items[index])

    @override
    def leaving(self, run: Run, element: Element, instance: ElementInstance) -> None:
        output = _loop(element).output_collection
        if output and output in instance.variables:
            run.set_variables(instance.scope, {output: instance.variables[output]})


def _begin(run: Run, element: Element, body: ElementInstance, index: int, item: Any) -> None:
    # A message or error may have ended the body while earlier instances began.
    if body.key not in run.state.elements:
        return
    inner = run.begin(element, body.process, body.key, inner=True)
    variables = {COUNTER: index + 1}
    if name := _loop(element).input_element:
        variables[name] = item
    run.set_local(inner.key, variables)
    run.enter(inner)


def collect(
    run: Run, element: Element, inner: ElementInstance, outputs: dict[str, Any]
) -> dict[str, Any]:
    """Return the body's variables after this instance: its result in its place, one more done."""
    body = run.state.elements[inner.scope]
    loop = _loop(element)
    collected: dict[str, Any] = {DONE: body.variables[DONE] + 1}
    if loop.output_collection and loop.output_element:
        seen = run.scope(inner.key)
        results = list(body.variables[loop.output_collection])
        scope = Scope({**seen.variables, **outputs}, seen.now)
        results[inner.variables[COUNTER] - 1] = scope.value(loop.output_element)
        collected[loop.output_collection] = results
    return collected


def inner_left(
    run: Run, element: Element, body: ElementInstance, collected: dict[str, Any]
) -> None:
    """Note the result of an instance; complete the body, or begin the next one."""
    run.set_local(body.key, collected)
    active = list(run.state.children(body.key))
    try:
        if _is_complete(run, element, body, len(active)):
            run.clear(body.key)
            run.leave(body)
            return
        items = _items(run, element, body) if not active else []
    except IncidentError as error:
        run.incident(body, error, "leave")
        return
    done = body.variables[DONE]
    if not active and _loop(element).sequential and done < len(items):
        _begin(run, element, body, done, items[done])
    elif not active:
        run.leave(body)


def _is_complete(run: Run, element: Element, body: ElementInstance, active: int) -> bool:
    condition = _loop(element).completion_condition
    if condition is None:
        return False
    seen = run.scope(body.key)
    counters = {ACTIVE: active, ENDED: 0}
    return Scope({**seen.variables, **counters}, seen.now).condition(condition, element.id)
