"""What the records of many instances say of a process: where work waits, and which ways it takes.

Everything is counted by the database, from `element_instance` and `audit_record` (流程挖掘).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import text

from audit import element_times, flow_times, variants, worked
from audit.sample import Counted, Sample, count, lasted

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from audit.element_times import ElementTimes
    from audit.flow_times import FlowTimes
    from audit.variants import Variants
    from audit.worked import WorkedDays
    from models.working_calendar import WorkingCalendar

# Percentiles sort; what fits into memory is not written to a file for it.
_MEMORY = text("SET LOCAL work_mem = '64MB'")


@dataclass(frozen=True)
class Mine:
    """A sample of instances, seen in one transaction (挖掘).

    Attributes:
        calendar: what working time is counted with, whichever calendar an instance has.
        now: until when the calendar is needed.
    """

    session: Session
    sample: Sample
    calendar: WorkingCalendar
    now: datetime

    def counted(self) -> Counted:
        """Return how many instances of the process there are."""
        return count(self.session, self.sample)

    def elements(self) -> list[ElementTimes]:
        """Return what `element_times.elements` does."""
        return element_times.elements(self.session, self.sample, self._working())

    def flows(self) -> list[FlowTimes]:
        """Return what `flow_times.flows` does."""
        return flow_times.flows(self.session, self.sample, self._working())

    def variants(self, limit: int) -> Variants:
        """Return what `variants.variants` does."""
        return variants.variants(self.session, self.sample, self._working(), limit=limit)

    def _working(self) -> WorkedDays:
        self.session.execute(_MEMORY)
        first, last = lasted(self.session, self.sample, self.now)
        return worked.days(self.calendar, first, last)
