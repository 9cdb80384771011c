"""`bihuan dry-run`: drawings on disk tried out, without anything running (试运行)."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from stack.errors import StackError


def add_command(parser: argparse.ArgumentParser) -> None:
    """Add what a process owner does with files at a terminal."""
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="*.bpmn *.dmn *.form")
    parser.add_argument("--script", type=Path, metavar="FILE.json", help="as for /api/dry-run")
    parser.add_argument("--variables", metavar="JSON", help="to begin with, over the script's")
    parser.add_argument("--process", metavar="ID", help="which of several processes")
    parser.add_argument("--records", action="store_true", help="tell every record")
    parser.set_defaults(run=_dry_run)


def _dry_run(options: argparse.Namespace) -> int:
    """Print the report as JSON; 0 when the run came to its end."""
    # The engine takes a while to import, and only this command needs it.
    from activities.known import known  # noqa: PLC0415
    from bpmn.deployment import DeploymentError, examine, load  # noqa: PLC0415
    from bpmn.dry_run import ScriptError, dry_run, from_json  # noqa: PLC0415

    files = {path.name: path.read_bytes() for path in options.files}
    findings = [one.to_json() for one in examine(files, known())]
    try:
        report = dry_run(load("dry run", files), from_json(_script(options)))
    except DeploymentError as error:
        _print({"outcome": "refused", "findings": error.problems})
        return 1
    except ScriptError as error:
        raise StackError(f"the script cannot be followed: {error}") from error
    _print({**report.to_json(records=options.records), "findings": findings})
    return 0 if report.outcome == "completed" else 2


def _script(options: argparse.Namespace) -> Any:
    script = json.loads(options.script.read_text("utf-8")) if options.script else {}
    if options.variables and isinstance(script, dict):
        script["variables"] = {**script.get("variables", {}), **json.loads(options.variables)}
    if options.process and isinstance(script, dict):
        script["process"] = options.process
    return script


def _print(told: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=2) + "\n")
