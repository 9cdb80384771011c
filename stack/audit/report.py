"""`bihuan audit report-check`: whether an audit report is as the house signed it (报告核对)."""

from __future__ import annotations

import json
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stack.errors import StackError

if TYPE_CHECKING:
    import argparse

PDF = "report.pdf"
SIGNATURE = "report.signature.json"
_FORGED = 1


def add_commands(commands: Any) -> None:
    """Add the check of a report to the list; it needs no stack and no database."""
    one = commands.add_parser("report-check", help="the signature of an audit report (报告核对)")
    one.add_argument("file", type=Path, metavar="FILE.zip")
    one.add_argument("--key", type=Path, required=True, metavar="MANIFEST.pub")
    one.set_defaults(run=_check)


def _check(options: argparse.Namespace) -> int:
    """Return 0 for a genuine report, 1 for another."""
    from proof.signed_file import is_genuine  # noqa: PLC0415 (not every command needs it)
    from proof.signing import SigningKeyError, Verifier  # noqa: PLC0415 (as above)

    try:
        with zipfile.ZipFile(options.file) as archive:
            content, beside = archive.read(PDF), json.loads(archive.read(SIGNATURE))
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise StackError(f"{options.file} is no report: {type(error).__name__}") from None
    try:
        verifier = Verifier.read(options.key)
    except SigningKeyError as error:
        raise StackError(str(error)) from None
    if not isinstance(beside, dict) or not is_genuine(verifier, content, beside):
        sys.stdout.write("forged: the report is not as this house signed it\n")
        return _FORGED
    sys.stdout.write(f"genuine: signed {beside['made_at']}, sha256 {beside['sha256']}\n")
    return 0
