"""The next manifest: made of what changed since the last, signed, kept."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import text
from sqlalchemy.orm import Session

from models import access_chain, access_record, key_check, manifest
from models.manifest import Manifest
from proof import chain
from proof import manifest as signed
from proof.manifest import Draft, InstanceHead
from proof.signing import KEY_FILE, Signer

ACTOR = "bihuan"
ACTION = "manifest_made"
PUBLISHED = "manifest_published"
# Erasures that commit late are told once more rather than never.
_LATE = timedelta(days=1)
_NAMESPACE = UUID("0d3a1f5e-5f0b-5d0c-8a55-3c1d8e4b7a90")

_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('bihuan_manifest'))")
_CHANGED = text(
    "SELECT p.key AS instance_key, r.number, r.hash FROM process_instance p"
    " LEFT JOIN manifest_head h ON h.instance_key = p.key CROSS JOIN LATERAL"
    " (SELECT number, hash FROM audit_record WHERE instance_key = p.key"
    " ORDER BY number DESC LIMIT 1) r"
    " WHERE h.number IS DISTINCT FROM p.last_number AND h.hash IS DISTINCT FROM r.hash"
    " ORDER BY p.key"
)
_REMEMBER = text(
    "INSERT INTO manifest_head (instance_key, number, hash) SELECT * FROM"
    " unnest(CAST(:instances AS bigint[]), CAST(:numbers AS integer[]), CAST(:hashes AS bytea[]))"
    " ON CONFLICT (instance_key) DO UPDATE SET number = excluded.number, hash = excluded.hash"
)
_ALL = text("SELECT instance_key, number, hash FROM manifest_head ORDER BY instance_key")
_DEFINITIONS = text("SELECT DISTINCT digest FROM process_definition ORDER BY digest")
_ERASED = text(
    "SELECT person_id, epoch FROM personal_erasure"
    " WHERE CAST(:since AS timestamptz) IS NULL OR erased_at >= :since ORDER BY person_id"
)

# What sealing itself leaves behind is nothing to seal for.
_LOOKED = text(
    "SELECT EXISTS (SELECT FROM access_chain c JOIN access_record r"
    " ON r.id = c.record_id AND r.at = c.record_at"
    " WHERE c.number > :sealed AND r.action <> ALL(:own))"
)


def alone(session: Session) -> None:
    """Have nobody else make a manifest until the transaction ends."""
    session.execute(_LOCK)


def has_news(session: Session) -> bool:
    """Say whether anything happened that the newest manifest does not tell (有无新增).

    To be asked by whoever is `alone`, after the access records are sealed.
    """
    before = manifest.last(session)
    if before is None or session.execute(_CHANGED).first() is not None:
        return True
    told = before.body
    if list(session.scalars(_DEFINITIONS)) != told["definitions"]:
        return True
    # Who was erased has an access record.
    sealed = told["access"][0] if told["access"] else 0
    return bool(session.scalar(_LOOKED, {"sealed": sealed, "own": [ACTION, PUBLISHED]}))


def make(session: Session, signer: Signer, at: datetime, *, by: str = ACTOR) -> Manifest:
    """Seal what all chains have come to (制作清单) and return the manifest.

    One at a time: a second one waits, and is numbered after the first. The access records are
    sealed before it by the caller, see `access_chain.seal_all`. `by`: who had it made.

    Raises:
        KeyMismatchError: manifests were signed with another key before.
    """
    alone(session)
    key_check.hold(session, KEY_FILE, bytes.fromhex(signer.public))
    before = manifest.last(session)
    changed = _heads(session, _CHANGED)
    _remember(session, changed)
    everything = _heads(session, _ALL)
    sealed = access_chain.head(session)
    draft = Draft(
        number=before.number + 1 if before else 1,
        made_at=chain.moment(at),
        previous=before.hash.hex() if before else signed.FIRST,
        heads=changed,
        instances=len(everything),
        root=signed.tree(everything),
        access=None if sealed is None else (sealed[0], sealed[1].hex()),
        definitions=list(session.scalars(_DEFINITIONS)),
        erased=_erased(session, before),
    )
    made = _signed(draft.body(signer.public), signer, at)
    session.add(made)
    data = {"number": made.number, "hash": made.hash.hex()}
    access_record.append(session, at=at, actor=by, action=ACTION, data=data)
    session.flush()
    return made


def cause(found: Manifest) -> UUID:
    """Return what names the notices of a manifest, so that each goes out once."""
    return uuid5(_NAMESPACE, found.hash.hex())


def _signed(body: dict[str, Any], signer: Signer, at: datetime) -> Manifest:
    return Manifest(
        number=body["number"],
        made_at=at,
        body=body,
        signature=signed.sign(signer, body),
        hash=signed.digest(body),
    )


def _heads(session: Session, statement: Any) -> list[InstanceHead]:
    rows = session.execute(statement)
    return [InstanceHead(str(row.instance_key), row.number, row.hash.hex()) for row in rows]


def _remember(session: Session, heads: list[InstanceHead]) -> None:
    values = {
        "instances": [int(one.instance) for one in heads],
        "numbers": [one.number for one in heads],
        "hashes": [bytes.fromhex(one.hash) for one in heads],
    }
    session.execute(_REMEMBER, values)


def _erased(session: Session, before: Manifest | None) -> list[tuple[str, int | None]]:
    since = None if before is None else before.made_at - _LATE
    rows = session.execute(_ERASED, {"since": since})
    return [(str(row.person_id), row.epoch) for row in rows]
