"""Check, submit, withdraw, approve, reject, deploy: a draft on its way (草稿审批)."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from activities.deploy import decisions_known
from activities.known import known
from activities.linking import calls_known, linked
from api.answers import example, for_staff
from api.authentication import Caller
from api.definition_drafts import Editor
from api.deploying import (
    MAX_FILES,
    REFUSALS,
    deploy_files,
    deployable,
    is_file_name,
    summaries,
)
from api.draft_commands import STEP_CODES, ConditionsHere, DraftVerb, existing, take_step
from api.draft_view import DETAIL_EXAMPLE, DraftDetail, OutdatedProcess
from api.findings import worded
from api.means import Means, MeansHere
from api.permissions import Allowed
from api.problem import Problem
from api.texts import AbsentIfEmpty, Clean, Reason
from bpmn.deployment import examine
from bpmn.lint import ERROR
from models import definition_draft, draft_file, process_definition
from models.definition_draft import DefinitionDraft
from models.process_definition import bundle_digest

router = APIRouter(prefix="/api/definition-drafts", tags=["definition drafts"])
Approver = Annotated[Caller, Depends(Allowed("definition.approve"))]
Deployer = Annotated[Caller, Depends(Allowed("deployment.create"))]
_Note = Annotated[str | None, Field(max_length=2000), AbsentIfEmpty, Clean]


class Remark(BaseModel):
    """What is noted with a step."""

    model_config = ConfigDict(extra="forbid")

    note: _Note = None


class Refusal(BaseModel):
    """Why a draft is rejected."""

    model_config = ConfigDict(extra="forbid")

    note: Reason


class Approval(BaseModel):
    """What is approved: the digest of the files that were looked at.

    `over_newer` says that the draft shall go over versions that others have deployed since.
    """

    model_config = ConfigDict(extra="forbid")

    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    note: _Note = None
    over_newer: bool = False


class Trial(BaseModel):
    """Files as they stand in an editor, not put into the draft yet, by name."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"files": {"limits.dmn": "<definitions/>"}}]},
    )

    files: Annotated[dict[str, str], Field(max_length=MAX_FILES)] = {}


class Checked(BaseModel):
    """What stands in the way of deployment; `problems` as `deployment_invalid` names them.

    `warnings` are told in the same shape and stand in nobody's way.
    """

    digest: str
    problems: list[dict[str, Any]]
    warnings: list[dict[str, Any]]
    outdated: list[OutdatedProcess]


_CHECKED = {
    "digest": "9f2c0a7d",
    "problems": [
        {
            "resource": "feedback.bpmn",
            "process": "feedback",
            "code": "form_not_found",
            "severity": "error",
            "element": "accept",
            "name": "接单",
            "line": 96,
            "found": "acept",
            "what": "表单“acept”不在这次部署中",
            "mend": "改正表单标识，或把该表单一并部署",
        }
    ],
    "warnings": [],
    "outdated": [],
}
_DETAIL = example(200, DETAIL_EXAMPLE)


@router.post(
    "/{draft_id}/check",
    operation_id="check_definition_draft",
    responses={
        **for_staff("fields_invalid", "body_malformed", "body_too_large", "draft_not_found"),
        **example(200, _CHECKED),
    },
    dependencies=[Depends(Allowed("definition.read"))],
)
def check_definition_draft(
    draft_id: UUID, request: Request, means: MeansHere, asked: Trial | None = None
) -> Checked:
    """Return what deployment would say of the files, with those sent instead; nothing changes."""
    with Session(means.engine) as session:
        draft = existing(session, draft_id)
        outdated = definition_draft.outdated(session, [draft])[draft.id]
        files = draft_file.read(session, draft_id) | _tried(asked)
        found = examine(linked(session, files), known(session, means.time_scale))
    language = request.headers.get("accept-language", "")
    grave = [one.to_json() for one in found if one.severity == ERROR]
    slight = [one.to_json() for one in found if one.severity != ERROR]
    told = {
        "digest": bundle_digest(files),
        "problems": worded(grave, language),
        "warnings": worded(slight, language),
        "outdated": outdated,
    }
    return Checked.model_validate(told)


@router.post(
    "/{draft_id}/submit",
    operation_id="submit_definition_draft",
    response_model=DraftDetail,
    responses={**for_staff(*STEP_CODES, *REFUSALS), **_DETAIL},
)
def submit_definition_draft(
    draft_id: UUID,
    caller: Editor,
    means: MeansHere,
    conditions: ConditionsHere,
    asked: Remark | None = None,
) -> Response:
    """Ask for approval of the files as they are; they can no longer be changed then."""

    def work(session: Session, draft: DefinitionDraft) -> None:
        definition_draft.allow(draft, "submit")
        files = draft_file.read(session, draft.id)
        definition, complete = deployable(session, means, files)
        known = dict.fromkeys(definition.own, 0) | decisions_known(session, files)
        known |= calls_known(session, complete)
        draft.base = {name: draft.base.get(name, known[name]) for name in sorted(known)}
        _move(session, means, verb, draft, {"base": draft.base})

    verb = DraftVerb("submit", draft_id, caller, conditions, asked)
    return take_step(means, verb, work)


