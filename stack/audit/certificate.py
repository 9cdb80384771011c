"""`bihuan audit certificate`: that a customer was erased, and whether it is genuine (删除证明)."""

from __future__ import annotations

import argparse
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import settings
from models.private_file import write_private
from stack.audit.actor import ACTOR
from stack.errors import StackError

_FORGED = 1


def add_commands(commands: Any) -> None:
    """Add `audit certificate` and `audit certificate-check`."""
    one = commands.add_parser("certificate", help="of an erasure, signed (删除证明)")
    one.add_argument("customer", type=UUID, help="id of the customer")
    one.add_argument("file", type=Path, metavar="FILE.zip")
    one.set_defaults(run=_make)
    one = commands.add_parser("certificate-check", help="its signature, without a stack (证明核对)")
    one.add_argument("file", type=Path, metavar="FILE.zip")
    one.add_argument("--key", type=Path, required=True, metavar="MANIFEST.pub")
    one.set_defaults(run=_check)


def _make(options: argparse.Namespace) -> int:
    # Database and signatures take a while to import, and not every command needs them.
    from sqlalchemy.orm import Session  # noqa: PLC0415

    from audit.erasure_certificate import ErasureIncompleteError, certified  # noqa: PLC0415
    from models import erasure  # noqa: PLC0415 (as above)
    from proof.signing import Signer, SigningKeyError  # noqa: PLC0415 (as above)
    from stack.running import Running  # noqa: PLC0415 (as above)

    chosen = settings.load()
    running = Running.find(chosen)
    with running.database() as engine, Session(engine) as session, session.begin():
        found = erasure.find(session, options.customer)
        if found is None:
            raise StackError("this customer was not erased")
        try:
            signer = Signer.read(chosen.secrets_path)
            packed = certified(session, signer, found, datetime.now(UTC), ACTOR)
        except SigningKeyError as error:
            raise StackError(str(error)) from None
        except ErasureIncompleteError:
            raise StackError("the erasure is not completed: audit erasures --finish") from None
    write_private(options.file.absolute(), packed)
    sys.stdout.write(f"{options.file}\n")
    return 0


def _check(options: argparse.Namespace) -> int:
    """Return 0 for a genuine certificate, 1 for another."""
    from audit.erasure_certificate import opened  # noqa: PLC0415 (as above)
    from proof.signed_file import is_genuine  # noqa: PLC0415 (as above)
    from proof.signing import SigningKeyError, Verifier  # noqa: PLC0415 (as above)

    try:
        content, beside = opened(options.file)
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise StackError(f"{options.file} is no certificate: {type(error).__name__}") from None
    try:
        verifier = Verifier.read(options.key)
    except SigningKeyError as error:
        raise StackError(str(error)) from None
    if not is_genuine(verifier, content, beside):
        sys.stdout.write("forged: the certificate is not as this house signed it\n")
        return _FORGED
    sys.stdout.write(f"genuine: signed {beside['made_at']}\n")
    return 0
