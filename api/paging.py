"""Pages of a list, in the shape of Camunda 8: `{items, page}` (分页)."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from api.problem import FieldError

MAX_LIMIT = 500
# A cursor is opaque to clients; what it may hold is bounded all the same.
_LONGEST = 10_000
MAX_OFFSET = 1_000_000


class Shape(BaseModel):
    """What is sent and answered with names as `userTaskKey`; unknown names are refused."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid")


def to_cursor(place: Any) -> str:
    """Return a place in a list as a cursor."""
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def from_cursor(cursor: str) -> Any:
    """Return the place that a cursor names.

    Raises:
        FieldError: none of our cursors.
    """
    try:
        plain = base64.urlsafe_b64decode(cursor[:_LONGEST] + "=" * (-len(cursor) % 4))
        return json.loads(plain)
    except (binascii.Error, ValueError):
        raise FieldError("cursor_invalid") from None


def _offset(cursor: object) -> object:
    if not isinstance(cursor, str):
        return cursor
    place = from_cursor(cursor)
    if not isinstance(place, int) or not 0 <= place <= MAX_OFFSET:
        raise FieldError("cursor_invalid")
    return cursor


class PageRequest(Shape):
    """Which part of a list: `limit` items from an offset or after a cursor."""

    from_: Annotated[int, Field(alias="from", ge=0, le=MAX_OFFSET)] = 0
    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT)] = 100
    after: Annotated[str | None, BeforeValidator(_offset)] = None

    @property
    def offset(self) -> int:
        """How many items come before the page."""
        return self.from_ if self.after is None else int(from_cursor(self.after))


class Page(Shape):
    """Where a page lies: all items, and the cursor that the next page comes after."""

    total_items: int
    has_more_total_items: bool = False
    start_cursor: str | None = None
    end_cursor: str | None = None


def page_of(asked: PageRequest, shown: int, total: int) -> Page:
    """Return where a page of `shown` items lies."""
    first, last = asked.offset, asked.offset + shown
    return Page(
        total_items=total,
        start_cursor=to_cursor(first) if shown else None,
        end_cursor=to_cursor(last) if shown and last < total else None,
    )
