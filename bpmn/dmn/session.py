"""Deciding with what a decision requires: inputs, decisions, knowledge, services (决策求值)."""

from collections.abc import Mapping
from typing import Any

from bpmn.dmn.model import (
    Decision,
    DecisionModel,
    InputData,
    Knowledge,
    Requirements,
    Service,
)
from bpmn.feel.callables import Function, Parameter
from bpmn.feel.coercion import fit
from bpmn.feel.conformance import resolve
from bpmn.feel.frame import MAX_DEPTH, Frame, Names, Run
from bpmn.feel.interpreter import run
from bpmn.feel.result import BudgetExceededError
from bpmn.feel.type_names import FeelType

DEPTH_PER_DECISION = 8


class Session:
    """One evaluation of decisions over one set of inputs; each decision is decided once.

    `given` are values of decisions that a caller of a service brings instead.
    """

    def __init__(
        self, model: DecisionModel, run: Run, scope: Names, given: Mapping[str, Any] | None = None
    ) -> None:
        self._model = model
        self._run = run
        self._scope = scope
        self._decided: dict[str, Any] = dict(given or {})
        self._deciding: set[str] = set()

    def decide(self, decision: Decision) -> Any:
        """The value of a decision.

        Raises:
            BudgetExceededError: no steps are left, or decisions require one another too deep.
        """
        if decision.id in self._decided:
            return self._decided[decision.id]
        if decision.id in self._deciding:
            return self._run.warn("decision_cycle", decision=decision.id)
        if self._run.depth > MAX_DEPTH - DEPTH_PER_DECISION:
            raise BudgetExceededError
        self._deciding.add(decision.id)
        self._run.depth += DEPTH_PER_DECISION
        value = self._value(decision)
        self._run.depth -= DEPTH_PER_DECISION
        self._deciding.discard(decision.id)
        self._decided[decision.id] = value
        return value

    def _value(self, decision: Decision) -> Any:
        if decision.logic is None:
            return self._run.warn("no_logic", decision=decision.id)
        frame = self._frame(decision.requirements)
        value = run(decision.logic, frame)
        return value if decision.type is None else fit(frame, value, decision.type)

    def _frame(self, needs: Requirements) -> Frame:
        frame = Frame(self._run, self._scope)
        names: dict[str, Any] = {}
        for one in filter(None, map(self._model.inputs.get, needs.inputs)):
            names[one.name] = self._input(frame, one)
        for decision in filter(None, map(self._model.decisions.get, needs.decisions)):
            names[decision.variable] = self.decide(decision)
        for reference in needs.knowledge:
            function = self._function(reference)
            if function is not None:
                names[function.name] = function
        return frame.child(names)

    def _input(self, frame: Frame, wanted: InputData) -> Any:
        if wanted.name not in self._scope:
            return self._run.warn("missing_input", name=wanted.name)
        value = self._scope[wanted.name]
        return value if wanted.type is None else fit(frame, value, wanted.type)

    def _function(self, reference: str) -> Function | None:
        if reference in self._model.knowledge:
            return self._knowledge(self._model.knowledge[reference])
        if reference in self._model.services:
            return self.service(self._model.services[reference])
        return None

    def _knowledge(self, knowledge: Knowledge) -> Function:
        names = [name for name, _ in knowledge.parameters]

        def code(caller: Frame, *arguments: Any) -> Any:
            if knowledge.logic is None:
                return caller.run.warn("external_function", name=knowledge.name)
            # Built at the call, so that knowledge may require itself.
            frame = self._frame(knowledge.requirements)
            return run(knowledge.logic, frame.child(dict(zip(names, arguments, strict=True))))

        parameters = tuple(Parameter(name, wanted) for name, wanted in knowledge.parameters)
        return Function(knowledge.name, parameters, code, self._result(knowledge.type))

    def service(self, service: Service) -> Function:
        """A decision service as a function of its inputs, then of its input decisions."""
        inputs = [self._model.inputs[one] for one in service.inputs]
        decisions = [self._model.decisions[one] for one in service.input_decisions]

        def code(caller: Frame, *arguments: Any) -> Any:
            del caller
            values = dict(zip((one.name for one in inputs), arguments, strict=False))
            given = dict(zip((one.id for one in decisions), arguments[len(inputs) :], strict=True))
            inner = Session(self._model, self._run, values, given)
            return inner.outputs(service)

        parameters = [Parameter(one.name, one.type) for one in inputs]
        parameters += [Parameter(one.variable, one.type) for one in decisions]
        return Function(service.name, tuple(parameters), code, self._result(service.type))

    def _result(self, declared: FeelType | None) -> FeelType | None:
        """The type of what a function gives: its variable may be typed as the function itself."""
        if declared is None:
            return None
        found = resolve(declared, self._model.types)
        return found.result if found.name == "function" else declared

    def outputs(self, service: Service) -> Any:
        """The value of a service: its one output decision's, or a context of all of them."""
        decisions = [self._model.decisions[one] for one in service.outputs]
        if len(decisions) == 1:
            return self.decide(decisions[0])
        return {one.variable: self.decide(one) for one in decisions}
