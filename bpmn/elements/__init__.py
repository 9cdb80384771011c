"""The table of what is supported: a behaviour for each element type (支持的元素)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpmn.elements.base import Behaviour
from bpmn.elements.events import CatchEvent, ThrowEvent
from bpmn.elements.gateways import EventBasedGateway, ExclusiveGateway, ParallelGateway
from bpmn.elements.multi_instance import MULTI_INSTANCE, MultiInstanceBody
from bpmn.elements.scopes import CallActivity, EventSubProcess, Process, SubProcess
from bpmn.elements.tasks import BusinessRuleTask, JobTask, ScriptTask, UserTask

if TYPE_CHECKING:
    from collections.abc import Mapping

BEHAVIOURS: Mapping[str, Behaviour] = {
    "process": Process(),
    MULTI_INSTANCE: MultiInstanceBody(),
    "subProcess": SubProcess(),
    "eventSubProcess": EventSubProcess(),
    "callActivity": CallActivity(),
    "startEvent": Behaviour(),
    "boundaryEvent": Behaviour(),
    "intermediateCatchEvent": CatchEvent(),
    "intermediateThrowEvent": ThrowEvent(),
    "endEvent": ThrowEvent(),
    "exclusiveGateway": ExclusiveGateway(),
    "parallelGateway": ParallelGateway(),
    "eventBasedGateway": EventBasedGateway(),
    "userTask": UserTask(),
    "serviceTask": JobTask(),
    "sendTask": JobTask(),
    "businessRuleTask": BusinessRuleTask(),
    "scriptTask": ScriptTask(),
    "receiveTask": CatchEvent(),
    "manualTask": Behaviour(),
    "task": Behaviour(),
}


def behaviour(kind: str) -> Behaviour:
    """Return the behaviour of an element type."""
    return BEHAVIOURS[kind]
