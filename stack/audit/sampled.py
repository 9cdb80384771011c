"""Which instances a command of process mining looks at (样本)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from audit.sample import Sample


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that choose instances."""
    parser.add_argument("--process", metavar="ID", help="of one process; default: of all")
    parser.add_argument("--digest", action="append", metavar="SHA256", help="of these versions")
    parser.add_argument("--since", type=_instant, metavar="ISO", help="begun then or later")
    parser.add_argument("--until", type=_instant, metavar="ISO", help="begun before then")


def sample(options: argparse.Namespace) -> Sample:
    """Return what was chosen."""
    # Tables take a while to import, and not every command needs them.
    from audit.sample import Sample  # noqa: PLC0415

    digests = None if options.digest is None else tuple(options.digest)
    return Sample(options.process, digests, options.since, options.until)


def _instant(told: str) -> datetime:
    """Return an instant; a text without offset is meant as the terminal's own time."""
    return datetime.fromisoformat(told).astimezone()
