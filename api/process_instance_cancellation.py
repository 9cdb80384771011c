"""`POST /v2/process-instances/{key}/cancellation`: the end of an instance, for operators (终止)."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Response
from pydantic import Field
from sqlalchemy.orm import Session

from api.answers import for_staff
from api.authentication import Caller
from api.commands import CODES_OF_COMMANDS, carry_out_command, was_done
from api.idempotency import KeyHeader, once
from api.keys import PathKey
from api.means import MeansHere
from api.paging import Shape
from api.permissions import Allowed
from api.problem import Problem
from bpmn.commands import CancelInstance, Command
from models.process_instance import ProcessInstance

router = APIRouter(prefix="/v2/process-instances", tags=["process instances"])


class Cancellation(Shape):
    """Why an instance ends (终止原因); a code, since records keep no free text."""

    reason: Literal["requested", "mistaken", "duplicate", "stuck", "trial"] = Field(
        default="requested", examples=["stuck"]
    )


@router.post(
    "/{key}/cancellation",
    status_code=204,
    operation_id="cancel_process_instance",
    responses=for_staff(
        *CODES_OF_COMMANDS, "body_malformed", "body_too_large", "process_instance_not_found"
    ),
)
async def cancel_process_instance(
    key: PathKey,
    caller: Annotated[Caller, Depends(Allowed("process_instance.cancel"))],
    means: MeansHere,
    asked: Cancellation | None = None,
    idempotency_key: KeyHeader = None,
) -> Response:
    """End an instance now, wherever it stands; its records say why."""
    reason = (asked or Cancellation()).reason
    handle = once(means, caller.username, f"cancel instance {key}", idempotency_key, asked)

    def prepare(session: Session) -> tuple[int, Command | None]:
        found = session.get(ProcessInstance, key)
        if found is None:
            raise Problem("process_instance_not_found", key=str(key))
        identity = handle.command_id()
        if handle.key and was_done(session, key, identity):
            return key, None
        if found.state != "ACTIVE":
            raise Problem("process_instance_ended")
        return key, CancelInstance(id=identity, actor=caller.username, reason=reason)

    return (await carry_out_command(means, handle, prepare)).response()
