"""`bihuan replay`: histories replayed with the present code, before a release (代码回放)."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from pathlib import Path
from secrets import SystemRandom
from typing import TYPE_CHECKING

import settings
from stack.errors import StackError

if TYPE_CHECKING:
    from audit.code_replay import CodeReplay

SAMPLE = 200
_SHOWN = 20


def add_command(parser: argparse.ArgumentParser) -> None:
    """Add what is done before a release, and in CI."""
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--all", action="store_true", help="every open and closed history")
    which.add_argument("--sample", type=int, metavar="N", help=f"so many at random ({SAMPLE})")
    which.add_argument("--folder", type=Path, metavar="DIR", help="*.json files instead")
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.set_defaults(run=_replay)


def _replay(options: argparse.Namespace) -> int:
    """Return 0 when the code goes the way of every history, 2 when it does not."""
    chosen = settings.load()
    if options.folder is not None:
        found = asyncio.run(_files(chosen, sorted(options.folder.glob("*.json"))))
    else:
        wanted = None if options.all else SAMPLE if options.sample is None else options.sample
        found = asyncio.run(_running(chosen, wanted))
    _show(found, as_json=options.json)
    return 2 if found.unreplayable else 0


async def _files(chosen: settings.Settings, paths: list[Path]) -> CodeReplay:
    if not paths:
        raise StackError("there are no histories (*.json) in this folder")
    # Temporal's SDK takes a while to import, and not every command needs it.
    from temporalio.converter import DataConverter  # noqa: PLC0415

    from audit import code_replay  # noqa: PLC0415 (as above)
    from workflows.codec import data_converter  # noqa: PLC0415 (as above)

    key = chosen.secrets_path / "service.key"
    converter = data_converter(key.read_bytes()) if key.exists() else DataConverter()
    return await code_replay.replay(code_replay.of_files(paths), converter)


async def _running(chosen: settings.Settings, wanted: int | None) -> CodeReplay:
    from temporalio.service import RPCError  # noqa: PLC0415 (as above)

    from activities.contracts import WORKFLOW  # noqa: PLC0415 (as above)
    from audit import code_replay  # noqa: PLC0415 (as above)
    from stack.running import Running  # noqa: PLC0415 (as above)
    from workflows.codec import connect  # noqa: PLC0415 (as above)

    address = Running.find(chosen).address("temporal") or chosen.temporal_address
    try:
        key = chosen.secrets_path / "service.key"
        client = await connect(address, chosen.temporal_namespace, key)
        runs = await code_replay.runs_of(client, f"WorkflowType = '{WORKFLOW}'")
        if wanted is not None and wanted < len(runs):
            runs = SystemRandom().sample(runs, wanted)
        histories = code_replay.of_runs(client, runs)
        return await code_replay.replay(histories, client.data_converter)
    except (OSError, RuntimeError, RPCError) as error:
        raise StackError(f"Temporal cannot be asked ({type(error).__name__})") from error


def _show(found: CodeReplay, *, as_json: bool) -> None:
    if as_json:
        broken = [
            {"workflow": one.workflow_id, "run": one.run_id, "error": one.error, "told": one.told}
            for one in found.unreplayable
        ]
        told = {"replayed": found.replayed, "unreplayable": broken}
        sys.stdout.write(json.dumps(told, indent=2) + "\n")
        return
    for one in found.unreplayable[:_SHOWN]:
        sys.stdout.write(f"{one.workflow_id} {one.run_id}: {one.error} {one.told}\n")
    if len(found.unreplayable) > _SHOWN:
        sys.stdout.write(f"... and {len(found.unreplayable) - _SHOWN} more\n")
    sys.stdout.write(f"replayed={found.replayed} unreplayable={len(found.unreplayable)}\n")
