"""Which instances a route of process mining looks at: process, version, time (挖掘范围)."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import Depends
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from api.authentication import Caller
from api.keys import Key
from api.means import Means
from api.permissions import Allowed
from api.problem import Problem
from api.process_definition_view import existing
from audit.mining import Mine
from audit.sample import Sample
from models import calendar_version, process_definition, process_statistics

Miner = Annotated[Caller, Depends(Allowed("audit.mine"))]
ERRORS = ("fields_invalid", "process_definition_not_found", "calendar_not_found")


class WantedSample(BaseModel):
    """Instances of a process; of one version, if `definition` is its key; by when they began."""

    model_config = ConfigDict(extra="forbid")

    process: Annotated[str, Field(max_length=200)]
    definition: Key | None = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None


class WantedMined(WantedSample):
    """The newest of these instances: who waits for the answer does not wait for all records."""

    newest: Annotated[int, Field(ge=1, le=20_000)] = 2_000


def sample(session: Session, asked: WantedSample) -> Sample:
    """Return the sample that was asked for.

    A called process runs on the version that was deployed with its caller's.

    Raises:
        Problem: `process_definition_not_found`.
    """
    digests = None
    if asked.definition is not None:
        found = existing(session, asked.definition)
        if found.process_id != asked.process:
            raise Problem("process_definition_not_found", key=str(asked.definition))
        digests = tuple(process_statistics.deployed_with(session, found))
    elif process_definition.latest(session, asked.process) is None:
        raise Problem("process_definition_not_found", key=asked.process)
    return Sample(asked.process, digests, asked.since, asked.until)


def mine(session: Session, means: Means, asked: WantedMined) -> Mine:
    """Return what is to be mined, counted with the newest calendar of the house.

    Raises:
        Problem: as `sample`.
    """
    chosen = replace(sample(session, asked), newest=asked.newest)
    version = calendar_version.latest(session)
    if version is None:
        raise Problem("calendar_not_found", version=0)
    return Mine(session, chosen, means.calendar(version), means.now())
