"""Where manifests were brought, told from what was recorded of it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID, uuid5

from sqlalchemy import select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from models import sealing
from models.manifest import Manifest
from models.notice_delivery import NoticeDelivery

PUBLISHED = sealing.PUBLISHED
FOLDER = "folder"
NOTICE = "notice"
_WRITTEN = text(
    "SELECT DISTINCT CAST(data ->> 'number' AS integer) FROM access_record"
    " WHERE actor = :actor AND at >= :since AND action = :action AND data ->> 'target' = 'folder'"
)


class Publication(NamedTuple):
    """A place where a manifest goes, and whether it is there (发布)."""

    target: str
    ok: bool


def of(
    session: Session, found: Iterable[Manifest], *, addresses: int
) -> Mapping[int, list[Publication]]:
    """Return where manifests went, by their numbers.

    Args:
        session: a transaction.
        found: the manifests.
        addresses: how many addresses of notices they go to.
    """
    wanted = list(found)
    if not wanted:
        return {}
    written = _written(session, min(one.made_at for one in wanted))
    owed = {one.number: _deliveries(one, addresses) for one in wanted}
    ids = [key for keys in owed.values() for key in keys]
    rows = select(col(NoticeDelivery.id), col(NoticeDelivery.sent_at))
    sent = dict(session.execute(rows.where(col(NoticeDelivery.id).in_(ids))).tuples().all())
    return {
        one.number: [
            Publication(FOLDER, one.number in written),
            *(Publication(NOTICE, bool(sent[key])) for key in owed[one.number] if key in sent),
        ]
        for one in wanted
    }


def _deliveries(one: Manifest, addresses: int) -> list[UUID]:
    # As `notice_delivery.owe` names them.
    return [uuid5(sealing.cause(one), str(index)) for index in range(addresses)]


def _written(session: Session, since: datetime) -> frozenset[int]:
    asked = {"actor": sealing.ACTOR, "since": since, "action": PUBLISHED}
    return frozenset(session.scalars(_WRITTEN, asked))
