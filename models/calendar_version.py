"""Versions of the working calendar."""

from datetime import date, datetime
from typing import Any

from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from models.columns import Timestamp


class CalendarVersion(SQLModel, table=True):
    """One import of the working calendar (工作日历版本); never changed afterwards."""

    __tablename__ = "working_calendar"

    version: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    note: str = ""
    imported_at: datetime = Field(sa_type=Timestamp)
    frames: dict[str, Any] = Field(sa_type=JSONB)
    zone: str


class CalendarDay(SQLModel, table=True):
    """A day that differs from its weekday (节假日, 调休)."""

    __tablename__ = "calendar_day"

    version: int = Field(primary_key=True, foreign_key="working_calendar.version")
    day: date = Field(primary_key=True)
    working: bool
    name: str = ""
