"""An erased customer is gone for good, the others stay, wherever it was interrupted."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session
from typing_extensions import override

from audit.epoch_rotation import rotate
from audit.erasure import CustomerHeldError, CustomerUnknownError
from audit.erasure_course import Reach, carry_on, is_owed
from models import customer, erasure, erasure_ledger, key_epoch, legal_hold
from models.customer import contact_index
from models.key_folder import KeyFolder
from models.key_source import KeySourceError
from models.legal_hold import LegalHold
from models.vault import PersonErasedError, Vault
from tests.integration.erasable import NOW, erase, key_folder, read, tell

pytestmark = pytest.mark.integration


def wrapped_key(engine: Engine, person: UUID) -> tuple[bytes, int]:
    found = text("SELECT wrapped, epoch FROM personal_key WHERE person_id = :person")
    with Session(engine) as session:
        row = session.execute(found, {"person": person}).one()
    return bytes(row.wrapped), int(row.epoch)


def reach(engine: Engine, keys: Any) -> Reach:
    return Reach(engine=engine, keys=keys, ledger=keys.folder)


def test_the_erased_are_gone_and_the_others_stay(app_engine: Engine, tmp_path: Path) -> None:
    keys = key_folder(tmp_path)
    gone, stays = tell(app_engine, keys, "张三丰"), tell(app_engine, keys, "李四光")
    kept = wrapped_key(app_engine, gone.id)

    erase(app_engine, gone.id)
    carry_on(reach(app_engine, keys), NOW)

    assert read(app_engine, Vault(keys), gone) is None
    assert read(app_engine, Vault(keys), stays) == "李四光"
    assert sorted(path.name for path in tmp_path.glob("epoch*")) == ["epoch-2.key"]
    with pytest.raises(KeySourceError):
        KeyFolder(tmp_path).unwrap(*kept, gone.id)
    with Session(app_engine) as session, pytest.raises(PersonErasedError):
        Vault(keys).store(session, gone.id, uuid4(), "news")
    assert [one.person_id for one in erasure_ledger.read(tmp_path)] == [gone.id]


def test_contacts_are_found_by_the_same_index_in_every_epoch(
    app_engine: Engine, tmp_path: Path
) -> None:
    keys = key_folder(tmp_path)
    before = contact_index(keys, "13812345678")
    gone, stays = tell(app_engine, keys, "gone"), tell(app_engine, keys, "stays")

    erase(app_engine, gone.id)
    carry_on(reach(app_engine, keys), NOW)

    assert contact_index(KeyFolder(tmp_path), "13812345678") == before
    with Session(app_engine) as session:
        found = customer.by_contact(session, contact_index(KeyFolder(tmp_path), stays.contact))
        assert found is not None
        assert found.id == stays.id
        assert customer.by_contact(session, contact_index(keys, gone.contact)) is None


def test_another_process_goes_on_with_the_new_key_without_a_restart(
    app_engine: Engine, tmp_path: Path
) -> None:
    keys, elsewhere = key_folder(tmp_path), Vault(key_folder(tmp_path))
    gone, stays = tell(app_engine, keys, "gone"), tell(app_engine, keys, "stays")
    assert read(app_engine, elsewhere, gone) == "gone"

    erase(app_engine, gone.id)
    carry_on(reach(app_engine, keys), NOW)

    assert read(app_engine, elsewhere, stays) == "stays"
    assert read(app_engine, elsewhere, gone) is None
    new = uuid4()
    with Session(app_engine) as session, session.begin():
        elsewhere.store(session, uuid4(), new, "news")
        epochs = session.scalars(text("SELECT DISTINCT epoch FROM personal_key")).all()
    assert epochs == [2]


class Dying(KeyFolder):
    """Keys of a process that ends at one point of the rotation."""

    def __init__(self, folder: Path, point: str) -> None:
        super().__init__(folder)
        self.point = point

    @override
    def make(self, epoch: int) -> None:
        self._die("before the key")
        super().make(epoch)
        self._die("after the key")

    @override
    def destroy_before(self, epoch: int) -> list[int]:
        self._die("before the end of the old key")
        gone = super().destroy_before(epoch)
        self._die("after the end of the old key")
        return gone

    def _die(self, here: str) -> None:
        if here == self.point:
            raise InterruptedError(here)


@pytest.mark.parametrize(
    "point",
    [
        "before the key",
        "after the key",
        "before the end of the old key",
        "after the end of the old key",
    ],
)
def test_a_rotation_that_was_interrupted_goes_on_and_loses_nobody(
    app_engine: Engine, tmp_path: Path, point: str
) -> None:
    keys = key_folder(tmp_path)
    gone, stays = tell(app_engine, keys, "gone"), tell(app_engine, keys, "stays")
    erase(app_engine, gone.id)
    with pytest.raises(InterruptedError):
        rotate(app_engine, Dying(tmp_path, point), NOW, snapshot=tmp_path)
    later = tell(app_engine, KeyFolder(tmp_path), "between")

    carry_on(reach(app_engine, KeyFolder(tmp_path)), NOW)

    fresh = Vault(KeyFolder(tmp_path))
    assert read(app_engine, fresh, stays) == "stays"
    assert read(app_engine, fresh, later) == "between"
    assert read(app_engine, fresh, gone) is None
    assert [path.name for path in tmp_path.glob("epoch*")] == ["epoch-2.key"]
    with Session(app_engine) as session:
        assert key_epoch.present(session) == 2
        assert key_epoch.all_destroyed(session)
        assert not erasure.owed(session, "keys")


def test_erasing_twice_is_one_erasure_and_two_people_share_a_rotation(
    app_engine: Engine, tmp_path: Path
) -> None:
    keys = key_folder(tmp_path)
    people = [tell(app_engine, keys, name) for name in ("one", "two")]

    for told in (*people, *people):
        erase(app_engine, told.id)
    carry_on(reach(app_engine, keys), NOW)
    carry_on(reach(app_engine, keys), NOW)

    with Session(app_engine) as session:
        assert key_epoch.present(session) == 2
        assert len(erasure.of_all(session, before=None, limit=10)) == 2
        recorded = "SELECT count(*) FROM access_record WHERE action = 'customer.erase'"
        assert session.scalar(text(recorded)) == 2
    assert len(erasure_ledger.read(tmp_path)) == 2


def test_who_is_held_is_not_erased(app_engine: Engine, tmp_path: Path) -> None:
    keys = key_folder(tmp_path)
    held = tell(app_engine, keys, "held")
    with Session(app_engine) as session, session.begin():
        hold = LegalHold(
            id=uuid4(), customer_id=held.id, reason_ref=uuid4(), placed_by="audit", placed_at=NOW
        )
        legal_hold.place(session, hold)

    with pytest.raises(CustomerHeldError):
        erase(app_engine, held.id)
    with pytest.raises(CustomerUnknownError):
        erase(app_engine, uuid4())

    assert read(app_engine, Vault(keys), held) == "held"
    assert not is_owed(app_engine)
