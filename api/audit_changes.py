"""Two lists of what was there, compared by key: added, removed, changed (变化)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel

from api.audit_view import TokenView
from audit.unlike import unlike
from bpmn.replayed import Replayed

Part = TypeVar("Part", bound=BaseModel)
KeyedPart = TypeVar("KeyedPart", bound=BaseModel)


class Change(BaseModel, Generic[Part]):
    """Something before and after (变化)."""

    before: Part
    after: Part


class Changes(BaseModel, Generic[Part]):
    """What came, what went, what is there on both sides and not the same."""

    added: list[Part]
    removed: list[Part]
    changed: list[Change[Part]]


class Word(BaseModel):
    """A code before and after, "" where there was none."""

    before: str
    after: str


class VariableChange(BaseModel):
    """A variable that is not on both sides the same; `before` or `after` is null without it."""

    scope: str
    element: str
    name: str
    change: Literal["added", "removed", "changed"]
    before: Any
    after: Any


def word(before: str, after: str) -> Word | None:
    """Return a change of one word, None for none."""
    return None if before == after else Word(before=before, after=after)


def changed(before: Sequence[KeyedPart], after: Sequence[KeyedPart]) -> Changes[KeyedPart]:
    """Compare parts by key."""
    old, new = _by_key(before), _by_key(after)
    return Changes(
        added=[one for key, one in new.items() if key not in old],
        removed=[one for key, one in old.items() if key not in new],
        changed=[
            Change(before=old[key], after=one)
            for key, one in new.items()
            if key in old and old[key] != one
        ],
    )


def _by_key(parts: Iterable[KeyedPart]) -> dict[str, KeyedPart]:
    return {getattr(one, "key"): one for one in parts}  # noqa: B009 (no common base has it)


def tokens_changed(before: Sequence[TokenView], after: Sequence[TokenView]) -> Changes[TokenView]:
    """Compare tokens, which have no key: as often as each is there."""
    old = Counter(one.model_dump_json() for one in before)
    new = Counter(one.model_dump_json() for one in after)
    return Changes(added=_tokens(new - old), removed=_tokens(old - new), changed=[])


def _tokens(counted_ones: Counter[str]) -> list[TokenView]:
    return [TokenView.model_validate_json(one) for one in counted_ones.elements()]


def counted(before: Sequence[Part], after: Sequence[Part], names: tuple[str, ...]) -> list[Part]:
    """Return what was counted between: parts with what is not among `names` subtracted."""
    old = {_named(one, names): one for one in before}
    found = []
    for one in after:
        earlier = old.get(_named(one, names))
        numbers = set(type(one).model_fields) - set(names)
        less = {name: getattr(earlier, name) if earlier else 0 for name in numbers}
        grown = {name: getattr(one, name) - less[name] for name in numbers}
        if any(grown.values()):
            found.append(one.model_copy(update=grown))
    return found


def _named(one: BaseModel, names: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(getattr(one, name) for name in names)


def variable_changes(before: Replayed, after: Replayed) -> list[VariableChange]:
    """Compare variables as records hold them, references and all, by the element they live at."""
    return list(_variable_changes(before, after))


def _variable_changes(before: Replayed, after: Replayed) -> Iterator[VariableChange]:
    old, new = before.state.elements, after.state.elements
    for key in dict.fromkeys((*old, *new)):
        one, other = old.get(key), new.get(key)
        was, now = (part.variables if part else {} for part in (one, other))
        place = {"scope": str(key), "element": next(p.element for p in (other, one) if p)}
        for name in dict.fromkeys((*was, *now)):
            if any(unlike(was.get(name), now.get(name))) or (name in was) != (name in now):
                yield VariableChange.model_validate(
                    {
                        **place,
                        "name": name,
                        "change": _kind(name in was, name in now),
                        "before": was.get(name),
                        "after": now.get(name),
                    }
                )


def _kind(was: bool, now: bool) -> str:
    return "changed" if was and now else "added" if now else "removed"
