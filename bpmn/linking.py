"""What a deployment calls that was deployed before it (关联): which files of that it needs.

Linked files lie beside the deployment's own, under names with a folder, as `extension@3/a.bpmn`; a
file that people deploy has none.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bpmn.camunda import is_foreign

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping

    from bpmn.model import Definition, Element, Process

# How `zeebe:calledElement` may bind; those of decisions and forms have no tags here.
LATEST, TOGETHER, TAGGED = "latest", "deployment", "versionTag"


def is_linked(name: str) -> bool:
    """Tell whether a file came with a link rather than with the deployment itself."""
    return "/" in name


def unversioned(name: str) -> str:
    """Return the name of a linked file without its version: what it is called in every version."""
    folder, slash, file = name.rpartition("/")
    return f"{folder.rpartition('@')[0]}/{file}" if slash else name


@dataclass(frozen=True, slots=True)
class Missing:
    """What is called and not there: processes with the tag that is asked for, and decisions."""

    processes: Mapping[str, str]
    decisions: tuple[str, ...]


def missing(definition: Definition) -> Missing:
    """Return what the deployment's own processes call by a fixed name and do not hold."""
    processes: dict[str, str] = {}
    decisions: dict[str, None] = {}
    for process in _own(definition):
        for element in process.elements.values():
            target = _target(element)
            if target is None or _is_dynamic(target) or not element.call:
                continue
            if element.call.binding == TOGETHER:
                continue
            if element.kind == "businessRuleTask" and target not in definition.decisions:
                decisions[target] = None
            if element.kind == "callActivity" and target not in definition.processes:
                processes.setdefault(target, element.call.version_tag)
    return Missing(processes, tuple(decisions))


def part(
    source: Definition, files: Mapping[str, bytes], process: str, own: Container[str]
) -> set[str]:
    """Return the files of a deployment without which a process of it cannot run elsewhere.

    What a name that is worked out may lead to cannot be known: then all files are needed.

    Args:
        source: the deployment.
        files: its files.
        process: one of its processes.
        own: processes that are there already, which a call goes to first.
    """
    forms = {one: name for name in files if name.endswith(".form") for one in _ids(files[name])}
    needed: set[str] = set()
    ahead = [source.places[process]]
    while ahead:
        name = ahead.pop()
        if name in needed:
            continue
        needed.add(name)
        for element in _elements(source, name):
            for asked in (_target(element), _form(element)):
                if asked is not None and _is_dynamic(asked):
                    return set(files)
            ahead += _files(source, element, own)
            needed |= {forms[one] for one in [_form(element)] if one in forms}
    return needed


def _own(definition: Definition) -> Iterator[Process]:
    return (p for p in definition.processes.values() if p.id in definition.own)


def _elements(source: Definition, name: str) -> Iterator[Element]:
    for process in source.processes.values():
        if source.places[process.id] == name:
            yield from process.elements.values()


def _files(source: Definition, element: Element, own: Container[str]) -> list[str]:
    """Return the drawing or the decisions that an element calls."""
    target = _target(element) or ""
    if element.kind == "callActivity":
        return [source.places[target]] if target in source.places and target not in own else []
    model = source.decisions.get(target)
    return [model.name, *_imported(source, model.name)] if model else []


def _imported(source: Definition, name: str) -> list[str]:
    """Return the files that a file of decisions imports, directly or not."""
    seen, ahead = {name}, [name]
    while ahead:
        wanted = source.models[ahead.pop()].imports
        found = {n for n, one in source.models.items() if one.namespace in wanted} - seen
        seen |= found
        ahead += found
    return sorted(seen - {name})


def _target(element: Element) -> str | None:
    """Return the process or decision that an element calls."""
    calls = element.kind in {"callActivity", "businessRuleTask"}
    return element.call.target if calls and element.call else None


def _form(element: Element) -> str | None:
    return element.user_task.form if element.user_task else None


def _is_dynamic(text: str) -> bool:
    return text.startswith("=") or is_foreign(text)


def _ids(content: bytes) -> list[str]:
    return [str(json.loads(content)["id"])]
