"""The demonstration's process deployed as any other: drafted, approved by another (演示部署)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

from stack.demo.people import People, checked
from stack.errors import StackError

DRAFTS = "/api/definition-drafts"
ROLE = "process_owner"


async def deploy(people: People, title: str, files: Mapping[str, bytes]) -> None:
    """Have one process owner draft and submit files, another approve and deploy them."""
    owner, *others = await people.all_with_role(ROLE)
    if not others:
        raise StackError(f"a demonstration needs two demo logins with the role {ROLE}")
    draft = checked(await owner.post(DRAFTS, json={"title": title})).json()
    path = f"{DRAFTS}/{draft['id']}"
    for name, content in files.items():
        await _put(owner, f"{path}/files/{name}", content)
    submitted = checked(await owner.post(f"{path}/submit")).json()
    # It goes over whatever is deployed, which is what a demonstration wants.
    approval: dict[str, Any] = {"digest": submitted["digest"], "over_newer": True}
    checked(await others[0].post(f"{path}/approve", json=approval))
    checked(await others[0].post(f"{path}/deploy"))


async def _put(owner: httpx.AsyncClient, path: str, content: bytes) -> None:
    checked(await owner.put(path, content=content, headers={"If-Match": "*"}))
