"""The certificate of an erasure: what was done of it and when, signed by the house."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlmodel import col

from models import access_record
from models.key_epoch import KeyEpoch
from models.personal_key import PersonalErasure
from proof.signed_file import signature

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from models.erasure import Erasure
    from proof.signing import Signer

ACTION = "erasure.certify"
FILE = "certificate.json"
SIGNATURE = "certificate.signature.json"


class ErasureIncompleteError(Exception):
    """A step is still to be done: there is nothing to certify yet."""


def certified(session: Session, signer: Signer, one: Erasure, at: datetime, by: str) -> bytes:
    """Return a ZIP file with the certificate (删除证明) and the signature over it.

    It names the customer by their random id alone: whoever asked for the erasure was told it. Who
    had it made is recorded.

    Raises:
        ErasureIncompleteError: it cannot be said yet that nothing is left.
    """
    if one.completed_at is None:
        raise ErasureIncompleteError
    content = json.dumps(_content(session, one, at), ensure_ascii=False, indent=2).encode()
    beside = signature(signer, FILE, content, at.isoformat())
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(FILE, content)
        archive.writestr(SIGNATURE, json.dumps(beside, indent=2))
    access_record.append(session, at=at, actor=by, action=ACTION, subject=str(one.person_id))
    return packed.getvalue()


def opened(file: Path) -> tuple[bytes, dict[str, Any]]:
    """Return the certificate of a ZIP file and what stands beside it; ValueError for another."""
    with zipfile.ZipFile(file) as archive:
        content, beside = archive.read(FILE), json.loads(archive.read(SIGNATURE))
    if not isinstance(beside, dict):
        raise ValueError(SIGNATURE)  # noqa: TRY004 (what is in the file, not what was given)
    return content, beside


def _content(session: Session, one: Erasure, at: datetime) -> dict[str, Any]:
    told = one.model_dump(mode="json", exclude={"person_id", "counts"})
    return {
        "certificate": "erasure of personal data",
        "customer_id": str(one.person_id),
        **told,
        "completed_at": one.completed_at.isoformat() if one.completed_at else None,
        "rows": one.counts,
        "keys": _keys(session, one),
        "issued_at": at.isoformat(),
    }


def _keys(session: Session, one: Erasure) -> list[dict[str, Any]]:
    """Return the epochs whose keys could have unwrapped the person's, and when they ended."""
    wrapped_by = session.scalar(
        select(col(PersonalErasure.epoch)).where(col(PersonalErasure.person_id) == one.person_id)
    )
    gone = select(KeyEpoch).where(col(KeyEpoch.epoch) <= (wrapped_by or 0))
    return [
        {
            "epoch": epoch.epoch,
            "destroyed_at": epoch.destroyed_at.isoformat() if epoch.destroyed_at else None,
        }
        for epoch in session.scalars(gone.order_by(col(KeyEpoch.epoch)))
    ]
