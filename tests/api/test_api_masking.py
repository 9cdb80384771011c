"""Whoever looks, a person's data is masked or not there; whole only for a reason, recorded."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy.orm import Session

import api
from api.app import create_app
from api.attachment_rules import AttachmentRules
from api.masked import MASKED, Personal, is_shown
from api.relation import Relation
from models import access_record
from models.attachment_folder import AttachmentFolder
from models.person import ROLES
from tests.api.door import Door
from tests.api.route_walk import PARTS

NAME = "欧阳娜可"
PHONE = "13987654321"
MAIL = "ouyang.nake@kunde.example"
IDENTITY = "11010519491231002X"
PLANTED = (NAME, PHONE, MAIL, IDENTITY)
TOLD = f"联系电话{PHONE}，邮箱 {MAIL}，身份证 {IDENTITY}。"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(40)
# Verbs that change nothing of an item; the rest of the POSTs do.
LOOKS = re.compile(r"/search$|/statistics|/counters$")
# What leaves the process open, and what ends the login that asks.
NOT_WALKED = {"/api/logout", "/api/events", "/api/user-tasks/events"}


def test_every_kind_of_text_has_a_rule_and_every_rule_known_roles() -> None:
    assert set(MASKED) == set(Personal)
    for rule in MASKED.values():
        for roles in rule.values():
            assert set() != roles <= set(ROLES)


@pytest.mark.parametrize(
    ("role", "related", "shown"),
    [
        ("specialist", set(), True),
        ("product_manager", set(), False),
        ("management", {Relation.DEPARTMENT}, False),
        ("staff", {Relation.COLLABORATOR}, False),
        ("staff", {Relation.DEPARTMENT}, True),
        ("account_manager", set(), False),
        ("account_manager", {Relation.ACCOUNT_MANAGER}, True),
        ("engineer", {Relation.COLLABORATOR, Relation.CANDIDATE}, True),
    ],
)
def test_a_contact_is_for_those_who_need_one(
    role: str, related: set[Relation], *, shown: bool
) -> None:
    caller: Any = type("Somebody", (), {"roles": frozenset({role})})

    assert is_shown(caller, Personal.CONTACT, frozenset(related)) is shown


def test_no_other_module_masks_what_it_shows_or_opens_the_vault() -> None:
    # These mask what they store or refuse what is personal; those reveal, and record it.
    masks = {"masked", "feedback_intake", "given_variables", "erasures"}
    opens = {
        "masked",
        "feedback_reveal",
        "customer_messages",
        "feedback_messages",
        "attachment_download",
    }
    folder = Path(api.__file__).parent
    texts = {path.stem: path.read_text() for path in folder.glob("*.py")}

    assert {name for name, code in texts.items() if "nlp.masking" in code} <= masks
    reveals = {name for name, code in texts.items() if re.search(r"vault\.reveal", code)}
    assert reveals - PRIVATE <= opens


# A form that somebody has begun, shown to nobody else.
PRIVATE = {"task_drafts", "task_draft"}


@pytest.fixture
async def filed(door: Door, tmp_path: Path) -> AsyncIterator[Door]:
    """The door with a folder for attachments."""
    rules = AttachmentRules(AttachmentFolder(tmp_path / "attachments"))
    means = replace(door.means, attachments=rules)
    transport = httpx.ASGITransport(app=create_app(means))
    async with httpx.AsyncClient(transport=transport, base_url="http://bihuan.test") as client:
        yield replace(door, client=client, means=means)


async def planted(door: Door) -> tuple[str, dict[str, str]]:
    """Plant a person's data wherever it can be told; return the item and what is in its paths."""
    number = await door.receive(
        customer_name=NAME, contact=PHONE, description=TOLD, product="X200", region="华东"
    )
    await door.complete(number, "tech")
    key = str((await door.task(number))["userTaskKey"])
    path = f"/api/feedback/{number}"
    await door.post("tech", f"{path}/progress", {"note": TOLD})
    await door.post("spec", f"{path}/message", {"text": TOLD})
    files = {"file": (f"{PHONE}.png", PNG)}
    headers = await door.headers("tech")
    added = await door.client.post(f"{path}/attachments", files=files, headers=headers)
    assert added.status_code == 201, added.text
    found = (await door.get("spec", path)).json()
    with door.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE customer SET account_manager = 'the_account_manager';"
            "UPDATE feedback SET collaborators = '{management}'"
        )
    parts = {
        "number": number,
        "customer_id": found["customer"]["id"],
        "attachment_id": added.json()["id"],
        "instance": found["process_instance_key"],
        "task": key,
    }
    return number, parts


def path_of(template: str, parts: dict[str, str]) -> str:
    task = template.startswith(("/v2/user-tasks", "/api/user-tasks"))
    known = parts | {"key": parts["task"] if task else parts["instance"]}
    return re.sub(
        r"{(\w+)}",
        lambda found: known.get(found[1], PARTS.get(found[1], parts["customer_id"])),
        template,
    )


@pytest.mark.integration
async def test_one_item_looks_different_to_those_who_stand_to_it_differently(filed: Door) -> None:
    number, _ = await planted(filed)

    seen = {}
    for role in ("specialist", "auditor", "account_manager", "product_manager", "staff"):
        answer = await filed.get(f"the_{role}", f"/api/feedback/{number}")
        assert answer.status_code == 200, (role, answer.text)
        seen[role] = answer.json()["customer"]

    assert {one["name"] for one in seen.values()} == {"欧*"}
    contacts = {role: one["contact"] for role, one in seen.items()}
    masked = "139****4321"
    assert contacts == {
        "specialist": masked,
        "auditor": masked,
        "account_manager": masked,
        "product_manager": None,
        "staff": None,
    }


@pytest.mark.integration
async def test_whole_it_is_for_a_reason_only_and_that_is_recorded(filed: Door) -> None:
    number, _ = await planted(filed)
    path = f"/api/feedback/{number}/reveal"

    without = await filed.post("spec", path, {"field": "contact"})
    shown = await filed.post("spec", path, {"field": "contact", "reason": "回电确认"})

    assert without.status_code == 422
    assert shown.json()["value"] == PHONE
    with Session(filed.engine) as session:
        looks = [row for row in access_record.read(session, number) if row.action == "reveal"]
    assert [(row.actor, row.data["field"]) for row in looks] == [("spec", "contact")]
