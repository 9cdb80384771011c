"""Where the keys that wrap data keys come from."""

from collections.abc import Mapping
from pathlib import Path
from secrets import token_bytes
from typing import Protocol
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12
KEY_BYTES = 32


class KeySourceError(Exception):
    """A key is missing, damaged or not the one that was used; says nothing about the person."""


class EpochGoneError(KeySourceError):
    """The key of an epoch is not there: another one wraps now, or the person was erased."""


class KeySource(Protocol):
    """Wraps and unwraps data keys (密钥来源): a file, or a key management service."""

    @property
    def epoch(self) -> int:
        """The number of the key that wraps now."""
        ...

    def wrap(self, data_key: bytes, person_id: UUID, epoch: int | None = None) -> bytes:
        """Return the data key wrapped for one person, by the newest key or that of an epoch."""
        ...

    def unwrap(self, wrapped: bytes, epoch: int, person_id: UUID) -> bytes:
        """Return the data key; raises KeySourceError if the epoch's key is gone or another."""
        ...

    def derive(self, purpose: str) -> bytes:
        """Return a key for another purpose, the same one whatever epoch it is."""
        ...

    def reload(self) -> None:
        """Look again which keys there are."""
        ...


class FileKeySource:
    """Keys from files (密钥文件): one of 32 bytes per epoch, the highest epoch wraps."""

    def __init__(self, keys: Mapping[int, bytes]) -> None:
        if not keys or any(len(key) != KEY_BYTES for key in keys.values()):
            raise KeySourceError(f"an epoch key has {KEY_BYTES} bytes")
        self._keys = dict(keys)

    @classmethod
    def read(cls, path: Path, epoch: int = 1) -> "FileKeySource":
        """Read the key of one epoch."""
        try:
            return cls({epoch: path.read_bytes()})
        except FileNotFoundError:
            raise KeySourceError(f"there is no key file {path.name}") from None

    @property
    def epoch(self) -> int:
        """The number of the key that wraps now."""
        return max(self._keys)

    def wrap(self, data_key: bytes, person_id: UUID, epoch: int | None = None) -> bytes:
        """Return the data key wrapped for one person, by the newest key or that of an epoch."""
        key = self._key(self.epoch if epoch is None else epoch)
        return seal(AESGCM(key), data_key, person_id.bytes)

    def unwrap(self, wrapped: bytes, epoch: int, person_id: UUID) -> bytes:
        """Return the data key; raises KeySourceError if the epoch's key is gone or another."""
        return unseal(AESGCM(self._key(epoch)), wrapped, person_id.bytes)

    def derive(self, purpose: str) -> bytes:
        """Return a key for another purpose, the same one as long as the epoch lasts."""
        hkdf = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode())
        return hkdf.derive(self._keys[self.epoch])

    def reload(self) -> None:
        """Look again which keys there are: the ones that were given."""

    def _key(self, epoch: int) -> bytes:
        if epoch not in self._keys:
            raise EpochGoneError(f"the key of epoch {epoch} is not here")
        return self._keys[epoch]


def seal(cipher: AESGCM, plain: bytes, associated: bytes) -> bytes:
    """Encrypt with AES-256-GCM; the random nonce goes first."""
    nonce = token_bytes(NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, plain, associated)


def unseal(cipher: AESGCM, sealed: bytes, associated: bytes) -> bytes:
    """Decrypt what `seal` made; raises KeySourceError for a wrong key or changed bytes."""
    try:
        return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], associated)
    except InvalidTag:
        raise KeySourceError("wrong key, or changed ciphertext") from None
