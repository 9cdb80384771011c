"""Tasks (任务), BPMN 2.0 section 13.3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typing_extensions import override

from bpmn.dmn import evaluate_decision
from bpmn.elements.base import Behaviour
from bpmn.expressions import IncidentError, Scope, whole
from bpmn.feel.values import to_json
from bpmn.model import UserTaskDefinition
from bpmn.records import Kind

if TYPE_CHECKING:
    from bpmn.model import Element
    from bpmn.run import Run
    from bpmn.state import ElementInstance

DEFAULT_PRIORITY = 50


class JobTask(Behaviour):
    """Service and send tasks, throwing messages: a step found by its job type does the work."""

    @override
    def enter(self, run: Run, element: Element, instance: ElementInstance) -> None:
        if element.task is None:
            raise IncidentError("task_definition_missing")
        run.new_job(element, instance, run.scope(instance.key).job(element.task))


class BusinessRuleTask(JobTask):
    """Asks a decision (DMN) of the same deployment; without `calledDecision` it is a job."""

    @override
    def enter(self, run: Run, element: Element, instance: ElementInstance) -> None:
        if element.call is None:
            super().enter(run, element, instance)
            return
        scope = run.scope(instance.key)
        decision = scope.required(element.call.target, "decision_id_missing")
        model = run.definition.decisions.get(decision)
        if model is None:
            raise IncidentError("decision_not_found", decision=decision)
        # Its own file first: ids are unique in a file only.
        models = {"": model, **run.definition.models}
        result = evaluate_decision(models, decision, scope.variables, now=scope.now)
        scope.purse.pay(result, decision=decision)
        value = to_json(result.value)
        run.emit(
            Kind.DECISION_EVALUATED,
            element.id,
            instance.key,
            decision=decision,
            inputs=to_json(result.inputs),
            rules=list(result.matched),
            result=value,
        )
        run.hand_over(instance, element, {element.call.result or decision: value})
        run.leave(instance)


class ScriptTask(JobTask):
    """Works out a FEEL expression, or asks a step when there is none."""

    @override
    def enter(self, run: Run, element: Element, instance: ElementInstance) -> None:
        if element.call is None:
            super().enter(run, element, instance)
            return
        value = run.scope(instance.key).value(element.call.target)
        run.hand_over(
            instance, element, {element.call.result: value} if element.call.result else {}
        )
        run.leave(instance)


class UserTask(Behaviour):
    """Waits until a person completes it."""

    @override
    def enter(self, run: Run, element: Element, instance: ElementInstance) -> None:
        if element.user_task is None:
            raise IncidentError("task_definition_missing")
        if not run.listen(instance, "creating"):
            self.create(run, element, instance)

    @staticmethod
    def create(run: Run, element: Element, instance: ElementInstance) -> None:
        """Record the task, once its creating listeners are done."""
        asked = element.user_task or UserTaskDefinition()
        data = {"host": instance.key, "name": element.name, "process": instance.process}
        data |= _asked(asked, run.scope(instance.key))
        run.emit(Kind.USER_TASK_CREATED, element.id, run.new_key(), **data)


def _asked(asked: UserTaskDefinition, scope: Scope) -> dict[str, Any]:
    data = {
        "form": scope.text(asked.form),
        "assignee": scope.text(asked.assignee),
        "candidate_groups": scope.texts(asked.candidate_groups),
        "candidate_users": scope.texts(asked.candidate_users),
        "due_date": scope.text(asked.due_date),
        "follow_up_date": scope.text(asked.follow_up_date),
        "priority": whole(scope.text(asked.priority) or DEFAULT_PRIORITY, "priority_invalid"),
    }
    return {name: value for name, value in data.items() if value not in (None, [], "")}
