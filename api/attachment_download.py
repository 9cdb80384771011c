"""`GET /api/feedback/{number}/attachments/{id}`: the file itself, whole or in part (下载附件)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Header
from fastapi.responses import StreamingResponse
from sqlalchemy.orm import Session

from api.answers import for_staff
from api.attachment_rules import AttachmentRules
from api.attachment_view import rules_of
from api.attachments import existing
from api.authentication import Caller
from api.feedback import Number
from api.feedback_view import visible_item
from api.means import Means, MeansHere
from api.permissions import Allowed
from api.problem import Problem
from models import access_record, attachment
from models.attachment import Attachment
from models.sealed_file import SealedFileError, Unsealer

router = APIRouter(prefix="/api/feedback", tags=["feedback"])
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")
_BYTES = {"application/octet-stream": {"example": "%PDF-1.7 ..."}}
# Nothing in it runs, wherever a browser shows it.
_GUARDS = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Accept-Ranges": "bytes",
}


@router.get(
    "/{number}/attachments/{attachment_id}",
    operation_id="get_attachment",
    response_class=StreamingResponse,
    responses={
        **for_staff(
            "fields_invalid",
            "feedback_not_found",
            "feedback_not_yours",
            "attachments_not_configured",
            "attachment_not_found",
            "attachment_gone",
            "attachment_not_scanned",
            "attachment_damaged",
            "range_not_satisfiable",
        ),
        200: {"content": _BYTES},
        206: {"content": _BYTES},
    },
)
def get_attachment(
    number: Number,
    attachment_id: UUID,
    caller: Annotated[Caller, Depends(Allowed("attachment.read"))],
    means: MeansHere,
    *,
    range_: Annotated[str | None, Header(alias="Range", max_length=200)] = None,
    if_range: Annotated[str | None, Header(alias="If-Range", max_length=200)] = None,
) -> StreamingResponse:
    """Answer a file, or one range of its bytes; every download is recorded."""
    with Session(means.engine) as session, session.begin():
        item = visible_item(session, caller, number)
        rules = rules_of(means)
        one = existing(session, item, attachment_id)
        if not rules.lets_out(one):
            raise Problem("attachment_not_scanned", scan=one.scan)
        name, plain = _opened(session, means, rules, one)
        tag = f'"{one.digest}"'
        whole = (0, one.size)
        part = _part(range_, one.size) if if_range in {None, tag} else whole
        pieces = _first_checked(plain.read(*part))
        _record(session, means, caller, one, subject=item.number, part=part)
        size = one.size
        headers = _headers(name, tag, part, size)
        media_type = one.media_type
    status = 200 if part == whole else 206
    return StreamingResponse(pieces, status, headers, media_type)


def _opened(
    session: Session, means: Means, rules: AttachmentRules, one: Attachment
) -> tuple[str, Unsealer]:
    key = attachment.key_of(session, means.vault, one)
    name = means.vault.reveal(session, one.name_ref)
    if key is None or name is None:
        raise Problem("attachment_gone", reason="erased")
    return name, Unsealer(rules.folder.path(one.id), key, one.id, one.size)


def _first_checked(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Return the pieces with the first one read, since an answer that has begun cannot fail."""
    try:
        return chain([next(pieces)], pieces)
    except SealedFileError:
        raise Problem("attachment_damaged") from None


def _part(wanted: str | None, size: int) -> tuple[int, int]:
    """Return the range that is asked for, half-open; everything for what is no single range."""
    found = _RANGE.fullmatch(wanted or "")
    if found is None or found.groups() == ("", ""):
        return 0, size
    first, last = found.groups()
    if not first:
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(size, int(last) + 1) if last else size
    if start >= end:
        raise Problem("range_not_satisfiable", size=size)
    return start, end


def _headers(name: str, tag: str, part: tuple[int, int], size: int) -> dict[str, str]:
    start, end = part
    headers = _GUARDS | {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "Content-Length": str(end - start),
        "ETag": tag,
    }
    if part != (0, size):
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    return headers


def _record(
    session: Session,
    means: Means,
    caller: Caller,
    one: Attachment,
    *,
    subject: str,
    part: tuple[int, int],
) -> None:
    at = means.now()
    if caller.username != one.added_by:
        attachment.mark_used(session, one, at)
    access_record.append(
        session,
        at=at,
        actor=caller.username,
        action="attachment.read",
        subject=subject,
        data={"attachment": str(one.id), "from": part[0], "to": part[1]},
    )
