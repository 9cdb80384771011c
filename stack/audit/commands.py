"""The list of `bihuan audit`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from stack.audit import archive, backup, compare, erase, fit, ocel, report, sealing

if TYPE_CHECKING:
    import argparse


class _Act(Protocol):
    """A module that adds commands to the list."""

    def add_commands(self, commands: Any) -> None: ...


_ACTS: tuple[_Act, ...] = (archive, compare, erase, backup, sealing, report, ocel, fit)


def add_commands(parser: argparse.ArgumentParser) -> None:
    """Add what auditors do; each module adds its own commands to the list."""
    commands = parser.add_subparsers(metavar="WHAT", required=True)
    for act in _ACTS:
        act.add_commands(commands)
