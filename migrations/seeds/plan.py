"""What the seeds are told."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True)
class Plan:
    """What the seeds of one start are told.

    Attributes:
        now: the time of the start.
        demo_logins: the file of demo logins, None where no demo people are wanted.
    """

    now: datetime
    demo_logins: Path | None = None
