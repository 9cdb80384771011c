"""Personal texts as people look at them: masked (脱敏)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from api.means import Means
from models import feedback
from models.feedback import Feedback
from nlp.masking import mask_contact, mask_name, mask_text

Mask = Callable[[str], str]
REFERENCE = "$ref"


def masked_texts(
    means: Means, session: Session, wanted: Mapping[UUID, Mask]
) -> dict[UUID, str | None]:
    """Return texts, each masked in its way; None where one was erased or never stored."""
    texts = means.vault.reveal_all(session, wanted)
    return {
        found: None if (text := texts[found]) is None else mask(text)
        for found, mask in wanted.items()
    }


def masked_variables(
    means: Means, session: Session, instance_key: int, variables: Mapping[str, Any]
) -> dict[str, Any]:
    """Return variables with every reference replaced by its masked text."""
    masks = _masks(feedback.find(session, instance_key))
    wanted = {found: masks.get(found, mask_text) for found in _references(dict(variables))}
    texts = masked_texts(means, session, wanted)
    return {name: _replaced(value, texts) for name, value in variables.items()}


def _masks(item: Feedback | None) -> dict[UUID, Mask]:
    """Return how names and contacts are masked; other texts are masked by what they look like."""
    if item is None:
        return {}
    masks: dict[UUID | None, Mask] = {item.name_ref: mask_name, item.contact_ref: mask_contact}
    return {found: mask for found, mask in masks.items() if found is not None}


def _references(value: Any) -> Iterator[UUID]:
    if (found := _reference(value)) is not None:
        yield found
    elif isinstance(value, dict):
        for one in value.values():
            yield from _references(one)
    elif isinstance(value, list):
        for one in value:
            yield from _references(one)


def _replaced(value: Any, texts: Mapping[UUID, str | None]) -> Any:
    if (found := _reference(value)) is not None:
        return texts[found]
    if isinstance(value, dict):
        return {name: _replaced(one, texts) for name, one in value.items()}
    if isinstance(value, list):
        return [_replaced(one, texts) for one in value]
    return value


def _reference(value: Any) -> UUID | None:
    if not isinstance(value, dict) or set(value) != {REFERENCE}:
        return None
    try:
        return UUID(value[REFERENCE])
    except (ValueError, AttributeError, TypeError):
        return None
