"""`/api/feedback/{number}/assignment`: why somebody got an item, and objections (派单说明)."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID, uuid4, uuid5

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import Session

from api.answers import example, for_staff
from api.assignment_view import (
    COMPARISON_EXAMPLE,
    CONTEST_EXAMPLE,
    EXAMPLE,
    AssignmentView,
    Comparison,
    ContestView,
    comparison,
    contest_views,
    own_view,
    score_of,
)
from api.authentication import Caller
from api.feedback import Number
from api.feedback_view import visible_item
from api.idempotency import KeyHeader
from api.means import MeansHere
from api.permissions import Allowed, may
from api.personal import keep
from api.problem import Problem
from api.relation import Relation
from api.staff_acts import POST_CODES, Act, post
from api.texts import Reason
from models import (
    access_record,
    assignment_choice,
    assignment_contest,
    candidate_group,
    notice,
    workload,
)
from models.assignment_choice import AssignmentChoice
from models.assignment_contest import AssignmentContest
from models.feedback import Feedback

router = APIRouter(prefix="/api/feedback", tags=["feedback"])
_SEEN = ("fields_invalid", "feedback_not_found", "feedback_not_yours", "assignment_not_found")


class Contest(BaseModel):
    """Why it should not have been given so (异议理由)."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"reason": "我下午外出培训，无法接单"}]}
    )

    reason: Reason


class ContestDecision(BaseModel):
    """What became of an objection, and a word to whoever objected (异议处理)."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"decision": "reassigned", "answer": "已改派给李阳"}]},
    )

    decision: Literal["reassigned", "dismissed"]
    answer: Reason


@router.get(
    "/{number}/assignment",
    operation_id="get_feedback_assignment",
    responses={**for_staff(*_SEEN), **example(200, EXAMPLE)},
)
def get_feedback_assignment(
    number: Number,
    caller: Annotated[Caller, Depends(Allowed("assignment.read"))],
    means: MeansHere,
) -> AssignmentView:
    """Tell who got the item and what was weighed; of the scores only the caller's own."""
    with Session(means.engine) as session:
        item = visible_item(session, caller, number)
        choice = _choice(session, item)
        found = assignment_contest.of_choice(session, choice.id)
        own = [one for one in found if one.username == caller.username]
        return own_view(item, choice, caller.username, contest_views(means, session, caller, own))


@router.get(
    "/{number}/assignment/scores",
    operation_id="compare_feedback_assignment",
    responses={**for_staff(*_SEEN), **example(200, COMPARISON_EXAMPLE)},
)
def compare_feedback_assignment(
    number: Number,
    caller: Annotated[Caller, Depends(Allowed("assignment.compare"))],
    means: MeansHere,
) -> Comparison:
    """Tell the scores of all; the look is recorded."""
    with Session(means.engine) as session, session.begin():
        item = visible_item(session, caller, number)
        _check_directs(caller, "assignment.compare", item)
        choice = _choice(session, item)
        access_record.append(
            session,
            at=means.now(),
            actor=caller.username,
            action="read_assignment_scores",
            subject=item.number,
            data={},
        )
        found = assignment_contest.of_choice(session, choice.id)
        return comparison(item, choice, contest_views(means, session, caller, found))


@router.post(
    "/{number}/assignment/contest",
    status_code=201,
    operation_id="contest_feedback_assignment",
    response_model=ContestView,
    responses={
        **for_staff(*POST_CODES, *_SEEN[1:], "assignment_not_yours", "assignment_contested"),
        **example(201, CONTEST_EXAMPLE),
    },
)
def contest_feedback_assignment(
    number: Number,
    asked: Contest,
    caller: Annotated[Caller, Depends(Allowed("assignment.contest"))],
    means: MeansHere,
    key: KeyHeader = None,
) -> Response:
    """Object to how an item was given (提出异议): its candidates may, once each; the lead hears."""
    act = Act(means, caller, "assignment_contested", number, asked, key)

    def work(session: Session) -> tuple[ContestView, None]:
        item = visible_item(session, caller, number)
        choice = _choice(session, item)
        if score_of(choice, caller.username) is None:
            raise Problem("assignment_not_yours")
        earlier = assignment_contest.of_choice(session, choice.id)
        if any(one.username == caller.username for one in earlier):
            raise Problem("assignment_contested")
        made = AssignmentContest(
            id=uuid4(),
            choice_id=choice.id,
            feedback_id=item.id,
            username=caller.username,
            reason_ref=_kept(session, act, item, asked.reason),
            contested_at=means.now(),
        )
        session.add(made)
        session.flush()
        _tell(session, act, item, made, _leads(session, act, item))
        act.record(session, contest=str(made.id), reason={"$ref": str(made.reason_ref)})
        return contest_views(means, session, caller, [made])[0], None

    return post(act, work)


