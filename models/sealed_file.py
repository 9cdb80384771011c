"""Files encrypted in chunks: large ones stream, and whatever was changed is found.

A file begins with `BHF1` and a random prefix of 7 bytes. Each chunk of 64 KiB is sealed with
AES-256-GCM under the nonce prefix, number of the chunk, last or not; so chunks cannot change
places, and a file that was cut has no last one.
"""

import hmac
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from secrets import token_bytes
from typing import BinaryIO
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC = b"BHF1"
CHUNK = 65_536
KEY_BYTES = 32
_PREFIX = 7
_TAG = 16
_HEAD = len(MAGIC) + _PREFIX


class SealedFileError(Exception):
    """The file was cut, changed, or is another one; says nothing about what it held."""


class Sealer:
    """Writes one file (加密写入), its plaintext in pieces of any size; then `finish`."""

    def __init__(self, target: BinaryIO, key: bytes, file_id: UUID) -> None:
        self._target = target
        self._cipher = AESGCM(key)
        self._prefix = token_bytes(_PREFIX)
        self._bound = MAGIC + file_id.bytes
        self._held = bytearray()
        self._number = 0
        self._mac = hmac.new(key, b"digest|", "sha256")
        self._sum = sha256()
        self.size = 0
        target.write(MAGIC + self._prefix)

    def write(self, plain: bytes) -> None:
        """Take some more of the file; a chunk is held back, since it may be the last."""
        self.size += len(plain)
        self._mac.update(plain)
        self._sum.update(plain)
        self._held += plain
        while len(self._held) > CHUNK:
            self._seal(bytes(self._held[:CHUNK]), last=False)
            del self._held[:CHUNK]

    def finish(self) -> None:
        """Write the last chunk, which may be empty."""
        self._seal(bytes(self._held), last=True)
        self._held.clear()

    @property
    def digest(self) -> str:
        """Return the HMAC-SHA256 of the plaintext: nobody without the key can try files on it."""
        return self._mac.hexdigest()

    @property
    def plain_digest(self) -> bytes:
        """Return the SHA-256 of the plaintext, which tells who knows a file that it is this one."""
        return self._sum.digest()

    def _seal(self, plain: bytes, *, last: bool) -> None:
        nonce = _nonce(self._prefix, self._number, last=last)
        self._target.write(self._cipher.encrypt(nonce, plain, self._bound))
        self._number += 1


class Unsealer:
    """Reads a file (解密读取) of which the size of its plaintext is known from elsewhere."""

    def __init__(self, path: Path, key: bytes, file_id: UUID, size: int) -> None:
        self._path = path
        self._cipher = AESGCM(key)
        self._bound = MAGIC + file_id.bytes
        self._size = size
        self._last = max(0, (size - 1) // CHUNK)

    def check(self) -> None:
        """Compare the length of the file with what it must be.

        Raises:
            SealedFileError: the file is not there, cut, or longer.
        """
        try:
            length = self._path.stat().st_size
        except FileNotFoundError:
            raise SealedFileError("the file is not there") from None
        if length != _HEAD + self._size + _TAG * (self._last + 1):
            raise SealedFileError("the file has another length")

    def read(self, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Yield the bytes from `start` up to `end`, each chunk after it was checked.

        Raises:
            SealedFileError: a chunk was changed or moved, or the file was cut.
        """
        self.check()
        end = self._size if end is None else min(end, self._size)
        if start >= end:
            return
        with self._path.open("rb") as source:
            prefix = _prefix(source)
            first = start // CHUNK
            source.seek(_HEAD + first * (CHUNK + _TAG))
            for number in range(first, (end - 1) // CHUNK + 1):
                plain = self._unseal(source.read(CHUNK + _TAG), prefix, number)
                begins = number * CHUNK
                yield plain[max(0, start - begins) : end - begins]

    def _unseal(self, sealed: bytes, prefix: bytes, number: int) -> bytes:
        nonce = _nonce(prefix, number, last=number == self._last)
        try:
            return self._cipher.decrypt(nonce, sealed, self._bound)
        except (InvalidTag, ValueError):
            raise SealedFileError("a chunk was changed or is another one") from None


def plain_size(length: int) -> int:
    """Return the size of the plaintext of a file of this length; a cut file shows when it is read.

    Raises:
        SealedFileError: no file of ours is so short.
    """
    sealed = length - _HEAD
    if sealed < _TAG:
        raise SealedFileError("the file is cut")
    chunks = -(-sealed // (CHUNK + _TAG))
    return sealed - chunks * _TAG


def digest(key: bytes, plain: Iterator[bytes]) -> str:
    """Return the keyed digest of a plaintext, as a `Sealer` has it."""
    mac = hmac.new(key, b"digest|", "sha256")
    for piece in plain:
        mac.update(piece)
    return mac.hexdigest()


def _nonce(prefix: bytes, number: int, *, last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + bytes([last])


def _prefix(source: BinaryIO) -> bytes:
    head = source.read(_HEAD)
    if not head.startswith(MAGIC):
        raise SealedFileError("the file is none of ours")
    return head[len(MAGIC) :]
