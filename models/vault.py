"""The vault: personal texts in, references out."""

from collections.abc import Iterable, Mapping
from uuid import UUID, uuid5

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import text
from sqlalchemy.orm import Session

from models import key_epoch
from models.data_key import DataKey
from models.key_cache import KeyCache
from models.key_source import EpochGoneError, KeySource

# Told at every erasure, for processes that keep keys longer than the cache does.
ERASED_CHANNEL = "bihuan_erased"
_NAMESPACE = UUID("6f5b1c3e-0d0a-5c55-9c0e-4b0d5a1f7e21")
_KEY = text("SELECT wrapped, epoch FROM personal_key WHERE person_id = :person")
_NEW_KEY = text(
    "INSERT INTO personal_key (person_id, wrapped, epoch) SELECT :person, :wrapped, :epoch"
    " WHERE NOT EXISTS (SELECT FROM personal_erasure WHERE person_id = :person)"
    " AND NOT EXISTS (SELECT FROM key_epoch WHERE epoch > :epoch)"
    " ON CONFLICT DO NOTHING"
)
_STORE = text(
    "INSERT INTO personal_value (id, person_id, ciphertext, commitment, created_at)"
    " SELECT id, :person, ciphertext, commitment, now()"
    " FROM unnest(CAST(:ids AS uuid[]), CAST(:ciphertexts AS bytea[]),"
    " CAST(:commitments AS bytea[])) AS v(id, ciphertext, commitment)"
    " ON CONFLICT DO NOTHING"
)
_REVEAL = text(
    "SELECT v.id, v.person_id, v.ciphertext, k.wrapped, k.epoch FROM personal_value v"
    " JOIN personal_key k USING (person_id) WHERE v.id = ANY(CAST(:ids AS uuid[]))"
)
# Waits for those who are about to insert a key: a key made beside the mark would outlive it.
_LOCK_KEYS = text("LOCK TABLE personal_key IN SHARE ROW EXCLUSIVE MODE")
_ERASE = (
    text(
        "INSERT INTO personal_erasure (person_id, erased_at, epoch) VALUES (:person, now(),"
        " (SELECT epoch FROM personal_key WHERE person_id = :person)) ON CONFLICT DO NOTHING"
    ),
    text("DELETE FROM personal_key WHERE person_id = :person"),
    text(f"SELECT pg_notify('{ERASED_CHANNEL}', CAST(:person AS text))"),
)


# Told instead of a person when another key wraps from now on.
_EPOCH = text(f"SELECT pg_notify('{ERASED_CHANNEL}', 'epoch')")


class PersonErasedError(Exception):
    """The person was erased: nothing about them is stored any more."""


def reference(instance_key: int, command_id: str, field: str) -> UUID:
    """Return the reference of a personal field: the same for every repetition of a command."""
    return uuid5(_NAMESPACE, f"{instance_key}|{command_id}|{field}")


def mark_erased(session: Session, person_id: UUID) -> None:
    """Mark a person as erased, delete their data key, tell all processes."""
    session.execute(_LOCK_KEYS)
    for statement in _ERASE:
        session.execute(statement, {"person": person_id})


def tell_epoch(session: Session) -> None:
    """Tell all processes that the keys are to be read anew, when the transaction commits."""
    session.execute(_EPOCH)


