"""Epoch keys in a folder, where they are made, found by every process, and destroyed."""

import hmac
import os
import re
from collections.abc import Mapping
from pathlib import Path
from secrets import token_bytes
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from models.key_source import KEY_BYTES, EpochGoneError, KeySourceError, seal, unseal
from models.private_file import sync_folder, write_private

FIRST = "epoch.key"
INDEX = "index.key"
_LATER = re.compile(r"epoch-(\d{1,9})\.key")


def file_name(epoch: int) -> str:
    """Return the name of the file with the key of an epoch."""
    return FIRST if epoch == 1 else f"epoch-{epoch}.key"


def epochs(folder: Path) -> dict[int, Path]:
    """Return the key files that are there, by epoch."""
    found = {1: folder / FIRST} if (folder / FIRST).exists() else {}
    for path in folder.glob("epoch-*.key"):
        if named := _LATER.fullmatch(path.name):
            found[int(named[1])] = path
    return found


def make_epoch(folder: Path, epoch: int) -> None:
    """Make the key of an epoch unless it is there; it is on the disk when this ends."""
    path = folder / file_name(epoch)
    if not path.exists():
        write_private(path, token_bytes(KEY_BYTES))


class KeyFolder:
    """Keys of epochs as files (密钥目录), the first named `epoch.key`, then `epoch-2.key`...

    What is derived for other purposes must outlive every epoch: it comes from `index.key`, which
    is made one way from the first epoch's key before that is destroyed.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._keys: Mapping[int, bytes] = {}
        self.reload()
        if not self._keys:
            raise KeySourceError(f"there is no key file {FIRST}")

    def reload(self) -> None:
        """Read the folder again; what was destroyed there is forgotten here."""
        read = {epoch: _read(path) for epoch, path in epochs(self.folder).items()}
        keys = {epoch: key for epoch, key in read.items() if key}
        if any(len(key) != KEY_BYTES for key in keys.values()):
            raise KeySourceError(f"an epoch key has {KEY_BYTES} bytes")
        self._keys = keys

    @property
    def epoch(self) -> int:
        """The highest number of a key that is there; which one wraps, the database says."""
        return max(self._keys)

    def wrap(self, data_key: bytes, person_id: UUID, epoch: int | None = None) -> bytes:
        """Return the data key wrapped for one person with the key of an epoch.

        Raises:
            EpochGoneError: that key is not there.
        """
        key = self._key(self.epoch if epoch is None else epoch)
        return seal(AESGCM(key), data_key, person_id.bytes)

    def unwrap(self, wrapped: bytes, epoch: int, person_id: UUID) -> bytes:
        """Return the data key.

        Raises:
            EpochGoneError: the epoch's key is not there, or not any more.
            KeySourceError: it is another key, or the bytes were changed.
        """
        return unseal(AESGCM(self._key(epoch)), wrapped, person_id.bytes)

    def derive(self, purpose: str) -> bytes:
        """Return a key for another purpose, the same one whatever epoch it is."""
        root = _read(self.folder / INDEX) or self._root()
        return HKDFExpand(SHA256(), length=KEY_BYTES, info=purpose.encode()).derive(root)

    def make(self, epoch: int) -> None:
        """Make the key of an epoch unless it is there, and keep what others are derived from."""
        if not (self.folder / INDEX).exists():
            write_private(self.folder / INDEX, self._root())
        make_epoch(self.folder, epoch)
        self.reload()

    def destroy_before(self, epoch: int) -> list[int]:
        """Destroy the keys of all earlier epochs; return which there were.

        Each file is overwritten before it is taken away, and both are on the disk when this ends.
        """
        if epoch not in epochs(self.folder):
            raise EpochGoneError(f"the key of epoch {epoch} is not here")
        old = {one: path for one, path in epochs(self.folder).items() if one < epoch}
        for path in old.values():
            _overwrite(path)
            path.unlink(missing_ok=True)
        if old:
            sync_folder(self.folder)
            self.reload()
        return sorted(old)

    def _key(self, epoch: int) -> bytes:
        if epoch not in self._keys:
            # Another process may have made it since.
            self.reload()
        if epoch not in self._keys:
            raise EpochGoneError(f"the key of epoch {epoch} is not here")
        return self._keys[epoch]

    def _root(self) -> bytes:
        """Return what HKDF extracts from the first key: nobody gets from it to the key."""
        return hmac.digest(bytes(KEY_BYTES), self._key(1), "sha256")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def _overwrite(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(token_bytes(max(KEY_BYTES, path.stat().st_size)))
        file.flush()
        os.fsync(file.fileno())
