"""Implicit conversions of DMN 1.3 section 10.3.2.9.4 (隐式转换)."""

from typing import Any

from bpmn.feel.arithmetic import midnight
from bpmn.feel.conformance import conforms, is_known, resolve
from bpmn.feel.frame import Frame
from bpmn.feel.moments import Date
from bpmn.feel.type_names import FeelType
from bpmn.feel.values import kind


def fit(frame: Frame, value: Any, wanted: FeelType, *, quiet: bool = False) -> Any:
    """The value as the type wants it: a list of one for its item, an item for a list of one,
    a date for a date and time; null, with a warning, when nothing fits.
    """  # noqa: D205
    types = frame.run.types
    if conforms(value, wanted, types) or not is_known(wanted, types):
        # A type that nobody defined says nothing: models name types of other tools.
        return value
    target = resolve(wanted, types)
    for candidate in _conversions(value, target):
        if conforms(candidate, target, types):
            return candidate
    if not quiet:
        frame.run.warn("wrong_type", wanted=wanted.name, given=kind(value))
    return None


def _conversions(value: Any, target: FeelType) -> list[Any]:
    if target.name == "list" and not isinstance(value, list):
        return [[value]]
    if isinstance(value, list) and len(value) == 1:
        return list(value)
    if target.name == "date and time" and isinstance(value, Date):
        return [midnight(value)]
    return []
