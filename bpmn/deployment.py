"""Files deployed together -> `Definition` (部署): drawings, decisions and forms, checked as one."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bpmn.camunda import drawn_forms
from bpmn.dmn import DmnError, parse_decisions
from bpmn.linking import is_linked
from bpmn.lint import ERROR, Finding, lint, named
from bpmn.model import Definition, Process
from bpmn.parse import ParseError, parse_processes
from bpmn.xml import MAX_BYTES, read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from bpmn.dmn import DecisionModel
    from bpmn.lint import Known


# Ids that files share: said of a linked file, since the two cannot be told apart.
_SHARED = frozenset({"process_id_not_unique", "decision_id_not_unique", "form_id_not_unique"})
# What a file that could not be read may hold.
_ACROSS_FILES = frozenset({"called_process_missing", "decision_not_found", "form_not_found"})


class DeploymentError(ValueError):
    """The files cannot be deployed: `problems` are findings as `Finding.to_json` tells them."""

    def __init__(self, problems: list[dict[str, Any]]) -> None:
        super().__init__(", ".join(sorted({p["code"] for p in problems})))
        self.problems = problems


class _Reader:
    """Reads each file and collects what is wrong instead of stopping at the first."""

    def __init__(self, digest: str) -> None:
        self.digest = digest
        self.processes: dict[str, Process] = {}
        self.places: dict[str, str] = {}
        self.decisions: dict[str, DecisionModel] = {}
        self.models: dict[str, DecisionModel] = {}
        self.forms: dict[str, dict[str, Any]] = {}
        self.problems: list[Finding] = []
        self._readers: dict[str, Callable[[str, bytes], None]] = {
            "bpmn": self._drawing,
            "dmn": self._decisions,
            "form": self._form,
        }

    def read(self, name: str, content: bytes) -> None:
        reader = self._readers.get(name.rpartition(".")[2])
        if reader is None:
            self._problem(name, "resource_type_unknown")
            return
        try:
            reader(name, content)
        except ParseError as error:
            for one in (error, *error.others):
                self._problem(name, one.code, one.element, one.line, one.found)
        except DmnError as error:
            self._problem(name, error.code, error.element, error.line)
        except RecursionError:
            self._problem(name, "too_deep")
        except ValueError:
            self._problem(name, "form_malformed")

    def _problem(
        self, resource: str, code: str, element: str = "", line: int = 0, found: str = ""
    ) -> None:
        self.problems.append(
            Finding(code, element=element, line=line, found=found, resource=resource)
        )

    def _drawing(self, name: str, content: bytes) -> None:
        for process in parse_processes(content).values():
            if place := self.places.get(process.id):
                self._problem(name, "process_id_not_unique", process.id, found=place)
                continue
            self.processes[process.id] = process
            self.places[process.id] = name
        # A file's own fields give way to a form that was deployed under the same id.
        self.forms = drawn_forms(read(content)) | self.forms

    def _decisions(self, name: str, content: bytes) -> None:
        model = parse_decisions(content, name=name)
        self.models[name] = model
        self.decisions |= dict.fromkeys(model.decisions, model)
        for problem in model.problems:
            self._problem(name, problem.code, problem.element, problem.line)

    def _form(self, name: str, content: bytes) -> None:
        if len(content) > MAX_BYTES:
            raise ParseError("resource_too_large")
        form = json.loads(content)
        if not isinstance(form, dict) or not isinstance(form.get("id"), str):
            raise ValueError(name)  # noqa: TRY004 (reported as malformed by the caller)
        self.forms[form["id"]] = form

    def definition(self) -> Definition:
        own = frozenset(one for one, place in self.places.items() if not is_linked(place))
        read = (self.processes, self.decisions, self.forms, self.models, self.places, own)
        return Definition(self.digest, *read)


def _read(digest: str, resources: Mapping[str, bytes]) -> _Reader:
    reader = _Reader(digest)
    # What is deployed itself goes before what it is linked with.
    for name in sorted(resources, key=lambda one: (is_linked(one), one)):
        reader.read(name, resources[name])
    return reader


def legible(resources: Mapping[str, bytes]) -> Definition:
    """Return the definition of those files that can be read, whatever is wrong with the others."""
    return _read("", resources).definition()


def load(digest: str, resources: Mapping[str, bytes]) -> Definition:
    """Return the definition of files that were checked when they were deployed.

    Raises:
        DeploymentError: a file cannot be read.
    """
    reader = _read(digest, resources)
    if reader.problems:
        found = _about_own(named(reader.problems, resources))
        raise DeploymentError([problem.to_json() for problem in found])
    return reader.definition()


def examine(resources: Mapping[str, bytes], known: Known | None = None) -> list[Finding]:
    """Return all that is wrong with files or could be better, the unreadable ones included.

    What can be read is checked even where other files cannot, so that one sees everything at once.
    Linked files were checked when they were deployed: nothing is said of them but where they and
    these cannot be told apart.
    """
    return _about_own(_examined(resources, known))


def _examined(resources: Mapping[str, bytes], known: Known | None) -> list[Finding]:
    reader = _read("", resources)
    unreadable = named(reader.problems, resources)
    if not reader.processes and unreadable:
        return unreadable
    if not (reader.processes or reader.decisions):
        return [Finding("deployment_empty")]
    missing = {finding.resource for finding in reader.problems}
    legible = {name: content for name, content in resources.items() if name not in missing}
    found = lint(reader.definition(), known, legible)
    return unreadable + (found if not unreadable else _certain(found))


def _about_own(found: Iterable[Finding]) -> list[Finding]:
    """Leave out what is only about linked files, and say where these collide with others."""
    told = []
    for one in found:
        if not is_linked(one.resource):
            told.append(one)
        elif one.code in _SHARED:
            told.append(replace(one, code="linked_file_differs"))
    return told


def _certain(found: list[Finding]) -> list[Finding]:
    """Leave out what may be in a file that could not be read."""
    return [finding for finding in found if finding.code not in _ACROSS_FILES]


def check(digest: str, resources: Mapping[str, bytes], known: Known | None = None) -> Definition:
    """Return the definition of new files after every lint rule has passed; warnings may stand.

    Raises:
        DeploymentError: with all that is wrong, each with element and line.
    """
    try:
        definition = load(digest, resources)
    except DeploymentError:
        # With what is wrong in the other files, so that one sees everything at once.
        told = [one.to_json() for one in examine(resources, known) if one.severity == ERROR]
        raise DeploymentError(told) from None
    found = _about_own(lint(definition, known, resources))
    if problems := [one.to_json() for one in found if one.severity == ERROR]:
        raise DeploymentError(problems)
    return definition
