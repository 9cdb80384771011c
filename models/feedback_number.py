"""Feedback numbers without gaps."""

from sqlmodel import Field, SQLModel


class NumberSerial(SQLModel, table=True):
    """The last serial given in a month (反馈编号流水)."""

    __tablename__ = "number_serial"

    month: str = Field(primary_key=True)
    last: int
