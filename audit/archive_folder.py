"""The folder of archives: files compressed, encrypted, and whole or not there (归档目录)."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import zstandard
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from models.attachment_folder import AttachmentFolder
from models.sealed_file import KEY_BYTES, SealedFileError, Sealer, Unsealer, plain_size

_NAMESPACE = UUID("5d1c7d1e-43a7-5c0f-9a3e-8c8b7f0e6d41")
_PURPOSE = b"bihuan archive"
_LEVEL = 10
_MAX_BYTES = 2_000_000_000
# What was begun so long ago was left by a process that died.
GRACE_SECONDS = 6 * 3600.0


class ArchiveError(Exception):
    """An archive cannot be read: `code` says why (`file_missing`, `file_damaged`)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Written:
    """A file that is there: its path below the folder, SHA-256 in hex, length in bytes."""

    path: str
    digest: str
    bytes: int


def archive_key(service_key: bytes) -> bytes:
    """Return the key of the archives, derived from the service key (归档密钥)."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=_PURPOSE).derive(service_key)


class ArchiveFolder:
    """Writes and finds the files; each is bound to its name, so that none can pass for another."""

    def __init__(self, root: Path, key: bytes) -> None:
        self.root = root
        self._key = key
        self._folder = AttachmentFolder(root)

    def write(self, path: str, content: dict[str, Any]) -> Written:
        """Write JSON as a file below the folder; after a power cut it is there, and whole."""
        target = self.root / path
        _make_folders(self.root, target.parent)
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        packed = zstandard.ZstdCompressor(level=_LEVEL).compress(text.encode())
        with self._folder.arriving() as arriving:
            sealer = Sealer(arriving.file, self._key, _file_id(target))
            sealer.write(packed)
            sealer.finish()
            arriving.keep(target)
        return self.look(path)

    def look(self, path: str) -> Written:
        """Return digest and length of a file as it lies there.

        Raises:
            ArchiveError: there is none.
        """
        found = self.root / path
        try:
            with found.open("rb") as file:
                digest = file_digest(file, "sha256").hexdigest()
                return Written(path, digest, os.fstat(file.fileno()).st_size)
        except OSError:
            raise ArchiveError("file_missing") from None

    def read(self, path: str) -> dict[str, Any]:
        """Return what a file below the folder holds; see `read_file`."""
        return read_file(self.root / path, self._key)

    def holds(self, path: str) -> bool:
        """Tell whether a file is there."""
        return (self.root / path).is_file()

    def clear_begun(self, now: float) -> int:
        """Delete what dead processes left half written; return how many files."""
        return self._folder.clear_begun(now - GRACE_SECONDS)


def read_file(path: Path, key: bytes) -> dict[str, Any]:
    """Return what an archive file holds.

    Args:
        path: the file, under the name that it was given.
        key: as `archive_key` returns it.

    Raises:
        ArchiveError: it is not there, or was cut, changed, renamed or made with another key.
    """
    try:
        size = plain_size(path.stat().st_size)
        packed = b"".join(Unsealer(path, key, _file_id(path), size).read())
        plain = zstandard.ZstdDecompressor().decompress(packed, max_output_size=_MAX_BYTES)
        content: dict[str, Any] = json.loads(plain)
    except OSError:
        raise ArchiveError("file_missing") from None
    except (SealedFileError, zstandard.ZstdError, ValueError):
        raise ArchiveError("file_damaged") from None
    return content


def _file_id(path: Path) -> UUID:
    return uuid5(_NAMESPACE, path.name)


def _make_folders(root: Path, folder: Path) -> None:
    """Make a folder for good: its name is on the disk as well, in every folder above it."""
    above = [one for one in folder.parents if root in (one, *one.parents)]
    for one in (*reversed(above), folder):
        one.mkdir(mode=0o700, parents=True, exist_ok=True)
    for one in above:
        descriptor = os.open(one, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
