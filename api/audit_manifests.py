"""`/api/audit/manifests`: what was sealed day by day, and everything verified (清单)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BaseModel
from sqlalchemy import text
from sqlalchemy.orm import Session

from api.answers import example, for_staff
from api.audit_proof import verifier_of
from api.authentication import Caller
from api.means import Means, MeansHere
from api.permissions import Allowed
from api.problem import Problem
from api.proof_view import FINDING, ProofFinding, finding_views
from models import access_record, manifest, manifest_publication
from models.manifest import Manifest
from models.manifest_publication import Publication
from models.proof_rows import StoredMaterial
from proof.whole import Report, verify

router = APIRouter(prefix="/api/audit/manifests", tags=["records"])
Checker = Annotated[Caller, Depends(Allowed("audit.verify"))]
ACTION = "verify_all"
# One at a time: it reads every record there is.
_ALONE = text("SELECT pg_try_advisory_lock(hashtext('bihuan_verification'))")
_DONE = text("SELECT pg_advisory_unlock(hashtext('bihuan_verification'))")


class ManifestPlace(BaseModel):
    """Where a manifest goes, `folder` or `notice`, and whether it is there."""

    target: str
    ok: bool


class ManifestView(BaseModel):
    """A signed manifest: its hash, its tree over all instances, and where it was published."""

    number: int
    made_at: AwareDatetime
    hash: str
    previous: str
    root: str
    instances: int
    changed: int
    publications: list[ManifestPlace]


class Manifests(BaseModel):
    """Manifests, newest first; `next` is the number that the following page comes before."""

    items: list[ManifestView]
    next: int | None


class Verification(BaseModel):
    """What was verified of the whole database, and the first bad place of each kind."""

    sound: bool
    instances: int
    records: int
    verified: int
    access_records: int
    access_verified: int
    manifests: int
    last_manifest: int
    findings: list[ProofFinding]


_LISTED = {
    "items": [
        {
            "number": 12,
            "made_at": "2024-05-06T16:15:00Z",
            "hash": "5f0c" * 16,
            "previous": "9a11" * 16,
            "root": "c3d4" * 16,
            "instances": 4711,
            "changed": 104,
            "publications": [{"target": "folder", "ok": True}],
        }
    ],
    "next": None,
}
_VERIFIED = {
    "sound": False,
    "instances": 4711,
    "records": 271_000,
    "verified": 270_981,
    "access_records": 52_000,
    "access_verified": 52_000,
    "manifests": 12,
    "last_manifest": 12,
    "findings": [FINDING],
}


@router.get(
    "",
    operation_id="list_manifests",
    responses={**for_staff("fields_invalid"), **example(200, _LISTED)},
)
def list_manifests(
    _: Checker,
    means: MeansHere,
    before: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Manifests:
    """Return the newest manifests, or those before a number."""
    chosen = means.chosen
    addresses = len(chosen.notice_urls) if chosen.manifest_notices else 0
    with Session(means.engine) as session, session.begin():
        found = manifest.newest(session, limit, before)
        places = manifest_publication.of(session, found, addresses=addresses)
        items = [manifest_view(one, places[one.number]) for one in found]
    following = items[-1].number if len(items) == limit and items[-1].number > 1 else None
    return Manifests(items=items, next=following)


@router.post(
    "/verification",
    operation_id="verify_manifests",
    responses={
        **for_staff("manifest_key_missing", "verification_running"),
        **example(200, _VERIFIED),
    },
)
def verify_manifests(caller: Checker, means: MeansHere) -> Verification:
    """Verify all records, access records and manifests as of now; it is recorded who did.

    What was cut off together with its manifests shows only against those published outside:
    `bihuan verify --published`.
    """
    report = _verified(means)
    told = report.to_json()
    data = {name: told[name] for name in ("sound", "last_manifest", "instances")}
    with Session(means.engine) as session, session.begin():
        access_record.append(
            session, at=means.now(), actor=caller.username, action=ACTION, data=data
        )
    return Verification(**{**told, "findings": finding_views(report.findings)})


def _verified(means: Means) -> Report:
    verifier = verifier_of(means)
    if verifier is None:
        raise Problem("manifest_key_missing")
    with means.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        if not connection.scalar(_ALONE):
            raise Problem("verification_running")
        try:
            return verify(StoredMaterial(Session(bind=connection)), verifier)
        finally:
            connection.rollback()
            connection.execute(_DONE)


def manifest_view(one: Manifest, places: list[Publication]) -> ManifestView:
    """Return a manifest as it is shown."""
    return ManifestView(
        number=one.number,
        made_at=one.made_at,
        hash=one.hash.hex(),
        previous=one.body["previous"],
        root=one.body["root"],
        instances=one.body["instances"],
        changed=len(one.body["heads"]),
        publications=[ManifestPlace(target=place.target, ok=place.ok) for place in places],
    )
