"""The first type and category of an item, from the keyword library (分类)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from activities import subject
from models import keyword
from nlp import keywords

if TYPE_CHECKING:
    from activities.step import Step


def classify(step: Step) -> dict[str, Any]:
    """Classify the item; what the customer or staff said of the type stands.

    Only codes and the numbers of library words leave the step, never text.
    """
    item = subject.item(step)
    library = keyword.library(step.session)
    description = subject.text(step, "description") or ""
    said = keywords.verdict(keywords.match(description, library))
    item.type = item.type or said.type
    item.category = item.category or said.category
    numbers = {entry.word: entry.id for entry in library}
    return {
        "classification": {
            "type": item.type,
            "category": item.category,
            "department": said.department,
            "share": round(said.share, 3),
            "keywords": [numbers[word] for word in said.words],
        }
    }
