"""if, for, some and every (控制构造)."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from bpmn.feel import syntax
from bpmn.feel.decimals import is_integral
from bpmn.feel.frame import Frame
from bpmn.feel.interpreter import handles, run
from bpmn.feel.moments import Date
from bpmn.feel.ranges import Range
from bpmn.feel.values import kind

_Iterators = tuple[syntax.Iterator, ...]


class NotIterableError(Exception):
    """The domain of an iterator is null or has no next value."""


@handles(syntax.If)
def _if(node: syntax.If, frame: Frame) -> Any:
    condition = run(node.condition, frame)
    if condition is not None and not isinstance(condition, bool):
        frame.run.warn("not_boolean", operator="if", operand=kind(condition))
        if node.strict:
            return None
    return run(node.then if condition is True else node.otherwise, frame)


@handles(syntax.For)
def _for(node: syntax.For, frame: Frame) -> list[Any] | None:
    results: list[Any] = []
    try:
        for inner in bindings(node.iterators, frame):
            results.append(run(node.body, _with_partial(inner, results) if node.partial else inner))
    except NotIterableError:
        frame.run.warn("not_iterable", operator="for")
        return None
    frame.run.charge_for(results)
    return results


def _with_partial(frame: Frame, results: list[Any]) -> Frame:
    frame.run.charge(len(results))
    return frame.child({"partial": list(results)})


@handles(syntax.Quantified)
def _quantified(node: syntax.Quantified, frame: Frame) -> bool | None:
    decisive: bool = not node.every
    unknown = False
    try:
        for inner in bindings(node.iterators, frame):
            verdict: Any = run(node.condition, inner)
            if verdict is decisive:
                return bool(decisive)
            if verdict is not None and not isinstance(verdict, bool):
                frame.run.warn("not_boolean", operator="every" if node.every else "some")
                return None
            unknown = unknown or verdict is None
    except NotIterableError:
        frame.run.warn("not_iterable", operator="every" if node.every else "some")
        return None
    return None if unknown else not decisive


def bindings(iterators: _Iterators, frame: Frame) -> Iterator[Frame]:
    """A frame for each combination of the iterators' values, the last changing fastest.

    Raises:
        NotIterableError: a domain has no values to go through.
    """
    if not iterators:
        yield frame
        return
    first = iterators[0]
    for value in _domain(first, frame):
        frame.run.charge(1)
        yield from bindings(iterators[1:], frame.child({first.name: value}))


def _domain(iterator: syntax.Iterator, frame: Frame) -> Any:
    start = run(iterator.start, frame)
    if iterator.end is not None:
        return _steps(start, run(iterator.end, frame))
    return items_of(start)


def items_of(domain: Any) -> Any:
    """What a domain goes through: a list's items, a range's values, or the one value.

    Raises:
        NotIterableError: null, or a range without steps.
    """
    if domain is None:
        raise NotIterableError
    if isinstance(domain, Range):
        return _span(domain)
    return domain if isinstance(domain, list) else [domain]


def _span(span: Range) -> Any:
    values = (
        list(_steps(span.start, span.end))
        if span.start == span.end
        else _steps(span.start, span.end)
    )
    return (
        value
        for value in values
        if (span.start_included or value != span.start) and (span.end_included or value != span.end)
    )


def _steps(start: Any, end: Any) -> Iterator[Any]:
    numbers = isinstance(start, Decimal) and isinstance(end, Decimal)
    if numbers and is_integral(start) and is_integral(end):
        return map(Decimal, _between(int(start), int(end)))
    if isinstance(start, Date) and isinstance(end, Date):
        return map(Date.at, _between(start.days, end.days))
    raise NotIterableError


def _between(start: int, end: int) -> range:
    return range(start, end + 1) if start <= end else range(start, end - 1, -1)
