"""Whether a value belongs to a type, for `instance of` and for DMN's typed results (类型检查)."""

from collections.abc import Mapping
from typing import Any

from bpmn.feel.callables import Function, Overloads
from bpmn.feel.ranges import Range
from bpmn.feel.type_names import ANY, NAMES, FeelType
from bpmn.feel.values import kind

_KNOWN = frozenset(NAMES.values())


def resolve(wanted: FeelType, types: Mapping[str, FeelType]) -> FeelType:
    """The type behind a name of an item definition, the type itself otherwise."""
    seen = 0
    while wanted.name in types and seen <= len(types):
        wanted, seen = types[wanted.name], seen + 1
    return wanted


def is_known(wanted: FeelType, types: Mapping[str, FeelType]) -> bool:
    """Whether the type is FEEL's own or an item definition."""
    return resolve(wanted, types).name in _KNOWN


def instance_of(value: Any, wanted: FeelType, types: Mapping[str, FeelType]) -> bool:
    """Whether the value is of the type; null is of type Null only."""
    wanted = resolve(wanted, types)
    if value is None:
        return wanted.name == "null"
    if wanted.name == "Any":
        return True
    if wanted.name != kind(value):
        return False
    checker = _CHECKERS.get(wanted.name)
    return checker is None or checker(value, wanted, types)


def conforms(value: Any, wanted: FeelType, types: Mapping[str, FeelType]) -> bool:
    """As `instance_of`, but null belongs to every type."""
    return value is None or instance_of(value, wanted, types)


def _list(value: list[Any], wanted: FeelType, types: Mapping[str, FeelType]) -> bool:
    return not wanted.parts or all(conforms(item, wanted.parts[0], types) for item in value)


def _range(value: Range, wanted: FeelType, types: Mapping[str, FeelType]) -> bool:
    ends = (value.start, value.end)
    return not wanted.parts or all(conforms(end, wanted.parts[0], types) for end in ends)


def _context(value: dict[str, Any], wanted: FeelType, types: Mapping[str, FeelType]) -> bool:
    return all(name in value and conforms(value[name], part, types) for name, part in wanted.fields)


def _function(value: Any, wanted: FeelType, types: Mapping[str, FeelType]) -> bool:
    if wanted.result is None:
        return True
    signatures = value.signatures if isinstance(value, Overloads) else (value,)
    return any(_signature(one, wanted, types) for one in signatures)


def _signature(value: Function, wanted: FeelType, types: Mapping[str, FeelType]) -> bool:
    if len(value.parameters) != len(wanted.parts):
        return False
    # A function may stand for another that is called with less and promises less.
    accepted = (
        within(part, parameter.type or ANY, types)
        for part, parameter in zip(wanted.parts, value.parameters, strict=True)
    )
    # What a function written without types gives back is only known when it is called.
    promised = value.result is None or within(value.result, wanted.result or ANY, types)
    return promised and all(accepted)


def within(small: FeelType, big: FeelType, types: Mapping[str, FeelType]) -> bool:
    """Whether every value of one type belongs to the other."""
    small, big = resolve(small, types), resolve(big, types)
    if big.name == "Any" or small.name == "null":
        return True
    if small.name != big.name:
        return False
    if big.fields:
        own = dict(small.fields)
        return all(name in own and within(own[name], part, types) for name, part in big.fields)
    pairs = zip(small.parts, big.parts, strict=False)
    return all(within(one, other, types) for one, other in pairs)


_CHECKERS: dict[str, Any] = {
    "list": _list,
    "range": _range,
    "context": _context,
    "function": _function,
}
