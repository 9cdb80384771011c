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

    `others` are the models that may be imported, by namespace.
    """

    def __init__(
        self,
        model: DecisionModel,
        run: Run,
        scope: Names,
        others: Mapping[str, DecisionModel] | None = None,
    ) -> None:
        self._model = model
        self._run = run
        self._scope = scope
        self._others = others or {}
        self._imported: dict[str, Session] = {}
        self._decided: dict[str, Any] = {}
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
        """The names an element may use: what it requires, over the caller's own."""
        names: dict[str, Any] = {}
        for reference in (*needs.inputs, *needs.decisions, *needs.knowledge):
            place, _, own = reference.rpartition("#")
            session = self._import(place) if place else self
            found = None if session is None else session.required(own)
            if found is None:
                self._run.warn("unknown_reference", reference=reference)
                continue
            prefix = self._model.imports.get(place, "")
            inside = names.setdefault(prefix, {}) if prefix else names
            inside[found[0]] = found[1]
        return Frame(self._run, self._scope).child(names)

    def _import(self, namespace: str) -> "Session | None":
        """The session of an imported model, whose inputs the caller gives under its name."""
        if namespace in self._others and namespace not in self._imported:
            scope = self._inside(self._model.imports.get(namespace, ""))
            model = self._others[namespace]
            self._imported[namespace] = Session(model, self._run, scope, self._others)
        return self._imported.get(namespace)

    def _inside(self, name: str) -> Names:
        if name not in self._scope:
            return self._scope
        inside: Any = self._scope[name]
        return inside if isinstance(inside, dict) else self._scope

    def required(self, reference: str) -> tuple[str, Any] | None:
        """The name and value of an input, decision or function; None when there is none."""
        if reference in self._model.inputs:
            return self._model.inputs[reference].name, self._input(self._model.inputs[reference])
        if reference in self._model.decisions:
            decision = self._model.decisions[reference]
            return decision.variable, self.decide(decision)
        if reference in self._model.knowledge:
            knowledge = self._model.knowledge[reference]
            return knowledge.name, self._knowledge(knowledge)
        service = self._model.services.get(reference)
        return None if service is None else (service.name, self.service(service))

    def _input(self, wanted: InputData) -> Any:
        if wanted.name not in self._scope:
            return self._run.warn("missing_input", name=wanted.name)
        value = self._scope[wanted.name]
        frame = Frame(self._run, self._scope)
        return value if wanted.type is None else fit(frame, value, wanted.type)

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
        inputs = list(filter(None, map(self._model.inputs.get, service.inputs)))
        decisions = list(filter(None, map(self._model.decisions.get, service.input_decisions)))

        def code(caller: Frame, *arguments: Any) -> Any:
            del caller
            values = dict(zip((one.name for one in inputs), arguments, strict=False))
            given = zip((one.id for one in decisions), arguments[len(inputs) :], strict=True)
            return Session(self._model, self._run, values, self._others).outputs(service, given)

        parameters = [Parameter(one.name, one.type) for one in inputs]
        parameters += [Parameter(one.variable, one.type) for one in decisions]
        return Function(service.name, tuple(parameters), code, self._result(service.type))

    def _result(self, declared: FeelType | None) -> FeelType | None:
        """The type of what a function gives: its variable may be typed as the function itself."""
        if declared is None:
            return None
        found = resolve(declared, self._model.types)
        return found.result if found.name == "function" else declared

    def outputs(self, service: Service, given: Any) -> Any:
        """The value of a service: its one output decision's, or a context of all of them.

        `given` are the values of its input decisions by id, which are not decided then.
        """
        self._decided.update(given)
        decisions = list(filter(None, map(self._model.decisions.get, service.outputs)))
        if len(decisions) == 1:
            return self.decide(decisions[0])
        return {one.variable: self.decide(one) for one in decisions}
