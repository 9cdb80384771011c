"""Values of variables as JSON text: shown, cut, and compared in searches (变量值)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import AfterValidator, Discriminator, Field, Tag
from sqlalchemy import ColumnElement, SQLColumnExpression, Text, cast, literal, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import col

from api.conditions import Conditions, kind_of, like, where
from api.paging import Shape
from api.problem import FieldError
from models.database import compact_json
from models.variable import Variable

# As many characters as Camunda shows of a value in a list.
LONGEST = 8191


def _json(text: str) -> str:
    try:
        json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise FieldError("value_malformed") from None
    return text


def _refuse(constant: str) -> None:
    raise ValueError(constant)


JsonText = Annotated[str, Field(max_length=LONGEST), AfterValidator(_json)]


class ValueConditions(Conditions[JsonText]):
    """Conditions of a value as JSON text; `$like` looks at the text itself."""

    like: Annotated[str | None, Field(alias="$like", max_length=200)] = None


ValueFilter = Annotated[
    Annotated[JsonText, Tag("value")] | Annotated[ValueConditions, Tag("conditions")],
    Discriminator(kind_of),
]


class VariableCondition(Shape):
    """A variable of the process itself, by name and value."""

    name: Annotated[str, Field(max_length=200)]
    value: ValueFilter


def shown(value: Any, *, whole: bool) -> tuple[str, bool]:
    """Return a value as JSON text and whether it was cut."""
    text = compact_json(value)
    return (text, False) if whole or len(text) <= LONGEST else (text[:LONGEST], True)


def where_value(given: str | ValueConditions | None) -> Iterator[ColumnElement[bool]]:
    """Yield what a filter asks of the value of a variable."""
    column = col(Variable.value)
    if isinstance(given, str):
        yield column == _stored(given)
    elif given is not None:
        if given.like is not None:
            yield cast(column, Text).like(like(given.like), escape="\\")
        yield from where(column, _as_stored(given))


def holding(
    asked: VariableCondition, instance_key: SQLColumnExpression[Any]
) -> ColumnElement[bool]:
    """Return the condition that an instance has a variable of its own with such a value."""
    own = select(col(Variable.name)).where(
        col(Variable.scope_key) == instance_key, col(Variable.name) == asked.name
    )
    return own.where(*where_value(asked.value)).exists()


def _stored(text: str) -> SQLColumnExpression[Any]:
    return cast(literal(text, Text), JSONB)


def _as_stored(given: ValueConditions) -> Conditions[Any]:
    """Return the conditions with values as the column holds them."""

    def stored(text: str | None) -> SQLColumnExpression[Any] | None:
        return None if text is None else _stored(text)

    def all_stored(texts: list[str] | None) -> list[SQLColumnExpression[Any]] | None:
        return None if texts is None else [_stored(text) for text in texts]

    return Conditions[Any].model_construct(
        eq=stored(given.eq),
        neq=stored(given.neq),
        exists=given.exists,
        in_=all_stored(given.in_),
        not_in=all_stored(given.not_in),
    )
