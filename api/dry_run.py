"""`POST /api/dry-run`: drawings tried out by a script, nothing of it stored (试运行)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Depends, File, Form, Request, UploadFile
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from activities.known import known
from activities.linking import linked
from api.answers import example, for_staff
from api.deployments import read_resources
from api.findings import worded
from api.keys import Key
from api.means import Means, MeansHere
from api.permissions import Allowed
from api.problem import Problem
from bpmn.deployment import DeploymentError, examine, load
from bpmn.dry_run import Report, ScriptError, dry_run, from_json
from models import calendar_version, process_definition

router = APIRouter(prefix="/api", tags=["definitions"])
# A run computes, and the other routes shall go on answering meanwhile.
_ONE = CapacityLimiter(1)


class DryRun(BaseModel):
    """What became of a run; see `bpmn.dry_run.report.Report`.

    `outcome` is completed, waiting, incident or stopped; `findings` are the rules' about the files.
    """

    process: str
    outcome: str
    began: str
    ended: str
    steps: int
    visits: list[dict[str, Any]]
    waits: list[dict[str, Any]]
    incidents: list[dict[str, str]]
    never: list[dict[str, Any]]
    not_this_time: list[dict[str, Any]]
    flows: dict[str, int]
    undelivered: list[str]
    variables: dict[str, Any]
    records: list[dict[str, Any]]
    findings: list[dict[str, Any]] = Field(default_factory=list)


_STEP = {"process": "extension", "element": "lapse", "name": "通知申请失效", "line": 84}
_EXAMPLE = {
    "process": "extension",
    "outcome": "waiting",
    "began": "2026-01-05T01:00:00.000000+00:00",
    "ended": "2026-01-05T01:00:00.000000+00:00",
    "steps": 2,
    "visits": [
        {
            "element": "approve_extension",
            "name": "审批延期",
            "kind": "userTask",
            "process": "extension",
            "began": "2026-01-05T01:00:00.000000+00:00",
            "ended": None,
            "how": "active",
        }
    ],
    "waits": [
        {
            "element": "approve_extension",
            "name": "审批延期",
            "kind": "user_task",
            "awaits": "",
            "due": None,
        }
    ],
    "incidents": [],
    "never": [],
    "not_this_time": [_STEP],
    "flows": {"requested_to_check": 1},
    "undelivered": [],
    "variables": {"limits": {"extension_decision": "P3D"}},
    "records": [],
    "findings": [],
}
_SCRIPT = (
    "JSON: `process`, `start`, `variables`, `at`, `tasks` (by element id an outcome or a list of"
    " them, one a visit: `variables`, `error`, `failure`, `after`, `waits`, `activate`),"
    " `messages` and `signals` (`name`, `variables`, `correlation_key`, `after`, `at`),"
    " `max_steps`"
)


@router.post(
    "/dry-run",
    operation_id="dry_run",
    responses={
        **for_staff(
            "request_invalid",
            "fields_invalid",
            "body_malformed",
            "body_too_large",
            "deployment_invalid",
            "process_definition_not_found",
            "dry_run_refused",
        ),
        **example(200, _EXAMPLE),
    },
    dependencies=[Depends(Allowed("definition.edit"))],
)
async def try_out(
    request: Request,
    means: MeansHere,
    *,
    script: Annotated[str, Form(description=_SCRIPT)] = "{}",
    resources: Annotated[
        list[UploadFile] | None, File(description="*.bpmn, *.dmn and *.form")
    ] = None,
    process_definition_key: Annotated[Key | None, Form()] = None,
    records: Annotated[bool, Form(description="whether to tell every record")] = False,
) -> DryRun:
    """Play the files, or what is deployed under a key, by a script; the clock jumps ahead."""
    files = await read_resources(resources or [])
    language = request.headers.get("accept-language", "")

    def work() -> DryRun:
        given = files or _deployed(means, process_definition_key)
        report, found = _play(means, given, script)
        told = report.to_json(records=records)
        return DryRun(**told, findings=worded(found, language))

    return await to_thread.run_sync(work, limiter=_ONE)


def _deployed(means: Means, key: int | None) -> dict[str, bytes]:
    if key is None:
        raise Problem("request_invalid", errors=[{"field": "resources", "code": "missing"}])
    with Session(means.engine) as session:
        found = process_definition.by_key(session, key)
        if found is None:
            raise Problem("process_definition_not_found", key=str(key))
        return process_definition.load_resources(session, found.digest)


def _play(
    means: Means, files: Mapping[str, bytes], script: str
) -> tuple[Report, list[dict[str, Any]]]:
    with Session(means.engine) as session:
        files = linked(session, files)
        found = [one.to_json() for one in examine(files, known(session, means.time_scale))]
        version = calendar_version.latest(session) or 1
    try:
        asked = from_json(json.loads(script))
        report = dry_run(load("dry run", files), asked, means.calendar(version))
    except DeploymentError as error:
        raise Problem("deployment_invalid", problems=error.problems) from None
    except ScriptError as error:
        raise Problem("dry_run_refused", reason=error.code, place=error.place) from None
    except (json.JSONDecodeError, RecursionError):
        raise Problem("dry_run_refused", reason="script_malformed", place="") from None
    return report, found
