"""`POST /v2/process-instances/{key}/cancellation`: the end of an instance, for operators (终止)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from sqlalchemy.orm import Session

from api.answers import for_staff
from api.authentication import Caller
from api.commands import CODES_OF_COMMANDS, carry_out_command, was_done
from api.idempotency import KeyHeader, once
from api.keys import PathKey
from api.means import MeansHere
from api.permissions import Allowed
from api.problem import Problem
from bpmn.commands import CancelInstance, Command
from models.process_instance import ProcessInstance

router = APIRouter(prefix="/v2/process-instances", tags=["process instances"])


@router.post(
    "/{key}/cancellation",
    status_code=204,
    operation_id="cancel_process_instance",
    responses=for_staff(*CODES_OF_COMMANDS, "process_instance_not_found"),
)
async def cancel_process_instance(
    key: PathKey,
    caller: Annotated[Caller, Depends(Allowed("process_instance.cancel"))],
    means: MeansHere,
    idempotency_key: KeyHeader = None,
) -> Response:
    """End an instance now, wherever it stands."""
    handle = once(means, caller.username, f"cancel instance {key}", idempotency_key)

    def prepare(session: Session) -> tuple[int, Command | None]:
        found = session.get(ProcessInstance, key)
        if found is None:
            raise Problem("process_instance_not_found", key=str(key))
        identity = handle.command_id()
        if handle.key and was_done(session, key, identity):
            return key, None
        if found.state != "ACTIVE":
            raise Problem("process_instance_ended")
        return key, CancelInstance(id=identity, actor=caller.username, reason="requested")

    return (await carry_out_command(means, handle, prepare)).response()
