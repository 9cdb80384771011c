"""The one door to what runs: checked files become the next versions (部署).

Whoever deploys, people or a release, comes through here: `checked`, then `deploy` in one
transaction.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Protocol

from activities import definition_starts
from activities.drawings import Graph, drawn, graphs
from activities.known import known
from activities.linking import own_files
from bpmn.deployment import check
from models import (
    calendar_version,
    decision_definition,
    decision_requirements,
    form_definition,
    process_definition,
)
from models.decision_requirements import DecisionRequirements
from models.definition_draft import DECISIONS
from models.form_definition import FormDefinition
from models.process_instance import next_key

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.orm import Session

    from bpmn.model import Definition
    from models.decision_definition import DecisionDefinition
    from models.process_definition import ProcessDefinition


@dataclass(frozen=True)
class Deployed:
    """What was deployed (部署结果); what had not changed is there with the version it has."""

    processes: tuple[ProcessDefinition, ...]
    requirements: tuple[DecisionRequirements, ...]
    decisions: tuple[DecisionDefinition, ...]
    forms: tuple[FormDefinition, ...]


@dataclass(frozen=True)
class Deployer:
    """Who deploys, when, and from which draft.

    Attributes:
        spares_others: leave alone what somebody else deployed last, as a release does.
    """

    username: str
    at: datetime
    draft_id: UUID | None = None
    spares_others: bool = False


def checked(session: Session, files: Mapping[str, bytes], time_scale: float = 1.0) -> Definition:
    """Return the definition of files that may be deployed here; warnings may stand.

    Raises:
        DeploymentError: with all that is wrong, each with element and line.
    """
    return check("", files, known(session, time_scale))


def deploy(
    session: Session, files: Mapping[str, bytes], definition: Definition, deployer: Deployer
) -> Deployed:
    """Store every process, decision and form of checked files, all or nothing.

    Decisions need no process: then their files are kept by themselves.
    """
    process_definition.lock(session)
    calendar = calendar_version.latest(session) or 1
    said = drawn(files)
    processes = tuple(
        process_definition.store(
            session,
            files,
            process_id=process_id,
            calendar_version=calendar,
            deployed_at=deployer.at,
            deployed_by=deployer.username,
            drawn=said[process_id],
            draft_id=deployer.draft_id,
        )
        for process_id in definition.processes
        if process_id in definition.own
        and not _spared(deployer, process_definition.latest(session, process_id))
    )
    if definition.own and not processes:
        return Deployed((), (), (), ())
    for one in processes:
        definition_starts.register(session, one, definition.processes[one.process_id])
    return register(session, files, definition, deployer, processes)


def register(
    session: Session,
    files: Mapping[str, bytes],
    definition: Definition,
    deployer: Deployer,
    processes: tuple[ProcessDefinition, ...],
) -> Deployed:
    """Give the decisions and forms of stored processes, or of none, their keys and versions."""
    files = own_files(files)
    origin = processes[0].digest if processes else process_definition.store_files(session, files)
    found = [
        _requirements(session, graph, definition, deployer, origin)
        for graph in graphs(files).values()
    ]
    requirements = tuple(one for one in found if one is not None)
    decisions = [
        one
        for graph in requirements
        for one in decision_definition.of_requirements(session, graph.key)
    ]
    forms = [
        _form(session, name, files[name], deployer, origin)
        for name in sorted(files)
        if name.endswith(".form")
    ]
    kept = tuple(one for one in forms if one is not None)
    return Deployed(processes, requirements, tuple(decisions), kept)


def decisions_known(session: Session, files: Mapping[str, bytes]) -> dict[str, int]:
    """Return which version of each DMN file a draft is taken to know, named as in its `base`.

    It is the newest if it holds the same. Else a draft of decisions alone is not taken to know
    any; one of a process knows what came with a process, since that is compared by itself.
    """
    alone = not any(name.endswith(".bpmn") for name in files)
    found = {}
    for one in graphs(files).values():
        newest = decision_requirements.latest(session, one.id)
        seen = newest is not None and (
            newest.content_digest == one.content_digest
            or not (alone or process_definition.find(session, newest.definition_digest) is None)
        )
        found[f"{DECISIONS}{one.id}"] = newest.version if newest and seen else 0
    return found


class _Stored(Protocol):
    @property
    def deployed_by(self) -> str: ...


def _spared(deployer: Deployer, newest: _Stored | None) -> bool:
    return deployer.spares_others and newest is not None and newest.deployed_by != deployer.username


def _requirements(
    session: Session, graph: Graph, definition: Definition, deployer: Deployer, origin: str
) -> DecisionRequirements | None:
    newest = decision_requirements.latest(session, graph.id)
    if _spared(deployer, newest):
        return None
    if newest is not None and newest.content_digest == graph.content_digest:
        return newest
    made = DecisionRequirements(
        key=next_key(session),
        requirements_id=graph.id,
        name=graph.name,
        version=1 if newest is None else newest.version + 1,
        resource_name=graph.resource_name,
        content_digest=graph.content_digest,
        definition_digest=origin,
        deployed_at=deployer.at,
        deployed_by=deployer.username,
        draft_id=deployer.draft_id,
    )
    session.add(made)
    session.flush()
    names = {
        decision_id: model.decisions[decision_id].name or decision_id
        for decision_id, model in definition.decisions.items()
        if model.name == graph.resource_name
    }
    decision_definition.store(session, made, names)
    return made


def _form(
    session: Session, name: str, content: bytes, deployer: Deployer, origin: str
) -> FormDefinition | None:
    form_id = str(json.loads(content)["id"])
    newest = form_definition.latest(session, form_id)
    if _spared(deployer, newest):
        return None
    digest = sha256(content).hexdigest()
    if newest is not None and newest.content_digest == digest:
        return newest
    made = FormDefinition(
        key=next_key(session),
        form_id=form_id,
        version=1 if newest is None else newest.version + 1,
        resource_name=name,
        content_digest=digest,
        definition_digest=origin,
        deployed_at=deployer.at,
        deployed_by=deployer.username,
    )
    session.add(made)
    session.flush()
    return made
