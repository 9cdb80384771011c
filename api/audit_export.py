"""`POST /api/audit/export`: records as an object-centric event log for process mining (OCEL)."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from fastapi.responses import StreamingResponse
from pydantic import Field
from sqlalchemy.orm import Session

from api.answers import for_staff
from api.authentication import Caller
from api.means import Means, MeansHere
from api.mined_sample import WantedSample, sample
from api.permissions import Allowed
from audit import ocel, ocel_sqlite
from audit.ocel_log import EventLog
from audit.pseudonym import pseudonyms
from audit.sample import Sample
from models import access_record

router = APIRouter(prefix="/api/audit", tags=["records"])
Exporter = Annotated[Caller, Depends(Allowed("audit.export"))]
ACTION = "export_events"
_MEDIA = {"json": ocel.MEDIA_TYPE, "sqlite": ocel_sqlite.MEDIA_TYPE}
_PIECE = 1 << 20
_FILES: dict[int | str, Any] = {
    200: {
        "content": {
            ocel.MEDIA_TYPE: {
                "example": {"objectTypes": [], "objects": [], "events": [], "eventTypes": []}
            },
            ocel_sqlite.MEDIA_TYPE: {"example": "SQLite format 3"},
        }
    }
}


class WantedExport(WantedSample):
    """Which instances, in which of the two formats."""

    format: Literal["json", "sqlite"] = "json"
    process: Annotated[str, Field(max_length=200)] = "feedback"


@router.post(
    "/export",
    operation_id="export_events",
    response_class=StreamingResponse,
    responses={
        **for_staff(
            "body_malformed", "body_too_large", "fields_invalid", "process_definition_not_found"
        ),
        **_FILES,
    },
)
def export_events(asked: WantedExport, caller: Exporter, means: MeansHere) -> StreamingResponse:
    """Answer an OCEL 2.0 file without personal data; who exported what is recorded."""
    with Session(means.engine) as session, session.begin():
        own = sample(session, asked)
        access_record.append(
            session,
            at=means.now(),
            actor=caller.username,
            action=ACTION,
            subject=asked.process,
            data=asked.model_dump(mode="json", exclude={"process"}, exclude_none=True),
        )
    pieces = _json(means, own) if asked.format == "json" else _sqlite(means, own)
    name = f"bihuan-events.{asked.format}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
    }
    return StreamingResponse(pieces, headers=headers, media_type=_MEDIA[asked.format])


def _json(means: Means, own: Sample) -> Iterator[bytes]:
    with Session(means.engine) as session, session.begin():
        log = EventLog(session, own, pseudonyms(means.key_source))
        log.hold()
        yield from ocel.pieces(log)


def _sqlite(means: Means, own: Sample) -> Iterator[bytes]:
    # It can only be sent once it is whole.
    with tempfile.TemporaryDirectory(prefix="bihuan-") as folder:
        path = Path(folder) / "events.sqlite"
        with Session(means.engine) as session, session.begin():
            log = EventLog(session, own, pseudonyms(means.key_source))
            log.hold()
            ocel_sqlite.write(log, path)
        with path.open("rb") as file:
            # Whoever stops reading leaves nothing behind.
            path.unlink()
            while piece := file.read(_PIECE):
                yield piece
