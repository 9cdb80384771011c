"""Too many wrong passwords close the door for a while (登录锁定)."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid5

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from api.idempotency import keyed_digest
from api.means import Means
from api.problem import Problem
from models import access_record, notice, person
from models.access_record import AccessRecord
from models.person import Person

# So many wrong passwords for one name from one address, or from all addresses together, close the
# door for a while. The second is higher, so that nobody can easily lock somebody else out.
WINDOW = timedelta(minutes=15)
FROM_ONE_ADDRESS = 5
FROM_ALL = 50
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('login ' || :username, 0))")
_NAMESPACE = UUID("5d0f4a0e-3f0c-5f5e-9b57-2f6f6f0f9f41")


# No username has a colon.
_NOBODY = "unknown:"


def subject_of(means: Means, known: Person | None, username: str) -> str:
    """Return under which name attempts are counted: a digest for names that nobody has.

    These are locked like the others, or the lock would tell which names there are. They are not
    kept, since somebody may have typed a password into the field of the name.
    """
    if known is not None:
        return known.username
    return _NOBODY + keyed_digest(means, f"name|{username}".encode())[:16]


def one_at_a_time(session: Session, username: str) -> None:
    """Take attempts for one name one after the other: parallel ones would slip past the count."""
    session.execute(_LOCK, {"username": username})


def is_locked(session: Session, username: str, client: str, now: datetime) -> bool:
    """Say whether a name is locked for a client."""
    everywhere, from_here = _failed(session, username, client, now)
    return everywhere >= FROM_ALL or from_here >= FROM_ONE_ADDRESS


def tell_if_locked(session: Session, username: str, client: str, now: datetime) -> None:
    """Tell the person when an attempt has just closed the door, administrators if everywhere."""
    everywhere, from_here = _failed(session, username, client, now)
    if username.startswith(_NOBODY):
        return
    told = [username] if from_here >= FROM_ONE_ADDRESS or everywhere >= FROM_ALL else []
    if everywhere >= FROM_ALL:
        told += [one.username for one in person.in_group(session, "role.administrator")]
    rows = {uuid5(_NAMESPACE, f"{username}|{now.isoformat()}|{who}"): who for who in told}
    data = {
        "username": username,
        "attempts": everywhere,
        "minutes": int(WINDOW.total_seconds()) // 60,
    }
    notice.put(session, rows, code="login_locked", data=data, instance_key=None, at=now)


def problem() -> Problem:
    """Return what is answered while the door is closed."""
    seconds = int(WINDOW.total_seconds())
    return Problem("login_locked", retry_after=seconds, retry_after_seconds=seconds)


def unlock(session: Session, username: str, actor: str, now: datetime) -> None:
    """Forget the wrong passwords of a name."""
    access_record.append(session, at=now, actor=actor, action="login_unlocked", subject=username)


def _failed(session: Session, username: str, client: str, now: datetime) -> tuple[int, int]:
    """Return how many attempts failed of late: from everywhere, and from this client."""
    own = (col(AccessRecord.subject) == username, col(AccessRecord.at) > now - WINDOW)
    unlocked = select(func.max(AccessRecord.at)).where(
        *own, col(AccessRecord.action) == "login_unlocked"
    )
    since = session.scalar(unlocked) or now - WINDOW
    failed = (*own, col(AccessRecord.action) == "login_failed", col(AccessRecord.at) > since)
    here = col(AccessRecord.data)["client"].astext == client
    counts = select(func.count(), func.count().filter(here)).where(*failed)
    everywhere, from_here = session.execute(counts).one()
    return int(everywhere), int(from_here)
