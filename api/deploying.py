"""Files made what runs, for whoever sends or approved them (部署执行)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from activities.deploy import Deployed, Deployer, checked, deploy
from activities.linking import linked
from api.authentication import Caller
from api.means import Means
from api.problem import Problem
from bpmn.deployment import DeploymentError
from bpmn.model import Definition
from models import access_record, process_definition
from models.decision_requirements import DecisionRequirements
from models.process_definition import ProcessDefinition, bundle_digest

LONGEST_NAME = 200
MAX_FILES = 100
# What `deployable` raises.
REFUSALS = ("deployment_invalid", "deployment_empty")


def is_file_name(name: str) -> bool:
    """Tell whether a resource may have this name: one that is safe to write to a folder."""
    fits = 0 < len(name) <= LONGEST_NAME and name.isprintable()
    return fits and name not in {".", ".."} and not set(name) & set("/\\")


def deployable(
    session: Session, means: Means, files: Mapping[str, bytes]
) -> tuple[Definition, dict[str, bytes]]:
    """Return the definition of files that may be deployed, and with what they are linked now.

    Raises:
        Problem: `deployment_invalid` with all that is wrong, or `deployment_empty`.
    """
    complete = linked(session, files)
    try:
        definition = checked(session, complete, means.time_scale)
    except DeploymentError as error:
        raise Problem("deployment_invalid", problems=error.problems) from None
    if not (definition.processes or definition.decisions):
        raise Problem("deployment_empty")
    return definition, complete


def deploy_files(
    session: Session,
    means: Means,
    caller: Caller,
    files: Mapping[str, bytes],
    *,
    draft_id: UUID | None = None,
) -> Deployed:
    """Deploy files in this transaction and record who did.

    Raises:
        Problem: what `deployable` raises.
    """
    # Nobody else deploys meanwhile: what the files are linked with stays the newest.
    process_definition.lock(session)
    definition, complete = deployable(session, means, files)
    deployer = Deployer(caller.username, means.now(), draft_id)
    deployed = deploy(session, complete, definition, deployer)
    access_record.append(
        session,
        at=deployer.at,
        actor=caller.username,
        action="deploy",
        subject=str(draft_id) if draft_id else None,
        data={
            "digest": bundle_digest(files),
            "definitions": summaries(deployed),
        },
    )
    return deployed


def summaries(deployed: Deployed) -> list[dict[str, Any]]:
    """Return which versions these are, for records: of processes, or else of decisions alone."""
    return [_process(one) for one in deployed.processes] or [
        _decisions(one) for one in deployed.requirements
    ]


def _process(one: ProcessDefinition) -> dict[str, Any]:
    return {
        "process": one.process_id,
        "version": one.version,
        "key": str(one.key),
        "digest": one.digest,
    }


def _decisions(one: DecisionRequirements) -> dict[str, Any]:
    return {
        "decisions": one.requirements_id,
        "version": one.version,
        "key": str(one.key),
        "digest": one.content_digest,
    }
