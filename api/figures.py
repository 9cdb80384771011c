"""`GET /api/figures`: figures, and the items behind each of them (指标查询)."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field
from sqlalchemy.orm import Session

from api.answers import example, for_staff
from api.authentication import Caller
from api.means import MeansHere
from api.permissions import Allowed
from api.problem import FieldError, Problem
from api.visibility import figures_department
from models.measures import figure, items
from models.measures.catalogue import MEASURES
from models.measures.figure import EVERY_DEPARTMENT, TOTAL
from models.measures.items import Behind, Cut
from models.measures.measure import DEPARTMENT

router = APIRouter(prefix="/api/figures", tags=["figures"])
Reader = Annotated[Caller, Depends(Allowed("figures.read"))]
LONGEST = timedelta(days=3 * 366)
_Word = Annotated[str, Field(max_length=100)]


class Span(StrEnum):
    """Over what a figure is counted (周期)."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


def _measure(name: object) -> object:
    if name not in MEASURES:
        raise FieldError("value_unknown")
    return name


MeasureName = Annotated[str, BeforeValidator(_measure)]


class _Window(BaseModel):
    """Days in Shanghai, both included."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    from_: Annotated[date, Field(alias="from")]
    to: date
    dimension: _Word = TOTAL
    department: _Word = EVERY_DEPARTMENT


class WantedFigures(_Window):
    """Which figures."""

    measure: MeasureName
    period: Span = Span.DAY


class WantedItems(_Window):
    """Which items behind a figure, and which part of the list."""

    key: _Word = ""
    limit: Annotated[int, Field(ge=1, le=500)] = 100
    skip: Annotated[int, Field(ge=0, le=1_000_000)] = 0


class FigureView(BaseModel):
    """One figure: the value, and how many rows stand behind it."""

    start: date
    key: str
    value: float
    items: int


class Figures(BaseModel):
    """Figures of one measure; its counting rule has its name in the catalogues of words."""

    measure: str
    unit: str
    period: str
    dimension: str
    department: str
    figures: list[FigureView]


class ItemView(BaseModel):
    """An item behind a figure, and what it adds to it; no personal data."""

    number: str
    amount: float
    at: AwareDatetime
    type: str | None
    category: str | None
    product: str | None
    region: str | None
    department: str | None
    urgency: str
    status: str
    received_at: AwareDatetime
    replied_at: AwareDatetime | None
    closed_at: AwareDatetime | None


class ItemsBehind(BaseModel):
    """A page of items, how many there are, and the figure that all of them make."""

    measure: str
    unit: str
    value: float | None
    total: int
    items: list[ItemView]


_FIGURES = {
    "measure": "on_time_rate",
    "unit": "share",
    "period": "month",
    "dimension": "department",
    "department": "",
    "figures": [{"start": "2024-05-01", "key": "technical", "value": 0.973, "items": 112}],
}
_ITEMS = {
    "measure": "volume",
    "unit": "items",
    "value": 1,
    "total": 1,
    "items": [
        {
            "number": "202405-001",
            "amount": 1,
            "at": "2024-05-06T02:00:00Z",
            "type": "repair",
            "category": "fault",
            "product": "X200",
            "region": "华东",
            "department": "technical",
            "urgency": "normal",
            "status": "closed",
            "received_at": "2024-05-06T02:00:00Z",
            "replied_at": "2024-05-07T02:00:00Z",
            "closed_at": "2024-05-08T03:00:00Z",
        }
    ],
}


@router.get(
    "",
    operation_id="list_figures",
    responses={**for_staff("fields_invalid", "department_not_yours"), **example(200, _FIGURES)},
)
def list_figures(
    wanted: Annotated[WantedFigures, Query()], caller: Reader, means: MeansHere
) -> Figures:
    """Return stored figures of periods that begin from `from` to `to`; heads get their own."""
    measure = MEASURES[wanted.measure]
    _check(wanted, wanted.measure)
    department = figures_department(caller, wanted.department)
    with Session(means.engine) as session:
        found = figure.read(
            session,
            wanted.measure,
            wanted.period,
            wanted.from_,
            wanted.to,
            dimension=wanted.dimension,
            department=department,
        )
        rows = [
            FigureView(start=one.start, key=one.key, value=float(one.value), items=one.items)
            for one in found
        ]
    return Figures(
        measure=wanted.measure,
        unit=measure.unit,
        period=wanted.period,
        dimension=wanted.dimension,
        department=department,
        figures=rows,
    )


@router.get(
    "/{measure}/items",
    operation_id="list_items_of_figure",
    responses={**for_staff("fields_invalid", "department_not_yours"), **example(200, _ITEMS)},
)
def list_items_of_figure(
    measure: Annotated[MeasureName, Path()],
    wanted: Annotated[WantedItems, Query()],
    caller: Reader,
    means: MeansHere,
) -> ItemsBehind:
    """Return the items behind a figure, counted now: what came late is among them."""
    _check(wanted, measure)
    cut = Cut(
        wanted.from_,
        wanted.to,
        wanted.dimension,
        wanted.key,
        figures_department(caller, wanted.department),
    )
    with Session(means.engine) as session:
        found = items.behind(session, MEASURES[measure], cut, limit=wanted.limit, skip=wanted.skip)
    return ItemsBehind(
        measure=measure,
        unit=MEASURES[measure].unit,
        value=None if found.value is None else float(found.value),
        total=found.total,
        items=[_view(row) for row in found.rows],
    )


def _view(row: Behind) -> ItemView:
    return ItemView(**row._asdict() | {"amount": float(row.amount)})


def _check(wanted: _Window, measure: str) -> None:
    """Refuse what no figure can answer.

    Raises:
        Problem: `fields_invalid`.
    """
    if not wanted.from_ <= wanted.to <= wanted.from_ + LONGEST:
        raise Problem("fields_invalid", errors=[{"field": "to", "code": "range_invalid"}])
    if wanted.dimension not in (TOTAL, DEPARTMENT, *MEASURES[measure].dimensions):
        raise Problem("fields_invalid", errors=[{"field": "dimension", "code": "value_unknown"}])
