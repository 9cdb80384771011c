"""The report of one item: a PDF that says what happened, masked, and a signature beside it."""

from __future__ import annotations

import io
import json
import secrets
import zipfile
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from sqlalchemy.orm import Session

from api.app import create_app
from api.audit_report import WORDS
from audit.report_content import Reader, Subject, content
from audit.report_file import PDF, SIGNATURE
from audit.report_words import Words
from models import access_record, feedback
from models.process_instance import ProcessInstance
from proof.signed_file import is_genuine
from proof.signing import KEY_FILE, Signer, Verifier
from tests.api.door import NAME, PHONE, Door

pytestmark = pytest.mark.integration
NOON = datetime(2026, 9, 21, 4, tzinfo=UTC)


@pytest.fixture
async def signing(door: Door, tmp_path: Path) -> AsyncIterator[Door]:
    """The same door where the house has a key to sign with."""
    (tmp_path / KEY_FILE).write_bytes(secrets.token_bytes(32))
    chosen = door.means.chosen.model_copy(update={"secrets_dir": tmp_path})
    means = replace(door.means, chosen=chosen)
    transport = httpx.ASGITransport(app=create_app(means))
    async with httpx.AsyncClient(transport=transport, base_url="http://bihuan.test") as client:
        yield replace(door, client=client, means=means)


async def key_of(door: Door, number: str) -> str:
    item = (await door.get("spec", f"/api/feedback/{number}")).json()
    return str(item["process_instance_key"])


async def test_a_report_is_a_pdf_that_the_house_signed(signing: Door) -> None:
    number = await signing.receive()
    key = await key_of(signing, number)

    answer = await signing.get("audit", f"/api/audit/{key}/report", params={"language": "zh-CN"})

    assert answer.status_code == 200, answer.text
    assert f"audit-{number}.zip" in answer.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        pdf, beside = archive.read(PDF), json.loads(archive.read(SIGNATURE))
    verifier = Verifier(Signer.read(signing.means.chosen.secrets_path).public)
    assert pdf.startswith(b"%PDF")
    assert is_genuine(verifier, pdf, beside)
    assert not is_genuine(verifier, pdf[:-1] + b"x", beside)
    assert not is_genuine(verifier, pdf, {**beside, "made_at": "2020-01-01T00:00:00+00:00"})
    stranger = Verifier(Signer(b"s" * 32).public)
    assert not is_genuine(stranger, pdf, beside)


async def test_who_had_a_report_made_is_recorded(signing: Door) -> None:
    number = await signing.receive()
    key = await key_of(signing, number)

    await signing.get("audit", f"/api/audit/{key}/report")

    with Session(signing.engine) as session:
        acts = {one.action: one.actor for one in access_record.read(session, number)}
    assert acts["audit.report"] == "audit"


async def test_only_auditors_get_a_report(signing: Door) -> None:
    key = await key_of(signing, await signing.receive())

    answers = [await signing.get(one, f"/api/audit/{key}/report") for one in ("lead", "admin")]

    assert [one.status_code for one in answers] == [403, 403]


async def test_without_a_key_it_says_that_none_is_there(door: Door, tmp_path: Path) -> None:
    key = await key_of(door, await door.receive())
    chosen = door.means.chosen.model_copy(update={"secrets_dir": tmp_path})
    transport = httpx.ASGITransport(app=create_app(replace(door.means, chosen=chosen)))
    async with httpx.AsyncClient(transport=transport, base_url="http://bihuan.test") as client:
        answer = await replace(door, client=client).get("audit", f"/api/audit/{key}/report")

    assert (answer.status_code, answer.json()["code"]) == (409, "signing_key_missing")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_it_says_what_happened_in_words_and_masks_who_told_it(
    signing: Door, language: str
) -> None:
    number = await signing.receive(customer_name=NAME, contact=PHONE)
    await signing.complete(number, "tech")
    with Session(signing.engine) as session:
        item = feedback.by_number(session, number)
        assert item is not None
        instance = session.get(ProcessInstance, item.id)
        assert instance is not None
        words = Words(WORDS, "en" if language == "en" else "zh-CN")
        reader = Reader(session, signing.means.definitions, words, "audit", NOON)
        told = content(reader, Subject(instance, item, "欧**"), [["x", "y"]])

    said = json.dumps(told, ensure_ascii=False)
    assert number in said
    assert "欧**" in said
    assert NAME not in said
    assert PHONE not in said
    # The digest of the definition may hold anything, codes are in words.
    assert "USER_TASK_COMPLETED" not in said
    assert '"processing"' not in said
    assert ("任务完成" if language == "zh-CN" else "Task completed") in said
    [moments] = [one for one in told["sections"] if len(one.get("headers", ())) == 6]
    assert any(row[4] == "tech" for row in moments["rows"])
