"""`bihuan up`: start everything and stay with it (启动)."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from typing import Any

from settings import PROJECT, Settings
from stack.banner import banner
from stack.errors import StackError
from stack.home import Home
from stack.keys import make_keys
from stack.logs import Log
from stack.manifest_key import make_manifest_key
from stack.parts import check_external, make_plan
from stack.plan import Plan, needed_ports
from stack.ports import Ports
from stack.processes import clear_leftovers
from stack.supervisor import Supervisor

READY_SECONDS = 300


def up(settings: Settings, *, quiet: bool = False) -> int:
    """Run the stack in this process until it is told to stop; return the exit code."""
    home = Home(settings.home)
    home.prepare()
    with home.held():
        log = Log(home.logs, sys.stdout, quiet=quiet)
        ports = Ports()
        try:
            clear_leftovers(home.path, log.say)
            plan = _lay_out(settings, home, ports)
            return 0 if asyncio.run(_supervise(plan, home, log)) else 1
        finally:
            home.state.unlink(missing_ok=True)
            ports.close()
            log.close()


def up_detached(settings: Settings) -> int:
    """Start the stack in the background and return when it is ready."""
    home = Home(settings.home)
    home.prepare()
    if holder := home.holder():
        raise StackError(f"it already runs on {home.path} (process {holder})")
    home.logs.mkdir(mode=0o700, exist_ok=True)
    console = home.logs / "console.log"
    with console.open("wb") as file:
        child = subprocess.Popen(
            [sys.executable, "-m", "stack", "up", "--quiet"],
            cwd=PROJECT,
            # Before this process was started, the console was built or its failure told.
            env=os.environ | {"BIHUAN_CONSOLE_BUILD": "false"},
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            start_new_session=True,
        )
    text = ""
    try:
        text = _wait_until_ready(home, child)
    finally:
        if not text and child.poll() is None:
            child.terminate()
    sys.stdout.write(text)
    return 0


def _wait_until_ready(home: Home, child: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + READY_SECONDS
    while child.poll() is None and time.monotonic() < deadline:
        state = home.read_state()
        if state.get("pid") == child.pid and state["ready"]:
            return str(state["banner"])
        time.sleep(0.1)
    said = (home.logs / "console.log").read_text(errors="replace")
    raise StackError(f"it did not start:\n{said}")


def _lay_out(settings: Settings, home: Home, ports: Ports) -> Plan:
    chosen = ports.choose_all(needed_ports(settings), home.ports)
    plan = make_plan(settings, chosen)
    has_data = plan.cluster is not None and (plan.cluster.data / "PG_VERSION").exists()
    make_keys(settings.secrets_path, data_exists=has_data)
    make_manifest_key(settings.secrets_path)
    return plan


async def _supervise(plan: Plan, home: Home, log: Log) -> bool:
    await check_external(plan.settings)
    logins = plan.settings.demo_logins_path if plan.wants_demo_people else None
    text = banner(home.path, plan.addresses, logins)
    state: dict[str, Any] = {
        "pid": os.getpid(),
        "started_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "ready": False,
        "addresses": plan.addresses,
        "parts": [],
        "banner": text,
    }

    def changed(parts: list[dict[str, Any]]) -> None:
        state["parts"] = parts
        # A full disk must not end the service: the state is only for those who look.
        with contextlib.suppress(OSError):
            home.write_state(state)

    def ready() -> None:
        state["ready"] = True
        changed(state["parts"])
        log.show(text)

    return await Supervisor(plan.parts, log, changed=changed, ready=ready).run()
