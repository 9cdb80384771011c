"""`GET /api/audit/{instance}/report`: the report of one item as a PDF, signed (审计报告)."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response
from sqlalchemy.orm import Session

from api.answers import for_staff
from api.audit_look import ERRORS, Auditor, Opened, open_instance
from api.audit_report_content import Reader, Row, content, facts
from api.audit_report_pdf import document
from api.audit_report_words import Language, moment
from api.keys import PathKey
from api.means import MeansHere
from api.plain_page import choose_locale
from api.problem import Problem
from audit.instance_proof import prove
from models import access_record, legal_hold
from proof.signed_file import signature
from proof.signing import Signer, SigningKeyError, Verifier

router = APIRouter(prefix="/api/audit", tags=["records"])
ACTION = "audit.report"
PDF = "report.pdf"
SIGNATURE = "report.signature.json"
_ZIP: dict[int | str, Any] = {200: {"content": {"application/zip": {"example": "bytes"}}}}
# An archive of the same files has the same bytes.
_STAMP = (1980, 1, 1, 0, 0, 0)


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
        opened = open_instance(session, means, caller, instance)
        named = opened.item.number if opened.item else str(instance)
        access_record.append(
            session,
            at=at,
            actor=caller.username,
            action=ACTION,
            subject=named,
            data={"instance": str(instance)},
        )
        reader = Reader(means, session, caller, chosen)
        told = content(reader, opened, _proof_rows(reader, opened, Verifier(signer.public)))
    pdf = document(told, at)
    beside = signature(signer, PDF, pdf, at.isoformat())
    headers = {"Content-Disposition": f'attachment; filename="audit-{named}.zip"'}
    return Response(_archive(pdf, beside), media_type="application/zip", headers=headers)


def _proof_rows(reader: Reader, opened: Opened, verifier: Verifier) -> list[Row]:
    said, session, key = reader.words, reader.session, opened.instance.key
    found = prove(session, opened.instance, verifier)
    checked, first = found.checked, next(iter(found.checked.findings), None)
    covered = (
        said["unsealed"]
        if found.made_at is None
        else said["sealed"].format(number=checked.manifest, at=moment(found.made_at))
    )
    verified = (
        said["sound"].format(count=checked.verified)
        if first is None
        else said["unsound"].format(number=first.number, code=first.code)
    )
    held = legal_hold.holds(session, instance_key=key)
    holds = "; ".join(moment(one.placed_at) for one in held) or said["no_holds"]
    return facts(
        reader,
        {"verified": verified, "manifest": covered, "head": checked.head, "holds": holds},
    )


def _archive(pdf: bytes, beside: dict[str, Any]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, given in ((PDF, pdf), (SIGNATURE, json.dumps(beside, indent=2).encode())):
            archive.writestr(zipfile.ZipInfo(name, _STAMP), given)
    return made.getvalue()
