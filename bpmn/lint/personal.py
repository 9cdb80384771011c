"""Personal texts pass through drawings as references, and nothing reads them (个人信息).

What is personal: the free text fields of forms that do not declare otherwise, and what the caller
names. Mappings pass it on, whole or inside contexts and lists; a condition, comparison, calculation
or function on it would decide by a text that may be erased.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpmn.lint.carrying import carried, read
from bpmn.lint.finding import Finding
from bpmn.lint.sites import PASSED, Site
from bpmn.lint.trees import tree

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bpmn.lint.view import View
    from bpmn.model import Definition, Element

_FREE_TEXT = frozenset({"textfield", "textarea"})
_DECLARED_PLAIN = frozenset({"false", "no"})
# How often what is personal can be passed on from one variable to the next.
_MOST_STEPS = 20


class Personal:
    """Which variables of a definition are personal, everywhere and inside single elements."""

    def __init__(self, views: list[View]) -> None:
        self.views = views
        self.everywhere = set(views[0].known.personal) if views else set()
        self.local: dict[tuple[str, str], set[str]] = {}
        for view in views:
            for element in view.of("userTask"):
                self._form(view, element)
        for _ in range(_MOST_STEPS):
            before = (len(self.everywhere), sum(map(len, self.local.values())))
            for view in views:
                self._pass(view)
            if before == (len(self.everywhere), sum(map(len, self.local.values()))):
                return

    def seen(self, view: View, element: Element) -> frozenset[str]:
        """Return the personal paths that expressions of an element see."""
        return frozenset(self.everywhere | self._own(view, element))

    def _own(self, view: View, element: Element) -> set[str]:
        return self.local.setdefault((view.process.id, element.id), set())

    def _form(self, view: View, element: Element) -> None:
        asked = element.user_task.form if element.user_task else None
        fields = personal_fields(view.definition.forms.get(asked or "", {}))
        into = self._own(view, element) if element.outputs else self.everywhere
        into.update(fields)

    def _pass(self, view: View) -> None:
        for site in view.sites:
            node = tree(site.text) if site.use == PASSED and site.target else None
            if node is None:
                continue
            for way in carried(node, self.seen(view, site.element)):
                path = f"{site.target}.{way}" if way else site.target
                self._target(view, site).add(path)

    def _target(self, view: View, site: Site) -> set[str]:
        inner = view.inside.get(site.element.id)
        if site.side == "input" and not inner:
            return self._own(view, site.element)
        return self.everywhere


def nothing_reads_personal(views: list[View]) -> Iterator[Finding]:
    """No expression computes with or decides on a personal text."""
    personal = Personal(views)
    for view in views:
        for site in view.sites:
            node = tree(site.text)
            if node is None:
                continue
            seen = personal.seen(view, site.element)
            for path in sorted(set(read(node, seen, passing=site.use == PASSED))):
                yield _at(view, site, path)
    if views:
        yield from _decisions(views[0].definition, frozenset(personal.everywhere))


def _at(view: View, site: Site, path: str) -> Finding:
    if flow := view.process.flows.get(site.owner):
        return view.flow_finding("personal_read", flow, path)
    return view.finding("personal_read", site.element, path)


def _decisions(definition: Definition, personal: frozenset[str]) -> Iterator[Finding]:
    for name, model in definition.decisions.items():
        decision = model.decisions[name]
        paths = read(decision.logic, personal, passing=True) if decision.logic else ()
        for path in sorted(set(paths)):
            yield Finding("personal_read", "", name, decision.name, decision.line, path, model.name)


def personal_fields(form: Mapping[str, object]) -> frozenset[str]:
    """Return the fields of a form-js schema whose texts go to the vault, as dotted paths."""
    return frozenset(_fields(form.get("components", ()), ""))


def _fields(components: object, prefix: str) -> Iterator[str]:
    for one in components if isinstance(components, list) else ():
        if one.get("type") == "group":
            path = one.get("path")
            yield from _fields(one.get("components"), f"{prefix}{path}." if path else prefix)
        elif one.get("type") in _FREE_TEXT and one.get("key"):
            declared = str((one.get("properties") or {}).get("personal", "")).lower()
            if declared not in _DECLARED_PLAIN:
                yield f"{prefix}{one['key']}"
