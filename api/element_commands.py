"""What operators do to an element that is active: its variables, ad-hoc activities (元素操作)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Response
from pydantic import Field
from sqlalchemy.orm import Session

from api.answers import for_staff
from api.authentication import Caller
from api.commands import CODES_OF_COMMANDS, carry_out_command, was_done
from api.conditions import Word
from api.given_variables import check_variables
from api.idempotency import KeyHeader, Once, once
from api.keys import PathKey
from api.means import MeansHere
from api.paging import Shape
from api.permissions import Allowed
from api.problem import Problem
from bpmn.commands import ActivateElements, Command, SetVariables
from models import access_record, element_instance
from models.element_instance import ElementInstance

router = APIRouter(prefix="/v2/element-instances", tags=["element instances"])
AD_HOC = "adHocSubProcess"
_CODES = (
    *CODES_OF_COMMANDS,
    "body_malformed",
    "body_too_large",
    "variables_invalid",
    "element_instance_not_found",
    "element_instance_not_active",
    "command_refused",
)


class VariableChange(Shape):
    """New values; `local` ones are set at the element itself, whoever has the name further out."""

    variables: dict[str, Any] = Field(examples=[{"urgency": "critical"}])
    local: bool = False


class Activity(Shape):
    """An activity of an ad-hoc sub-process, with variables of its own."""

    element_id: Word
    variables: dict[str, Any] = Field(default_factory=dict)


class Activation(Shape):
    """Which activities begin."""

    elements: Annotated[list[Activity], Field(min_length=1, max_length=100)]
    # What cannot be done is refused instead of ignored.
    cancel_remaining_instances: Literal[False] = False


@router.put(
    "/{key}/variables",
    status_code=204,
    operation_id="set_element_instance_variables",
    responses=for_staff(*_CODES),
)
async def set_element_instance_variables(
    key: PathKey,
    asked: VariableChange,
    caller: Annotated[Caller, Depends(Allowed("variable.write"))],
    means: MeansHere,
    idempotency_key: KeyHeader = None,
) -> Response:
    """Change variables of an element, or of a process by its instance's key; it is recorded."""
    check_variables(asked.variables)
    route = f"set variables {key}"
    handle = once(means, caller.username, route, idempotency_key, asked)

    def prepare(session: Session) -> tuple[int, Command | None]:
        found, done = _target(session, handle, key)
        if done or not asked.variables:
            return found.instance_key, None
        _note(session, handle, key, sorted(asked.variables))
        command = SetVariables(
            id=handle.command_id(),
            actor=caller.username,
            scope=0 if key == found.instance_key else key,
            variables=asked.variables,
            local=asked.local,
        )
        return found.instance_key, command

    return (await carry_out_command(means, handle, prepare)).response()


@router.post(
    "/ad-hoc-activities/{key}/activation",
    status_code=204,
    operation_id="activate_ad_hoc_activities",
    responses=for_staff(*_CODES, "element_not_found"),
)
async def activate_ad_hoc_activities(
    key: PathKey,
    asked: Activation,
    caller: Annotated[Caller, Depends(Allowed("ad_hoc_activity.activate"))],
    means: MeansHere,
    idempotency_key: KeyHeader = None,
) -> Response:
    """Begin activities of an ad-hoc sub-process that is active."""
    for one in asked.elements:
        check_variables(one.variables)
    handle = once(means, caller.username, f"activate in {key}", idempotency_key, asked)

    def prepare(session: Session) -> tuple[int, Command | None]:
        found, done = _target(session, handle, key, kind=AD_HOC)
        if done:
            return found.instance_key, None
        command = ActivateElements(
            id=handle.command_id(),
            actor=caller.username,
            key=key,
            elements=[
                {"element": one.element_id, "variables": one.variables} for one in asked.elements
            ],
        )
        return found.instance_key, command

    return (await carry_out_command(means, handle, prepare)).response()


def _target(
    session: Session, handle: Once, key: int, kind: str | None = None
) -> tuple[ElementInstance, bool]:
    """Return the element that is meant, and whether this very request was done before.

    Raises:
        Problem: `element_instance_not_found` or `element_instance_not_active`.
    """
    found = element_instance.find(session, key)
    if found is None or kind not in {None, found.kind}:
        raise Problem("element_instance_not_found", key=str(key))
    if handle.key and was_done(session, found.instance_key, handle.command_id()):
        return found, True
    if found.state != "ACTIVE":
        raise Problem("element_instance_not_active", key=str(key))
    return found, False


def _note(session: Session, handle: Once, key: int, names: Sequence[str]) -> None:
    """Record who changes which variables; their values stand in the records of the instance."""
    access_record.append(
        session,
        at=handle.at,
        actor=handle.principal,
        action="set_variables",
        subject=str(key),
        data={"names": list(names)},
    )
