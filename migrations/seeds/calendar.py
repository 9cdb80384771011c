"""The first version of the working calendar."""

import csv
from datetime import date
from pathlib import Path

from sqlalchemy.orm import Session

from migrations.seeds.plan import Plan
from models import calendar_version
from models.calendar_version import ListedDay

VERSION = 1
ZONE = "Asia/Shanghai"
FRAMES = {
    day: [["09:00", "12:00"], ["13:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")
}
# Kept as data, not asked of a library at each installation: version 1 is the same everywhere.
_DAYS = Path(__file__).with_name("calendar.csv")


def seed(session: Session, plan: Plan) -> None:
    """Store version 1 (2024 to 2026) unless some version is there."""
    if calendar_version.latest(session) is not None:
        return
    calendar_version.store(
        session,
        VERSION,
        zone=ZONE,
        frames=FRAMES,
        days=listed_days(),
        note="国务院办公厅节假日安排 2024-2026",
        imported_at=plan.now,
    )


def listed_days() -> dict[date, ListedDay]:
    """Return the bundled holidays and make-up days."""
    with _DAYS.open(encoding="utf-8", newline="") as file:
        return {
            date.fromisoformat(row["day"]): ListedDay(row["working"] == "1", row["name"])
            for row in csv.DictReader(file)
        }
