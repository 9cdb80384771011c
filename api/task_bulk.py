"""One verb on up to a hundred tasks, with a result for each (批量操作)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import AfterValidator, Field

from api.answers import example, for_staff
from api.authentication import Caller
from api.idempotency import KeyHeader
from api.keys import Key
from api.means import Means, MeansHere
from api.paging import Shape
from api.problem import FieldError, Problem
from api.task_commands import Conditions, Make, TaskVerb, carry_out_verb
from api.task_completion import Completion, completing
from api.task_people import Username
from api.user_tasks import Assignment, Worker, assigning

router = APIRouter(prefix="/v2/user-tasks", tags=["user tasks"])
MOST = 100
# So many at once: a batch must not keep everybody else waiting.
_AT_ONCE = 8
_CODES = ("body_malformed", "request_invalid", "body_too_large", "idempotency_key_invalid")


class BulkItem(Shape):
    """One task; with an ETag only as the caller knows it, for a completion with its variables."""

    user_task_key: Key
    etag: Annotated[str, Field(max_length=40, examples=['"3"'])] | None = None
    variables: dict[str, Any] | None = None


def _each_once(items: list[BulkItem]) -> list[BulkItem]:
    if len({one.user_task_key for one in items}) < len(items):
        raise FieldError("repeated")
    return items


_Items = Annotated[list[BulkItem], AfterValidator(_each_once), Field(min_length=1, max_length=MOST)]


class BulkClaim(Shape):
    """Tasks that the caller wants for themselves; none is taken from anybody."""

    items: _Items


class BulkAssignment(Shape):
    """Tasks that somebody gets."""

    assignee: Username
    allow_override: bool = True
    items: _Items


class BulkCompletion(Shape):
    """Tasks that are done, each with what was filled in."""

    items: _Items


class BulkResult(Shape):
    """What became of one task: the status and code that it would have got alone."""

    user_task_key: str
    status: int
    code: str | None = None
    data: dict[str, Any] = Field(default_factory=dict)


class BulkAnswer(Shape):
    """The results in the order that was asked for, and how many were carried out."""

    items: list[BulkResult]
    done: int
    failed: int


_TAKEN = "user_task_already_assigned"
_EXAMPLE = {
    "items": [
        {"userTaskKey": "1048590", "status": 204, "code": None, "data": {}},
        {"userTaskKey": "2097166", "status": 409, "code": _TAKEN, "data": {"key": "2097166"}},
    ],
    "done": 1,
    "failed": 1,
}
_ANSWERS: dict[int | str, dict[str, Any]] = {**for_staff(*_CODES), **example(200, _EXAMPLE)}


@router.post("/bulk-claim", operation_id="claim_user_tasks", responses=_ANSWERS)
async def claim_user_tasks(
    caller: Worker, means: MeansHere, asked: BulkClaim, idempotency_key: KeyHeader = None
) -> BulkAnswer:
    """Claim tasks; what somebody else has is told with its code, the rest is done."""
    wanted = Assignment(assignee=caller.username, allow_override=False)
    bulk = _Bulk(means, caller, idempotency_key)
    return await bulk.carry_out("assign", asked.items, lambda _: (wanted, _assign(bulk, wanted)))


@router.post("/bulk-assignment", operation_id="assign_user_tasks", responses=_ANSWERS)
async def assign_user_tasks(
    caller: Worker, means: MeansHere, asked: BulkAssignment, idempotency_key: KeyHeader = None
) -> BulkAnswer:
    """Give tasks to somebody, each by the rules of a single assignment."""
    wanted = Assignment(assignee=asked.assignee, allow_override=asked.allow_override)
    bulk = _Bulk(means, caller, idempotency_key)
    return await bulk.carry_out("assign", asked.items, lambda _: (wanted, _assign(bulk, wanted)))


@router.post("/bulk-completion", operation_id="complete_user_tasks", responses=_ANSWERS)
async def complete_user_tasks(
    caller: Worker, means: MeansHere, asked: BulkCompletion, idempotency_key: KeyHeader = None
) -> BulkAnswer:
    """Complete tasks, each with its own variables and by the rules of a single completion."""
    bulk = _Bulk(means, caller, idempotency_key)

    def made(item: BulkItem) -> tuple[Shape, Make]:
        given = Completion(variables=item.variables)
        return given, completing(means, caller, given)

    return await bulk.carry_out("complete", asked.items, made)


class _Bulk:
    """What the items of one request share."""

    def __init__(self, means: Means, caller: Caller, key: str | None) -> None:
        self.means = means
        self.caller = caller
        self._key = key
        self._gate = asyncio.Semaphore(_AT_ONCE)

    async def carry_out(
        self, verb: str, items: list[BulkItem], made: Callable[[BulkItem], tuple[Shape, Make]]
    ) -> BulkAnswer:
        """Carry out every item, some at once, and return what became of each.

        The key is bound to each task, as if they came one by one: sent again, what was done is
        answered as before, and what was refused or left open is tried again.
        """

        def sent(item: BulkItem) -> Awaitable[object]:
            body, make = made(item)
            conditions = Conditions(item.etag, self._key)
            asked = TaskVerb(verb, item.user_task_key, self.caller, conditions, body)
            return self._one(asked, make)

        outcomes = await asyncio.gather(*(sent(one) for one in items), return_exceptions=True)
        results = [_result(one, outcome) for one, outcome in zip(items, outcomes, strict=True)]
        failed = sum(one.code is not None for one in results)
        return BulkAnswer(items=results, done=len(results) - failed, failed=failed)

    async def _one(self, asked: TaskVerb, make: Make) -> int:
        async with self._gate:
            return (await carry_out_verb(self.means, asked, make)).status


def _assign(bulk: _Bulk, wanted: Assignment) -> Make:
    return assigning(bulk.means, bulk.caller, wanted)


def _result(item: BulkItem, outcome: object) -> BulkResult:
    key = str(item.user_task_key)
    if isinstance(outcome, Problem):
        return BulkResult(
            user_task_key=key, status=outcome.status, code=outcome.code, data=outcome.data
        )
    if isinstance(outcome, BaseException):
        raise outcome
    return BulkResult(user_task_key=key, status=204)
