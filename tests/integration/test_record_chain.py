"""Records in the real database: chained as they are appended, verified as they lie there."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib import import_module
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from models import audit_record, proof_rows
from models.key_source import FileKeySource
from models.vault import Vault
from proof.verify import Checked, check_chain

pytestmark = pytest.mark.integration

INSTANCE = 5 << 20
NUMBERS = {"big": 10**30, "float": 1e22, "larger": 1e23, "zero": -0.0, "one": 1.0, "tiny": 5e-324}


def record(number: int, **data: Any) -> dict[str, Any]:
    at = datetime(2026, 11 + number % 2, 21, 17, 0, number, 123456, tzinfo=UTC).isoformat()
    return {
        "number": number,
        "at": at,
        "kind": "VARIABLES_SET",
        "element": "接单",
        "key": INSTANCE + number,
        "data": {"variables": data},
    }


def look(session: Session) -> Checked:
    return check_chain(INSTANCE, proof_rows.of_instance(session, INSTANCE))


def fill(session: Session, count: int = 9) -> None:
    audit_record.append(session, INSTANCE, [record(n, **NUMBERS) for n in range(1, 5)])
    audit_record.append(session, INSTANCE, [record(n, 城市="上海") for n in range(5, count + 1)])
    session.commit()


def test_what_was_appended_in_several_batches_and_months_is_verified(session: Session) -> None:
    fill(session)

    checked = look(session)

    assert (checked.records, checked.verified, checked.findings) == (9, 9, [])


@pytest.mark.parametrize(
    ("statement", "code", "number"),
    [
        ("UPDATE audit_record SET data = '{}' WHERE number = 3", "record_changed", 3),
        ("DELETE FROM audit_record WHERE number = 4", "record_deleted", 4),
        (
            "INSERT INTO audit_record SELECT instance_key, number, at + interval '1 hour', kind,"
            " element, key, data, commitments, hash FROM audit_record WHERE number = 6",
            "record_inserted",
            6,
        ),
        (
            "UPDATE audit_record SET number = CASE number WHEN 2 THEN 5 ELSE 2 END"
            " WHERE number IN (2, 5)",
            "record_swapped",
            2,
        ),
    ],
)
def test_what_the_owner_of_the_database_does_to_records_is_named(
    session: Session, owner_engine: Engine, statement: str, code: str, number: int
) -> None:
    fill(session)
    with owner_engine.begin() as connection:
        connection.execute(text(statement))

    [finding] = look(session).findings

    assert (finding.code, finding.subject, finding.number) == (code, str(INSTANCE), number)


def test_work_goes_on_behind_a_cut_and_the_place_is_named(
    session: Session, owner_engine: Engine
) -> None:
    fill(session)
    with owner_engine.begin() as connection:
        connection.execute(text("DELETE FROM audit_record WHERE number = 9"))
    audit_record.append(session, INSTANCE, [record(10)])

    [finding] = look(session).findings

    assert (finding.code, finding.number) == ("record_deleted", 9)


def test_a_record_commits_to_personal_texts_and_holds_after_the_person_is_gone(
    session: Session,
) -> None:
    vault, person, ref = Vault(FileKeySource({1: b"e" * 32})), uuid4(), uuid4()
    vault.store(session, person, ref, "张三丰")
    audit_record.append(
        session, INSTANCE, [record(1, plan={"$ref": str(ref)}, other=[{"$ref": "p"}])]
    )
    audit_record.append(session, INSTANCE, [record(2, again={"$ref": str(ref)})])
    session.commit()
    [first, second] = proof_rows.of_instance(session, INSTANCE)
    computed = vault.commitment(session, ref)

    vault.erase(session, person)
    session.execute(text("DELETE FROM personal_value"))
    session.commit()

    assert computed is not None
    assert first["commitments"] == second["commitments"] == {str(ref): computed.hex()}
    assert vault.commitment(session, ref) is None
    assert look(session).findings == []


def test_commitments_differ_for_people_and_places_and_survive_a_new_wrapping(
    session: Session,
) -> None:
    source = FileKeySource({1: b"1" * 32})
    vault, refs = Vault(source), [uuid4(), uuid4(), uuid4()]
    person = uuid4()
    vault.store_all(session, person, {refs[0]: "同样的文字", refs[1]: "同样的文字"})
    vault.store(session, uuid4(), refs[2], "同样的文字")
    before = [vault.commitment(session, ref) for ref in refs]
    assert len(set(before)) == 3

    both = FileKeySource({1: b"1" * 32, 2: b"2" * 32})
    row = session.execute(
        text("SELECT wrapped FROM personal_key WHERE person_id = :p"), {"p": person}
    ).one()
    anew = both.wrap(source.unwrap(row.wrapped, 1, person), person)
    session.execute(
        text("UPDATE personal_key SET wrapped = :w, epoch = 2 WHERE person_id = :p"),
        {"w": anew, "p": person},
    )

    assert [Vault(both).commitment(session, ref) for ref in refs] == before


def test_old_records_are_chained_as_new_ones_are(session: Session, owner_engine: Engine) -> None:
    fill(session)
    audit_record.append(session, INSTANCE + 1, [record(1)])
    session.commit()
    before = session.scalars(text("SELECT hash FROM audit_record ORDER BY hash")).all()
    session.commit()
    migration = import_module("migrations.versions.0021_proof")

    with owner_engine.begin() as connection:
        connection.execute(text("UPDATE audit_record SET hash = ''"))
        migration.chain_old_records(connection)

    assert session.scalars(text("SELECT hash FROM audit_record ORDER BY hash")).all() == before
    assert look(session).findings == []
