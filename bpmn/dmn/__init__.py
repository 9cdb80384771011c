"""DMN: decision tables and the other boxed expressions, run by the FEEL interpreter (决策模型)."""

from bpmn.dmn.decide import DecisionResult, evaluate_decision, evaluate_service, find_decision
from bpmn.dmn.model import Decision, DecisionModel, DmnError
from bpmn.dmn.read import parse_decisions

__all__ = [
    "Decision",
    "DecisionModel",
    "DecisionResult",
    "DmnError",
    "evaluate_decision",
    "evaluate_service",
    "find_decision",
    "parse_decisions",
]
