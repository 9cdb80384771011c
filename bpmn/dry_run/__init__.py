"""A drawing tried out before it is deployed (试运行): no Temporal, nothing stored, no real time.

Tasks answer as a script says, by default at once and with nothing; when nothing else can move the
clock jumps to the next due time; the run is bounded by counted steps and records.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpmn.commands import Rejection
from bpmn.dry_run.player import Player
from bpmn.dry_run.report import Report, report
from bpmn.dry_run.script import Script, ScriptError, from_json

if TYPE_CHECKING:
    from bpmn.clock import Calendar
    from bpmn.model import Definition

__all__ = ["Report", "Script", "ScriptError", "dry_run", "from_json"]


def dry_run(definition: Definition, script: Script, calendar: Calendar | None = None) -> Report:
    """Play a definition by a script and tell what became of it.

    Raises:
        ScriptError: the process is not named and not the only one that can begin, does not exist,
            or cannot begin as told.
    """
    process = script.process or _main(definition)
    player = Player(definition, script, calendar)
    try:
        player.play(process)
    except Rejection as error:
        raise ScriptError(error.code, script.start or process) from error
    return report(player, process)


def _main(definition: Definition) -> str:
    """Return the process to begin with: the only one that no other calls."""
    every = [e for p in definition.processes.values() for e in p.elements.values()]
    called = {e.call.target for e in every if e.kind == "callActivity" and e.call}
    outer = [name for name in definition.processes if name in definition.own - called]
    if len(outer) != 1:
        raise ScriptError("process_not_named", ", ".join(outer))
    return outer[0]
