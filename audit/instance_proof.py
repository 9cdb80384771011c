"""The records of one instance, verified, and the manifests that vouch for them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from models import manifest, proof_rows
from proof.finding import Finding
from proof.manifest import is_signed
from proof.verify import Checked, Head, check_chain

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from models.process_instance import ProcessInstance
    from proof.signing import Verifier


@dataclass(frozen=True)
class Proved:
    """What came of it (实例证明); `made_at` is when the vouching manifest was made, None: none."""

    checked: Checked
    made_at: datetime | None


def prove(session: Session, instance: ProcessInstance, verifier: Verifier | None) -> Proved:
    """Verify the records of an instance as they lie in the database (核验实例).

    Args:
        session: a transaction; its rows are read at several moments, so an instance that moves
            on meanwhile is judged by what it had at the first.
        instance: the instance.
        verifier: of the house's manifests; without one nobody vouches.
    """
    last, key = instance.last_number, instance.key
    heads, made, forged = [], {}, []
    for one in manifest.naming(session, key, since=instance.started_at) if verifier else ():
        if verifier and is_signed(verifier, one.body, one.signature):
            told = next(head for head in one.body["heads"] if head[0] == str(key))
            heads.append(Head(one.number, told[1], told[2]))
            made[one.number] = one.made_at
        else:
            forged.append(Finding("manifest_forged", number=one.number))
    rows = proof_rows.of_instance(session, key)
    checked = check_chain(key, rows, heads=heads, last_number=last)
    findings = [*checked.findings, *forged]
    return Proved(replace(checked, findings=findings), made.get(checked.manifest))
