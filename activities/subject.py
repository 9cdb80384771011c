"""What a step of the feedback process is about: its item and the personal texts around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from models import feedback

if TYPE_CHECKING:
    from activities.step import Step
    from models.feedback import Feedback


class FeedbackNotFoundError(LookupError):
    """The instance has no feedback item: the step was drawn into another process."""

    code = "feedback_not_found"


def item(step: Step) -> Feedback:
    """Return the feedback item of the instance (反馈条目).

    Raises:
        FeedbackNotFoundError: there is none.
    """
    found = feedback.find(step.session, step.instance_key)
    if found is None:
        raise FeedbackNotFoundError
    return found


def text(step: Step, name: str) -> str | None:
    """Return the personal text behind a variable, None if it was erased or never given."""
    reference = step.variables.get(name)
    if not isinstance(reference, dict) or "$ref" not in reference:
        return None
    return step.house.vault.reveal(step.session, UUID(reference["$ref"]))


def reference(step: Step, name: str) -> UUID | None:
    """Return the reference to a personal text, None where there is none."""
    found = step.variables.get(name)
    return UUID(found["$ref"]) if isinstance(found, dict) and "$ref" in found else None


def value(step: Step, name: str, *path: str) -> Any:
    """Return a variable or a part of it, None where the way ends."""
    found = step.variables.get(name)
    for part in path:
        found = found.get(part) if isinstance(found, dict) else None
    return found
