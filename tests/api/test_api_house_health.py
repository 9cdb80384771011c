"""What administrators see of the house: its parts, what waits, its settings; why instances end."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from api.app import create_app
from api.part_probes import PartProbes
from settings import Settings
from tests.api.door import Door

pytestmark = pytest.mark.integration


async def down() -> bool:
    return False


async def up() -> bool:
    return True


async def read(door: Door, path: str, **changed: object) -> dict[str, object]:
    door.client._transport.app.state.means = replace(door.means, **changed)  # type: ignore[attr-defined, arg-type]
    answer = await door.get("admin", path)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_an_administrator_sees_which_parts_work_and_which_there_are_not(
    door: Door,
) -> None:
    door.instances.away = True

    found = await read(door, "/api/health/parts", probes=PartProbes(worker=down, prefect=up))

    assert found["parts"] == [
        {"name": "database", "state": "up"},
        {"name": "temporal", "state": "down"},
        {"name": "worker", "state": "down"},
        {"name": "prefect", "state": "up"},
        {"name": "flows", "state": "none"},
    ]
    assert found["version"] == create_app(door.means).version


async def test_what_waits_is_counted_with_its_oldest_and_with_what_failed(door: Door) -> None:
    answer = await door.client.post(
        "/api/feedback", json={"contact": "13812345678", "description": "设备无法开机"}
    )
    assert answer.status_code == 201
    began = door.clock.at
    door.clock.at += timedelta(minutes=5)
    with door.engine.begin() as connection:
        connection.execute(text("UPDATE start_request SET attempts = 2 WHERE attempts = 0"))

    found = await read(door, "/api/health/parts")

    [starts] = [one for one in found["backlogs"] if one["name"] == "start_requests"]  # type: ignore[attr-defined]
    assert (starts["waiting"], starts["failing"]) == (1, 1)
    assert starts["oldest"][:16] == began.isoformat()[:16]


async def test_calendars_that_end_are_named_with_the_year(door: Door) -> None:
    door.clock.at = door.clock.at.replace(year=2031)

    found = await read(door, "/api/health/parts")

    assert found["calendars"] == [{"department": None, "years": [2031, 2032]}]


async def test_settings_say_of_secrets_only_whether_they_are_set(
    door: Door, tmp_path: Path
) -> None:
    chosen = Settings(
        home=tmp_path,
        database_url="postgresql://app:hidden-word@db/bihuan",
        oidc_client_secret="hidden-word",
        token_days=30,
    )

    answer = await read(door, "/api/settings", chosen=chosen)

    found = {one["name"]: one for one in answer["items"]}  # type: ignore[attr-defined]
    assert "hidden-word" not in str(answer)
    assert found["BIHUAN_OIDC_CLIENT_SECRET"] == {
        "name": "BIHUAN_OIDC_CLIENT_SECRET",
        "state": "set",
        "secret": True,
        "value": None,
    }
    assert (found["BIHUAN_TOKEN_DAYS"]["value"], found["BIHUAN_TOKEN_DAYS"]["state"]) == (
        "30",
        "set",
    )
    assert found["BIHUAN_NOTICE_URLS"]["state"] == "unset"
    assert found["BIHUAN_LOCALE"]["state"] == "default"


async def test_the_records_of_a_canceled_instance_say_why_it_ended(door: Door) -> None:
    await door.receive()
    search = await door.post("lead", "/v2/process-instances/search", {})
    key = search.json()["items"][0]["processInstanceKey"]

    unknown = await door.post("admin", f"/v2/process-instances/{key}/cancellation", {"reason": "x"})
    answer = await door.post(
        "admin", f"/v2/process-instances/{key}/cancellation", {"reason": "stuck"}
    )

    assert (unknown.status_code, answer.status_code) == (400, 204)
    with door.engine.connect() as connection:
        kept = connection.execute(
            text("SELECT data FROM audit_record WHERE kind = 'INSTANCE_CANCELED'")
        ).scalar_one()
    assert kept["reason"] == "stuck"
