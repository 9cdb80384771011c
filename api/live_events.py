"""`GET /api/events`: what changes, as server-sent events (实时事件)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from time import monotonic
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Depends, FastAPI, Header, Request
from fastapi.responses import StreamingResponse
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from api.answers import for_staff
from api.authentication import Caller, of_person
from api.live_hub import LiveHub, Looker, Told, concerns
from api.means import Means, MeansHere
from api.permissions import Allowed, may
from api.problem import Problem
from api.visibility import sees_task
from models import access_token

router = APIRouter(prefix="/api/events", tags=["events"])
MEDIA_TYPE = "text/event-stream"
# A comment so often keeps proxies from hanging up; a login so often looked at ends the stream.
HEARTBEAT, RECHECK = 15.0, 3.0
_ACTION = "user_task.read"
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_STREAM = 'id: 5f2a9c01-7\nevent: user_task.assigned\ndata: {"userTaskKey":"1048590"}\n\n'


def hub(app: FastAPI, means: Means) -> LiveHub:
    """Return the one hub of the process, made when the first one looks on."""
    if getattr(app.state, "live_hub", None) is None:
        app.state.live_hub = LiveHub(means.engine)
    found: LiveHub = app.state.live_hub
    return found


async def close(app: FastAPI) -> None:
    """End all streams, so that the server can stop; who looked on finds another, or this anew."""
    if getattr(app.state, "live_hub", None) is not None:
        await app.state.live_hub.close()


@router.get(
    "",
    operation_id="get_events",
    response_class=StreamingResponse,
    responses={
        **for_staff("not_acceptable", "fields_invalid"),
        200: {"content": {MEDIA_TYPE: {"example": _STREAM}}},
    },
)
async def get_events(
    request: Request,
    caller: Annotated[Caller, Depends(Allowed(_ACTION))],
    means: MeansHere,
    accept: Annotated[str, Header(max_length=500)] = "",
    last_event_id: Annotated[str | None, Header(max_length=60)] = None,
) -> StreamingResponse:
    """Tell at once of tasks and items that the caller sees, of notices and when counters change.

    Events hold keys and codes. `refetch` says that something was missed, `closed` that the login
    has ended. Authenticated by the session's cookie or the token's header, never by the address.
    """
    if MEDIA_TYPE not in accept:
        raise Problem("not_acceptable", offered=MEDIA_TYPE)
    live = hub(request.app, means)
    looker = await live.join(caller, last_event_id)
    return StreamingResponse(_stream(means, live, looker), media_type=MEDIA_TYPE, headers=_HEADERS)


async def _stream(means: Means, live: LiveHub, looker: Looker) -> AsyncIterator[str]:
    try:
        yield "retry: 2000\n\n"
        if looker.missed and looker.queue.empty():
            yield _frame("refetch", {})
        async for text in _frames(means, live, looker):
            yield text
    finally:
        live.leave(looker)


async def _frames(means: Means, live: LiveHub, looker: Looker) -> AsyncIterator[str]:
    checked = sent = monotonic()
    while True:
        told = await _next(looker)
        if monotonic() - checked >= RECHECK:
            checked = monotonic()
            if not await to_thread.run_sync(_still_there, means, looker):
                yield _frame("closed", {})
                return
        if isinstance(told, Told):
            for text in _drained(live, looker, told):
                yield text
        elif told is None:
            # The login still holds: they go on where they are let in again.
            yield _frame("refetch", {})
            return
        elif monotonic() - sent < HEARTBEAT:
            continue
        else:
            yield ": \n\n"
        sent = monotonic()


async def _next(looker: Looker) -> Told | bool | None:
    """Return the next event, None at the end, or False when nothing came for a while."""
    try:
        return await asyncio.wait_for(looker.queue.get(), RECHECK)
    except TimeoutError:
        return False


def _drained(live: LiveHub, looker: Looker, first: Told) -> Iterator[str]:
    """Yield what is there; counters are told once for all of it.

    What was offered to somebody with other rights than they have by now is left out.
    """
    counts = False
    told: Told | None = first
    while told is not None:
        if told.event.wide:
            yield _frame("refetch", {}, live.identity(told))
        elif concerns(looker.caller, told):
            yield _frame(told.event.kind, _data(looker.caller, told), live.identity(told))
        counts = counts or told.event.task != 0
        if looker.queue.empty():
            break
        told = looker.queue.get_nowait()
    if counts:
        yield _frame("counters", {})
    if told is None:
        # The end is still to be told.
        looker.queue.put_nowait(None)


def _data(caller: Caller, told: Told) -> dict[str, Any]:
    task = told.task
    if told.item is not None:
        return {"feedbackNumber": told.item.number}
    if not told.event.task:
        return {}
    if task is None or not sees_task(caller, task):
        # It is theirs no longer: only that is told.
        return {"userTaskKey": str(told.event.task), "gone": True}
    return {
        "userTaskKey": str(task.key),
        "processInstanceKey": str(task.instance_key),
        "elementId": task.element_id,
        "state": task.state,
        "feedbackNumber": task.feedback_number,
        "revision": task.revision,
    }


def _frame(kind: str, data: dict[str, Any], identity: str | None = None) -> str:
    name = "" if identity is None else f"id: {identity}\n"
    return f"{name}event: {kind}\ndata: {json.dumps(data, separators=(',', ':'))}\n\n"


def _still_there(means: Means, looker: Looker) -> bool:
    """Say whether they may still look on; roles and groups are taken as they are by now."""
    caller, now = looker.caller, means.now()
    try:
        with Session(means.engine, expire_on_commit=False) as session:
            found = access_token.holder(session, caller.token, now)
            if found is not None:
                looker.caller = of_person(session, found[0], caller.token, found[1], now)
    except SQLAlchemyError:
        # An outage is no logout; the next look decides.
        return True
    return found is not None and may(looker.caller, _ACTION)