@router.post(
    "/{number}/assignment/contests/{contest_id}/decision",
    operation_id="decide_assignment_contest",
    response_model=ContestView,
    responses={
        **for_staff(
            "fields_invalid",
            "body_malformed",
            "body_too_large",
            "instance_busy",
            *_SEEN[1:],
            "assignment_contest_not_found",
            "assignment_contest_decided",
            "assignment_contest_own",
            "assignment_unchanged",
        ),
        **example(200, CONTEST_EXAMPLE),
    },
)
def decide_assignment_contest(
    number: Number,
    contest_id: UUID,
    asked: ContestDecision,
    caller: Annotated[Caller, Depends(Allowed("assignment.decide"))],
    means: MeansHere,
) -> Response:
    """Close an objection (处理异议): dismissed, or after the task was given to somebody else."""
    act = Act(means, caller, "assignment_contest_decided", f"{number} {contest_id}", asked)

    def work(session: Session) -> tuple[ContestView, None]:
        item = visible_item(session, caller, number)
        _check_directs(caller, "assignment.decide", item)
        found = _open_contest(session, act, item, contest_id)
        if asked.decision == "reassigned":
            _check_moved(session, item)
        found.decision, found.decided_by = asked.decision, caller.username
        found.decided_at = means.now()
        found.answer_ref = _kept(session, act, item, asked.answer)
        session.flush()
        _tell(session, act, item, found, [found.username], decision=asked.decision)
        act.record(session, decision=asked.decision)
        return contest_views(means, session, caller, [found])[0], None

    return post(act, work, status=200)


def _choice(session: Session, item: Feedback) -> AssignmentChoice:
    found = assignment_choice.latest(session, item.id)
    if found is None:
        raise Problem("assignment_not_found", number=item.number)
    return found


def _check_directs(caller: Caller, action: str, item: Feedback) -> None:
    heads = item.department in caller.leads and may(caller, action, Relation.HEAD)
    if not heads and not may(caller, action, Relation.ANY):
        raise Problem("feedback_not_yours")


def _open_contest(
    session: Session, act: Act, item: Feedback, contest_id: UUID
) -> AssignmentContest:
    found = assignment_contest.find(session, contest_id)
    if found is None or found.feedback_id != item.id:
        raise Problem("assignment_contest_not_found")
    if found.username == act.caller.username:
        raise Problem("assignment_contest_own")
    if found.decision is not None:
        raise Problem("assignment_contest_decided", decision=found.decision)
    return found


def _check_moved(session: Session, item: Feedback) -> None:
    """Check that somebody else has the item's task by now, so that no promise stays empty."""
    working = workload.at_work_on(session, item.id)
    if not working or _choice(session, item).assignee in working:
        raise Problem("assignment_unchanged")


def _kept(session: Session, act: Act, item: Feedback, text: str) -> UUID:
    """Keep a text with those of the customer, whom it may name."""
    return UUID(
        keep(session, act.means, item.id, f"{act.action}:{uuid4()}", {"text": text})["text"]
    )


def _leads(session: Session, act: Act, item: Feedback) -> list[str]:
    """Return who decides: the department's heads who are there, or else the team leads."""
    groups = (f"{item.department}.head", "role.team_lead", candidate_group.DUTY_MANAGER)
    for group in groups:
        found = candidate_group.on_hand(session, group, act.means.now())
        if others := [name for name in found if name != act.caller.username]:
            return others
    return []


def _tell(
    session: Session,
    act: Act,
    item: Feedback,
    contest: AssignmentContest,
    recipients: list[str],
    **data: str,
) -> None:
    """Put it into inboxes only: what a member objects to is nothing for a group chat."""
    notice.put(
        session,
        {uuid5(contest.id, f"{act.action}|{who}"): who for who in recipients},
        code=act.action,
        data={"number": item.number, "contest": str(contest.id), "username": contest.username}
        | data,
        instance_key=item.id,
        at=act.means.now(),
    )
