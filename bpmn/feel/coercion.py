"""Implicit conversions of DMN 1.3 section 10.3.2.9.4 (隐式转换)."""

from collections.abc import Iterator
from typing import Any

from bpmn.feel.arithmetic import midnight
from bpmn.feel.conformance import conforms, is_known, resolve
from bpmn.feel.frame import Frame
from bpmn.feel.interpreter import run
from bpmn.feel.moments import Date
from bpmn.feel.type_names import FeelType
from bpmn.feel.values import kind


def fit(frame: Frame, value: Any, wanted: FeelType, *, quiet: bool = False) -> Any:
    """The value as the type wants it: a list of one for its item, an item for a list of one,
    a date for a date and time; null, with a warning, when nothing fits.
    """  # noqa: D205
    types = frame.run.types
    # A type that nobody defined says nothing: models name types of other tools.
    if conforms(value, wanted, types) or not is_known(wanted, types):
        found = value
    else:
        target = resolve(wanted, types)
        candidates = (one for one in _conversions(value, target) if conforms(one, target, types))
        found = next(candidates, None)
        if found is None:
            if not quiet:
                frame.run.warn("wrong_type", wanted=wanted.name, given=kind(value))
            return None
    if is_allowed(frame, found, wanted):
        return found
    if not quiet:
        frame.run.warn("value_not_allowed", wanted=wanted.name)
    return None


def is_allowed(frame: Frame, value: Any, wanted: FeelType) -> bool:
    """Whether a value of the right shape passes the tests of its type and of its parts' types.

    DMN 1.5 section 7.3.3; null passes, as it conforms to every type.
    """
    types = frame.run.types
    for _ in range(len(types) + 1):
        if not all(run(test, frame.child({"?": value})) is True for test in wanted.tests):
            return value is None
        if wanted.name not in types:
            break
        wanted = types[wanted.name]
    return all(is_allowed(frame, part, of) for part, of in _typed_parts(value, wanted))


def _typed_parts(value: Any, wanted: FeelType) -> Iterator[tuple[Any, FeelType]]:
    if isinstance(value, dict):
        for name, part in wanted.fields:
            if name in value:
                yield value[name], part
    elif isinstance(value, list) and wanted.name == "list":
        for item in value:
            for part in wanted.parts:
                yield item, part


def _conversions(value: Any, target: FeelType) -> list[Any]:
    if target.name == "list" and not isinstance(value, list):
        return [[value]]
    if isinstance(value, list) and len(value) == 1:
        return list(value)
    if target.name == "date and time" and isinstance(value, Date):
        return [midnight(value)]
    return []
