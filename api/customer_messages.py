"""What the service laid out for a customer to read: replies and survey links (客户消息)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from models import outbound_message

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from api.means import Means


def latest(session: Session, means: Means, feedback_id: int, kind: str) -> dict[str, Any]:
    """Return what the newest message of a kind says, {} if there is none or it was erased.

    Args:
        session: the database.
        means: holds the vault.
        feedback_id: the item.
        kind: `reply` ({number, text, staff_name, ...}) or `survey` ({number, link, ...}).
    """
    found = outbound_message.newest(session, feedback_id, kind)
    text = means.vault.reveal(session, found) if found else None
    said: dict[str, Any] = json.loads(text) if text else {}
    return said
