"""Telling those who look on, over the database, that something has changed."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

CHANNEL = "bihuan_live"
ITEM_CHANGED = "feedback.changed"
# PostgreSQL takes up to 8 000 bytes.
_LONGEST = 7_000
_TELL = text(
    "SELECT pg_notify(:channel, told) FROM unnest(CAST(:told AS text[])) WITH ORDINALITY t(told, n)"
    " ORDER BY n"
)


@dataclass(frozen=True)
class LiveEvent:
    """Something that people see at once (实时事件): keys and codes, no personal data.

    Attributes:
        kind: as `user_task.assigned`, or `notice`.
        task: key of the task that changed, for those who see its row.
        people: usernames that are to know it whatever the row says now.
        groups: candidate groups that are to know it likewise.
        wide: everybody is to look again, since it would take too many words.
        item: id of the feedback item that changed, for those who see it.
    """

    kind: str
    task: int = 0
    people: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    wide: bool = field(default=False)
    item: int = 0

    def to_text(self) -> str:
        """Return the event as it travels."""
        told = json.dumps({name: value for name, value in asdict(self).items() if value})
        if len(told.encode()) <= _LONGEST:
            return told
        return json.dumps({"kind": self.kind, "task": self.task, "wide": True})

    @classmethod
    def from_text(cls, told: str) -> "LiveEvent":
        """Return the event that was told."""
        given: dict[str, Any] = json.loads(told)
        lists = {name: tuple(given.get(name, ())) for name in ("people", "groups")}
        wide, item = given.get("wide", False), given.get("item", 0)
        return cls(given["kind"], given.get("task", 0), **lists, wide=wide, item=item)


def tell(session: Session, events: Iterable[LiveEvent]) -> None:
    """Tell of events when the transaction commits: whoever hears of them reads the new rows."""
    told = [one.to_text() for one in events]
    if told:
        session.execute(_TELL, {"channel": CHANNEL, "told": told})


def tell_item_changed(session: Session, item: int) -> None:
    """Tell those who see an item that something of it is new, when the transaction commits."""
    tell(session, [LiveEvent(ITEM_CHANGED, item=item)])
