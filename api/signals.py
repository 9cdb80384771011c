"""`POST /v2/signals/broadcast`: everybody who listens hears it, as in Camunda 8 (信号广播)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Response
from pydantic import Field, StringConstraints
from sqlalchemy.orm import Session

from activities.publishing import broadcast
from api.answers import example, for_staff
from api.authentication import Caller
from api.given_variables import check_variables
from api.idempotency import Answer, KeyHeader, once
from api.means import MeansHere
from api.paging import Shape
from api.permissions import Allowed
from api.texts import Clean, Filled
from api.user_task_view import TENANT
from models import access_record
from models.event_subscription import SIGNAL
from models.publication import Wanted

router = APIRouter(prefix="/v2/signals", tags=["signals"])


class Signal(Shape):
    """A signal: all who listen to its name get the variables (信号)."""

    signal_name: Annotated[str, StringConstraints(max_length=200), Filled, Clean]
    variables: dict[str, Any] = Field(default_factory=dict)
    tenant_id: Literal["<default>"] = "<default>"


class BroadcastSignal(Shape):
    """The signal that was broadcast."""

    signal_key: str
    tenant_id: str = TENANT


@router.post(
    "/broadcast",
    operation_id="broadcast_signal",
    response_model=BroadcastSignal,
    responses={
        **for_staff(
            "body_malformed",
            "request_invalid",
            "body_too_large",
            "variables_invalid",
            "idempotency_key_invalid",
            "idempotency_key_reused",
        ),
        **example(200, {"signalKey": "4194304", "tenantId": TENANT}),
    },
)
def broadcast_signal(
    told: Signal,
    caller: Annotated[Caller, Depends(Allowed("message.publish"))],
    means: MeansHere,
    key: KeyHeader = None,
) -> Response:
    """Tell every instance that listens now, and start every process that the signal starts.

    Who begins to listen later does not hear it.
    """
    check_variables(told.variables)
    asked = once(means, caller.username, "POST /v2/signals/broadcast", key, told)
    wanted = Wanted(
        type=SIGNAL, name=told.signal_name, variables=told.variables, publisher=caller.username
    )
    with Session(means.engine) as session, session.begin():
        if (earlier := asked.begin(session)) is not None:
            return earlier.response()
        signal_key = broadcast(session, wanted, asked.at)
        access_record.append(
            session,
            at=asked.at,
            actor=caller.username,
            action="broadcast_signal",
            data={"name": told.signal_name, "signal": str(signal_key)},
        )
        given = BroadcastSignal(signal_key=str(signal_key))
        answer = Answer(200, given.model_dump(mode="json", by_alias=True))
        asked.keep(session, answer)
    return answer.response()
