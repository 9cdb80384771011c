"""`bihuan admin person`: who may work here, where no demo people are made (人员管理)."""

from __future__ import annotations

import argparse
import getpass
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import settings
from models.password_rule import SHORTEST, is_guessable
from stack.errors import StackError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from models.person import Person

ACTOR = "bihuan admin"


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `admin person`: make somebody, or change what is given."""
    one = commands.add_parser("person", help="make or change somebody with a login (人员)")
    one.add_argument("username")
    one.add_argument("--name", help="as people read it")
    one.add_argument("--staff-number")
    one.add_argument("--department", help="code, such as technical")
    one.add_argument("--roles", help="separated by commas, such as engineer,head")
    one.add_argument("--password", action="store_true", help="ask for a new one, or read a line")
    one.add_argument("--leaves", action="store_true", help="no login; tasks back to the queue")
    one.set_defaults(run=_person)


def _person(options: argparse.Namespace) -> int:
    # Database and HTTP take a while to import, and not every command needs them.
    from sqlalchemy.orm import Session  # noqa: PLC0415

    from stack.running import Running  # noqa: PLC0415 (as above)

    running = Running.find(settings.load())
    with running.database() as engine, Session(engine) as session, session.begin():
        made = _set(session, options)
    sys.stdout.write(f"{options.username}: {'made' if made else 'changed'}\n")
    return 0


def _set(session: Session, options: argparse.Namespace) -> bool:
    """Make or change the person and record it; return whether they are new."""
    import models.tables  # noqa: F401, PLC0415 (a table must be known before another refers to it)
    from models import access_record, person  # noqa: PLC0415 (as above)

    now = datetime.now(UTC)
    found = person.find(session, options.username)
    if found is None:
        session.add(_new(session, options))
    else:
        _change(session, found, options, now)
    access_record.append(
        session,
        at=now,
        actor=ACTOR,
        action="person.set",
        subject=options.username,
        data={"roles": options.roles, "department": options.department, "leaves": options.leaves},
    )
    return found is None


def _new(session: Session, options: argparse.Namespace) -> Person:
    from models.person import Person, hash_password  # noqa: PLC0415 (as above)

    missing = [
        f"--{name.replace('_', '-')}"
        for name in ("name", "staff_number", "department", "roles")
        if not getattr(options, name)
    ]
    if missing:
        raise StackError(f"{options.username} is new: give {' '.join(missing)}")
    return Person(
        username=options.username,
        display_name=options.name,
        staff_number=options.staff_number,
        department=_department(session, options.department),
        roles=_roles(options.roles),
        password_hash=hash_password(_password(options.username, options.staff_number)),
        active=not options.leaves,
    )


def _change(session: Session, found: Person, options: argparse.Namespace, now: datetime) -> None:
    from models import access_token, department  # noqa: PLC0415 (as above)
    from models.leaving import leave, return_to_work  # noqa: PLC0415 (as above)
    from models.person import hash_password  # noqa: PLC0415 (as above)

    if options.name:
        found.display_name = options.name
    if options.staff_number:
        found.staff_number = options.staff_number
    if options.department:
        found.department = _department(session, options.department)
    if options.roles:
        found.roles = _roles(options.roles)
    if options.password:
        found.password_hash = hash_password(_password(found.username, found.staff_number))
        access_token.revoke_all(session, found.username, now)
    found.revision += 1
    session.flush()
    department.drop_posts(session, found)
    if options.leaves:
        leave(session, found, actor=ACTOR, at=now)
    else:
        return_to_work(found)


def _department(session: Session, code: str) -> str:
    from models import department  # noqa: PLC0415 (as above)

    known = [one.code for one in department.every(session)]
    if code not in known:
        raise StackError(f"no department {code}; there are {' '.join(known)}")
    return code


def _roles(text: str) -> list[str]:
    from models.person import ROLES  # noqa: PLC0415 (as above)

    roles = [role.strip() for role in text.split(",") if role.strip()]
    if unknown := [role for role in roles if role not in ROLES]:
        raise StackError(f"no role {' '.join(unknown)}; there are {' '.join(ROLES)}")
    return roles


def _password(*own: str) -> str:
    """Ask at a terminal, else read one line: a password never stands on the command line."""
    if sys.stdin.isatty():
        given = getpass.getpass("password: ")
        if given != getpass.getpass("again: "):
            raise StackError("the two differ; nothing was changed")
    else:
        given = sys.stdin.readline().rstrip("\r\n")
    if len(given) < SHORTEST:
        raise StackError(f"a password has at least {SHORTEST} characters")
    if is_guessable(given, *own):
        raise StackError("a password is not what anybody would try first")
    return given
