"""An activity that is done once for each element of a list (多实例), BPMN 2.0 section 13.3.7.

A body instance holds the instances, its boundary events and, as local variables, the counters that
the completion condition may ask for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typing_extensions import override

from bpmn.elements.base import LoopBody
from bpmn.expressions import IncidentError, whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bpmn.expressions import Scope
    from bpmn.model import Element, MultiInstance
    from bpmn.run import Run
    from bpmn.state import ElementInstance

MULTI_INSTANCE = "multiInstance"
# More could not begin within one batch.
MAX_INSTANCES = 400
COUNTER = "loopCounter"
TOTAL, DONE = "numberOfInstances", "numberOfCompletedInstances"
ACTIVE, ENDED = "numberOfActiveInstances", "numberOfTerminatedInstances"


def _loop(element: Element) -> MultiInstance:
    assert element.multi_instance is not None  # noqa: S101 (only such elements come here)
    return element.multi_instance


def _items(run: Run, element: Element, body: ElementInstance) -> Sequence[Any]:
    """Return the list, or as many numbers as the cardinality says.

    Raises:
        IncidentError: `input_collection_not_a_list`, `cardinality_invalid` or
            `too_many_instances`.
    """
    loop = _loop(element)
    scope = run.scope(body.key)
    if loop.input_collection is None:
        number = whole(scope.value(loop.cardinality or ""), "cardinality_invalid")
        items: Any = range(1, number + 1)
    else:
        items = scope.value(loop.input_collection)
    if not isinstance(items, list | range):
        raise IncidentError("input_collection_not_a_list", expression=loop.input_collection)
    if len(items) > MAX_INSTANCES:
        raise IncidentError("too_many_instances", limit=MAX_INSTANCES)
    return items


class MultiInstanceBody(LoopBody):
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

    @override
    def collect(
        self, element: Element, body: ElementInstance, inner: ElementInstance, scope: Scope
    ) -> dict[str, Any]:
        loop = _loop(element)
        collected: dict[str, Any] = {DONE: body.done + 1}
        if loop.output_collection and loop.output_element:
            results = body.variables.get(loop.output_collection)
            # The list is a variable like others: whoever overwrote it has to mend it.
            if not isinstance(results, list) or len(results) < inner.index:
                raise IncidentError("output_collection_invalid", variable=loop.output_collection)
            results = list(results)
            results[inner.index - 1] = scope.value(loop.output_element)
            collected[loop.output_collection] = results
        return collected

    @override
    def inner_left(
        self, run: Run, element: Element, body: ElementInstance, collected: dict[str, Any]
    ) -> None:
        run.set_local(body.key, collected)
        run.settle(body.key)

    @override
    def path_ended(self, run: Run, element: Element, instance: ElementInstance) -> None:
        active = len(list(run.state.children(instance.key)))
        if _is_complete(run, element, instance, active):
            run.clear(instance.key)
            run.leave(instance)
            return
        if active:
            return
        items = _items(run, element, instance)
        done = instance.done
        if _loop(element).sequential and done < len(items):
            run.guard()
            _begin(run, element, instance, done, items[done])
        else:
            run.leave(instance)


def _begin(run: Run, element: Element, body: ElementInstance, index: int, item: Any) -> None:
    # A message or error may have ended the body while earlier instances began.
    if body.key not in run.state.elements:
        return
    inner = run.begin(element, body.process, body.key, index=index + 1)
    variables = {COUNTER: index + 1}
    if name := _loop(element).input_element:
        variables[name] = item
    run.set_local(inner.key, variables)
    run.enter(inner)


def _is_complete(run: Run, element: Element, body: ElementInstance, active: int) -> bool:
    condition = _loop(element).completion_condition
    if condition is None:
        return False
    total = body.variables.get(TOTAL)
    counters = {
        TOTAL: total if isinstance(total, int) else len(_items(run, element, body)),
        DONE: body.done,
        ACTIVE: active,
        ENDED: 0,
    }
    return run.scope(body.key).also(counters).condition(condition, element.id)
