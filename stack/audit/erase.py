"""`bihuan audit erase`: a customer erased to the last trace, and what is left of it (删除)."""

from __future__ import annotations

import argparse
import sys
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, get_args
from uuid import UUID

import settings
from stack.audit import certificate
from stack.audit.actor import ACTOR
from stack.errors import StackError

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.orm import Session

    from audit.erasure_course import Reach
    from models.erasure import Erasure
    from stack.running import Running


def add_commands(commands: Any) -> None:
    """Add `audit erase` and `audit erasures`."""
    one = commands.add_parser("erase", help="a customer's personal data (删除个人信息)")
    one.add_argument("customer", help="id or number of the customer")
    one.add_argument("--ground", required=True, help="why: consent_withdrawn, unlawful, ...")
    one.add_argument("--request", help="number of the paper that asks for it; no name")
    one.add_argument("-y", "--yes", action="store_true", help="do not ask: there is no way back")
    one.set_defaults(run=_erase)
    one = commands.add_parser("erasures", help="how far they have come (删除进度)")
    one.add_argument("--finish", action="store_true", help="do what is left of them")
    one.set_defaults(run=_erasures)
    certificate.add_commands(commands)


def _erase(options: argparse.Namespace) -> int:
    # Database and tables take a while to import, and not every command needs them.
    from sqlalchemy.orm import Session  # noqa: PLC0415

    from audit.erasure import CustomerHeldError, begin  # noqa: PLC0415 (as above)
    from models.erasure import Ground  # noqa: PLC0415 (as above)
    from nlp.masking import mask_text  # noqa: PLC0415 (as above)
    from stack.running import Running  # noqa: PLC0415 (as above)

    if options.ground not in get_args(Ground):
        raise StackError(f"--ground is one of {', '.join(get_args(Ground))}")
    running = Running.find(settings.load())
    with ExitStack() as opened:
        engine = opened.enter_context(running.database())
        person = _customer(engine, options.customer)
        if not options.yes and not _agreed(options.customer):
            return 1
        try:
            with Session(engine) as session, session.begin():
                asked = mask_text(options.request) if options.request else None
                begin(session, _wanted(person, options.ground, asked))
        except CustomerHeldError as error:
            held = ", ".join(map(str, error.holds))
            raise StackError(f"under legal hold, nothing was erased: {held}") from None
        return _finish(opened, running, engine)


def _erasures(options: argparse.Namespace) -> int:
    from sqlalchemy.orm import Session  # noqa: PLC0415 (as above)

    from stack.running import Running  # noqa: PLC0415 (as above)

    running = Running.find(settings.load())
    with ExitStack() as opened:
        engine = opened.enter_context(running.database())
        if options.finish:
            return _finish(opened, running, engine)
        with Session(engine) as session:
            return _show(session)


def _finish(opened: ExitStack, running: Running, engine: Engine) -> int:
    from sqlalchemy.orm import Session  # noqa: PLC0415 (as above)

    from audit.erasure_course import carry_on  # noqa: PLC0415 (as above)

    owner = opened.enter_context(running.database(as_owner=True))
    carry_on(_reach(running, engine, owner), datetime.now(UTC))
    with Session(engine) as session:
        return _show(session)


def _reach(running: Running, engine: Engine, owner: Engine) -> Reach:
    from audit.erasure_course import Reach  # noqa: PLC0415 (as above)
    from models.attachment_folder import AttachmentFolder  # noqa: PLC0415 (as above)
    from models.key_folder import KeyFolder  # noqa: PLC0415 (as above)

    chosen = running.settings
    return Reach(
        engine=engine,
        keys=KeyFolder(chosen.keys_path),
        ledger=chosen.keys_path,
        attachments=AttachmentFolder(chosen.attachments_path),
        owner=owner,
    )


def _customer(engine: Engine, told: str) -> UUID:
    from sqlalchemy import select  # noqa: PLC0415 (as above)
    from sqlalchemy.orm import Session  # noqa: PLC0415 (as above)
    from sqlmodel import col  # noqa: PLC0415 (as above)

    import models.tables  # noqa: F401, PLC0415 (a table must be known before another refers to it)
    from models.customer import Customer  # noqa: PLC0415 (as above)

    with Session(engine) as session:
        found = session.scalar(select(col(Customer.id)).where(col(Customer.number) == told))
    if found is not None:
        return found
    try:
        return UUID(told)
    except ValueError:
        raise StackError("there is no such customer") from None


def _wanted(person: UUID, ground: str, request: str | None) -> Erasure:
    from models.erasure import Erasure  # noqa: PLC0415 (as above)

    return Erasure(
        person_id=person,
        ground=ground,
        request=request,
        asked_by=ACTOR,
        begun_at=datetime.now(UTC),
        counts={},
    )


def _agreed(customer: str) -> bool:
    sys.stdout.write(f"Erase customer {customer}? There is no way back. Type yes: ")
    sys.stdout.flush()
    if sys.stdin.readline().strip() == "yes":
        return True
    sys.stdout.write("nothing was erased\n")
    return False


def _show(session: Session) -> int:
    """Print the newest erasures; 3 where something of them is still to be done."""
    from models import erasure  # noqa: PLC0415 (as above)
    from models.erasure import STEPS  # noqa: PLC0415 (as above)

    left = False
    for one in erasure.of_all(session, before=None, limit=100):
        waits = [step for step in STEPS if getattr(one, f"{step}_at") is None]
        left |= bool(waits)
        told = f"still to do: {' '.join(waits)}" if waits else "done"
        sys.stdout.write(f"{one.person_id} {one.begun_at:%Y-%m-%d %H:%M} {one.ground} {told}\n")
    return 3 if left else 0
