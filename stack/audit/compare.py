"""`bihuan audit compare`: records held against Temporal's histories, and decided again (对照)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import settings

if TYPE_CHECKING:
    import argparse


def add_commands(commands: Any) -> None:
    """Add the comparison to the list."""
    one = commands.add_parser("compare", help="records against Temporal's histories (对照)")
    one.add_argument("keys", nargs="*", type=int, metavar="KEY", help="instances")
    one.add_argument("--all", action="store_true", help="every instance")
    one.add_argument("--redecide", action="store_true", help="have the engine decide again too")
    one.set_defaults(run=_compare)


def _compare(options: argparse.Namespace) -> int:
    """Return 0 without findings, 2 with some; histories past their retention are only counted."""
    if bool(options.keys) == options.all:
        raise ValueError("name instances by their keys, or ask for --all")
    # Temporal's SDK takes a while to import, and not every command needs it.
    from stack.audit.comparing import compare_all  # noqa: PLC0415

    return compare_all(settings.load(), options.keys, redecide=options.redecide)
