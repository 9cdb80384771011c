"""Conditions of a search, as in Camunda 8: a value, or `$eq`, `$in`, `$like` ... (条件)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import AwareDatetime, Discriminator, Field, Tag
from sqlalchemy import ColumnElement, SQLColumnExpression

from api.keys import Key
from api.paging import Shape

T = TypeVar("T")
_MOST = 100
Word = Annotated[str, Field(max_length=200)]
WholeNumber = Annotated[int, Field(ge=-(2**31), le=2**31 - 1)]


class Conditions(Shape, Generic[T]):
    """What a property must fulfil, all of it at once."""

    eq: Annotated[T | None, Field(alias="$eq")] = None
    neq: Annotated[T | None, Field(alias="$neq")] = None
    exists: Annotated[bool | None, Field(alias="$exists")] = None
    in_: Annotated[list[T] | None, Field(alias="$in", max_length=_MOST)] = None
    not_in: Annotated[list[T] | None, Field(alias="$notIn", max_length=_MOST)] = None


class Comparisons(Conditions[T], Generic[T]):
    """Conditions of what has an order."""

    gt: Annotated[T | None, Field(alias="$gt")] = None
    gte: Annotated[T | None, Field(alias="$gte")] = None
    lt: Annotated[T | None, Field(alias="$lt")] = None
    lte: Annotated[T | None, Field(alias="$lte")] = None


class TextConditions(Conditions[Word]):
    """Conditions of a text; in `$like` `*` stands for any characters and `?` for one."""

    like: Annotated[Word | None, Field(alias="$like")] = None


class KeyConditions(Conditions[Key]):
    """Conditions of a key."""


class TimeConditions(Comparisons[AwareDatetime]):
    """Conditions of an instant."""


class NumberConditions(Comparisons[WholeNumber]):
    """Conditions of a whole number."""


State = Literal["ACTIVE", "COMPLETED", "TERMINATED"]


class StateConditions(Conditions[State]):
    """Conditions of the state of an instance or element."""


def kind_of(given: object) -> str:
    """Tell a plain value from conditions, so that only one of the two shapes is complained of."""
    return "conditions" if isinstance(given, (dict, Conditions)) else "value"


_Told = Discriminator(kind_of)
_Value, _Conditions = Tag("value"), Tag("conditions")
TextFilter = Annotated[Annotated[Word, _Value] | Annotated[TextConditions, _Conditions], _Told]
KeyFilter = Annotated[Annotated[Key, _Value] | Annotated[KeyConditions, _Conditions], _Told]
TimeFilter = Annotated[
    Annotated[AwareDatetime, _Value] | Annotated[TimeConditions, _Conditions], _Told
]
NumberFilter = Annotated[
    Annotated[WholeNumber, _Value] | Annotated[NumberConditions, _Conditions], _Told
]
StateFilter = Annotated[Annotated[State, _Value] | Annotated[StateConditions, _Conditions], _Told]


def where(column: SQLColumnExpression[Any], given: object) -> Iterator[ColumnElement[bool]]:
    """Yield what a property of a filter asks of a column; nothing when it was left out."""
    if isinstance(given, Conditions):
        for name, make in _MAKERS.items():
            if (value := getattr(given, name, None)) is not None:
                yield make(column, value)
    elif given is not None:
        yield column == given


def like(pattern: str) -> str:
    r"""Return a pattern with `*` and `?` as SQL writes it; a backslash takes their meaning away."""
    found, plain = [], False
    for character in pattern:
        if character == "\\" and not plain:
            plain = True
            continue
        found.append(_sign(character, plain=plain))
        plain = False
    return "".join(found)


def _sign(character: str, *, plain: bool) -> str:
    if not plain and character in "*?":
        return "%" if character == "*" else "_"
    return f"\\{character}" if character in "%_\\" else character


_MAKERS: Mapping[str, Callable[[SQLColumnExpression[Any], Any], ColumnElement[bool]]] = {
    "eq": lambda column, value: column == value,
    "neq": lambda column, value: column.is_distinct_from(value),
    "exists": lambda column, value: column.is_not(None) if value else column.is_(None),
    "in_": lambda column, values: column.in_(values),
    "not_in": lambda column, values: column.not_in(values),
    "gt": lambda column, value: column > value,
    "gte": lambda column, value: column >= value,
    "lt": lambda column, value: column < value,
    "lte": lambda column, value: column <= value,
    "like": lambda column, value: column.like(like(value), escape="\\"),
}
