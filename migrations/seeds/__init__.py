"""What every start fills in, in order; each seed may run again and again."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from migrations.seeds import (
    calendar,
    definitions,
    demo_organisation,
    demo_people,
    departments,
    keywords,
)
from migrations.seeds.plan import Plan

Seed = Callable[[Session, Plan], None]

# Run one after another, each in its own transaction.
SEEDS: tuple[Seed, ...] = (
    calendar.seed,
    departments.seed,
    keywords.seed,
    demo_people.seed,
    demo_organisation.seed,
    definitions.seed,
)

__all__ = ["SEEDS", "Plan", "Seed"]
