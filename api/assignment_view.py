"""How a member was chosen, as people see it: their own score, or all (派单视图)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel
from sqlalchemy.orm import Session

from api.authentication import Caller
from api.masked import Personal, texts_for
from api.means import Means
from api.relation import Relation
from models.assignment_choice import AssignmentChoice
from models.assignment_contest import AssignmentContest
from models.feedback import Feedback

Part = Literal["load", "on_time", "skill", "shift", "fairness"]


class ScoreView(BaseModel):
    """A candidate with what was looked at; `points` add up to `score` (评分)."""

    username: str
    score: float
    points: dict[Part, float]
    load: float
    open: dict[str, int]
    closed: int
    in_time: int
    same_category: int
    lately: int
    skilled: bool
    duty: Literal["now", "soon", "off", "unplanned"]
    stands_in_for: str | None


class ContestView(BaseModel):
    """An objection; its texts are masked, None once they are erased (派单异议)."""

    id: UUID
    username: str
    reason: str | None
    contested_at: AwareDatetime
    decision: Literal["reassigned", "dismissed"] | None
    decided_at: AwareDatetime | None
    decided_by: str | None
    answer: str | None


class AssignmentView(BaseModel):
    """How an item was given (派单).

    Attributes:
        candidates: how many came into question, and `absent` how many were away.
        own: the caller's own score, None if they were no candidate.
        ahead_in: parts in which the caller has more points than whoever got it.
        behind_in: parts in which they have fewer.
        contests: the caller's own objections.
    """

    number: str
    chosen_at: AwareDatetime
    candidate_group: str | None
    assignee: str | None
    weights: dict[str, float]
    candidates: int
    absent: int
    own: ScoreView | None
    ahead_in: list[Part]
    behind_in: list[Part]
    contests: list[ContestView]


class Comparison(BaseModel):
    """All scores of a choice, best first, who was left out, and all objections."""

    number: str
    chosen_at: AwareDatetime
    assignee: str | None
    weights: dict[str, float]
    candidates: list[ScoreView]
    left_out: dict[str, str | None]
    contests: list[ContestView]


SCORE_EXAMPLE: dict[str, Any] = {
    "username": "wangqiang",
    "score": 0.82,
    "points": {"load": 0.25, "on_time": 0.12, "skill": 0.15, "shift": 0.2, "fairness": 0.1},
    "load": 1.0,
    "open": {"normal": 1, "urgent": 0, "critical": 0},
    "closed": 31,
    "in_time": 27,
    "same_category": 12,
    "lately": 3,
    "skilled": True,
    "duty": "now",
    "stands_in_for": None,
}
CONTEST_EXAMPLE: dict[str, Any] = {
    "id": "0b7f3c52-6f52-5b1e-8a53-9a6a4f1c2d90",
    "username": "wangqiang",
    "reason": "我下午外出培训，无法接单",
    "contested_at": "2024-05-06T02:10:00Z",
    "decision": None,
    "decided_at": None,
    "decided_by": None,
    "answer": None,
}
_WEIGHTS = {"load": 50, "on_time": 15, "skill": 15, "shift": 10, "fairness": 10}
EXAMPLE: dict[str, Any] = {
    "number": "202405-001",
    "chosen_at": "2024-05-06T02:00:02Z",
    "candidate_group": "technical",
    "assignee": "wangqiang",
    "weights": _WEIGHTS,
    "candidates": 3,
    "absent": 1,
    "own": SCORE_EXAMPLE,
    "ahead_in": [],
    "behind_in": [],
    "contests": [CONTEST_EXAMPLE],
}
COMPARISON_EXAMPLE: dict[str, Any] = {
    "number": "202405-001",
    "chosen_at": "2024-05-06T02:00:02Z",
    "assignee": "wangqiang",
    "weights": _WEIGHTS,
    "candidates": [SCORE_EXAMPLE],
    "left_out": {"liyang": None},
    "contests": [CONTEST_EXAMPLE],
}


def own_view(
    item: Feedback, choice: AssignmentChoice, username: str, contests: Sequence[ContestView]
) -> AssignmentView:
    """Return what a person sees of a choice: nobody's score but their own."""
    own = score_of(choice, username)
    ahead, behind = _compared(own, score_of(choice, choice.assignee))
    return AssignmentView(
        number=item.number,
        chosen_at=choice.chosen_at,
        candidate_group=choice.candidate_group,
        assignee=choice.assignee,
        weights=choice.weights,
        candidates=len(choice.candidates),
        absent=len(choice.left_out),
        own=ScoreView(**own) if own else None,
        ahead_in=ahead,
        behind_in=behind,
        contests=[one for one in contests if one.username == username],
    )


def comparison(
    item: Feedback, choice: AssignmentChoice, contests: Sequence[ContestView]
) -> Comparison:
    """Return what those who direct the work see of a choice."""
    return Comparison(
        number=item.number,
        chosen_at=choice.chosen_at,
        assignee=choice.assignee,
        weights=choice.weights,
        candidates=[ScoreView(**one) for one in choice.candidates],
        left_out=choice.left_out,
        contests=list(contests),
    )


def contest_views(
    means: Means, session: Session, caller: Caller, contests: Iterable[AssignmentContest]
) -> list[ContestView]:
    """Return objections with their texts."""
    shown = list(contests)
    references = [ref for one in shown for ref in (one.reason_ref, one.answer_ref) if ref]
    kind = (Personal.TEXT, frozenset[Relation]())
    texts = texts_for(means, session, caller, dict.fromkeys(references, kind))
    return [_contest(one, texts) for one in shown]


def score_of(choice: AssignmentChoice, username: str | None) -> dict[str, Any] | None:
    """Return the score of a candidate, None if they were none."""
    return next((one for one in choice.candidates if one["username"] == username), None)


def _compared(
    own: Mapping[str, Any] | None, chosen: Mapping[str, Any] | None
) -> tuple[list[Part], list[Part]]:
    if own is None or chosen is None:
        return [], []
    mine, theirs = own["points"], chosen["points"]
    ahead = [part for part in mine if mine[part] > theirs[part]]
    return ahead, [part for part in mine if mine[part] < theirs[part]]


def _contest(one: AssignmentContest, texts: Mapping[UUID, str | None]) -> ContestView:
    return ContestView.model_validate(
        {
            **one.model_dump(exclude={"choice_id", "feedback_id", "reason_ref", "answer_ref"}),
            "reason": texts.get(one.reason_ref),
            "answer": texts.get(one.answer_ref) if one.answer_ref else None,
        }
    )
