"""`POST /api/audit/manifests`: what has happened so far is sealed now, not at night (封存)."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from sqlalchemy.orm import Session

from api.answers import example, for_staff
from api.audit_manifests import ManifestView, manifest_view
from api.authentication import Caller
from api.means import MeansHere
from api.permissions import Allowed
from api.problem import Problem
from audit.sealing import seal_news
from models import manifest_publication
from models.key_check import KeyMismatchError
from proof.signing import Signer, SigningKeyError

router = APIRouter(prefix="/api/audit/manifests", tags=["records"])
_MADE: dict[str, Any] = {
    "number": 13,
    "made_at": "2024-05-07T02:00:00Z",
    "hash": "77aa" * 16,
    "previous": "5f0c" * 16,
    "root": "c3d4" * 16,
    "instances": 4719,
    "changed": 31,
    "publications": [{"target": "folder", "ok": False}],
}


@router.post(
    "",
    status_code=201,
    operation_id="make_manifest",
    responses={
        **for_staff("signing_key_missing", "signing_key_differs"),
        **example(201, _MADE),
        **example(200, _MADE),
    },
)
def make_manifest(
    caller: Annotated[Caller, Depends(Allowed("audit.seal"))], means: MeansHere, answer: Response
) -> ManifestView:
    """Seal what has happened so far, before an export for instance; who had it done is recorded.

    Where nothing happened since the newest manifest, that one is answered with 200: asked twice,
    or by several at once, one is made. It goes to the addresses of notices at once, and into the
    folder with the next nightly run.
    """
    chosen = means.chosen
    addresses = len(chosen.notice_urls) if chosen.manifest_notices else 0
    try:
        signer = Signer.read(chosen.secrets_path)
        made, is_new = seal_news(
            means.engine, signer, means.now(), by=caller.username, addresses=addresses
        )
    except SigningKeyError:
        raise Problem("signing_key_missing") from None
    except KeyMismatchError:
        raise Problem("signing_key_differs") from None
    if not is_new:
        answer.status_code = 200
    with Session(means.engine) as session:
        places = manifest_publication.of(session, [made], addresses=addresses)
        return manifest_view(made, places[made.number])
