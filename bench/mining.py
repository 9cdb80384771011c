"""Door: `python -m bench.mining`, what auditors take from very many items (挖掘基准)."""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy.orm import Session

from activities.definitions import Definitions
from activities.house import calendars
from audit import ocel, ocel_sqlite
from audit.fitting import fitted
from audit.mining import Mine
from audit.ocel_log import EventLog
from audit.sample import Sample
from bench import lives
from bench.ground import PROCESS
from bench.processor_time import spent
from bench.servers import servers
from models.database import engine

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine

    from bench.servers import Servers


class Took(NamedTuple):
    """Seconds by the clock and of the processors, and the most memory so far, in MiB."""

    seconds: float
    own_cpu: float
    database_cpu: float
    peak_mib: int


def main(arguments: list[str] | None = None) -> None:
    """Measure and print; the last line is one JSON object."""
    parser = argparse.ArgumentParser(prog="python -m bench.mining", description=__doc__)
    parser.add_argument("--instances", type=int, default=100_000)
    parser.add_argument("--only", default="", help="a part of the name of what is measured")
    chosen = parser.parse_args(arguments)
    before = os.getloadavg()
    with servers(engineers=0) as running:
        began = time.monotonic()
        count = lives.fill(
            running.database_url,
            running.owner_url,
            digest=running.digest,
            lives=chosen.instances,
        )
        filled = round(time.monotonic() - began, 1)
        _say(f"{chosen.instances} items with {count} records are in the tables ({filled} s)")
        rows = engine(running.database_url, pool_size=2, application_name="bihuan bench")
        try:
            works = {name: one for name, one in _works(rows).items() if chosen.only in name}
            found = {name: _took(running, work) for name, work in works.items()}
        finally:
            rows.dispose()
    told = {name: one._asdict() for name, one in found.items()}
    load = [round(one, 1) for one in (*before[:1], *os.getloadavg()[:1])]
    _say(json.dumps({"instances": chosen.instances, "records": count, "load": load, "took": told}))


def _works(rows: Engine) -> dict[str, Callable[[], object]]:
    """Return what is measured; the smallest in memory first."""
    everything = Sample(process=PROCESS)
    newest = Sample(process=PROCESS, newest=2000)
    return {
        "fit": lambda: _fit(rows, everything),
        "event log, JSON": lambda: _export(rows, everything, _json),
        "event log, SQLite": lambda: _export(rows, everything, ocel_sqlite.write),
        "heat map, newest 2 000": lambda: _heat(rows, newest),
        "heat map, all": lambda: _heat(rows, everything),
        "flows, all": lambda: _mine(rows, everything, lambda mine: mine.flows()),
        "variants, all": lambda: _mine(rows, everything, lambda mine: mine.variants(20)),
    }


def _fit(rows: Engine, sample: Sample) -> None:
    with Session(rows) as session:
        for one in fitted(session, sample, Definitions(rows)):
            if one.misfits:
                raise RuntimeError(f"instance {one.instance} does not fit: {one.misfits[0]}")


def _heat(rows: Engine, sample: Sample) -> None:
    _mine(rows, sample, lambda mine: mine.elements())


def _mine(rows: Engine, sample: Sample, ask: Callable[[Mine], object]) -> None:
    with Session(rows) as session, session.begin():
        ask(Mine(session, sample, calendars(rows)(1), datetime.now(UTC)))


def _export(rows: Engine, sample: Sample, write: Callable[[EventLog, Path], Any]) -> None:
    made = tempfile.TemporaryDirectory(prefix="bihuan-bench-")
    with made as folder, Session(rows) as session, session.begin():
        log = EventLog(session, sample, str)
        log.hold()
        write(log, Path(folder) / "log")


def _json(log: EventLog, path: Path) -> None:
    with path.open("xb") as file:
        file.writelines(ocel.pieces(log))


def _took(running: Servers, work: Callable[[], object]) -> Took:
    began, own, database = time.monotonic(), time.process_time(), spent(running.pids["postgresql"])
    work()
    took = Took(
        round(time.monotonic() - began, 1),
        round(time.process_time() - own, 1),
        round(spent(running.pids["postgresql"]) - database, 1),
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    )
    _say(str(took))
    return took


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
