"""`bihuan audit report | report-check`: the signed report of one item, made and checked."""

from __future__ import annotations

import json
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import settings
from models.private_file import write_private
from stack.audit.actor import ACTOR
from stack.errors import StackError

if TYPE_CHECKING:
    import argparse

    from sqlalchemy.orm import Session

    from audit.report_content import Subject
    from models.imports import Tools

# The console, the API and this say the same.
WORDS = settings.PROJECT / "api" / "words"
PDF = "report.pdf"
SIGNATURE = "report.signature.json"
_FORGED = 1
_LONGEST_KEY = 19


def add_commands(commands: Any) -> None:
    """Add the report, and its check, which needs no stack and no database."""
    one = commands.add_parser("report", help="what happened to an item, signed (审计报告)")
    one.add_argument("item", help="its number, or the key of an instance")
    one.add_argument("file", type=Path, metavar="FILE.zip")
    one.add_argument("--language", choices=("zh-CN", "en"), default="zh-CN")
    one.set_defaults(run=_make)
    one = commands.add_parser("report-check", help="the signature of an audit report (报告核对)")
    one.add_argument("file", type=Path, metavar="FILE.zip")
    one.add_argument("--key", type=Path, required=True, metavar="MANIFEST.pub")
    one.set_defaults(run=_check)


def _make(options: argparse.Namespace) -> int:
    # Database and typesetting take a while to import, and not every command needs them.
    from sqlalchemy.orm import Session  # noqa: PLC0415

    from activities.definitions import Definitions  # noqa: PLC0415 (as above)
    from audit.report_content import Reader  # noqa: PLC0415 (as above)
    from audit.report_file import packed, told  # noqa: PLC0415 (as above)
    from audit.report_words import Words  # noqa: PLC0415 (as above)
    from proof.signing import Signer, SigningKeyError  # noqa: PLC0415 (as above)
    from stack.running import Running  # noqa: PLC0415 (as above)

    chosen = settings.load()
    try:
        signer = Signer.read(chosen.secrets_path)
    except SigningKeyError as error:
        raise StackError(f"{error} in {chosen.secrets_path}") from None
    running, words = Running.find(chosen), Words(WORDS, options.language)
    with running.database() as engine, Session(engine) as session, session.begin():
        subject = _subject(session, running.tools(), options.item)
        reader = Reader(session, Definitions(engine), words, ACTOR, datetime.now(UTC))
        said = told(reader, subject, signer)
    write_private(options.file.absolute(), packed(reader, said, signer))
    sys.stdout.write(f"{options.file}\n")
    return 0


def _subject(session: Session, tools: Tools, wanted: str) -> Subject:
    """Return what the report is about, the customer masked."""
    import models.tables  # noqa: F401, PLC0415 (a table must be known before another refers to it)
    from audit.report_content import Subject  # noqa: PLC0415 (as above)
    from models import feedback  # noqa: PLC0415 (as above)
    from models.process_instance import ProcessInstance  # noqa: PLC0415 (as above)
    from nlp.masking import mask_contact, mask_name  # noqa: PLC0415 (as above)

    key = int(wanted) if wanted.isdecimal() and len(wanted) < _LONGEST_KEY else 0
    item = feedback.by_number(session, wanted) or feedback.find(session, key)
    instance = session.get(ProcessInstance, item.id if item else key)
    if instance is None:
        raise StackError(f"there is no item and no instance {wanted}")
    if item is None:
        return Subject(instance, None)
    places = [one for one in (item.name_ref, item.contact_ref) if one is not None]
    texts = tools.vault.reveal_all(session, places)
    name, contact = (texts.get(one) if one else None for one in (item.name_ref, item.contact_ref))
    shown = mask_name(name) if name else None
    return Subject(instance, item, shown, mask_contact(contact) if contact else None)


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
