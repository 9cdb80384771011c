"""Drawings are tried out over the API and nothing of it stays; findings come in words."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.api.door import Door
from tests.drawings import chain, user, xml
from tests.unit.feedback_life import resources

pytestmark = pytest.mark.integration
SMALL = {
    "small.bpmn": xml(
        '<bpmn:startEvent id="start" />' + user("a") + '<bpmn:endEvent id="end" />'
        + chain("start", "a", "end")
    )
}  # fmt: skip
ENGLISH = {"Accept-Language": "en"}


async def run(
    door: Door,
    files: dict[str, bytes],
    script: Any = None,
    *,
    username: str = "owner",
    data: dict[str, str] | None = None,
    **headers: str,
) -> httpx.Response:
    sent = [("resources", (name, content)) for name, content in files.items()]
    fields = {"script": script if isinstance(script, str) else json.dumps(script or {})}
    return await door.client.post(
        "/api/dry-run",
        files=sent or None,
        data=fields | (data or {}),
        headers=await door.headers(username) | headers,
    )


def rows(door: Door) -> list[int]:
    tables = ("process_definition", "process_instance", "audit_record", "command_batch")
    with Session(door.engine) as session:
        counts = (session.scalar(text(f"SELECT count(*) FROM {one}")) for one in tables)  # noqa: S608
        return [int(count or 0) for count in counts]


async def test_files_are_played_by_a_script_and_nothing_is_stored(door: Door) -> None:
    before = rows(door)

    answer = await run(door, SMALL, {"tasks": {"a": {"variables": {"x": 1}, "after": "PT2H"}}})

    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["outcome"], told["variables"]) == ("completed", {"x": 1})
    assert [one["element"] for one in told["visits"]] == ["p", "start", "a", "end"]
    assert told["records"] == []
    assert {one["code"] for one in told["findings"]} == {"diagram_missing", "label_missing"}
    assert rows(door) == before


async def test_what_is_deployed_is_played_by_its_key_with_working_days(door: Door) -> None:
    with Session(door.engine) as session:
        asked = text("SELECT key FROM process_definition WHERE process_id = 'extension'")
        key = session.scalar(asked)
    script = {
        "process": "extension",
        "at": "2026-09-30T10:00:00+08:00",
        "variables": {
            "limits": {"extension_decision": "P3D"},
            "extension": {"within_limit": True},
            "routing": {"department": "technical"},
        },
        "tasks": {"approve_extension": {"waits": True}},
    }

    data = {"process_definition_key": str(key), "records": "true"}
    told = (await run(door, {}, script, data=data)).json()

    assert told["outcome"] == "completed"
    assert "lapsed" in {one["element"] for one in told["visits"]}
    # The holidays of October lie between.
    assert told["ended"].startswith("2026-10-1")
    assert told["records"][-1]["kind"] == "INSTANCE_COMPLETED"


async def test_findings_are_told_in_the_language_that_is_asked_for(door: Door) -> None:
    files = resources()
    del files["extension.bpmn"]
    sent = [("resources", (name, content)) for name, content in files.items()]
    headers = await door.headers("owner")

    chinese = await door.client.post("/v2/deployments", files=sent, headers=headers)
    english = await door.client.post("/v2/deployments", files=sent, headers=headers | ENGLISH)

    [said], [told] = chinese.json()["problems"], english.json()["problems"]
    assert (said["code"], said["name"], said["severity"]) == (
        "called_process_missing",
        "延期审批",
        "error",
    )
    assert said["what"] == "要调用的流程“extension”不在这次部署中"
    assert told["what"] == "The called process “extension” is not part of this deployment"
    assert told["mend"]


async def test_a_deployment_tells_its_warnings_and_refuses_what_the_house_does_not_know(
    door: Door,
) -> None:
    files = resources()
    unknown = files["extension.bpmn"].replace(b'"extension.check"', b'"extension.chek"')
    headers = await door.headers("owner") | ENGLISH

    async def deploy(content: dict[str, bytes]) -> httpx.Response:
        sent = [("resources", (name, one)) for name, one in content.items()]
        return await door.client.post("/v2/deployments", files=sent, headers=headers)

    refused = await deploy(files | {"extension.bpmn": unknown})
    deployed = await deploy(files)

    [problem] = refused.json()["problems"]
    assert (problem["code"], problem["found"]) == ("job_type_unknown", "extension.chek")
    warnings = deployed.json()["warnings"]
    assert {one["severity"] for one in warnings} == {"warning"}
    assert "Put an end event after it" in {one["mend"] for one in warnings}


@pytest.mark.parametrize(
    ("files", "script", "status", "code"),
    [
        (SMALL, "{", 422, "dry_run_refused"),
        (SMALL, {"tasks": 1}, 422, "dry_run_refused"),
        (SMALL, {"process": "other"}, 422, "dry_run_refused"),
        (SMALL, "[" * 100_000, 422, "dry_run_refused"),
        ({"a.bpmn": b"<a>"}, {}, 400, "deployment_invalid"),
        ({}, {}, 400, "request_invalid"),
    ],
)
async def test_what_cannot_be_played_is_refused(
    door: Door, files: dict[str, bytes], script: Any, status: int, code: str
) -> None:
    answer = await run(door, files, script)

    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_only_process_owners_try_drawings_out(door: Door) -> None:
    assert (await run(door, SMALL, username="audit")).status_code == 403
    missing = await run(door, {}, data={"process_definition_key": "1"})
    assert missing.json()["code"] == "process_definition_not_found"
