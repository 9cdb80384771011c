"""The folder of attachments: files under random names, each whole or not there."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO
from uuid import UUID

_BEGUN = "begun"


class Arriving:
    """A file on its way in (写入中): nobody sees it before it is kept."""

    def __init__(self, path: Path) -> None:
        self._path = path
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self.file: BinaryIO = os.fdopen(descriptor, "wb")

    def keep(self, target: Path) -> None:
        """Put the file where it belongs; after a power cut it is there, and whole."""
        self.file.flush()
        os.fsync(self.file.fileno())
        self.file.close()
        target.parent.mkdir(mode=0o700, exist_ok=True)
        self._path.rename(target)
        for folder in (target.parent, target.parent.parent):
            _sync(folder)

    def drop(self) -> None:
        """Take the file away unless it was kept."""
        self.file.close()
        self._path.unlink(missing_ok=True)


class AttachmentFolder:
    """Where the encrypted files lie (附件目录), outside the database."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, file_id: UUID) -> Path:
        """Return where the file of an attachment lies."""
        return self.root / file_id.hex[:2] / file_id.hex

    @contextlib.contextmanager
    def arriving(self) -> Iterator[Arriving]:
        """Open a new file; what was not kept in the end is gone."""
        begun = self.root / _BEGUN
        begun.mkdir(mode=0o700, parents=True, exist_ok=True)
        arriving = Arriving(begun / token_hex(16))
        try:
            yield arriving
        finally:
            arriving.drop()

    def remove(self, file_id: UUID) -> bool:
        """Delete a file; say whether it was there."""
        with contextlib.suppress(FileNotFoundError):
            self.path(file_id).unlink()
            return True
        return False

    def older(self, moment: float) -> Iterator[UUID]:
        """Yield the ids of the files that were written before a moment, in seconds of the epoch."""
        for path in self.root.glob("[0-9a-f][0-9a-f]/*"):
            with contextlib.suppress(ValueError, FileNotFoundError):
                if path.stat().st_mtime < moment:
                    yield UUID(hex=path.name)

    def clear_begun(self, moment: float) -> int:
        """Delete files that were begun before a moment and never kept; return how many."""
        cleared = 0
        for path in (self.root / _BEGUN).glob("*"):
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_mtime < moment:
                    path.unlink()
                    cleared += 1
        return cleared


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
