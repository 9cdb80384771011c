"""`GET /api/health`: whether the service can work (健康检查)."""

from __future__ import annotations

import logging

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from api.answers import example, problems
from api.idempotency import in_transaction
from api.means import MeansHere
from api.problem import Problem

_LOGGER = logging.getLogger(__name__)
router = APIRouter(tags=["health"])


class Health(BaseModel):
    """What can be reached (健康状态)."""

    status: str = "ok"
    database: bool
    temporal: bool


def _ask(session: Session) -> bool:
    return bool(session.scalar(text("SELECT 1")))


@router.get(
    "/api/health",
    operation_id="get_health",
    responses={
        **problems("unhealthy"),
        **example(200, {"status": "ok", "database": True, "temporal": True}),
    },
)
async def get_health(means: MeansHere) -> Health:
    """Ask the database and Temporal; says nothing about where they are."""
    try:
        database = await in_transaction(means, _ask)
    except SQLAlchemyError as error:
        _LOGGER.warning("database does not answer: %s", type(error).__name__)
        database = False
    temporal = await means.temporal_answers()
    if not (database and temporal):
        raise Problem("unhealthy", database=database, temporal=temporal)
    return Health(database=database, temporal=temporal)
