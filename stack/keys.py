"""Secrets that the stack makes for itself, each in a file of mode 0600 (密钥)."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from pathlib import Path

from models.private_file import write_private
from stack.errors import StackError

KEY_NAMES = ("service.key", "epoch.key", "link.key")
KEY_BYTES = 32


class MissingKeyError(StackError):
    """Data is there, but a key that it was written with is not."""


def make_keys(folder: Path, *, data_exists: bool) -> None:
    """Make the key files on the first start; later a missing one is an error, not a new one.

    A new key in the place of a lost one would leave everything written before unreadable, and
    nobody would know until it is looked at.
    """
    missing = [name for name in KEY_NAMES if not _is_there(folder, name)]
    if missing and (data_exists or len(missing) < len(KEY_NAMES)):
        raise MissingKeyError(f"missing in {folder}: {', '.join(missing)}; restore from a backup")
    for name in missing:
        write_private(folder / name, secrets.token_bytes(KEY_BYTES))


def _is_there(folder: Path, name: str) -> bool:
    """Say whether a key is there; the first epoch's is destroyed when somebody is erased."""
    if name == "epoch.key" and (folder / "index.key").exists():
        return any(folder.glob("epoch*.key"))
    return (folder / name).exists()


def make_passwords(path: Path, names: Iterable[str]) -> dict[str, str]:
    """Return a password for each name, making those that the file does not hold yet."""
    known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    wanted = {name: known.get(name) or secrets.token_urlsafe(24) for name in names}
    if wanted != known:
        write_private(path, json.dumps(wanted, indent=2).encode())
    return wanted
