"""Files deployed together -> `Definition` (部署): drawings, decisions and forms, checked as one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bpmn.dmn import DmnError, parse_decisions
from bpmn.lint import lint
from bpmn.model import Definition, Process
from bpmn.parse import ParseError, parse_processes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bpmn.dmn import DecisionModel
    from bpmn.lint import Finding


class DeploymentError(ValueError):
    """The files cannot be deployed: a list of `{resource, code, element, line, found}`."""

    def __init__(self, problems: list[dict[str, Any]]) -> None:
        super().__init__(", ".join(sorted({p["code"] for p in problems})))
        self.problems = problems


def _problem(
    resource: str, code: str, element: str = "", line: int = 0, found: str = ""
) -> dict[str, Any]:
    return {
        "resource": resource,
        "code": code,
        "element": element,
        "line": line,
        "found": found,
    }


class _Reader:
    """Reads each file and collects what is wrong instead of stopping at the first."""

    def __init__(self, digest: str) -> None:
        self.digest = digest
        self.processes: dict[str, Process] = {}
        self.decisions: dict[str, DecisionModel] = {}
        self.forms: dict[str, dict[str, Any]] = {}
        self.problems: list[dict[str, Any]] = []
        self._readers: dict[str, Callable[[str, bytes], None]] = {
            "bpmn": self._drawing,
            "dmn": self._decisions,
            "form": self._form,
        }

    def read(self, name: str, content: bytes) -> None:
        reader = self._readers.get(name.rpartition(".")[2])
        if reader is None:
            self.problems.append(_problem(name, "resource_type_unknown"))
            return
        try:
            reader(name, content)
        except ParseError as error:
            self.problems.append(_problem(name, error.code, error.element, error.line, error.found))
        except DmnError as error:
            self.problems.append(_problem(name, error.code, error.element, error.line))
        except ValueError:
            self.problems.append(_problem(name, "form_malformed"))

    def _drawing(self, _name: str, content: bytes) -> None:
        for process in parse_processes(content).values():
            if process.id in self.processes:
                raise ParseError("process_id_not_unique", process.id)
            self.processes[process.id] = process

    def _decisions(self, name: str, content: bytes) -> None:
        model = parse_decisions(content, name=name)
        self.decisions |= dict.fromkeys(model.decisions, model)
        for problem in model.problems:
            self.problems.append(_problem(name, problem.code, problem.element, problem.line))

    def _form(self, name: str, content: bytes) -> None:
        form = json.loads(content)
        if not isinstance(form, dict) or not isinstance(form.get("id"), str):
            raise ValueError(name)  # noqa: TRY004 (reported as malformed by the caller)
        self.forms[form["id"]] = form

    def definition(self) -> Definition:
        return Definition(self.digest, self.processes, self.decisions, self.forms)


def load(digest: str, resources: Mapping[str, bytes]) -> Definition:
    """Return the definition of files that were checked when they were deployed.

    Raises:
        DeploymentError: a file cannot be read.
    """
    reader = _Reader(digest)
    for name, content in sorted(resources.items()):
        reader.read(name, content)
    if reader.problems:
        raise DeploymentError(reader.problems)
    return reader.definition()


def check(digest: str, resources: Mapping[str, bytes]) -> Definition:
    """Return the definition of new files after every lint rule has passed.

    Raises:
        DeploymentError: with all that is wrong, each with element and line.
    """
    definition = load(digest, resources)
    problems = [_found(finding) for finding in lint(definition)]
    if problems:
        raise DeploymentError(problems)
    return definition


def _found(finding: Finding) -> dict[str, Any]:
    return _problem(finding.process, finding.code, finding.element, finding.line, finding.found)
