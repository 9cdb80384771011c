"""Files of earlier deployments that new ones call, taken along as they are now (关联)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from activities.drawings import together
from bpmn.deployment import DeploymentError, legible, load
from bpmn.linking import is_linked, missing, part
from models import decision_definition, decision_requirements, process_definition
from models.definition_draft import CALLS, DECISIONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy.orm import Session

    from bpmn.model import Definition
    from models.process_definition import ProcessDefinition

_UNFIT = re.compile(r"[^\w.-]")


def linked(session: Session, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return files, and with them those that they call of what is deployed now.

    A process is taken in its newest version, or the newest of a tag, with the decisions and forms
    that it needs; a decision in its newest version, with what it imports.
    """
    definition = legible(files)
    wanted = missing(definition)
    found = dict(files)
    for process, tag in wanted.processes.items():
        newest = process_definition.latest(session, process, tag)
        if newest is not None:
            _add(found, process, newest.version, _process(session, newest, definition))
    for decision in wanted.decisions:
        told = decision_definition.find(session, decision_id=decision)
        file = told and decision_requirements.find(session, told.requirements_key)
        if file:
            held = process_definition.load_resources(session, file.definition_digest)
            parts = together(file.resource_name, held)
            _add(found, file.requirements_id, file.version, parts)
    return found


def own_files(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return what was deployed itself, without what it was linked with."""
    return {name: content for name, content in files.items() if not is_linked(name)}


def linked_processes(
    session: Session, names: Mapping[str, bytes]
) -> Iterator[tuple[ProcessDefinition, str]]:
    """Yield the versions of the processes in linked drawings, each with the name of its file."""
    for name in sorted(names):
        folder, _, resource = name.rpartition("/")
        process, _, version = folder.rpartition("@")
        if not (folder and resource.endswith(".bpmn")):
            continue
        found = process_definition.at(session, process, int(version))
        for one in process_definition.of_bundle(session, found.bundle) if found else ():
            if one.resource_name == resource:
                yield one, name


def calls_known(session: Session, files: Mapping[str, bytes]) -> dict[str, int]:
    """Return the versions of what a draft is linked with, named as in its `base`.

    What a tag chose is not told: another version would be linked in no case.
    """
    folders: dict[str, list[str]] = {}
    for name in files:
        if is_linked(name):
            folders.setdefault(name.rpartition("/")[0], []).append(name)
    known = {}
    for folder, names in folders.items():
        linked_as, _, version = folder.rpartition("@")
        called = any(name.endswith(".bpmn") for name in names)
        newest = (process_definition if called else decision_requirements).latest(
            session, linked_as
        )
        if newest is not None and newest.version == int(version):
            known[f"{CALLS if called else DECISIONS}{linked_as}"] = newest.version
    return known


def _process(
    session: Session, newest: ProcessDefinition, definition: Definition
) -> dict[str, bytes]:
    held = process_definition.load_resources(session, newest.digest)
    try:
        source = load("", held)
    except DeploymentError:
        # Deployed by an earlier release, which read it otherwise: it is not there for a call.
        return {}
    names = part(source, held, newest.process_id, definition.processes)
    return {name: held[name] for name in names}


def _add(found: dict[str, bytes], name: str, version: int, files: Mapping[str, bytes]) -> None:
    """Add files under a folder of their own, apart from those that are there byte for byte."""
    there = {(one.rpartition("/")[2], content) for one, content in found.items()}
    for one, content in files.items():
        if (one.rpartition("/")[2], content) not in there:
            # What was linked with them keeps the folder of its own version.
            folder = f"{_UNFIT.sub('_', name)}@{version}"
            found[one if is_linked(one) else f"{folder}/{one}"] = content
