"""The audit report of one item as it is given out: the PDF and the signature over it."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from audit.instance_proof import prove
from audit.report_content import Reader, Row, Subject, content, facts
from audit.report_pdf import document
from audit.report_words import moment
from models import access_record, legal_hold
from proof.signed_file import signature
from proof.signing import Signer, Verifier

ACTION = "audit.report"
PDF = "report.pdf"
SIGNATURE = "report.signature.json"
# An archive of the same files has the same bytes.
_STAMP = (1980, 1, 1, 0, 0, 0)


def told(reader: Reader, subject: Subject, signer: Signer) -> dict[str, Any]:
    """Return what the report says, and record who had it made (记录出具人)."""
    access_record.append(
        reader.session,
        at=reader.at,
        actor=reader.username,
        action=ACTION,
        subject=subject.named,
        data={"instance": str(subject.instance.key)},
    )
    return content(reader, subject, _proof_rows(reader, subject, Verifier(signer.public)))


def packed(reader: Reader, said: dict[str, Any], signer: Signer) -> bytes:
    """Return a ZIP of the PDF and of its signature; needs no database any more."""
    pdf = document(said, reader.at)
    beside = signature(signer, PDF, pdf, reader.at.isoformat())
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, given in ((PDF, pdf), (SIGNATURE, json.dumps(beside, indent=2).encode())):
            archive.writestr(zipfile.ZipInfo(name, _STAMP), given)
    return made.getvalue()


def _proof_rows(reader: Reader, subject: Subject, verifier: Verifier) -> list[Row]:
    said, session = reader.words.own, reader.session
    found = prove(session, subject.instance, verifier)
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
    held = legal_hold.holds(session, instance_key=subject.instance.key)
    holds = "; ".join(moment(one.placed_at) for one in held) or said["no_holds"]
    return facts(
        reader,
        {"verified": verified, "manifest": covered, "head": checked.head, "holds": holds},
    )
