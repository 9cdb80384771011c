"""`bihuan admin token`: API tokens for programs, made at the terminal (令牌管理)."""

from __future__ import annotations

import argparse
import re
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import settings
from stack.errors import StackError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

ACTOR = "bihuan admin"
_WORD = re.compile(r"[a-z_]+(\.[a-z_]+)?")


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `admin token`: make a token for a person, or end all of theirs."""
    one = commands.add_parser("token", help="an API token for a program (令牌)")
    one.add_argument("username", help="the person that it acts for")
    one.add_argument("--name", default="bihuan admin", help="what it is called where it is listed")
    one.add_argument("--scope", help="actions, separated by commas: feedback.read,figures")
    one.add_argument("--days", type=int, default=90, help="how long it holds")
    one.add_argument("--end-all", action="store_true", help="end every session and token instead")
    one.set_defaults(run=_token)


def _token(options: argparse.Namespace) -> int:
    # Database and HTTP take a while to import, and not every command needs them.
    from sqlalchemy.orm import Session  # noqa: PLC0415

    from stack.running import Running  # noqa: PLC0415 (as above)

    chosen = settings.load()
    running = Running.find(chosen)
    with running.database() as engine, Session(engine) as session, session.begin():
        told = _end_all(session, options) if options.end_all else _make(session, options, chosen)
    sys.stdout.write(f"{told}\n")
    return 0


def _make(session: Session, options: argparse.Namespace, chosen: settings.Settings) -> str:
    """Make a token and record it; return its text, which is shown this once."""
    from models import access_token  # noqa: PLC0415 (as above)

    _check_active(session, options.username)
    scope = tuple(dict.fromkeys(word for word in (options.scope or "").split(",") if word))
    # What words there are is for the API to know; one that it does not know allows nothing.
    if not scope or not all(_WORD.fullmatch(word) for word in scope):
        raise StackError("--scope names actions of docs/permissions.md, or their first words")
    if not 1 <= options.days <= chosen.token_days:
        raise StackError(f"--days lies between 1 and {chosen.token_days}")
    lifetime = timedelta(days=options.days)
    wanted = access_token.Issue(lifetime, "api", "terminal", name=options.name, scope=scope)
    now = datetime.now(UTC)
    token, token_id = access_token.issue_as(session, options.username, wanted, now)
    data = {"login": str(token_id), "scope": scope, "days": options.days}
    _record(session, "token_created", options.username, now, data)
    return token


def _end_all(session: Session, options: argparse.Namespace) -> str:
    from models import access_token  # noqa: PLC0415 (as above)

    now = datetime.now(UTC)
    ended = access_token.revoke_all(session, options.username, now)
    _record(session, "logins_revoked", options.username, now, {"ended": ended})
    return f"{options.username}: {ended} ended"


def _check_active(session: Session, username: str) -> None:
    import models.tables  # noqa: F401, PLC0415 (a table must be known before another refers to it)
    from models import person  # noqa: PLC0415 (as above)

    found = person.find(session, username)
    if found is None or not found.active:
        raise StackError(f"{username} is nobody who may work here: see `admin person`")


def _record(
    session: Session, action: str, username: str, now: datetime, data: dict[str, object]
) -> None:
    from models import access_record  # noqa: PLC0415 (as above)

    access_record.append(session, at=now, actor=ACTOR, action=action, subject=username, data=data)
