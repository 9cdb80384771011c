"""Feedback numbers without gaps."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel


class NumberSerial(SQLModel, table=True):
    """The last serial given in a month (反馈编号流水)."""

    __tablename__ = "number_serial"

    month: str = Field(primary_key=True)
    last: int


# Numbers follow the calendar of the customers, wherever the server stands.
_SHANGHAI = ZoneInfo("Asia/Shanghai")
_NEXT_SERIAL = text(
    "INSERT INTO number_serial (month, last) VALUES (:month, 1)"
    " ON CONFLICT (month) DO UPDATE SET last = number_serial.last + 1 RETURNING last"
)


def next_number(session: Session, at: datetime) -> str:
    """Return the next feedback number (反馈编号) of the month of `at`, as `202405-001`.

    The month's row stays locked until the transaction ends, so that a number never has a gap and
    never comes twice: ask for it as late as possible.
    """
    month = at.astimezone(_SHANGHAI).strftime("%Y%m")
    serial = session.execute(_NEXT_SERIAL, {"month": month}).scalar_one()
    return f"{month}-{serial:03d}"
