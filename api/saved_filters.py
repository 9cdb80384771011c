"""`/api/me/filters`: what somebody looks for often, under a name (常用筛选)."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from api.answers import example, for_staff
from api.authentication import Caller
from api.means import MeansHere
from api.permissions import Allowed
from api.problem import FieldError, Problem
from models import saved_filter
from models.saved_filter import SavedFilter

router = APIRouter(prefix="/api/me/filters", tags=["people"])
Myself = Annotated[Caller, Depends(Allowed("saved_filter.manage"))]
Name = Annotated[str, Path(min_length=1, max_length=60, examples=["今天到期的投诉"])]
_LARGEST = 4000
_EXAMPLE: dict[str, Any] = {"list": "inbox", "chosen": {"queue": "mine", "urgency": "urgent"}}


def _small(chosen: dict[str, Any]) -> dict[str, Any]:
    if len(json.dumps(chosen, ensure_ascii=False)) > _LARGEST:
        raise FieldError("too_long")
    return chosen


class FilterShape(BaseModel):
    """Which list it belongs to, and what is chosen there, as the console's address holds it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})

    list: Literal["inbox", "feedback", "audit"]
    chosen: Annotated[dict[str, Any], Field(max_length=30), AfterValidator(_small)]


class FilterView(FilterShape):
    """A filter with its name."""

    name: str


class Filters(BaseModel):
    """The filters that one keeps, by name."""

    items: list[FilterView]


@router.get(
    "",
    operation_id="list_saved_filters",
    responses={**for_staff(), **example(200, {"items": [_EXAMPLE | {"name": "紧急"}]})},
)
def list_saved_filters(caller: Myself, means: MeansHere) -> Filters:
    """Return one's own filters; nobody sees those of others."""
    with Session(means.engine) as session:
        return Filters(
            items=[_view(one) for one in saved_filter.of_person(session, caller.username)]
        )


@router.put(
    "/{name}",
    status_code=204,
    operation_id="save_filter",
    responses=for_staff("fields_invalid", "body_malformed", "body_too_large", "filters_full"),
)
def save_filter(name: Name, shape: FilterShape, caller: Myself, means: MeansHere) -> Response:
    """Keep a filter under a name; one of the same name gives way. At most 50."""
    with Session(means.engine) as session, session.begin():
        known = {one.name for one in saved_filter.of_person(session, caller.username)}
        if name not in known and len(known) >= saved_filter.MOST:
            raise Problem("filters_full", maximum=saved_filter.MOST)
        kept = SavedFilter(
            username=caller.username, name=name, changed_at=means.now(), **shape.model_dump()
        )
        saved_filter.put(session, kept)
    return Response(status_code=204)


@router.delete(
    "/{name}",
    status_code=204,
    operation_id="forget_filter",
    responses=for_staff("fields_invalid"),
)
def forget_filter(name: Name, caller: Myself, means: MeansHere) -> Response:
    """Forget a filter; one that is not there is forgotten already."""
    with Session(means.engine) as session, session.begin():
        saved_filter.drop(session, caller.username, name)
    return Response(status_code=204)


def _view(kept: SavedFilter) -> FilterView:
    return FilterView.model_validate(kept.model_dump(include={"name", "list", "chosen"}))
