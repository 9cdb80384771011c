"""`bihuan audit seal | export | public-key`: proof made and taken along (封存与导出)."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import settings
from stack.audit.actor import ACTOR
from stack.errors import StackError

if TYPE_CHECKING:
    from proof.signing import Signer


def add_commands(commands: Any) -> None:
    """Add what makes manifests and exports."""
    one = commands.add_parser("seal", help="the next manifest, signed and published (封存)")
    one.set_defaults(run=_seal)
    one = commands.add_parser("export", help="what `bihuan verify` checks (导出)")
    one.add_argument("folder", type=Path, metavar="DIR", help="empty or new")
    one.add_argument(
        "--instance", type=int, action="append", metavar="KEY", help="only this; several times"
    )
    one.set_defaults(run=_export)
    one = commands.add_parser("public-key", help="what others verify with (公钥)")
    one.set_defaults(run=_public_key)


def _seal(_: argparse.Namespace) -> int:
    # Database and signatures take a while to import, and not every command needs them.
    from audit import sealing  # noqa: PLC0415
    from models.key_check import KeyMismatchError  # noqa: PLC0415
    from stack.running import Running  # noqa: PLC0415

    chosen = settings.load()
    addresses = len(chosen.notice_urls) if chosen.manifest_notices else 0
    signer, now = _signer(chosen), datetime.now(UTC)
    with Running.find(chosen).database() as engine:
        try:
            made = sealing.seal(engine, signer, now, addresses=addresses)
        except KeyMismatchError as error:
            raise StackError(f"{error} is not the key that signed before; restore it") from None
        try:
            written = sealing.publish(engine, chosen.manifests_path, now)
        except sealing.PublishedOtherwiseError as error:
            raise StackError(
                f"{error} in {chosen.manifests_path} is not the one of this house: was an older"
                " backup restored? keep that folder and name another one"
            ) from None
    told = {
        "number": made.number,
        "hash": made.hash.hex(),
        "published": {"folder": str(chosen.manifests_path), "numbers": list(written)},
    }
    sys.stdout.write(json.dumps(told, indent=2) + "\n")
    return 0


def _export(options: argparse.Namespace) -> int:
    from audit.proof_export import export  # noqa: PLC0415 (as above)
    from stack.running import Running  # noqa: PLC0415 (as above)

    folder, now = options.folder, datetime.now(UTC)
    with Running.find(settings.load()).database() as engine:
        try:
            written = export(engine, folder, now, actor=ACTOR, instances=options.instance)
        except FileExistsError:
            raise StackError(f"{folder} is not empty") from None
    sys.stdout.write(json.dumps(written, indent=2) + "\n")
    return 0


def _public_key(_: argparse.Namespace) -> int:
    sys.stdout.write(f"{_signer(settings.load()).public}\n")
    return 0


def _signer(chosen: settings.Settings) -> Signer:
    from proof.signing import Signer, SigningKeyError  # noqa: PLC0415 (as above)

    try:
        return Signer.read(chosen.secrets_path)
    except SigningKeyError as error:
        raise StackError(f"{error} in {chosen.secrets_path}") from None
