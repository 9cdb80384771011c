"""Strings of one customer in every place that takes any, and a search of everything on disk."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path

import httpx

from stack.home import data_folder
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
        deadline = time.monotonic() + 60
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


def found_in(stack: RunningStack, wanted: Iterable[str]) -> dict[str, list[str]]:
    """Return which of the strings lie in which files of the home and of PostgreSQL."""
    needles = {one: one.encode() for one in wanted}
    found: dict[str, list[str]] = {}
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
    text = f"{PLANTED['attachment']}\n" * 20
    files = {"file": (f"{PLANTED['file name']}.txt", text.encode(), "text/plain")}
    added = await client.post(f"/api/feedback/{number}/attachments", files=files)
    assert added.status_code == 201, added.text
    note = {"code": "tested", "note": PLANTED["note"]}
    noted = await client.post(f"/api/feedback/{number}/progress", json=note)
    assert noted.status_code < 300, noted.text


async def _complete(client: httpx.AsyncClient, number: str, variables: dict[str, str]) -> None:
    deadline = time.monotonic() + 60
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
    deadline = time.monotonic() + 60
    while (await client.get(f"/api/feedback/{number}")).json()["status"] != "resolved":
        assert time.monotonic() < deadline
