"""`GET /api/audit/mining/...`: where work waits and which ways it takes (流程挖掘)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field
from sqlalchemy.orm import Session

from api.answers import example, for_staff
from api.means import MeansHere
from api.mined_sample import ERRORS, Miner, WantedMined, mine
from api.mined_view import (
    ELEMENTS,
    FLOWS,
    VARIANTS,
    ElementView,
    FlowView,
    MinedElements,
    MinedFlows,
    MinedVariants,
    head,
    variant_view,
)

router = APIRouter(prefix="/api/audit/mining", tags=["records"])


class WantedVariants(WantedMined):
    """Which instances, and how many variants of them."""

    limit: Annotated[int, Field(ge=1, le=200)] = 20


@router.get(
    "/elements",
    operation_id="get_mined_elements",
    responses={**for_staff(*ERRORS), **example(200, ELEMENTS)},
)
def get_mined_elements(
    asked: Annotated[WantedMined, Query()], _: Miner, means: MeansHere
) -> MinedElements:
    """Return how often the elements of a process ran, and how long they took: a heat map."""
    with Session(means.engine) as session, session.begin():
        own = mine(session, means, asked)
        items = [ElementView(**asdict(one)) for one in own.elements()]
        return MinedElements(**head(own, asked.definition), items=items)


@router.get(
    "/flows",
    operation_id="get_mined_flows",
    responses={**for_staff(*ERRORS), **example(200, FLOWS)},
)
def get_mined_flows(
    asked: Annotated[WantedMined, Query()], _: Miner, means: MeansHere
) -> MinedFlows:
    """Return how often the sequence flows of a process were taken."""
    with Session(means.engine) as session, session.begin():
        own = mine(session, means, asked)
        items = [FlowView(**asdict(one)) for one in own.flows()]
        return MinedFlows(**head(own, asked.definition), items=items)


@router.get(
    "/variants",
    operation_id="get_mined_variants",
    responses={**for_staff(*ERRORS), **example(200, VARIANTS)},
)
def get_mined_variants(
    asked: Annotated[WantedVariants, Query()], _: Miner, means: MeansHere
) -> MinedVariants:
    """Return the ways that ended instances of a process went, the most frequent first."""
    with Session(means.engine) as session, session.begin():
        own = mine(session, means, asked)
        found = own.variants(asked.limit)
        items = [variant_view(one, found.instances) for one in found.items]
        return MinedVariants(**head(own, asked.definition), total=found.total, items=items)
