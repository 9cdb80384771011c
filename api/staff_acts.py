"""An act on people, departments, teams, shifts or absences: done once, recorded (人员管理操作)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api import revisions
from api.authentication import Caller
from api.idempotency import Answer, once
from api.means import Means
from api.problem import Problem
from models import access_record, department, person

POST_CODES = (
    "fields_invalid",
    "body_malformed",
    "body_too_large",
    "idempotency_key_invalid",
    "idempotency_key_reused",
    "instance_busy",
)
CHANGE_CODES = (
    "fields_invalid",
    "body_malformed",
    "body_too_large",
    "instance_busy",
    *revisions.CODES,
)


class Revised(Protocol):
    """What has a revision."""

    revision: int


@dataclass(frozen=True)
class Act:
    """What a caller does.

    Attributes:
        action: as it is recorded, such as `person_created`.
        subject: the username, code or id that it is done to.
        body: what came with it.
        key: the header Idempotency-Key.
    """

    means: Means
    caller: Caller
    action: str
    subject: str
    body: BaseModel | None = None
    key: str | None = None

    def record(self, session: Session, **data: Any) -> None:
        """Record who did it, with codes and names of fields only."""
        access_record.append(
            session,
            at=self.means.now(),
            actor=self.caller.username,
            action=self.action,
            subject=self.subject,
            data=data,
        )


# Does it in a transaction and returns what is answered, and its revision if it has one.
Work = Callable[[Session], tuple[BaseModel, int | None]]


def post(act: Act, work: Work, *, status: int = 201) -> Response:
    """Do what a POST asks for; sent again with its key it is answered as before."""
    handle = once(act.means, act.caller.username, f"{act.action} {act.subject}", act.key, act.body)
    with _together(act) as session:
        if (earlier := handle.begin(session)) is not None:
            return earlier.response()
        view, revision = work(session)
        answer = Answer(status, view.model_dump(mode="json"))
        handle.keep(session, answer)
    return answer.response(**_tags(revision))


def change(act: Act, work: Work) -> Response:
    """Do what a PATCH or PUT asks for."""
    with _together(act) as session:
        view, revision = work(session)
        content = view.model_dump(mode="json")
    return JSONResponse(content, 200, _tags(revision))


@contextmanager
def _together(act: Act) -> Iterator[Session]:
    """Open a transaction; who made the same thing at the same moment may ask again.

    Raises:
        Problem: `instance_busy`.
    """
    try:
        with Session(act.means.engine) as session, session.begin():
            yield session
    except IntegrityError:
        raise Problem("instance_busy") from None


def shown(view: BaseModel, revision: int) -> Response:
    """Return a thing with its ETag."""
    return JSONResponse(view.model_dump(mode="json"), 200, _tags(revision))


def existing_department(session: Session, code: str) -> None:
    """Check that there is such a department.

    Raises:
        Problem: `department_not_found`.
    """
    if department.find(session, code) is None:
        raise Problem("department_not_found", department=code)


def active_people(session: Session, usernames: Iterable[str]) -> None:
    """Check that all of these work here.

    Raises:
        Problem: `people_unknown`, with those who do not.
    """
    known = ((name, person.find(session, name)) for name in usernames)
    unknown = [name for name, one in known if one is None or not one.active]
    if unknown:
        raise Problem("people_unknown", usernames=unknown)


def apply_changes(found: Revised, body: BaseModel, *names: str) -> list[str]:
    """Set the given ones of these fields, count a revision, and return which were given."""
    given = [name for name in names if name in body.model_fields_set]
    for name in given:
        setattr(found, name, getattr(body, name))
    found.revision += 1
    return given


def _tags(revision: int | None) -> dict[str, str]:
    return {} if revision is None else {"ETag": revisions.etag(revision)}
