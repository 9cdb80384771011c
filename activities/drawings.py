"""What files say of the processes and decisions in them, as people search for it (资源信息)."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from bpmn.extensions import BPMN, ZEEBE
from bpmn.linking import is_linked
from bpmn.xml import Node, read
from models.process_definition import Drawn, bundle_digest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True, slots=True)
class Graph:
    """A DMN file (决策需求图): its id and name, and a digest over it and what it imports."""

    id: str
    name: str
    resource_name: str
    content_digest: str


def drawn(files: Mapping[str, bytes]) -> dict[str, Drawn]:
    """Return what checked drawings say of each process by its id, linked ones left out."""
    found: dict[str, Drawn] = {}
    for name, content in sorted(files.items()):
        if name.endswith(".bpmn") and not is_linked(name):
            for process in read(content).all(BPMN, "process"):
                found[process.get("id")] = _drawn(process, name)
    return found


def _drawn(process: Node, resource_name: str) -> Drawn:
    tag = _extension(process, "versionTag")
    return Drawn(
        name=process.get("name") or process.get("id"),
        resource_name=resource_name,
        version_tag=(tag.get("value") or None) if tag else None,
        start_form=_start_form(process),
    )


def _start_form(process: Node) -> str | None:
    for start in process.all(BPMN, "startEvent"):
        form = _extension(start, "formDefinition")
        if form and form.get("formId"):
            return form.get("formId")
    return None


def _extension(node: Node, name: str) -> Node | None:
    extensions = node.first(BPMN, "extensionElements")
    return extensions.first(ZEEBE, name) if extensions else None


def graphs(files: Mapping[str, bytes]) -> dict[str, Graph]:
    """Return the DMN files of a checked deployment by their names."""
    roots = {name: read(files[name]) for name in sorted(files) if name.endswith(".dmn")}
    ids = [root.get("id") for root in roots.values()]
    found = {}
    for name, root in roots.items():
        # Copies of a file keep its id: then its name tells it from the others.
        own = root.get("id") if ids.count(root.get("id")) == 1 else ""
        reached = {one: files[one] for one in _reached(name, roots)}
        content = sha256(files[name]).hexdigest() if len(reached) == 1 else bundle_digest(reached)
        stem = name.removesuffix(".dmn")
        found[name] = Graph(own or stem, root.get("name") or own or stem, name, content)
    return found


def together(name: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return a DMN file and what it imports, of files that were checked."""
    roots = {one: read(files[one]) for one in sorted(files) if one.endswith(".dmn")}
    return {one: files[one] for one in sorted(_reached(name, roots))}


def _reached(name: str, roots: Mapping[str, Node]) -> set[str]:
    """Return a file and the files that it imports, directly or not."""
    seen: set[str] = set()
    ahead = [name]
    while ahead:
        one = ahead.pop()
        if one not in seen:
            seen.add(one)
            ahead.extend(_imported(roots[one], roots))
    return seen


def _imported(root: Node, roots: Mapping[str, Node]) -> Iterator[str]:
    wanted = {child.get("namespace") for child in root.children if child.name == "import"}
    return (name for name, other in roots.items() if other.get("namespace") in wanted)
