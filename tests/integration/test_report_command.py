"""`bihuan audit report`: what the API makes, made at the terminal, and checked there."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from uuid import uuid4

import pytest
from pypdf import PdfReader
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from models import audit_record, feedback, process_instance
from models.feedback import Feedback
from models.key_folder import KeyFolder
from models.vault import Vault
from nlp.masking import mask_contact, mask_name
from tests.conftest import Database
from tests.integration import test_sealing_commands as sealing
from tests.integration.erasable import NOW, tell

pytestmark = pytest.mark.integration
home = sealing.home
NUMBER, KEY = "202611-007", 7 << 20
NAME, CONTACT = "欧阳测试", "13812345678"


@pytest.fixture
def item(app_engine: Engine, home: Path) -> str:
    """An item with a customer's name and contact, and some records."""
    (home / "secrets/epoch.key").write_bytes(bytes(range(32)))
    keys = KeyFolder(home / "secrets")
    customer, name, contact = tell(app_engine, keys, "a"), uuid4(), uuid4()
    with Session(app_engine) as session, session.begin():
        Vault(keys).store_all(session, customer.id, {name: NAME, contact: CONTACT})
        row = Feedback(
            id=KEY,
            number=NUMBER,
            channel="web",
            customer_id=customer.id,
            name_ref=name,
            contact_ref=contact,
            submitted_at=NOW,
            received_at=NOW,
        )
        process_instance.create(
            session, key=KEY, digest="d" * 64, process_id="feedback", started_at=NOW
        )
        feedback.create(session, row)
        record = {"kind": "INCIDENT_CREATED", "element": "接单", "key": KEY, "data": {}}
        rows = [{"number": n, "at": NOW.isoformat(), **record} for n in (1, 2, 3)]
        audit_record.append(session, KEY, rows)
        process_instance.advance(session, KEY, last_number=3)
    return NUMBER


@pytest.mark.parametrize("named", [NUMBER, str(KEY)])
def test_a_report_made_at_the_terminal_is_genuine_masked_and_recorded(
    database: Database, home: Path, item: str, app_engine: Engine, named: str
) -> None:
    file, key = home / "report.zip", str(home / "secrets/manifest.pub")

    made = sealing.bihuan(database, home, "audit", "report", named, str(file), "--language", "en")
    checked = sealing.bihuan(database, home, "audit", "report-check", str(file), "--key", key)

    assert made.returncode == 0, made.stdout + made.stderr
    assert checked.stdout.startswith("genuine")
    assert file.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(file) as packed:
        pages = PdfReader(io.BytesIO(packed.read("report.pdf"))).pages
    said = "".join("".join(page.extract_text() for page in pages).split())
    assert item in said
    assert mask_name(NAME) in said
    assert mask_contact(CONTACT) in said
    assert NAME not in said
    assert CONTACT not in said
    with app_engine.connect() as connection:
        asked = text("SELECT actor, subject FROM access_record WHERE action = 'audit.report'")
        assert [tuple(row) for row in connection.execute(asked)] == [("bihuan audit", item)]


@pytest.mark.usefixtures("item")
def test_nothing_is_reported_of_what_there_is_not(database: Database, home: Path) -> None:
    file = home / "report.zip"

    answers = [
        sealing.bihuan(database, home, "audit", "report", one, str(file))
        for one in ("202611-404", "9" * 30)
    ]

    assert [one.returncode for one in answers] == [1, 1]
    assert "there is no item" in answers[0].stderr
    assert not file.exists()
