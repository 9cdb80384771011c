"""Decisions and types that need themselves, found when a file is read (循环依赖)."""

from collections.abc import Iterator, Mapping

from bpmn.dmn.model import DecisionModel, DmnError
from bpmn.feel.type_names import FeelType


def cycles(model: DecisionModel) -> Iterator[DmnError]:
    """A problem for every decision that requires itself, and every type that is itself."""
    needs = {one.id: one.requirements.decisions for one in model.decisions.values()}
    for key in needs:
        if _reaches(key, needs):
            yield DmnError("requirement_cycle", key, model.decisions[key].line)
    names = {name: _is(wanted) for name, wanted in model.types.items()}
    for name in names:
        if _reaches(name, names):
            yield DmnError("type_cycle", name)


def _is(wanted: FeelType) -> tuple[str, ...]:
    """What a type is another name for; a list or context of itself is a tree, and no cycle."""
    return () if wanted.parts or wanted.fields else (wanted.name,)


def _reaches(key: str, needs: Mapping[str, tuple[str, ...]]) -> bool:
    seen: set[str] = set()
    waiting = list(needs[key])
    while waiting:
        one = waiting.pop()
        if one == key:
            return True
        if one not in seen:
            seen.add(one)
            waiting += needs.get(one, ())
    return False
