"""Pages that stay in place while rows come and go: a cursor names the row beside it (游标分页)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, cast

from pydantic import Field
from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Mapped, Session

from api.paging import MAX_LIMIT, MAX_OFFSET, Page, Shape, from_cursor, to_cursor
from api.problem import FieldError, Problem

# Whoever sees more than this scrolls no further: exact numbers would cost a walk over all rows.
MOST_COUNTED = 10_000
_LARGEST = 2**63 - 1
Cursor = Annotated[str, Field(max_length=10_000)]


class CursorRequest(Shape):
    """Which part of a list: `limit` items from an offset, after a cursor or before one."""

    from_: Annotated[int, Field(alias="from", ge=0, le=MAX_OFFSET)] = 0
    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT)] = 100
    after: Cursor | None = None
    before: Cursor | None = None


@dataclass(frozen=True)
class Key:
    """One column that a list is ordered by; empty ones come last either way (排序键).

    Attributes:
        kind: the type of its values, one that JSON can hold, or datetime.
    """

    column: Mapped[Any]
    kind: type[Any]
    descending: bool = False

    @property
    def name(self) -> str:
        """The attribute of a row that holds the value."""
        return str(cast("InstrumentedAttribute[Any]", self.column).key)

    def order(self, *, backwards: bool) -> ColumnElement[Any]:
        """Return the order, or the contrary one."""
        falls = self.descending != backwards
        ordered = self.column.desc() if falls else self.column.asc()
        return ordered.nulls_first() if backwards else ordered.nulls_last()

    def equals(self, value: Any) -> ColumnElement[bool]:
        """Return the condition that a row has this value."""
        return self.column.is_(None) if value is None else self.column == value

    def beyond(self, value: Any, *, backwards: bool) -> ColumnElement[bool]:
        """Return the condition that a row comes after this value, or before it."""
        if value is None:
            return self.column.is_not(None) if backwards else false()
        further = self.column < value if self.descending != backwards else self.column > value
        return further if backwards else or_(further, self.column.is_(None))


def fetch(
    session: Session, matching: Select[Any], order: Sequence[Key], asked: CursorRequest
) -> tuple[list[Any], Page]:
    """Return the rows of a page and where it lies.

    Args:
        session: the database.
        matching: selects one entity; the order's columns are its attributes.
        order: the last of it leaves nothing open, as a primary key does.
        asked: which page.

    Raises:
        Problem: `request_invalid` for a cursor of another list.
    """
    backwards = asked.before is not None
    rows = list(session.scalars(_page(matching, order, asked)))
    more, rows = len(rows) > asked.limit, rows[: asked.limit]
    if backwards:
        rows.reverse()
    total = _total(session, matching, order, asked, None if more else len(rows))
    return rows, Page(
        total_items=min(total, MOST_COUNTED),
        has_more_total_items=total > MOST_COUNTED,
        start_cursor=_cursor(order, rows[0]) if rows else None,
        end_cursor=_cursor(order, rows[-1]) if rows and (more or backwards) else None,
    )


def _total(
    session: Session,
    matching: Select[Any],
    order: Sequence[Key],
    asked: CursorRequest,
    last: int | None,
) -> int:
    """Return how many rows there are, at most one more than are counted.

    `last` is the length of the last page: after an offset it tells what would be counted.
    """
    if (
        last is not None
        and asked.after is None
        and asked.before is None
        and (last or not asked.from_)
    ):
        return asked.from_ + last
    counted = select(func.count()).select_from(
        matching.with_only_columns(order[-1].column).limit(MOST_COUNTED + 1).subquery()
    )
    return session.scalar(counted) or 0


def _page(matching: Select[Any], order: Sequence[Key], asked: CursorRequest) -> Select[Any]:
    backwards = asked.before is not None
    wanted = matching.order_by(*(key.order(backwards=backwards) for key in order))
    if asked.before is not None:
        wanted = wanted.where(_beyond(order, _place(order, asked.before, "before"), True))
    elif asked.after is not None:
        wanted = wanted.where(_beyond(order, _place(order, asked.after, "after"), False))
    else:
        wanted = wanted.offset(asked.from_)
    return wanted.limit(asked.limit + 1)


def _beyond(order: Sequence[Key], place: Sequence[Any], backwards: bool) -> ColumnElement[bool]:
    def ways() -> Iterator[ColumnElement[bool]]:
        for number, key in enumerate(order):
            same = [one.equals(place[n]) for n, one in enumerate(order[:number])]
            yield and_(*same, key.beyond(place[number], backwards=backwards))

    return or_(*ways())


def _cursor(order: Sequence[Key], row: Any) -> str:
    values = [getattr(row, key.name) for key in order]
    shown = [one.isoformat() if isinstance(one, datetime) else one for one in values]
    return to_cursor([_signature(order), *shown])


def _signature(order: Sequence[Key]) -> str:
    return ",".join(f"{'-' if key.descending else ''}{key.name}" for key in order)


def _place(order: Sequence[Key], cursor: str, field: str) -> list[Any]:
    try:
        signature, *values = from_cursor(cursor)
        # Of another order, or of another number of values.
        _check(signature == _signature(order))
        return [_value(key, value) for key, value in zip(order, values, strict=True)]
    except (FieldError, TypeError, ValueError):
        wrong = {"field": f"page.{field}", "code": "cursor_invalid"}
        raise Problem("request_invalid", errors=[wrong]) from None


def _value(key: Key, value: Any) -> Any:
    kind = key.kind
    if value is None:
        return None
    if kind is datetime:
        found = datetime.fromisoformat(value)
        _check(found.tzinfo is not None)
        return found
    _check(type(value) is kind and (kind is not int or abs(value) <= _LARGEST))
    return value


def _check(fits: bool) -> None:
    if not fits:
        raise FieldError("cursor_invalid")
