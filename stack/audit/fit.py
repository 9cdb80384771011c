"""`bihuan audit fit`: every instance held against its drawing (符合性检查)."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import settings
from stack.audit import sampled

if TYPE_CHECKING:
    import argparse

    from audit.fitting import Fitted

_FOUND = 2


def add_commands(commands: Any) -> None:
    """Add the check to the list."""
    one = commands.add_parser("fit", help="instances against their drawings (符合性)")
    one.add_argument("--json", action="store_true", help="a line an instance that does not fit")
    sampled.add_arguments(one)
    one.set_defaults(run=_fit)


def _fit(options: argparse.Namespace) -> int:
    """Return 0 if all fit, 2 if one does not."""
    # Database and tables take a while to import, and not every command needs them.
    from sqlalchemy.orm import Session  # noqa: PLC0415

    from activities.definitions import Definitions  # noqa: PLC0415 (as above)
    from audit.fitting import fitted  # noqa: PLC0415 (as above)
    from stack.running import Running  # noqa: PLC0415 (as above)

    checked = records = wrong = 0
    with Running.find(settings.load()).database() as engine:
        sample = sampled.sample(options)
        with Session(engine) as session, session.begin():
            for one in fitted(session, sample, Definitions(engine)):
                checked += 1
                records += one.records
                if one.misfits:
                    wrong += 1
                    _show(one, as_json=options.json)
    sys.stdout.write(f"instances={checked} records={records} misfitting={wrong}\n")
    return _FOUND if wrong else 0


def _show(one: Fitted, *, as_json: bool) -> None:
    findings = [
        {"n": m.number, "code": m.code, "process": m.process, "element": m.element}
        for m in one.misfits
    ]
    if as_json:
        line = json.dumps({"instance": str(one.instance), "findings": findings})
        sys.stdout.write(f"{line}\n")
        return
    for found in findings:
        where = f"{found['process']}/{found['element']}"
        sys.stdout.write(f"{one.instance}: record {found['n']}: {found['code']} at {where}\n")
