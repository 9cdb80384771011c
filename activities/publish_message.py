"""Job type `publish-message`: a drawing sends a message to other instances (发布消息).

Headers, or inputs of the same names: `messageName`, `correlationKey`, `timeToLive` (an ISO 8601
duration or milliseconds; without it the message waits for nobody), `messageId`. What the message
carries is the input `messageVariables`, a context; nothing else of the sender goes along.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from activities import publishing
from bpmn.clock import TimerError
from models.publication import Wanted

if TYPE_CHECKING:
    from activities.step import Step

_NAMESPACE = UUID("5a0fb1a4-5a3c-5b0e-8f0b-2d6f6d1c4f10")
LONGEST_LIFE = timedelta(days=90)


class MessageInputError(ValueError):
    """An input cannot be used; `code` says which, never its value."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def publish_message(step: Step) -> dict[str, Any]:
    """Publish the message; it is matched as soon as the step's transaction has committed."""
    variables = _said(step, "messageVariables") or {}
    if not isinstance(variables, dict):
        raise MessageInputError("message_variables_invalid")
    wanted = Wanted(
        name=_text(step, "messageName", "message_name_missing"),
        correlation_key=_text(step, "correlationKey"),
        variables=variables,
        message_id=_text(step, "messageId") or None,
        # The job's key is the same at every repetition.
        cause=uuid5(_NAMESPACE, str(step.job_key)),
        lifetime=_lifetime(step),
    )
    publishing.publish_later(step.session, wanted, step.now)
    return {}


def _said(step: Step, name: str) -> Any:
    """Return an input, or else the header of the same name."""
    found = step.variables.get(name)
    return step.headers.get(name) if found is None else found


def _text(step: Step, name: str, missing: str = "") -> str:
    found = _said(step, name)
    if found is not None and (isinstance(found, bool) or not isinstance(found, str | int | float)):
        raise MessageInputError("message_input_invalid")
    text = "" if found is None else str(found)
    if missing and not text:
        raise MessageInputError(missing)
    return text


def _lifetime(step: Step) -> timedelta:
    found = _said(step, "timeToLive")
    try:
        lasting = _duration(step, found)
    except (TimerError, OverflowError):
        raise MessageInputError("time_to_live_invalid") from None
    if not timedelta() <= lasting <= LONGEST_LIFE:
        raise MessageInputError("time_to_live_invalid")
    return lasting


def _duration(step: Step, found: Any) -> timedelta:
    if found is None or found == "":
        return timedelta()
    if isinstance(found, int | float) or str(found).isdecimal():
        return timedelta(milliseconds=float(found))
    return step.clock.after(step.now, str(found)) - step.now
