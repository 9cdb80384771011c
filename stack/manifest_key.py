"""The key that signs manifests, and the public one that others check them with (清单密钥)."""

from __future__ import annotations

import secrets
from pathlib import Path

from models.private_file import write_private
from proof.signing import KEY_FILE, PUBLIC_FILE, SEED_BYTES, Signer
from stack.keys import MissingKeyError


def make_manifest_key(folder: Path) -> None:
    """Make both files where there are none; a lost key is an error, not a new one.

    A house that is older than its manifests gets its key at the next start.
    """
    key, public = folder / KEY_FILE, folder / PUBLIC_FILE
    if not key.exists():
        if public.exists():
            raise MissingKeyError(f"missing in {folder}: {KEY_FILE}; restore from a backup")
        write_private(key, secrets.token_bytes(SEED_BYTES))
    if not public.exists():
        write_private(public, f"{Signer.read(folder).public}\n".encode())
