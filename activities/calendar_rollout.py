"""A new working calendar reaches the items under way (日历生效)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from activities import publishing
from models import calendar_version, feedback_search
from models.publication import Wanted

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

MESSAGE = "clock_changed"
_NAMESPACE = UUID("1d0b8c54-4f0d-5e8e-9a51-5d0f3a4b7c62")


def tell_open_items(session: Session, version: int, department: str | None, at: datetime) -> int:
    """Owe a message to every open item that counts with this calendar; return how many.

    The dispatcher delivers each once, also after a crash, and the item's process counts its limits
    on working time anew. Items of departments with a calendar of their own hear of that only.
    """
    others = calendar_version.departments(session) if department is None else frozenset()
    told = feedback_search.open_numbers(session, department=department, without=others)
    for number in told:
        wanted = Wanted(
            name=MESSAGE,
            correlation_key=number,
            variables={MESSAGE: {"cause": "calendar"}},
            cause=uuid5(_NAMESPACE, f"{version}|{number}"),
        )
        publishing.publish_later(session, wanted, at)
    return len(told)
