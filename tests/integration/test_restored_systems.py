"""A database of earlier, with the newest keys beside it, opens without those erased since."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from audit.erasure import apply_ledger
from audit.erasure_course import Reach, carry_on
from migrations.keys import check_epochs, make_first
from models import erasure, erasure_ledger, key_epoch, key_snapshot
from models.customer import Customer
from models.erasure_ledger import FILE, LedgerError
from models.key_check import KeyMismatchError
from models.vault import Vault
from stack.audit.backup import NOT_IN_BACKUPS
from tests.integration.erasable import NOW, erase, key_folder, read, tell

pytestmark = pytest.mark.integration
# What an older database holds; the tests bring it back as a restored backup would.
_KEPT = ("personal_key", "personal_erasure", "erasure", "key_epoch", "customer")


def keep(owner: Engine) -> None:
    with owner.begin() as connection:
        for table in _KEPT:
            connection.execute(text(f"CREATE TABLE kept_{table} AS TABLE {table}"))


def bring_back(owner: Engine, *, without_keys: bool) -> None:
    """Put the tables back as they were; a backup of ours holds no keys."""
    with owner.begin() as connection:
        for table in _KEPT:
            connection.execute(text(f"TRUNCATE {table} CASCADE"))
            if not (without_keys and table in NOT_IN_BACKUPS):
                connection.execute(text(f"INSERT INTO {table} TABLE kept_{table}"))


def start(owner: Engine, folder: Path) -> None:
    with Session(owner) as session, session.begin():
        apply_ledger(session, folder)
        key_snapshot.restore(session, folder, NOW)
        check_epochs(session, folder)


@pytest.mark.parametrize("without_keys", [True, False])
def test_who_was_erased_does_not_come_back_and_the_others_do(
    app_engine: Engine, owner_engine: Engine, tmp_path: Path, *, without_keys: bool
) -> None:
    keys = key_folder(tmp_path)
    gone = tell(app_engine, keys, "gone", region="somewhere")
    stays = tell(app_engine, keys, "stays", region="elsewhere")
    keep(owner_engine)
    erase(app_engine, gone.id)
    carry_on(Reach(app_engine, keys, tmp_path), NOW)
    bring_back(owner_engine, without_keys=without_keys)

    start(owner_engine, tmp_path)
    start(owner_engine, tmp_path)

    vault = Vault(key_folder(tmp_path))
    assert read(app_engine, vault, gone) is None
    assert read(app_engine, vault, stays) == "stays"
    with Session(app_engine) as session:
        assert key_epoch.present(session) == 2
        assert session.get_one(Customer, gone.id).region is None
        assert session.get_one(Customer, stays.id).region == "elsewhere"
        assert [one.person_id for one in erasure.owed(session, "traces")] == [gone.id]


def test_a_database_whose_key_is_not_there_does_not_open(
    app_engine: Engine, owner_engine: Engine, tmp_path: Path
) -> None:
    keys = key_folder(tmp_path)
    gone = tell(app_engine, keys, "gone")
    erase(app_engine, gone.id)
    carry_on(Reach(app_engine, keys, tmp_path), NOW)
    (tmp_path / "epoch-2.key").rename(tmp_path / "epoch-3.key")

    with pytest.raises(KeyMismatchError, match=r"epoch-2\.key"):
        start(owner_engine, tmp_path)


def test_a_ledger_that_cannot_be_read_is_no_empty_one(owner_engine: Engine, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("{}\n")

    with pytest.raises(LedgerError, match="line 1"):
        start(owner_engine, tmp_path)


def test_a_line_that_was_cut_short_is_written_anew(app_engine: Engine, tmp_path: Path) -> None:
    keys = key_folder(tmp_path)
    people = [tell(app_engine, keys, name) for name in ("one", "two")]
    for told in people:
        erase(app_engine, told.id)
    carry_on(Reach(app_engine, ledger=tmp_path), NOW)
    whole = (tmp_path / FILE).read_bytes()
    (tmp_path / FILE).write_bytes(whole[:-20])
    with app_engine.begin() as connection:
        connection.execute(text("UPDATE erasure SET ledger_at = NULL"))

    assert len(erasure_ledger.read(tmp_path)) == 1
    carry_on(Reach(app_engine, ledger=tmp_path), NOW)

    assert {one.person_id for one in erasure_ledger.read(tmp_path)} == {one.id for one in people}
    assert len((tmp_path / FILE).read_bytes()) == len(whole)


def test_keys_that_are_there_are_not_replaced_by_older_ones(
    app_engine: Engine, owner_engine: Engine, tmp_path: Path
) -> None:
    keys = key_folder(tmp_path)
    stays = tell(app_engine, keys, "stays")
    with Session(app_engine) as session:
        assert key_snapshot.write(session, tmp_path) == 1
    later = tell(app_engine, keys, "later")

    start(owner_engine, tmp_path)

    assert read(app_engine, Vault(keys), stays) == "stays"
    assert read(app_engine, Vault(keys), later) == "later"


def test_the_first_key_is_made_once_and_never_in_place_of_a_lost_one(
    app_engine: Engine, owner_engine: Engine, tmp_path: Path
) -> None:
    def begin() -> None:
        with Session(owner_engine) as session, session.begin():
            make_first(session, tmp_path)
            check_epochs(session, tmp_path)

    begin()
    first = (tmp_path / "epoch.key").read_bytes()
    begin()
    tell(app_engine, key_folder(tmp_path), "somebody")
    (tmp_path / "epoch.key").unlink()

    with pytest.raises(KeyMismatchError, match=r"epoch\.key"):
        begin()

    assert len(first) == 32
    assert not (tmp_path / "epoch.key").exists()
