"""`python -m flows backfill`: count a window of days from the command line, without a server."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from flows import counting
from flows.reports import making
from models.measures.period import DAY, Period, day_of, days, over

if TYPE_CHECKING:
    from collections.abc import Sequence


def backfill(arguments: Sequence[str]) -> int:
    """Count every day of a window, its weeks and months (回填), and make reports if asked to.

    What is counted already is replaced, so a run that was stopped is simply started again. The
    reports are kept for reading; nobody is told of old ones.
    """
    options = parser().parse_args(arguments)
    yesterday = day_of(datetime.now(UTC)) - timedelta(days=1)
    last = min(options.last, yesterday)
    if options.first > last:
        sys.stderr.write("there is no day in this window that is over\n")
        return 2
    counting.count_window(options.first, last, _tell)
    if options.reports:
        _reports(options.first, last)
    return 0


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = argparse.ArgumentParser(prog="python -m flows backfill")
    made.add_argument("--from", dest="first", type=date.fromisoformat, required=True)
    made.add_argument("--to", dest="last", type=date.fromisoformat, required=True)
    made.add_argument("--reports", action="store_true", help="make the reports of what is over")
    return made


def _reports(first: date, last: date) -> None:
    for one in over(days(first, last)):
        if one.kind != DAY and one.last <= last:
            files = sum(len(ids) for ids in making.make(one).values())
            sys.stdout.write(f"{one.name} {files} files\n")
            sys.stdout.flush()


def _tell(one: Period, figures: int) -> None:
    sys.stdout.write(f"{one.name} {figures} figures\n")
    sys.stdout.flush()
