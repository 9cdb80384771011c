"""Column types shared by the tables."""

from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import TypeDecorator
from typing_extensions import override


class Timestamp(TypeDecorator[datetime]):
    """A moment in UTC, timestamptz in the database.

    A datetime without a zone is refused: it would silently be read in the zone of the connection.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    @override
    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("a timestamp needs a zone")
        return value


class TextArray(TypeDecorator[list[str]]):
    """A list of short texts, text[] in the database."""

    impl = ARRAY(Text)
    cache_ok = True

    @override
    def process_bind_param(self, value: Any, dialect: Dialect) -> list[str] | None:
        return None if value is None else list(value)
