"""`GET /api/audit/{instance}/proof`: whether the records are as they were written (实例证明)."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel
from sqlalchemy.orm import Session

from api.answers import example, for_staff
from api.audit_look import ERRORS, Auditor, open_instance
from api.keys import PathKey
from api.means import Means, MeansHere
from api.proof_view import FINDING, ProofFinding, finding_views
from audit.instance_proof import Proved, prove
from proof.signing import Signer, SigningKeyError, Verifier

router = APIRouter(prefix="/api/audit", tags=["records"])


class VouchingManifest(BaseModel):
    """The newest manifest that vouches for records up to number `covered` (作证清单)."""

    number: int
    made_at: AwareDatetime
    covered: int


class InstanceProof(BaseModel):
    """How far the chain of an instance was verified, its last hash, and what is wrong."""

    sound: bool
    records: int
    verified: int
    head: str
    manifest: VouchingManifest | None
    findings: list[ProofFinding]


_EXAMPLE = {
    "sound": False,
    "records": 58,
    "verified": 40,
    "head": "5f0c" * 16,
    "manifest": {"number": 12, "made_at": "2024-05-06T16:15:00Z", "covered": 40},
    "findings": [FINDING],
}


@router.get(
    "/{instance}/proof",
    operation_id="get_audited_proof",
    responses={**for_staff(*ERRORS), **example(200, _EXAMPLE)},
)
def get_audited_proof(instance: PathKey, caller: Auditor, means: MeansHere) -> InstanceProof:
    """Verify the records of an instance against their hashes and the signed manifests."""
    with Session(means.engine) as session, session.begin():
        opened = open_instance(session, means, caller, instance)
        return _view(prove(session, opened.instance, verifier_of(means)))


def verifier_of(means: Means) -> Verifier | None:
    """Return what checks the manifests of this house, None where it has no key yet."""
    try:
        return Verifier(Signer.read(means.chosen.secrets_path).public)
    except SigningKeyError:
        return None


def _view(found: Proved) -> InstanceProof:
    checked, vouching = found.checked, None
    if found.made_at is not None:
        vouching = VouchingManifest(
            number=checked.manifest, made_at=found.made_at, covered=checked.covered
        )
    return InstanceProof(
        sound=not checked.findings,
        records=checked.records,
        verified=checked.verified,
        head=checked.head,
        manifest=vouching,
        findings=finding_views(checked.findings),
    )
