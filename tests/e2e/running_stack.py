"""A whole stack of its own for tests, spoken to as people do: over HTTP."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import Engine
from temporalio.client import Client

from models.database import engine
from settings import PROJECT
from stack.postgres import APPLICATION, Cluster
from workflows.codec import data_converter


class RunningStack:
    """`bihuan up` in a home of its own; `kill` ends a part as a power cut would."""

    def __init__(self, home: Path, parts: str, **settings: str) -> None:
        self.home = home
        self._environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("BIHUAN_")},
            "BIHUAN_HOME": str(home),
            "BIHUAN_PARTS": parts,
            "BIHUAN_INTAKE_RATE_PER_MINUTE": "100000",
            "BIHUAN_CONSOLE_BUILD": "false",
            **settings,
        }

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of `bihuan` as a person types it."""
        return subprocess.run(
            [sys.executable, "-m", "stack", *arguments],
            cwd=PROJECT,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )

    def up(self) -> None:
        done = self.command("up", "--detach")
        assert done.returncode == 0, done.stdout + done.stderr

    def down(self) -> None:
        self.command("down")

    def status(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.command("status", "--json").stdout)
        return found

    def pid(self, part: str) -> int:
        return next(int(p["pid"]) for p in self.status()["parts"] if p["name"] == part)

    def signal(self, part: str, number: signal.Signals) -> int:
        """Send a signal to a part's main process and return its pid."""
        pid = self.pid(part)
        os.kill(pid, number)
        return pid

    def kill(self, part: str) -> None:
        self.signal(part, signal.SIGKILL)

    @property
    def api(self) -> str:
        return str(self.status()["addresses"]["api"])

    @property
    def logins(self) -> dict[str, tuple[str, str]]:
        """Username -> (password, role)."""
        lines = (self.home / "demo-logins.txt").read_text().splitlines()
        rows = [line.split() for line in lines if line and not line.startswith("#")]
        return {name: (password, role) for name, password, role in rows}

    def secret(self, name: str) -> bytes:
        return (self.home / "secrets" / name).read_bytes()

    def rows(self) -> Engine:
        """Connections as the application role."""
        port = json.loads((self.home / "ports.json").read_text())["postgres"]
        return engine(Cluster(self.home, port=port).url(APPLICATION), pool_size=2)

    async def temporal(self) -> Client:
        address = self.status()["addresses"]["temporal"]
        converter = data_converter(self.secret("service.key"))
        return await Client.connect(address, namespace="bihuan", data_converter=converter)

    def login(self, role: str) -> httpx.AsyncClient:
        """A client with a token of somebody who has this role."""
        name, password = next((n, p) for n, (p, r) in self.logins.items() if r == role)
        body = {"username": name, "password": password}
        answer = httpx.post(f"{self.api}/api/login", json=body, timeout=120)
        assert answer.status_code == 200, answer.text
        headers = {"Authorization": f"Bearer {answer.json()['token']}"}
        return httpx.AsyncClient(base_url=self.api, headers=headers, timeout=120)
