"""A search in the database: order, page and number of all (查询)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol

from sqlalchemy import Row, Select, SQLColumnExpression, func
from sqlalchemy.orm import Session

from api.paging import PageRequest

Order = Literal["ASC", "DESC"]


class Sort(Protocol):
    """One field to sort by."""

    field: Any
    order: Any


def ordered(
    asked: Sequence[Sort],
    columns: Mapping[str, SQLColumnExpression[Any]],
    last: SQLColumnExpression[Any],
) -> list[SQLColumnExpression[Any]]:
    """Return an order that leaves nothing open: `last` decides where all else is equal."""
    found = [
        columns[one.field].desc().nulls_last()
        if one.order == "DESC"
        else columns[one.field].asc().nulls_last()
        for one in asked
    ]
    return [*found, last]


def page(
    session: Session,
    matching: Select[Any],
    order: Sequence[SQLColumnExpression[Any]],
    asked: PageRequest,
) -> tuple[Sequence[Row[Any]], int]:
    """Return the rows of a page and how many there are in all."""
    counted = matching.with_only_columns(func.count(), maintain_column_froms=True)
    total = session.scalar(counted) or 0
    rows = session.execute(matching.order_by(*order).limit(asked.limit).offset(asked.offset))
    return rows.all(), total
