"""`POST /v2/conditionals/evaluation`: what begins with these variables (条件启动)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Response
from pydantic import Field
from sqlalchemy.orm import Session

from activities.definition_starts import begin
from api.answers import example, for_staff
from api.authentication import Caller
from api.given_variables import check_variables
from api.idempotency import Answer, KeyHeader, once
from api.keys import Key
from api.means import MeansHere
from api.paging import Shape
from api.permissions import Allowed
from api.problem import Problem
from bpmn.expressions import IncidentError, Scope
from models import access_record, definition_start, process_definition
from models.definition_start import DefinitionStart

router = APIRouter(prefix="/v2/conditionals", tags=["messages"])


class Evaluation(Shape):
    """The variables that conditions see and instances begin with (条件评估)."""

    variables: dict[str, Any]
    process_definition_key: Key | None = None
    tenant_id: Literal["<default>"] = "<default>"


class BegunInstance(Shape):
    """An instance that begins."""

    process_definition_key: str
    process_instance_key: str


class BegunInstances(Shape):
    """The instances that begin; none if no condition holds."""

    process_instances: list[BegunInstance] = Field(default_factory=list)


_BEGUN = {"processDefinitionKey": "3145728", "processInstanceKey": "1048576"}


@router.post(
    "/evaluation",
    operation_id="evaluate_conditionals",
    response_model=BegunInstances,
    responses={
        **for_staff(
            "body_malformed",
            "request_invalid",
            "body_too_large",
            "variables_invalid",
            "process_definition_not_found",
            "idempotency_key_invalid",
            "idempotency_key_reused",
        ),
        **example(200, {"processInstances": [_BEGUN]}),
    },
)
def evaluate_conditionals(
    told: Evaluation,
    caller: Annotated[Caller, Depends(Allowed("message.publish"))],
    means: MeansHere,
    key: KeyHeader = None,
) -> Response:
    """Start the newest version of every process with a start condition that holds."""
    check_variables(told.variables)
    asked = once(means, caller.username, "POST /v2/conditionals/evaluation", key, told)
    scope = Scope(told.variables, asked.at)
    with Session(means.engine) as session, session.begin():
        if (earlier := asked.begin(session)) is not None:
            return earlier.response()
        begun = []
        for start in _starts(session, told.process_definition_key):
            if _holds(start, scope):
                instance_key = begin(session, start, told.variables, asked.at)
                begun.append(_shown(session, start, instance_key))
        access_record.append(
            session,
            at=asked.at,
            actor=caller.username,
            action="evaluate_conditionals",
            data={"instances": [one.process_instance_key for one in begun]},
        )
        given = BegunInstances(process_instances=begun)
        answer = Answer(200, given.model_dump(mode="json", by_alias=True))
        asked.keep(session, answer)
    return answer.response()


def _starts(session: Session, key: int | None) -> list[DefinitionStart]:
    if key is None:
        return list(definition_start.conditional(session))
    found = process_definition.by_key(session, key)
    if found is None:
        raise Problem("process_definition_not_found", key=str(key))
    return list(definition_start.conditional(session, found.digest))


def _holds(start: DefinitionStart, scope: Scope) -> bool:
    """Tell whether a condition is true; one that cannot be worked out is not."""
    try:
        return scope.value(start.expression) is True
    except IncidentError:
        return False


def _shown(session: Session, start: DefinitionStart, instance_key: int) -> BegunInstance:
    definition = process_definition.find(session, start.digest)
    return BegunInstance(
        process_definition_key=str(definition.key) if definition else "",
        process_instance_key=str(instance_key),
    )
