"""An erasure and the new epoch of keys that follows it leave every chain whole."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from audit import sealing
from audit.erasure_course import Reach, carry_on
from models import audit_record, manifest, process_instance, proof_rows
from models.key_folder import KeyFolder
from models.proof_rows import StoredMaterial
from models.vault import Vault
from proof.signing import Verifier
from proof.whole import Report, verify
from tests.integration.erasable import NOW, Told, erase, key_folder, read, tell
from tests.sealed_chain import SIGNER

pytestmark = pytest.mark.integration

KEY = 5 << 20


def live(engine: Engine, *people: Told) -> None:
    """Append a record for each, which refers to what they told."""
    with Session(engine) as session, session.begin():
        process_instance.create(
            session, key=KEY, digest="d" * 64, process_id="feedback", started_at=NOW
        )
        rows = [
            {
                "number": number,
                "at": NOW.isoformat(),
                "kind": "VARIABLES_SET",
                "element": "",
                "key": KEY,
                "data": {"variables": {"plan": {"$ref": str(one.reference)}}},
            }
            for number, one in enumerate(people, 1)
        ]
        audit_record.append(session, KEY, rows)
        process_instance.advance(session, KEY, last_number=len(rows))


def look(engine: Engine) -> Report:
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        return verify(StoredMaterial(Session(bind=connection)), Verifier(SIGNER.public))


def test_verification_passes_and_the_survivors_texts_are_still_proved(
    app_engine: Engine, tmp_path: Path
) -> None:
    keys = key_folder(tmp_path)
    gone, stays = tell(app_engine, keys, "张三丰"), tell(app_engine, keys, "李四光")
    live(app_engine, gone, stays)
    sealing.seal(app_engine, SIGNER, NOW)

    erase(app_engine, gone.id)
    carry_on(Reach(engine=app_engine, keys=keys, ledger=keys.folder), NOW)
    sealing.seal(app_engine, SIGNER, NOW + timedelta(days=1))

    report, vault = look(app_engine), Vault(KeyFolder(tmp_path))
    assert (report.is_sound, report.verified, report.last_manifest) == (True, 2, 2)
    assert read(app_engine, vault, gone) is None
    with Session(app_engine) as session:
        first, second = proof_rows.of_instance(session, KEY)
        assert set(first["commitments"]) == {str(gone.reference)}
        assert vault.commitment(session, gone.reference) is None
        proved = vault.commitment(session, stays.reference)
        assert proved is not None
        assert second["commitments"] == {str(stays.reference): proved.hex()}
        told = session.get_one(manifest.Manifest, 2).body["erased"]
        assert [person for person, _ in told] == [str(gone.id)]
