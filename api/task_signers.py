"""Signers of a task: added, removed, and who they are (加签、减签)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Response
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from api.answers import example, for_staff
from api.keys import PathKey
from api.means import MeansHere
from api.paging import Shape
from api.problem import Problem
from api.task_commands import CODES, ConditionsHere, TaskVerb, carry_out_verb
from api.task_people import CODES as PEOPLE
from api.task_people import Username, check_fit, check_gives, keep_text
from api.texts import Reason
from api.user_task_view import existing
from api.user_tasks import Reader, Worker
from api.visibility import sees_task
from bpmn.commands import AddSigner, Command, RemoveSigner
from models.user_task import UserTask

router = APIRouter(prefix="/v2/user-tasks", tags=["office verbs"])
_Position = Literal["before", "parallel", "after"]


class SignerAddition(Shape):
    """Who is to sign, when, and what for."""

    assignee: Username
    position: _Position = "parallel"
    reason: Reason = Field(examples=["涉及安全，请一并审核"])


class SignerView(Shape):
    """Somebody who signs a task: `AWAITED` ones are asked once it is done, then as any task."""

    assignee: str | None
    position: str
    state: str
    user_task_key: str | None


class SignerList(Shape):
    """Those who sign a task, in the order in which they were asked."""

    items: list[SignerView]


_LIST = {
    "items": [
        {
            "assignee": "linmei",
            "position": "before",
            "state": "CREATED",
            "userTaskKey": "1048593",
        }
    ]
}


@router.get(
    "/{key}/signers",
    operation_id="list_signers",
    responses={
        **for_staff("request_invalid", "task_not_yours", "user_task_not_found"),
        **example(200, _LIST),
    },
)
def list_signers(key: PathKey, caller: Reader, means: MeansHere) -> SignerList:
    """Return who signs a task, and who has."""
    with Session(means.engine) as session:
        task = existing(session, key)
        if not sees_task(caller, task):
            raise Problem("task_not_yours", key=str(key))
        asked = _asked(session, key)
    open_ = task.signers_after if task.state == "CREATED" else []
    items = [
        SignerView(
            assignee=one.assignee,
            position=one.position or "",
            state=one.state,
            user_task_key=str(one.key),
        )
        for one in asked
    ]
    later = [
        SignerView(assignee=name, position="after", state="AWAITED", user_task_key=None)
        for name in open_
    ]
    return SignerList(items=[*items, *later])


@router.post(
    "/{key}/signers",
    status_code=204,
    operation_id="add_signer",
    responses=for_staff(
        *CODES, *PEOPLE, "user_task_busy", "user_task_is_signature", "signer_already_there"
    ),
)
async def add_signer(
    key: PathKey,
    asked: SignerAddition,
    caller: Worker,
    means: MeansHere,
    conditions: ConditionsHere,
) -> Response:
    """Have somebody sign as well (加签): before or after the task is done, or in parallel."""

    def make(session: Session, task: UserTask, identity: str) -> Command:
        check_gives(caller, task)
        check_fit(session, task, asked.assignee, means.now())
        return AddSigner(
            id=identity,
            actor=caller.username,
            key=key,
            assignee=asked.assignee,
            position=asked.position,
            reason=keep_text(session, means, task, identity, asked.reason),
        )

    verb = TaskVerb("add signer", key, caller, conditions, asked)
    return (await carry_out_verb(means, verb, make)).response()


@router.delete(
    "/{key}/signers/{username}",
    status_code=204,
    operation_id="remove_signer",
    responses=for_staff(*CODES, "user_task_busy", "user_task_is_signature", "signer_not_found"),
)
async def remove_signer(
    key: PathKey,
    username: Annotated[
        str,
        Path(
            min_length=1,
            max_length=100,
            description="Who need not sign; for a signature that nobody has, the key of its task.",
        ),
    ],
    caller: Worker,
    means: MeansHere,
    conditions: ConditionsHere,
) -> Response:
    """Do without a signature that is not given yet (减签), also once the task itself is done.

    The instance goes on if it has waited for this signature alone.
    """

    def make(session: Session, task: UserTask, identity: str) -> Command:
        check_gives(caller, task)
        signature = _signature(session, task, username)
        return RemoveSigner(
            id=identity,
            actor=caller.username,
            key=key,
            assignee="" if signature else username,
            signature=signature,
        )

    verb = TaskVerb(f"remove signer {username}", key, caller, conditions, also_done=True)
    return (await carry_out_verb(means, verb, make)).response()


def _signature(session: Session, task: UserTask, signer: str) -> int:
    """Return the key of an open signature where it was named by its task, else 0.

    Raises:
        Problem: `user_task_not_active` or `signer_not_found`.
    """
    open_ = [one for one in _asked(session, task.key) if one.state == "CREATED"]
    if task.state != "CREATED" and not open_:
        raise Problem("user_task_not_active", key=str(task.key))
    awaited = task.signers_after if task.state == "CREATED" else []
    if signer in {*awaited, *(one.assignee for one in open_)}:
        return 0
    if signer in {str(one.key) for one in open_}:
        return int(signer)
    raise Problem("signer_not_found", key=str(task.key))


def _asked(session: Session, key: int) -> Sequence[UserTask]:
    """Return the signatures of a task, open or not, in the order in which they were asked for."""
    signs = select(UserTask).where(col(UserTask.signs) == key)
    return session.scalars(signs.order_by(col(UserTask.key))).all()
