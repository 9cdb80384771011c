"""What other engines' models hold that is no BPMN, taken out before they are played.

Groovy, `${...}` and Java classes in listeners and mappings are passed over, each with a warning.
What the standard leaves to the engine (which code a service task runs, what a receive task without
a message waits for) is filled in, so that "every task is completed at once" has a meaning.
A condition in a script language counts as true, one in `${...}` as false: that explains the data.
Deployment does none of this: there a foreign expression is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from defusedxml.ElementTree import fromstring, tostring

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
ZEEBE = "{http://camunda.org/schema/zeebe/1.0}"
FOREIGN = (
    "{http://camunda.org/schema/1.0/bpmn}",
    "{http://activiti.org/bpmn}",
    "{http://www.camunda.com/fox}",
)
EXPRESSION = re.compile(r"[$#]\{")
JOBS = ("serviceTask", "sendTask", "scriptTask", "businessRuleTask")
LISTENERS = ("executionListener", "taskListener", "script", "field", "failedJobRetryTimeCycle")
INSTEAD = {
    "conditionExpression": "=false",
    "condition": "=false",
    "completionCondition": "=false",
    "loopCondition": "=false",
    "timeDuration": "PT1H",
    "timeDate": "2030-01-01T00:00:00Z",
    "timeCycle": "R/PT1H",
    "loopCardinality": "1",
}


def passed_over(source: bytes) -> tuple[bytes, list[str]]:
    """The model without what is foreign, and a warning for each thing that was passed over."""
    root = fromstring(source)
    warnings: list[str] = []
    for element in list(root.iter()):
        if isinstance(element.tag, str):
            _clean(element, warnings)
    for element in list(_all(root, *JOBS)):
        _give_work(element)
    _give_messages(root)
    return tostring(root), warnings


def _all(root: Any, *names: str) -> Iterator[Any]:
    return (e for e in root.iter() if e.tag in {BPMN + name for name in names})


def _clean(element: Any, warnings: list[str]) -> None:
    for child in list(element):
        if _is_foreign(child):
            warnings.append(f"{_name(child)} of {element.get('id') or _name(element)}")
            element.remove(child)
    for attribute, text in list(element.attrib.items()):
        if attribute.startswith(FOREIGN) and EXPRESSION.search(text):
            warnings.append(f"{attribute.rpartition('}')[2]} of {element.get('id')}")
            del element.attrib[attribute]
    name = _name(element)
    if name in INSTEAD and (_is_script(element) or EXPRESSION.search(element.text or "")):
        warnings.append(f"{name} {(element.text or '').strip()!r}")
        element.text = "=true" if _is_script(element) else INSTEAD[name]
        element.attrib.pop("language", None)


def _is_script(element: Any) -> bool:
    """Whether a condition is a script of another language; both other engines went on past it."""
    language = element.get("language", "")
    return bool(language) and "feel" not in language.lower()


def _is_foreign(element: Any) -> bool:
    if not isinstance(element.tag, str) or not element.tag.startswith(FOREIGN):
        return False
    whole = [text for one in element.iter() for text in (one.text or "", *one.attrib.values())]
    scripted = any(_name(one) == "script" for one in element.iter())
    return _name(element) in LISTENERS or scripted or any(map(EXPRESSION.search, whole))


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _extensions(element: Any) -> Any:
    found = element.find(f"{BPMN}extensionElements")
    if found is None:
        found = Element(f"{BPMN}extensionElements")
        element.insert(0, found)
    return found


def _give_work(element: Any) -> None:
    """A service-like task that names no work of ours does work named after itself."""
    for script in element.findall(f"{BPMN}script"):
        element.remove(script)
    ours = ("taskDefinition", "script", "calledDecision")
    block = _extensions(element)
    if not any(block.find(ZEEBE + name) is not None for name in ours):
        SubElement(block, f"{ZEEBE}taskDefinition", type=element.get("id", ""))


def _give_messages(root: Any) -> None:
    """What waits for a message that is not named waits for one of its own."""
    for number, element in enumerate(list(_all(root, "receiveTask", "messageEventDefinition"))):
        if not element.get("messageRef"):
            key = f"own-message-{number}"
            root.insert(0, Element(f"{BPMN}message", id=key, name=element.get("id") or key))
            element.set("messageRef", key)
