"""A stack under construction: its parts, and what they tell one another (清单)."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from settings import Settings
from stack.part import Part
from stack.postgres import Cluster
from stack.processes import MARK

LOCAL = "127.0.0.1,localhost"


@dataclass
class Plan:
    """What a stack is made of.

    Attributes:
        ports: of the servers and doors that this stack starts.
        environment: what every door gets.
        addresses: what the banner shows.
        owner_url: address of the database for its owner, for the doors that need it.
        cluster: the embedded database, None where an external one is used.
    """

    settings: Settings
    ports: Mapping[str, int]
    environment: dict[str, str] = field(default_factory=dict, repr=False)
    addresses: dict[str, str] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)
    owner_url: str = field(default="", repr=False)
    cluster: Cluster | None = None

    @property
    def home(self) -> Path:
        """The home of the stack."""
        return self.settings.home

    @property
    def wants_demo_people(self) -> bool:
        """Demo people are made in the embedded database only, unless the settings say no."""
        return (
            self.cluster is not None
            and "migrations" in self.settings.parts
            and self.settings.demo_people is not False
        )


def needed_ports(settings: Settings) -> dict[str, int]:
    """Return the names of the ports of a stack; the number is 0 where any port will do."""
    names: dict[str, int] = {}
    if "postgres" in settings.parts and not settings.database_url:
        names["postgres"] = 0
    if "temporal" in settings.parts and not settings.temporal_address:
        names |= {"temporal": 0, "temporal_ui": 0}
    if "prefect" in settings.parts and not settings.prefect_api_url:
        names["prefect"] = 0
    if "api" in settings.parts:
        names["api"] = settings.api_port
    return names


def base_environment(settings: Settings) -> dict[str, str]:
    """Return what every child gets, whatever the shell of the person was like."""
    own = {
        "PATH": os.pathsep.join([str(Path(sys.prefix) / "bin"), os.environ.get("PATH", "")]),
        "PYTHONUTF8": "1",
        "PYTHONUNBUFFERED": "1",
        # Calls between the parts never go through a proxy that the environment names.
        "NO_PROXY": ",".join(filter(None, [os.environ.get("NO_PROXY"), LOCAL])),
        "no_proxy": ",".join(filter(None, [os.environ.get("no_proxy"), LOCAL])),
        MARK: str(settings.home),
        "BIHUAN_HOME": str(settings.home),
        "BIHUAN_SECRETS_DIR": str(settings.secrets_path),
        "BIHUAN_TEMPORAL_NAMESPACE": settings.temporal_namespace,
    }
    # The owner's address is only for the doors that need it.
    kept = {name: text for name, text in os.environ.items() if name != "BIHUAN_OWNER_DATABASE_URL"}
    return kept | own
