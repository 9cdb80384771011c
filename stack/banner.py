"""What a person sees when everything is ready (横幅)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

LABELS = {
    "api": "API",
    "docs": "API documentation",
    "temporal_ui": "Temporal",
    "temporal": "Temporal (gRPC)",
    "prefect": "Prefect",
    "postgres": "PostgreSQL",
}


def banner(home: Path, addresses: Mapping[str, str], demo_logins: Path | None) -> str:
    """Return the closing text of a start: addresses, data, logins."""
    rows = [(label, addresses[name]) for name, label in LABELS.items() if name in addresses]
    rows.append(("Data", str(home)))
    if demo_logins is not None:
        rows.append(("Demo logins", str(demo_logins)))
    width = max(len(label) for label, _ in rows)
    lines = [f"  {label:<{width}}  {text}" for label, text in rows]
    title = "Bihuan is ready (闭环已启动). Stop it with Ctrl-C or ./bihuan down."
    return "\n".join(["", title, "", *lines, ""])
