"""`GET /api/audit/mining/fit`: whether instances did just what is drawn (符合性检查)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from api.answers import example, for_staff
from api.keys import Key
from api.means import MeansHere
from api.mined_sample import Miner, WantedSample, sample
from audit.fitting import fitted

router = APIRouter(prefix="/api/audit/mining", tags=["records"])


class WantedFit(WantedSample):
    """Which instances, and how many of those after a key."""

    after: Key = 0
    limit: Annotated[int, Field(ge=1, le=500)] = 100


class MisfitView(BaseModel):
    """A record that the drawing does not allow, and why."""

    n: int
    code: str
    process: str
    element: str


class MisfittingInstance(BaseModel):
    """An instance that does not fit."""

    instance: str
    records: int
    findings: list[MisfitView]


class Fit(BaseModel):
    """How many instances were checked, those that do not fit, and the key to go on after."""

    checked: int
    records: int
    fitting: int
    items: list[MisfittingInstance]
    next: str | None


_EXAMPLE = {
    "checked": 100,
    "records": 14210,
    "fitting": 99,
    "items": [
        {
            "instance": "1048576",
            "records": 58,
            "findings": [
                {"n": 41, "code": "flow_unknown", "process": "feedback", "element": "accepted"}
            ],
        }
    ],
    "next": "104857600",
}


@router.get(
    "/fit",
    operation_id="get_mined_fit",
    responses={
        **for_staff("fields_invalid", "process_definition_not_found"),
        **example(200, _EXAMPLE),
    },
)
def get_mined_fit(asked: Annotated[WantedFit, Query()], _: Miner, means: MeansHere) -> Fit:
    """Hold instances against their drawings, `limit` of them after the key `after`."""
    with Session(means.engine) as session, session.begin():
        own = sample(session, asked)
        found = list(fitted(session, own, means.definitions, after=asked.after, limit=asked.limit))
    items = [
        MisfittingInstance(
            instance=str(one.instance),
            records=one.records,
            findings=[
                MisfitView(n=m.number, code=m.code, process=m.process, element=m.element)
                for m in one.misfits
            ],
        )
        for one in found
        if one.misfits
    ]
    return Fit(
        checked=len(found),
        records=sum(one.records for one in found),
        fitting=len(found) - len(items),
        items=items,
        next=str(found[-1].instance) if len(found) == asked.limit else None,
    )
