"""`GET /api/audit/{instance}/report`: the report of one item as a PDF, signed (审计报告)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response
from sqlalchemy.orm import Session

from api.answers import for_staff
from api.audit_look import ERRORS, Auditor, Opened, open_instance
from api.authentication import Caller
from api.keys import PathKey
from api.masked import REFERENCE, content_for
from api.means import Means, MeansHere
from api.plain_page import choose_locale
from api.problem import Problem
from audit.report_content import Reader, Subject
from audit.report_file import packed, told
from audit.report_words import Language, Words
from proof.signing import Signer, SigningKeyError

WORDS = Path(__file__).with_name("words")
router = APIRouter(prefix="/api/audit", tags=["records"])
_ZIP: dict[int | str, Any] = {200: {"content": {"application/zip": {"example": "bytes"}}}}


@router.get(
    "/{instance}/report",
    operation_id="get_audit_report",
    response_class=Response,
    responses={**for_staff(*ERRORS, "signing_key_missing"), **_ZIP},
)
def get_audit_report(
    instance: PathKey,
    caller: Auditor,
    means: MeansHere,
    language: Annotated[Language | None, Query()] = None,
    accept_language: Annotated[str, Header()] = "",
) -> Response:
    """Return a ZIP of the PDF and of its signature; who had it made is recorded.

    Personal texts are masked. Without `language` it is that of Accept-Language.
    """
    try:
        signer = Signer.read(means.chosen.secrets_path)
    except SigningKeyError:
        raise Problem("signing_key_missing") from None
    chosen: Language = language or ("en" if choose_locale(accept_language) == "en" else "zh-CN")
    at = means.now()
    with Session(means.engine) as session, session.begin():
        subject = _subject(means, session, caller, open_instance(session, means, caller, instance))
        reader = Reader(session, means.definitions, Words(WORDS, chosen), caller.username, at)
        said = told(reader, subject, signer)
        named = subject.named
    headers = {"Content-Disposition": f'attachment; filename="audit-{named}.zip"'}
    content = packed(reader, said, signer)
    return Response(content, media_type="application/zip", headers=headers)


def _subject(means: Means, session: Session, caller: Caller, opened: Opened) -> Subject:
    """Return what the report is about, with as much of the customer as the caller may see."""
    instance, item = opened
    if item is None:
        return Subject(instance, None)
    personal = {
        name: {REFERENCE: str(found)}
        for name, found in (("name", item.name_ref), ("contact", item.contact_ref))
        if found is not None
    }
    seen = content_for(means, session, caller, item, personal)
    return Subject(instance, item, seen.get("name"), seen.get("contact"))