class Vault:
    """Stores and reveals personal texts (保险库), each encrypted with the key of its person."""

    def __init__(self, key_source: KeySource, cache: KeyCache | None = None) -> None:
        self._source = key_source
        self._cache = KeyCache() if cache is None else cache

    def store(self, session: Session, person_id: UUID, reference: UUID, text: str) -> None:
        """Store a text; a reference that is there already keeps the text it has."""
        self.store_all(session, person_id, {reference: text})

    def store_all(self, session: Session, person_id: UUID, texts: Mapping[UUID, str]) -> None:
        """Store several texts of one person in one statement.

        Raises:
            PersonErasedError: the person was erased.
        """
        if not texts:
            return
        key = self._key(session, person_id) or self._new_key(session, person_id)
        values = {
            "person": person_id,
            "ids": list(texts),
            "ciphertexts": [key.seal(ref, text) for ref, text in texts.items()],
            "commitments": [key.commit(ref, text) for ref, text in texts.items()],
        }
        session.execute(_STORE, values)

    def reveal(self, session: Session, reference: UUID) -> str | None:
        """Return the text behind a reference, None if it was erased or never stored."""
        return self.reveal_all(session, [reference])[reference]

    def reveal_all(self, session: Session, references: Iterable[UUID]) -> dict[UUID, str | None]:
        """Return the texts behind references, None where one was erased or never stored.

        Raises:
            KeySourceError: the key source holds another key, or the bytes were changed.
        """
        texts: dict[UUID, str | None] = dict.fromkeys(references)
        try:
            self._open(session, texts)
        except EpochGoneError:
            # Another key wraps since the rows were read: they are read anew.
            self._source.reload()
            self._open(session, texts)
        return texts

    def _open(self, session: Session, texts: dict[UUID, str | None]) -> None:
        for row in session.execute(_REVEAL, {"ids": list(texts)}):
            key = self._unwrap(row.person_id, row.wrapped, row.epoch)
            texts[row.id] = key.unseal(row.id, row.ciphertext)

    def commitment(self, session: Session, reference: UUID) -> bytes | None:
        """Return the commitment of the text behind a reference (承诺值), computed from the text.

        None if it was erased or never stored: then there is nothing to hold against a record.

        Raises:
            KeySourceError: as `reveal_all`.
        """
        found = self.reveal(session, reference)
        row = session.execute(_REVEAL, {"ids": [reference]}).first()
        if found is None or row is None:
            return None
        return self._unwrap(row.person_id, row.wrapped, row.epoch).commit(reference, found)

    def erase(self, session: Session, person_id: UUID) -> None:
        """Erase a person: mark them, delete their data key, tell the other processes.

        The ciphertexts stay, readable by nobody. The wrapped key lives on in backups and in the
        write-ahead log until the key of its epoch is destroyed, hence the epoch in the mark.
        """
        mark_erased(session, person_id)
        self.evict(person_id)

    def evict(self, person_id: UUID) -> None:
        """Forget the unwrapped key of a person."""
        self._cache.evict(person_id)

    def forget(self) -> None:
        """Forget all unwrapped keys, and read those that wrap anew."""
        self._cache.clear()
        self._source.reload()

    def _key(self, session: Session, person_id: UUID) -> DataKey | None:
        try:
            return self._held(session, person_id)
        except EpochGoneError:
            # As when texts are revealed.
            self._source.reload()
            return self._held(session, person_id)

    def _held(self, session: Session, person_id: UUID) -> DataKey | None:
        row = session.execute(_KEY, {"person": person_id}).first()
        return None if row is None else self._unwrap(person_id, row.wrapped, row.epoch)

    def _new_key(self, session: Session, person_id: UUID) -> DataKey:
        epoch = key_epoch.present(session)
        secret = AESGCM.generate_key(256)
        try:
            wrapped = self._source.wrap(secret, person_id, epoch)
        except EpochGoneError:
            # It ended a moment ago, or else the right key is not here.
            if key_epoch.present(session) == epoch:
                raise
            return self._new_key(session, person_id)
        values = {"person": person_id, "wrapped": wrapped, "epoch": epoch}
        if session.connection().execute(_NEW_KEY, values).rowcount:
            return DataKey(secret)
        # Somebody else made one in the meantime, or the person was erased, or an epoch began.
        if (key := self._key(session, person_id)) is not None:
            return key
        if key_epoch.present(session) == epoch:
            raise PersonErasedError
        return self._new_key(session, person_id)

    def _unwrap(self, person_id: UUID, wrapped: bytes, epoch: int) -> DataKey:
        key = self._cache.get(person_id, wrapped)
        if key is None:
            key = DataKey(self._source.unwrap(wrapped, epoch, person_id))
            self._cache.put(person_id, wrapped, key)
        return key
