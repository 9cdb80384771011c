"""Figures computed once a day."""

from datetime import date
from decimal import Decimal

from sqlalchemy import Numeric
from sqlmodel import Field, SQLModel


class DailyFigure(SQLModel, table=True):
    """One number of one day (日指标), by measure and dimension."""

    __tablename__ = "daily_figure"

    day: date = Field(primary_key=True)
    measure: str = Field(primary_key=True)
    dimension: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    value: Decimal = Field(sa_type=Numeric)