@router.post(
    "/{draft_id}/withdraw",
    operation_id="withdraw_definition_draft",
    response_model=DraftDetail,
    responses={**for_staff(*STEP_CODES), **_DETAIL},
)
def withdraw_definition_draft(
    draft_id: UUID,
    caller: Editor,
    means: MeansHere,
    conditions: ConditionsHere,
    asked: Remark | None = None,
) -> Response:
    """Take a draft back, from approval too: it can be edited and submitted again."""
    return _only_move(means, DraftVerb("withdraw", draft_id, caller, conditions, asked))


@router.post(
    "/{draft_id}/approve",
    operation_id="approve_definition_draft",
    response_model=DraftDetail,
    responses={
        **for_staff(*STEP_CODES, "draft_own_work", "draft_digest_differs", "draft_outdated"),
        **_DETAIL,
    },
)
def approve_definition_draft(
    draft_id: UUID,
    asked: Approval,
    caller: Approver,
    means: MeansHere,
    conditions: ConditionsHere,
) -> Response:
    """Approve the files of a digest; never one's own, unless one pair of eyes is enough."""

    def work(session: Session, draft: DefinitionDraft) -> None:
        definition_draft.allow(draft, "approve")
        if not means.one_pair_of_eyes:
            definition_draft.check_second_person(session, draft, caller.username)
        _check_digest(draft, asked.digest)
        over = definition_draft.outdated(session, [draft])[draft.id]
        if over and not asked.over_newer:
            raise Problem("draft_outdated", outdated=over)
        draft.base = draft.base | {one["process"]: one["latest"] for one in over}
        _move(session, means, verb, draft, {"over": over} if over else {})

    verb = DraftVerb("approve", draft_id, caller, conditions, asked)
    return take_step(means, verb, work)


@router.post(
    "/{draft_id}/reject",
    operation_id="reject_definition_draft",
    response_model=DraftDetail,
    responses={**for_staff(*STEP_CODES), **_DETAIL},
)
def reject_definition_draft(
    draft_id: UUID,
    asked: Refusal,
    caller: Approver,
    means: MeansHere,
    conditions: ConditionsHere,
) -> Response:
    """Send a draft back with a reason; it can be edited and submitted again."""
    return _only_move(means, DraftVerb("reject", draft_id, caller, conditions, asked))


@router.post(
    "/{draft_id}/deploy",
    operation_id="deploy_definition_draft",
    response_model=DraftDetail,
    responses={
        **for_staff(*STEP_CODES, *REFUSALS, "draft_digest_differs", "draft_outdated"),
        **_DETAIL,
    },
)
def deploy_definition_draft(
    draft_id: UUID,
    caller: Deployer,
    means: MeansHere,
    conditions: ConditionsHere,
    asked: Remark | None = None,
) -> Response:
    """Deploy what was approved, all of it or nothing; running instances keep their version."""

    def work(session: Session, draft: DefinitionDraft) -> None:
        definition_draft.allow(draft, "deploy")
        # From here on nobody else deploys: what is compared stays as it is.
        process_definition.lock(session)
        if outdated := definition_draft.outdated(session, [draft])[draft.id]:
            raise Problem("draft_outdated", outdated=outdated)
        files = draft_file.read(session, draft.id)
        _check_digest(draft, bundle_digest(files))
        deployed = deploy_files(session, means, caller, files, draft_id=draft.id)
        _move(session, means, verb, draft, {"definitions": summaries(deployed)})

    verb = DraftVerb("deploy", draft_id, caller, conditions, asked)
    return take_step(means, verb, work)


def _only_move(means: Means, verb: DraftVerb) -> Response:
    """Take a step that asks nothing of the files."""
    return take_step(means, verb, lambda session, draft: _move(session, means, verb, draft))


def _move(
    session: Session,
    means: Means,
    verb: DraftVerb,
    draft: DefinitionDraft,
    data: dict[str, Any] | None = None,
) -> None:
    definition_draft.move(
        session,
        draft,
        verb.name,
        actor=verb.caller.username,
        at=means.now(),
        note=getattr(verb.body, "note", None),
        data=data,
    )


def _check_digest(draft: DefinitionDraft, digest: str) -> None:
    if digest != draft.digest:
        raise Problem("draft_digest_differs", digest=draft.digest)


def _tried(asked: Trial | None) -> dict[str, bytes]:
    if asked is None:
        return {}
    given = asked.files.items()
    return {name: text.encode() for name, text in given if is_file_name(name)}
