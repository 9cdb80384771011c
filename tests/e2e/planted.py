"""Strings of one customer in every place that takes any, and a search of everything on disk."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterable
from pathlib import Path

import httpx
from sqlalchemy import text

from settings import PROJECT
from stack.home import data_folder
from stack.postgres import APPLICATION, OWNER, Cluster
from tests.e2e.running_stack import RunningStack
from tests.e2e.walker import TRY_AGAIN

CONTACT = "planted.contact@example.com"
PLANTED = {
    "name": "诸葛植入甲",
    "contact": CONTACT,
    "description": "植入乙描述机器无法开机",
    "plan": "植入丙方案更换电源模块，三个工作日内完成",
    "reply": "植入丁答复已为您更换电源模块",
    "attachment": "植入戊附件内容",
    "file name": "植入己文件名",
    "note": "植入辛进展已联系",
    "region": "植入壬地区",
    "told region": "植入癸街道八号",
    "product": "植入子产品",
    "order": "ZR-20261122-77",
}
# Kept readable, for lists and figures, until the customer is erased.
READABLE = ("region", "told region", "product", "order")


def bring_in(stack: RunningStack, folder: Path) -> None:
    """Import the customer, whose region is kept readable."""
    file = folder / "customers.csv"
    rows = f"number,name,contact,region\nC-77,{PLANTED['name']},{CONTACT},{PLANTED['region']}\n"
    file.write_text(rows, "utf-8")
    done = stack.command("admin", "import", "customers", str(file))
    file.unlink()
    assert done.returncode == 0, done.stderr


async def tell(stack: RunningStack) -> str:
    """Have an item of the customer told, filed, noted and answered; return its number."""
    number = await _told(stack)
    async with stack.login("team_lead") as client:
        await _complete(client, number, {})
        await _file(client, number)
        await _complete(client, number, {"plan": PLANTED["plan"], "reply": PLANTED["reply"]})
        await _settled(client, number)
    return number


async def tell_and_withdraw(stack: RunningStack) -> str:
    """Have an item told whose process ends at once, so that it can be archived."""
    number = await _told(stack)
    async with stack.login("team_lead") as client:
        deadline = time.monotonic() + 240
        while True:
            path = f"/api/feedback/{number}/withdrawal"
            asked = await client.post(path, json={"reason": PLANTED["note"]})
            if asked.status_code not in TRY_AGAIN:
                assert asked.status_code < 300, asked.text
                return number
            assert time.monotonic() < deadline


async def _told(stack: RunningStack) -> str:
    async with stack.login("administrator") as client:
        told = {
            "contact": CONTACT,
            "customer_name": PLANTED["name"],
            "description": PLANTED["description"],
            "type": "repair",
            "product": PLANTED["product"],
            "region": PLANTED["told region"],
            "order_number": PLANTED["order"],
        }
        answer = await client.post("/api/feedback", json=told)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["number"])


# The month is counted and reported, and what is owed is done, as the flows of Prefect do it.
_RUN_FLOWS = """
from datetime import UTC, datetime
from flows import counting
from flows.daily import daily
from flows.erasures import erasures
from flows.reports import making
from models.measures.period import MONTH, Period, day_of
today = day_of(datetime.now(UTC))
daily(today)
if making.make(Period.holding(MONTH, today)):
    erasures()
"""
_SLICE = 40


def run_flows(stack: RunningStack) -> None:
    """Run flows under the stack's Prefect: figures, reports of the month, what erasures left."""
    ports = json.loads((stack.home / "ports.json").read_text())
    cluster = Cluster(stack.home, port=ports["postgres"])
    environment = {
        **os.environ,
        "BIHUAN_HOME": str(stack.home),
        "BIHUAN_DATABASE_URL": cluster.url(APPLICATION),
        "BIHUAN_OWNER_DATABASE_URL": cluster.url(OWNER),
        "PREFECT_API_URL": f"http://127.0.0.1:{ports['prefect']}/api",
        "PREFECT_HOME": str(stack.home / "prefect"),
    }
    done = subprocess.run(
        [sys.executable, "-c", _RUN_FLOWS],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def slices_of_sheets(stack: RunningStack) -> dict[str, bytes]:
    """Return pieces of the sheets that reports are packed into, with what they say in full.

    A packed file never shows a string; whoever finds the packed bytes can unpack them.
    """
    engine = stack.rows()
    try:
        with engine.connect() as connection:
            asked = text("SELECT content FROM report WHERE content IS NOT NULL AND kind = 'xlsx'")
            books = [bytes(row.content) for row in connection.execute(asked)]
    finally:
        engine.dispose()
    found: dict[str, bytes] = {}
    for book in books:
        with zipfile.ZipFile(io.BytesIO(book)) as packed:
            one = packed.getinfo("xl/sharedStrings.xml")
            said = packed.read(one).decode()
        if not any(planted in said for planted in PLANTED.values()):
            continue
        first = one.header_offset + 30 + len(one.filename) + len(one.extra)
        for part in range(4):
            begin = first + (one.compress_size - _SLICE) * part // 3
            found[f"sheet {len(found)}"] = book[begin : begin + _SLICE]
    return found


def found_in(stack: RunningStack, wanted: Iterable[str | bytes]) -> dict[str | bytes, list[str]]:
    """Return which of the strings lie in which files of the home and of PostgreSQL."""
    needles = {one: one.encode() if isinstance(one, str) else one for one in wanted}
    found: dict[str | bytes, list[str]] = {}
    for root in {stack.home, data_folder(stack.home)}:
        for path in root.rglob("*"):
            try:
                content = path.read_bytes() if path.is_file() else b""
            except FileNotFoundError:
                continue
            for name, needle in needles.items():
                if needle in content:
                    found.setdefault(name, []).append(str(path.relative_to(root)))
    return found


async def _file(client: httpx.AsyncClient, number: str) -> None:
    content = f"{PLANTED['attachment']}\n" * 20
    files = {"file": (f"{PLANTED['file name']}.txt", content.encode(), "text/plain")}
    added = await client.post(f"/api/feedback/{number}/attachments", files=files)
    assert added.status_code == 201, added.text
    note = {"code": "tested", "note": PLANTED["note"]}
    noted = await client.post(f"/api/feedback/{number}/progress", json=note)
    assert noted.status_code < 300, noted.text


async def _complete(client: httpx.AsyncClient, number: str, variables: dict[str, str]) -> None:
    deadline = time.monotonic() + 240
    while True:
        assert time.monotonic() < deadline
        item = (await client.get(f"/api/feedback/{number}")).json()
        for task in item["open_tasks"]:
            path = f"/v2/user-tasks/{task['user_task_key']}/completion"
            done = await client.post(path, json={"variables": variables})
            if done.status_code not in TRY_AGAIN:
                assert done.status_code == 204, done.text
                return


async def _settled(client: httpx.AsyncClient, number: str) -> None:
    """Wait until the reply has gone out."""
    deadline = time.monotonic() + 240
    while (await client.get(f"/api/feedback/{number}")).json()["status"] != "resolved":
        assert time.monotonic() < deadline
