"""Personal texts in the real database."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from models.key_source import FileKeySource, KeySourceError
from models.vault import PersonErasedError, Vault, reference

pytestmark = pytest.mark.integration

SOURCE = FileKeySource({1: b"e" * 32})
TEXT = "张三丰 13812345678"


@pytest.fixture
def vault() -> Vault:
    return Vault(SOURCE)


def _count(session: Session, table: str) -> int:
    counted = text(f"SELECT count(*) FROM {table}")  # noqa: S608 - constant
    return int(session.execute(counted).scalar_one())


def test_what_is_stored_is_revealed_and_lies_encrypted(session: Session, vault: Vault) -> None:
    person, ref = uuid4(), uuid4()

    vault.store(session, person, ref, TEXT)
    session.commit()

    assert vault.reveal(session, ref) == TEXT
    raw = session.execute(text("SELECT ciphertext FROM personal_value")).scalar_one()
    assert "张三丰".encode() not in raw
    assert b"138" not in raw
    assert vault.reveal(session, uuid4()) is None


def test_a_repeated_store_keeps_one_row_and_the_first_text(session: Session, vault: Vault) -> None:
    person, ref = uuid4(), reference(1 << 20, "update-1", "plan")

    vault.store(session, person, ref, TEXT)
    vault.store(session, person, ref, "another text")

    assert _count(session, "personal_value") == 1
    assert vault.reveal(session, ref) == TEXT


def test_texts_of_one_person_share_one_key_and_come_back_together(
    session: Session, vault: Vault
) -> None:
    person = uuid4()
    texts = {uuid4(): f"text {n}" for n in range(5)}
    missing = uuid4()

    vault.store_all(session, person, texts)

    assert _count(session, "personal_key") == 1
    assert vault.reveal_all(session, [*texts, missing]) == {**texts, missing: None}


def test_another_process_reveals_with_the_same_key_file(session: Session, vault: Vault) -> None:
    ref = uuid4()
    vault.store(session, uuid4(), ref, TEXT)

    assert Vault(SOURCE).reveal(session, ref) == TEXT


def test_a_wrong_key_reveals_nothing_and_its_error_tells_nothing(
    session: Session, vault: Vault
) -> None:
    ref = uuid4()
    vault.store(session, uuid4(), ref, TEXT)

    with pytest.raises(KeySourceError) as caught:
        Vault(FileKeySource({1: b"x" * 32})).reveal(session, ref)

    assert "138" not in str(caught.value)


def test_a_ciphertext_moved_to_another_reference_is_noticed(session: Session, vault: Vault) -> None:
    person, mine, other = uuid4(), uuid4(), uuid4()
    vault.store_all(session, person, {mine: "mine", other: "other"})
    session.execute(
        text(
            "UPDATE personal_value SET ciphertext = (SELECT ciphertext FROM personal_value"
            " WHERE id = :mine) WHERE id = :other"
        ),
        {"mine": mine, "other": other},
    )

    with pytest.raises(KeySourceError):
        vault.reveal(session, other)


def test_an_erased_person_is_gone_for_every_process_at_once(app_engine: Engine) -> None:
    person, ref = uuid4(), uuid4()
    here, elsewhere = Vault(SOURCE), Vault(SOURCE)
    with Session(app_engine) as session, session.begin():
        here.store(session, person, ref, TEXT)
    with Session(app_engine) as session, session.begin():
        assert elsewhere.reveal(session, ref) == TEXT  # and keeps the key in its cache

    with Session(app_engine) as session, session.begin():
        here.erase(session, person)

    with Session(app_engine) as session, session.begin():
        assert here.reveal(session, ref) is None
        assert elsewhere.reveal(session, ref) is None
        assert _count(session, "personal_key") == 0
        assert _count(session, "personal_erasure") == 1
        with pytest.raises(PersonErasedError):
            elsewhere.store(session, person, uuid4(), "news")


def test_erasing_twice_or_a_person_without_texts_leaves_one_mark(
    session: Session, vault: Vault
) -> None:
    person = uuid4()

    vault.erase(session, person)
    vault.erase(session, person)

    assert _count(session, "personal_erasure") == 1
    with pytest.raises(PersonErasedError):
        vault.store(session, person, uuid4(), TEXT)


def test_others_are_not_touched_by_an_erasure(session: Session, vault: Vault) -> None:
    gone, stays = uuid4(), uuid4()
    refs = {gone: uuid4(), stays: uuid4()}
    for person, ref in refs.items():
        vault.store(session, person, ref, TEXT)

    vault.erase(session, gone)

    assert vault.reveal(session, refs[stays]) == TEXT


def test_a_key_that_was_rolled_back_is_never_used_again(app_engine: Engine) -> None:
    person, lost, kept = uuid4(), uuid4(), uuid4()
    vault = Vault(SOURCE)
    with Session(app_engine) as session:
        vault.store(session, person, lost, "lost")
        vault.reveal(session, lost)
        session.rollback()

    with Session(app_engine) as session, session.begin():
        vault.store(session, person, kept, TEXT)

    with Session(app_engine) as session:
        assert Vault(SOURCE).reveal(session, kept) == TEXT


def test_threads_that_store_the_first_texts_of_a_person_agree_on_one_key(
    app_engine: Engine,
) -> None:
    person, barrier = uuid4(), Barrier(8)

    def store(number: int) -> UUID:
        ref = UUID(int=number + 1)
        with Session(app_engine) as session, session.begin():
            session.execute(text("SELECT 1"))
            barrier.wait(120)
            Vault(SOURCE).store(session, person, ref, f"text {number}")
        return ref

    with ThreadPoolExecutor(8) as pool:
        refs = list(pool.map(store, range(8)))

    with Session(app_engine) as session:
        assert _count(session, "personal_key") == 1
        found = Vault(SOURCE).reveal_all(session, refs)
    assert list(found.values()) == [f"text {number}" for number in range(8)]


def _wait_for_a_blocked_session(session: Session) -> None:
    blocked = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    deadline = time.monotonic() + 120
    while not session.scalar(blocked):
        assert time.monotonic() < deadline
        session.rollback()
        time.sleep(0.01)


def test_a_key_made_while_its_person_is_being_erased_does_not_survive(app_engine: Engine) -> None:
    person, ref = uuid4(), uuid4()

    def erase() -> None:
        with Session(app_engine) as session, session.begin():
            Vault(SOURCE).erase(session, person)

    with ThreadPoolExecutor(1) as pool, Session(app_engine) as storing:
        Vault(SOURCE).store(storing, person, ref, TEXT)
        erasing = pool.submit(erase)
        with Session(app_engine) as watching:
            _wait_for_a_blocked_session(watching)
        storing.commit()
        erasing.result(10)

    with Session(app_engine) as session:
        assert _count(session, "personal_key") == 0
        assert Vault(SOURCE).reveal(session, ref) is None


def test_a_text_that_arrives_during_an_erasure_is_refused_after_it(app_engine: Engine) -> None:
    person = uuid4()

    def store() -> None:
        with Session(app_engine) as session, session.begin():
            Vault(SOURCE).store(session, person, uuid4(), TEXT)

    with ThreadPoolExecutor(1) as pool, Session(app_engine) as erasing:
        Vault(SOURCE).erase(erasing, person)
        storing = pool.submit(store)
        with Session(app_engine) as watching:
            _wait_for_a_blocked_session(watching)
        erasing.commit()
        with pytest.raises(PersonErasedError):
            storing.result(10)

    with Session(app_engine) as session:
        assert _count(session, "personal_key") == 0


def test_the_message_of_a_failed_statement_does_not_tell_its_values(session: Session) -> None:
    with pytest.raises(ProgrammingError) as caught:
        session.execute(text("SELECT :name || missing_column"), {"name": TEXT})

    assert "missing_column" in str(caught.value)
    assert "张三丰" not in str(caught.value)
