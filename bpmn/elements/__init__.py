"""The table of what is supported: a behaviour for each element type (支持的元素)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpmn.elements.base import Behaviour, LoopBody
from bpmn.elements.events import CatchEvent, ThrowEvent
from bpmn.elements.gateways import (
    EventBasedGateway,
    ExclusiveGateway,
    InclusiveGateway,
    ParallelGateway,
)
from bpmn.elements.multi_instance import MULTI_INSTANCE, MultiInstanceBody
from bpmn.elements.scopes import (
    AdHocSubProcess,
    CallActivity,
    EventSubProcess,
    Process,
    SubProcess,
)
from bpmn.elements.standard_loop import STANDARD_LOOP, StandardLoopBody
from bpmn.elements.tasks import BusinessRuleTask, JobTask, ScriptTask, UserTask

if TYPE_CHECKING:
    from collections.abc import Mapping

# What holds the instances of an activity that is done more than once.
LOOP_BODIES: Mapping[str, LoopBody] = {
    MULTI_INSTANCE: MultiInstanceBody(),
    STANDARD_LOOP: StandardLoopBody(),
}
BEHAVIOURS: Mapping[str, Behaviour] = {
    "process": Process(),
    **LOOP_BODIES,
    "subProcess": SubProcess(),
    "transaction": SubProcess(),
    "adHocSubProcess": AdHocSubProcess(),
    "eventSubProcess": EventSubProcess(),
    "callActivity": CallActivity(),
    "startEvent": Behaviour(),
    "boundaryEvent": Behaviour(),
    "intermediateCatchEvent": CatchEvent(),
    "intermediateThrowEvent": ThrowEvent(),
    "endEvent": ThrowEvent(),
    "exclusiveGateway": ExclusiveGateway(),
    "parallelGateway": ParallelGateway(),
    "inclusiveGateway": InclusiveGateway(),
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
