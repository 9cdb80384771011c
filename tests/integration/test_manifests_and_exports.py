"""Manifests from the real database, exports of it, and what `verify` says of both."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from audit import sealing
from audit.proof_export import export
from models import access_chain, access_record, audit_record, manifest, process_instance
from models.key_check import KeyMismatchError
from models.proof_rows import StoredMaterial
from proof import published as outside
from proof.bundle import Bundle, BundleError, header
from proof.manifest import FIRST
from proof.signing import Signer, Verifier
from proof.whole import Report, verify
from tests.sealed_chain import SIGNER, STRANGER

pytestmark = pytest.mark.integration

NOW = datetime(2026, 11, 21, 16, 15, tzinfo=UTC)
DAY = timedelta(days=1)
KEYS = [n << 20 for n in (3, 4, 5)]
VERIFIER = Verifier(SIGNER.public)


def record(key: int, number: int) -> dict[str, Any]:
    kind = {"kind": "VARIABLES_SET", "element": "接单", "key": key}
    return {"number": number, "at": NOW.isoformat(), **kind, "data": {"n": number, "字": "好"}}


def live(engine: Engine, key: int, first: int, last: int) -> None:
    """Go on with an instance, as a batch does."""
    with Session(engine) as session, session.begin():
        if first == 1:
            process_instance.create(
                session, key=key, digest="d" * 64, process_id="feedback", started_at=NOW
            )
        records = [record(key, number) for number in range(first, last + 1)]
        audit_record.append(session, key, records)
        process_instance.advance(session, key, last_number=last)
        access_record.append(session, at=NOW, actor="jiangbo", action="replay", subject=str(key))


def owner(engine: Engine, *statements: str) -> None:
    """Do what nobody but the owner of the database can."""
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


@pytest.fixture
def house(app_engine: Engine) -> Engine:
    """Three instances, three days, three manifests; the last instance began on the second."""
    live(app_engine, KEYS[0], 1, 4)
    live(app_engine, KEYS[1], 1, 3)
    sealing.seal(app_engine, SIGNER, NOW)
    live(app_engine, KEYS[0], 5, 9)
    live(app_engine, KEYS[2], 1, 5)
    sealing.seal(app_engine, SIGNER, NOW + DAY)
    sealing.seal(app_engine, SIGNER, NOW + 2 * DAY)
    return app_engine


def look(engine: Engine) -> Report:
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        return verify(StoredMaterial(Session(bind=connection)), VERIFIER)


def found(report: Report) -> list[tuple[str, str, int]]:
    return [(one.code, one.subject, one.number) for one in report.findings.first.values()]


def test_what_nobody_touched_is_sound(house: Engine) -> None:
    report = look(house)

    assert found(report) == []
    assert (report.instances, report.records, report.verified) == (3, 17, 17)
    assert (report.manifests, report.last_manifest) == (3, 3)
    assert report.access_records == report.access_verified == 6


def test_a_manifest_tells_what_changed_since_the_one_before(house: Engine) -> None:
    with Session(house) as session:
        first, second, third = manifest.numbered(session)

    assert first.body["previous"] == FIRST
    assert second.body["previous"] == first.hash.hex()
    told = [[(int(key), n) for key, n, _ in one.body["heads"]] for one in (first, second, third)]
    assert told == [[(KEYS[0], 4), (KEYS[1], 3)], [(KEYS[0], 9), (KEYS[2], 5)], []]
    assert [one.body["instances"] for one in (first, second, third)] == [2, 3, 3]
    assert third.body["root"] == second.body["root"] != first.body["root"]
    assert [one.body["access"][0] for one in (first, second, third)] == [2, 5, 6]


ATTACKS: dict[str, tuple[list[str], list[tuple[str, str, int]]]] = {
    "the hashes of an instance replaced": (
        ["UPDATE audit_record SET hash = sha256(hash) WHERE instance_key = 3 << 20"],
        [("record_changed", str(KEYS[0]), 1)],
    ),
    "a tail cut, and the count with it": (
        [
            "DELETE FROM audit_record WHERE instance_key = 3 << 20 AND number > 6",
            "UPDATE process_instance SET last_number = 6 WHERE key = 3 << 20",
        ],
        [("records_truncated", str(KEYS[0]), 7)],
    ),
    "an instance gone without a trace": (
        [
            "DELETE FROM audit_record WHERE instance_key = 4 << 20",
            "DELETE FROM process_instance WHERE key = 4 << 20",
        ],
        [("instance_deleted", str(KEYS[1]), 1)],
    ),
    "a look changed": (
        ["UPDATE access_record SET actor = 'nobody' WHERE id = 2"],
        [("access_record_changed", "", 2)],
    ),
    "a look deleted": (
        ["DELETE FROM access_record WHERE id = 3"],
        [("access_record_deleted", "", 3)],
    ),
    "a look deleted with its link": (
        [
            "DELETE FROM access_record WHERE id = 3",
            "DELETE FROM access_chain WHERE record_id = 3",
        ],
        [("access_record_deleted", "", 3)],
    ),
    "two looks swapped": (
        [
            "UPDATE access_record SET subject = CASE id WHEN 1 THEN '4194304' ELSE '3145728' END"
            " WHERE id IN (1, 2)",
        ],
        [("access_record_changed", "", 1)],
    ),
    "a hash of the looks replaced": (
        [
            "UPDATE access_chain SET hash = (SELECT hash FROM access_chain WHERE number = 2)"
            " WHERE number = 4",
        ],
        [("access_record_changed", "", 4)],
    ),
    "the tail of the looks cut": (
        ["DELETE FROM access_record WHERE id > 4", "DELETE FROM access_chain WHERE number > 4"],
        [("access_records_truncated", "", 5)],
    ),
    "a manifest forged": (
        [
            "UPDATE manifest SET body = jsonb_set(body, '{root}', '\"00\"') WHERE number = 2",
        ],
        [("manifest_forged", "", 2)],
    ),
    "a manifest deleted": (
        ["DELETE FROM manifest WHERE number = 2"],
        [("manifest_missing", "", 2)],
    ),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_what_the_owner_of_the_database_does_is_named(
    house: Engine, owner_engine: Engine, name: str
) -> None:
    statements, expected = ATTACKS[name]
    owner(owner_engine, *statements)

    assert found(look(house)) == expected


def test_manifests_of_another_key_are_refused(house: Engine) -> None:
    with pytest.raises(KeyMismatchError):
        sealing.seal(house, STRANGER, NOW + 3 * DAY)


def test_manifests_made_at_once_are_numbered_one_after_another(house: Engine) -> None:
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: sealing.seal(house, SIGNER, NOW + 3 * DAY), range(4)))

    assert sorted(one.number for one in made) == [4, 5, 6, 7]
    assert found(look(house)) == []


def test_the_manifest_of_a_day_is_made_once(house: Engine) -> None:
    numbers = [sealing.seal_day(house, SIGNER, NOW + 3 * DAY + timedelta(hours=h)) for h in (0, 5)]

    assert numbers == [4, 4]
    assert sealing.seal_day(house, SIGNER, NOW + 4 * DAY) == 5


def test_looks_sealed_by_many_at_once_are_one_chain(app_engine: Engine) -> None:
    def act(n: int) -> None:
        with Session(app_engine) as session, session.begin():
            access_record.append(session, at=NOW, actor=f"p{n}", action="login")
        with Session(app_engine) as session, session.begin():
            access_chain.seal(session, limit=3)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(act, range(40)))
    access_chain.seal_all(app_engine)

    report = look(app_engine)
    assert (report.access_records, report.access_verified, found(report)) == (40, 40, [])


def test_a_look_that_commits_late_gets_its_place_later(app_engine: Engine) -> None:
    with Session(app_engine) as slow:
        access_record.append(slow, at=NOW, actor="slow", action="login")
        slow.flush()
        with Session(app_engine) as session, session.begin():
            access_record.append(session, at=NOW, actor="quick", action="login")
        assert access_chain.seal_all(app_engine) == 1
        slow.commit()

    with Session(app_engine) as session, session.begin():
        assert access_chain.seal(session) == 1
    assert found(look(app_engine)) == []


def test_a_folder_gets_the_manifests_that_it_lacks(house: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "published"

    assert sealing.publish(house, folder, NOW) == [1, 2, 3]
    assert sealing.publish(house, folder, NOW) == []
    (folder / "000002.json").unlink()
    assert sealing.publish(house, folder, NOW) == [2]

    with Session(house) as session:
        stored = manifest.to_file(session.get_one(manifest.Manifest, 1))
    assert json.loads((folder / "000001.json").read_bytes()) == stored


def test_a_house_that_was_set_back_does_not_publish_beside_what_it_said_before(
    house: Engine, owner_engine: Engine, tmp_path: Path
) -> None:
    sealing.publish(house, tmp_path, NOW)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    owner(owner_engine, "DELETE FROM manifest WHERE number = 3")

    with pytest.raises(sealing.PublishedOtherwiseError, match=r"000003\.json"):
        sealing.publish(house, tmp_path, NOW)
    sealing.seal(house, SIGNER, NOW + 3 * DAY)
    with pytest.raises(sealing.PublishedOtherwiseError):
        sealing.publish(house, tmp_path, NOW + 3 * DAY)

    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    assert sealing.publish(house, tmp_path / "another", NOW) == [1, 2, 3]


# Exports


@pytest.fixture
def bundle(house: Engine, tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "bundle"
    written = export(house, folder, NOW, actor="jiangbo")
    assert written == {
        "records.jsonl": 17,
        "instances.jsonl": 3,
        "access.jsonl": 8,
        "manifests": 3,
    }
    yield folder
    shutil.rmtree(folder)


def check(folder: Path, *published: Path) -> Report:
    return verify(
        Bundle(folder), VERIFIER, [one for path in published for one in outside.read(path)]
    )


def test_an_export_is_verified_without_the_database(bundle: Path) -> None:
    report = check(bundle)

    assert found(report) == []
    assert (report.instances, report.records, report.verified) == (3, 17, 17)
    assert (report.access_records, report.access_verified, report.manifests) == (8, 8, 3)


def test_an_export_of_some_instances_says_so(house: Engine, tmp_path: Path) -> None:
    export(house, tmp_path / "some", NOW, actor="jiangbo", instances=KEYS[:1])

    report = check(tmp_path / "some")

    assert (report.is_partial, report.instances, report.verified) == (True, 1, 9)
    assert found(report) == []
    with pytest.raises(FileExistsError):
        export(house, tmp_path / "some", NOW, actor="jiangbo")


def lines(folder: Path, name: str, change: Callable[[list[bytes]], object]) -> None:
    path = folder / name
    content = path.read_bytes().splitlines(keepends=True)
    change(content)
    path.write_bytes(b"".join(content))


@pytest.mark.parametrize(
    ("name", "change", "code", "number"),
    [
        ("records.jsonl", lambda those: those.pop(2), "record_deleted", 3),
        ("records.jsonl", lambda those: those.insert(2, those[1]), "record_inserted", 2),
        (
            "records.jsonl",
            lambda those: those.__setitem__(slice(1, 3), those[2:0:-1]),
            "record_swapped",
            2,
        ),
        ("records.jsonl", lambda those: those.__delitem__(slice(6, 9)), "records_truncated", 7),
        ("records.jsonl", lambda those: those.__delitem__(slice(14, 17)), "records_truncated", 3),
        ("access.jsonl", lambda those: those.pop(1), "access_record_deleted", 2),
        (
            "access.jsonl",
            lambda those: those.__delitem__(slice(3, 9)),
            "access_records_truncated",
            4,
        ),
    ],
)
def test_lines_taken_out_put_in_or_exchanged_are_named(
    bundle: Path, name: str, change: Callable[[list[bytes]], object], code: str, number: int
) -> None:
    lines(bundle, name, change)

    report = check(bundle)

    assert report.findings.first[code].number == number
    assert set(report.findings.first) == {code, "file_changed"}


def test_every_changed_byte_of_an_export_is_noticed(bundle: Path) -> None:
    for path in sorted(bundle.rglob("*.json*")):
        content = path.read_bytes()
        for place in range(0, len(content), max(1, len(content) // 40)):
            changed = bytearray(content)
            changed[place] ^= 1
            path.write_bytes(changed)

            assert _is_noticed(bundle), (path.name, place)
        path.write_bytes(content)
    assert not _is_noticed(bundle)


def _is_noticed(bundle: Path) -> bool:
    try:
        return not check(bundle).is_sound
    except BundleError:
        return True


def test_a_cut_tail_with_its_manifest_shows_by_what_was_published(
    house: Engine, bundle: Path, tmp_path: Path
) -> None:
    sealing.publish(house, tmp_path / "published", NOW)
    (bundle / "manifests" / "000003.json").unlink()
    (bundle / "manifests" / "000002.json").unlink()
    lines(bundle, "records.jsonl", lambda those: those.__delitem__(slice(4, 9)))
    lines(bundle, "records.jsonl", lambda those: those.__delitem__(slice(7, 12)))
    lines(bundle, "instances.jsonl", lambda those: those.pop())
    lines(
        bundle, "instances.jsonl", lambda those: those.__setitem__(0, those[0].replace(b"9", b"4"))
    )
    lines(bundle, "access.jsonl", lambda those: those.__delitem__(slice(2, 9)))
    (bundle / "bundle.json").write_bytes(header("", {}, partial=False))

    alone = check(bundle)
    told = check(bundle, *sorted((tmp_path / "published").iterdir()))

    assert found(alone) == []
    assert set(found(told)) == {
        ("manifests_truncated", "", 2),
        ("records_truncated", str(KEYS[0]), 5),
        ("instance_deleted", str(KEYS[2]), 1),
        ("access_records_truncated", "", 3),
    }


def test_another_house_cannot_have_made_it(bundle: Path) -> None:
    report = verify(Bundle(bundle), Verifier(Signer(b"z" * 32).public))

    assert report.findings.counts == {"manifest_forged": 3}
