"""An object-centric event log of a sample of instances, read from the tables bit by bit (事件日志).

Objects and events are read one after the other; in a transaction that sees one state of the
database throughout, each event finds its objects.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from audit import ocel_events, ocel_objects
from audit.sample import ALL, Sample

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy.orm import Session

    from audit.ocel_objects import Pseudonym, Row
    from audit.ocel_types import Happening, Thing

_AT_ONCE = 500
_SNAPSHOT = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
# What a single customer calls a product may be anything: it is told when the house knows it, or
# when others call one so too. A region is typed freely as well. Asked once for a whole log: asked
# for each page anew, a log would take longer with the square of its items.
_PRODUCTS = text(
    "SELECT product FROM batch UNION SELECT product FROM purchase_order"
    " UNION SELECT product FROM feedback GROUP BY product HAVING count(DISTINCT customer_id) > 1"
)
_REGIONS = text(
    "SELECT region FROM feedback GROUP BY region HAVING count(DISTINCT customer_id) > 1"
)
_INSTANCES = text(
    "SELECT i.key, d.process_id, d.version, i.started_at, f.number, f.type, f.urgency,"  # noqa: S608
    " f.channel, f.category, f.satisfaction, f.outcome, f.customer_id, c.level,"
    " f.department, f.collaborators, f.follows, o.batch, b.supplier, b.produced_at,"
    " f.product, f.region,"
    # By its key: as a list of all keys it would be read anew for each page.
    f" EXISTS (SELECT FROM ({ALL}) r WHERE r.key = f.follows OFFSET 0) AS follows_too"
    f" FROM ({ALL}) i JOIN process_definition d USING (digest)"
    " LEFT JOIN feedback f ON f.id = i.key LEFT JOIN customer c ON c.id = f.customer_id"
    " LEFT JOIN purchase_order o ON o.number = f.order_number AND o.customer_id = f.customer_id"
    " LEFT JOIN batch b ON b.number = o.batch"
    " WHERE i.key > :after ORDER BY i.key LIMIT :most"
)
_TASKS = text(
    "SELECT key, instance_key, process_id, element_id, name, created_at FROM user_task"
    " WHERE instance_key = ANY(:keys) ORDER BY key"
)
_RECORDS = text(
    "SELECT instance_key, number, at, kind, element, key, data FROM audit_record"
    " WHERE instance_key = ANY(:keys) AND kind = ANY(:kinds) ORDER BY instance_key, number"
)


@dataclass(frozen=True)
class EventLog:
    """The objects and events of a sample.

    Attributes:
        pseudonym: what a customer is called in the log.
    """

    session: Session
    sample: Sample
    pseudonym: Pseudonym

    def hold(self) -> None:
        """See one state of the database from now on; the first statement of a transaction."""
        self.session.execute(_SNAPSHOT)

    def objects(self) -> Iterator[Thing]:
        """Yield every object once."""
        seen: set[str] = set()
        for rows in self._instances():
            subjects = {row["key"]: ocel_objects.subject(row) for row in rows}
            for row in rows:
                for one in ocel_objects.of_instance(row, self.pseudonym):
                    if one.id not in seen:
                        # Items come once anyway; what they share is remembered.
                        seen |= set() if one.id == subjects[row["key"]] else {one.id}
                        yield one
            for task in self.session.execute(_TASKS, {"keys": list(subjects)}).mappings():
                yield ocel_objects.of_task({**task, "subject": subjects[task["instance_key"]]})

    def events(self) -> Iterator[Happening]:
        """Yield every event, instance by instance, in order."""
        for rows in self._instances():
            own = {row["key"]: row for row in rows}
            asked = {"keys": list(own), "kinds": list(ocel_events.KINDS)}
            records = self.session.execute(_RECORDS, asked).mappings()
            for key, group in groupby(records, key=lambda row: row["instance_key"]):
                yield from ocel_events.of_instance(own[key], list(group), self.pseudonym)

    def _instances(self) -> Iterator[Sequence[Row]]:
        values: dict[str, Any] = {**self.sample.values(), "after": 0, "most": _AT_ONCE}
        products, regions = (
            set(self.session.scalars(known)) - {None} for known in (_PRODUCTS, _REGIONS)
        )
        while rows := self.session.execute(_INSTANCES, values).mappings().all():
            yield [
                {
                    **row,
                    "product": row["product"] if row["product"] in products else None,
                    "region": row["region"] if row["region"] in regions else None,
                }
                for row in rows
            ]
            values["after"] = rows[-1]["key"]
