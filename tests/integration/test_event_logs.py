"""Event logs for process mining: whole, of the standard's form, without anybody's data."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from audit import ocel, ocel_sqlite
from audit.element_times import NO_RUNS
from audit.ocel_events import KINDS
from audit.ocel_log import EventLog
from audit.pseudonym import pseudonyms
from audit.sample import Sample
from models import audit_record
from models.feedback import Feedback
from models.key_source import FileKeySource
from models.product_batch import ProductBatch
from models.purchase_order import PurchaseOrder
from tests.conftest import Database
from tests.houses import KEY, quiet_house
from tests.integration.ocel_reader import Log, read
from tests.integration.random_history import TEXTS, History
from tests.integration.slow_mining import GATEWAYS
from tests.ocel_schema import SCHEMA

pytestmark = pytest.mark.integration

BEGIN = datetime(2026, 8, 24, tzinfo=UTC)
ITEMS = Sample("feedback")
OBJECTS = {"feedback", "task", "customer", "product", "batch", "supplier", "department"}


@dataclass
class Lived:
    """A database with random lives."""

    engine: Engine
    keys: list[int]


@pytest.fixture
def lived(database: Database) -> Iterator[Lived]:
    house = quiet_house(database.app_url)
    history = History(house, seed=3)
    history.live(BEGIN, timedelta(days=12), 9)
    with Session(house.engine) as session, session.begin():
        _order(session, list(history.intake))
    yield Lived(house.engine, list(history.intake))
    house.engine.dispose()


def _order(session: Session, keys: list[int]) -> None:
    """Let customers have ordered what some items are about."""
    made = date(2026, 5, 1)
    session.add(ProductBatch(number="B-1", product="X200", supplier="华强电源", produced_at=made))
    session.add(ProductBatch(number="B-2", product="Y30"))
    session.flush()
    for n, key in enumerate(keys):
        item = session.get_one(Feedback, key)
        if item.customer_id is None:
            continue
        item.order_number = f"SO-{n}"
        bought = PurchaseOrder(
            number=f"SO-{n}",
            customer_id=item.customer_id,
            product="X200",
            ordered_at=BEGIN,
            batch=f"B-{1 + n % 2}",
        )
        session.add(bought)


def exported(lived: Lived, sample: Sample = ITEMS) -> tuple[bytes, Log]:
    with Session(lived.engine) as session, session.begin():
        log = EventLog(session, sample, pseudonyms(FileKeySource({1: KEY})))
        log.hold()
        content = b"".join(ocel.pieces(log))
    return content, json.loads(content)


def sqlite(lived: Lived, path: Path, sample: Sample = ITEMS) -> Log:
    with Session(lived.engine) as session, session.begin():
        log = EventLog(session, sample, pseudonyms(FileKeySource({1: KEY})))
        log.hold()
        ocel_sqlite.write(log, path)
    return read(path)


def records(lived: Lived) -> Iterator[tuple[int, dict[str, Any]]]:
    with Session(lived.engine) as session:
        for key in lived.keys:
            for row in audit_record.read(session, key):
                yield key, row


def test_a_log_has_the_form_of_the_standard_and_all_its_parts_belong_together(lived: Lived) -> None:
    _, log = exported(lived)

    errors = [one.message for one in Draft202012Validator(SCHEMA).iter_errors(log)]
    assert errors == []
    assert {one["type"] for one in log["objects"]} == OBJECTS
    for side in ("object", "event"):
        declared = {
            one["name"]: {a["name"]: a["type"] for a in one["attributes"]}
            for one in log[f"{side}Types"]
        }
        ids = [one["id"] for one in log[f"{side}s"]]
        assert len(ids) == len(set(ids))
        for one in log[f"{side}s"]:
            for value in one["attributes"]:
                kind = declared[one["type"]][value["name"]]
                assert kind != "integer" or value["value"].isdecimal()
    known = {one["id"] for one in log["objects"]}
    for one in (*log["objects"], *log["events"]):
        assert {r["objectId"] for r in one["relationships"]} <= known, one


def test_every_record_of_what_happened_is_one_event(lived: Lived) -> None:
    _, log = exported(lived)

    begun: dict[int, str] = {}
    expected: dict[str, tuple[str, str]] = {}
    for key, row in records(lived):
        if row["kind"] == "ELEMENT_ACTIVATED":
            begun[row["key"]] = row["data"]["kind"]
        silent = row["kind"].startswith("ELEMENT_") and begun[row["key"]] in {*GATEWAYS, *NO_RUNS}
        if row["kind"] in KINDS and not silent:
            moment = f"{datetime.fromisoformat(row['at']):%Y-%m-%dT%H:%M:%S.%f}Z"
            expected[f"{key}-{row['number']}"] = f"{row['element']}/{row['kind']}", moment
    found = {one["id"]: (one["type"], one["time"]) for one in log["events"]}
    assert found == expected
    kinds = Counter(kind.partition("/")[2] for kind, _ in found.values())
    assert kinds["USER_TASK_COMPLETED"] > 3
    assert kinds["INSTANCE_CREATED"] == len(lived.keys)


def test_events_and_items_lead_to_what_they_are_about(lived: Lived) -> None:
    _, log = exported(lived)

    objects = {one["id"]: one for one in log["objects"]}
    qualifiers = Counter(
        (one["type"].partition("/")[2], r["qualifier"], objects[r["objectId"]]["type"])
        for one in log["events"]
        for r in one["relationships"]
    )
    assert qualifiers["USER_TASK_COMPLETED", "task", "task"] > 3
    assert qualifiers["INSTANCE_CREATED", "customer", "customer"] > 2
    assert qualifiers["INSTANCE_CREATED", "supplier", "supplier"] > 0
    assert qualifiers["USER_TASK_CREATED", "department", "department"] > 5
    assert qualifiers["ELEMENT_COMPLETED", "item", "feedback"] > 50
    for one in log["events"]:
        [item] = [r["objectId"] for r in one["relationships"] if r["qualifier"] == "item"]
        assert item == f"feedback:{one['id'].partition('-')[0]}"
    [batch] = [one for one in log["objects"] if one["id"] == "batch:B-1"]
    assert {"objectId": "supplier:华强电源", "qualifier": "supplier"} in batch["relationships"]
    assert batch["attributes"][1]["value"] == "2026-05-01T00:00:00.000000Z"


def test_both_formats_hold_the_same_log(lived: Lived, tmp_path: Path) -> None:
    _, log = exported(lived)

    other = sqlite(lived, tmp_path / "events.sqlite")

    assert shape(other) == shape(log)


def shape(log: Log) -> Any:
    """A log without the order of its parts."""

    def sort(value: Any) -> Any:
        if isinstance(value, list):
            return sorted((sort(one) for one in value), key=repr)
        if isinstance(value, dict):
            return {name: sort(value[name]) for name in sorted(value)}
        return value

    return sort(log)


def test_nobody_is_in_a_log(lived: Lived, tmp_path: Path) -> None:
    content, _ = exported(lived)
    sqlite(lived, tmp_path / "events.sqlite")

    with Session(lived.engine) as session:
        customers = session.execute(text("SELECT id FROM customer")).scalars().all()
        staff = session.execute(text("SELECT username, display_name FROM person")).all()
    secret = [str(one) for one in customers] + [one.hex for one in customers]
    secret += [*TEXTS[:-1], "13800005678", *(word for one in staff for word in one)]
    file = (tmp_path / "events.sqlite").read_bytes()
    for word in secret:
        assert word.encode() not in content
        assert word.encode() not in file


def test_what_only_one_customer_calls_a_product_is_left_out(lived: Lived) -> None:
    with Session(lived.engine) as session, session.begin():
        item = session.get_one(Feedback, lived.keys[0])
        item.product = "张三的机器"

    content, log = exported(lived)

    assert "张三".encode() not in content
    products = {one["id"] for one in log["objects"] if one["type"] == "product"}
    assert "product:X200" in products
    assert products <= {"product:X200", "product:Y30"}


def test_a_sample_holds_only_its_own_instances(lived: Lived, tmp_path: Path) -> None:
    middle = BEGIN + timedelta(days=6)

    _, early = exported(lived, Sample("feedback", until=middle))
    _, late = exported(lived, Sample(None, since=middle))
    none = sqlite(lived, tmp_path / "none.sqlite", Sample("elsewhere"))

    _, whole = exported(lived)
    items = [{o["id"] for o in log["objects"] if o["type"] == "feedback"} for log in (early, late)]
    assert items[0].isdisjoint(items[1])
    assert all(items)
    assert len(items[0] | items[1]) == len(lived.keys)
    assert len(early["events"]) + len(late["events"]) == len(whole["events"])
    assert (none["objects"], none["events"]) == ([], [])


def test_an_independent_library_reads_the_same_log(lived: Lived, tmp_path: Path) -> None:
    library = import_module("r4pm")
    content, log = exported(lived)
    (tmp_path / "events.json").write_bytes(content)
    sqlite(lived, tmp_path / "events.sqlite")

    for name in ("events.json", "events.sqlite"):
        own = library.import_item("OCEL", str(tmp_path / name))
        linked = library.convert_item(own, "SlimLinkedOCEL")
        library.export_item(linked, str(tmp_path / "again.json"))

        again = json.loads((tmp_path / "again.json").read_bytes())
        assert len(again["events"]) == len(log["events"]), name
        assert {one["id"]: one["type"] for one in again["events"]} == {
            one["id"]: one["type"] for one in log["events"]
        }
        assert links(again) == links(log), name


def links(log: Log) -> set[tuple[str, str, str]]:
    """What has to do with what, and how."""
    return {
        (one["id"], r["objectId"], r["qualifier"])
        for one in (*log["objects"], *log["events"])
        for r in one.get("relationships", ())
    }
