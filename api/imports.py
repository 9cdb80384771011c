"""`POST /api/imports/{kind}`: customers, orders and batches from CSV files (导入)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, File, Form, Response, UploadFile
from pydantic import BaseModel
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api.answers import example, for_staff
from api.authentication import Caller
from api.idempotency import Answer, KeyHeader, Once, keyed_digest
from api.means import Means, MeansHere
from api.permissions import Allowed
from api.problem import Problem
from models import imports
from models.imports import Outcome, RejectedError, SheetError, Tools
from models.vault import PersonErasedError

router = APIRouter(prefix="/api/imports", tags=["imports"])
Kind = Literal["customers", "orders", "batches"]
_SHOWN = 1000


class ImportFinding(BaseModel):
    """A cell that cannot be taken: line of the file, our name of the column, and why."""

    line: int
    column: str
    code: str


class Imported(BaseModel):
    """What an import did (导入结果); of the errors the first 1000 are shown."""

    kind: Kind
    inserted: int
    updated: int
    unchanged: int
    rejected: int
    ignored_columns: int
    errors: list[ImportFinding]


_EXAMPLE = {
    "kind": "customers",
    "inserted": 118,
    "updated": 2,
    "unchanged": 0,
    "rejected": 1,
    "ignored_columns": 0,
    "errors": [{"line": 7, "column": "contact", "code": "phone_invalid"}],
}


@router.post(
    "/{kind}",
    response_model=Imported,
    operation_id="import_rows",
    responses={
        **for_staff(
            "fields_invalid",
            "body_malformed",
            "body_too_large",
            "idempotency_key_invalid",
            "idempotency_key_reused",
            "import_unreadable",
            "import_rejected",
            "instance_busy",
        ),
        **example(200, _EXAMPLE),
    },
)
def import_rows(
    kind: Kind,
    file: Annotated[UploadFile, File(description="CSV in UTF-8 or GB18030, with a header")],
    caller: Annotated[Caller, Depends(Allowed("import.create"))],
    means: MeansHere,
    *,
    strict: Annotated[bool, Form(description="All rows or none")] = False,
    key: KeyHeader = None,
) -> Response:
    """Take the good rows and name the bad ones; the same file again changes nothing."""
    content = file.file.read()
    digest = keyed_digest(means, content + bytes([strict]))
    asked = Once(caller.username, f"import {kind}", key, digest, means.now())
    try:
        answer = _bring_in(means, asked, kind, content, strict=strict)
    except SheetError as error:
        raise Problem("import_unreadable", reason=error.code, **error.data) from None
    except RejectedError as error:
        shown = _errors(error.outcome)
        raise Problem("import_rejected", rejected=error.outcome.rejected, errors=shown) from None
    except (IntegrityError, PersonErasedError):
        # Somebody told us of the same customer, or had them erased, this very moment.
        raise Problem("instance_busy") from None
    return answer.response()


def _bring_in(means: Means, asked: Once, kind: str, content: bytes, *, strict: bool) -> Answer:
    with Session(means.engine) as session, session.begin():
        if (earlier := asked.begin(session)) is not None:
            return earlier
        outcome = imports.bring_in(
            session,
            Tools(means.vault, means.key_source),
            kind,
            content,
            at=asked.at,
            actor=asked.principal,
            strict=strict,
        )
        answer = Answer(200, {**outcome.counts(), "errors": _errors(outcome)})
        asked.keep(session, answer)
        return answer


def _errors(outcome: Outcome) -> list[Any]:
    found = outcome.findings[:_SHOWN]
    return [{"line": one.line, "column": one.column, "code": one.code} for one in found]
