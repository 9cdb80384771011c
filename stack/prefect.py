"""The Prefect server: its command line, environment and readiness (调度服务器)."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

HOST = "127.0.0.1"
# Nothing leaves the house: no analytics, no promotions, no questions on a terminal.
QUIET = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "PREFECT_CLI_PROMPT": "false",
    "PREFECT_CLI_COLORS": "false",
    "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
}


def api_url(port: int) -> str:
    """Return the address for clients."""
    return f"http://{HOST}:{port}/api"


def client_environment(home: Path, url: str) -> dict[str, str]:
    """Return the environment of everything that talks to Prefect."""
    return {**QUIET, "PREFECT_HOME": str(home), "PREFECT_API_URL": url}


def server_environment(home: Path, port: int, database_url: str) -> dict[str, str]:
    """Return the environment of the server.

    The pages of its interface have the address of the server in them, so each home has its own.
    """
    return {
        **client_environment(home, api_url(port)),
        "PREFECT_API_DATABASE_CONNECTION_URL": database_url,
        "PREFECT_UI_STATIC_DIRECTORY": str(home / "ui"),
    }


def server_command(port: int) -> tuple[str, ...]:
    """Return the command line of the server."""
    words = (sys.executable, "-m", "prefect", "server", "start")
    return (*words, "--host", HOST, "--port", str(port))


async def answers(url: str) -> bool:
    """Say whether an HTTP GET is answered with 200."""
    try:
        # Addresses of this machine never go through a proxy that the environment names.
        async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
            return (await client.get(url)).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


async def serves(url: str, since: datetime) -> bool:
    """Say whether a process that serves deployments has asked for runs since then.

    The deployments themselves are no sign: they stay in the database from the last start.
    """
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
            found = await client.post(f"{url}/deployments/filter", json={})
    except httpx.HTTPError:
        return False
    if found.status_code != httpx.codes.OK:
        return False
    return any(_polled(deployment, since) for deployment in found.json())


def _polled(deployment: Mapping[str, Any], since: datetime) -> bool:
    polled = deployment.get("last_polled")
    return polled is not None and datetime.fromisoformat(polled) >= since
