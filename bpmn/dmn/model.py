"""A DMN file read: decisions, inputs, business knowledge, services and types (决策模型)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bpmn.feel.syntax import Node
from bpmn.feel.type_names import FeelType


class DmnError(ValueError):
    """What is wrong with a DMN file: a code, the element and its line (决策模型错误)."""

    def __init__(self, code: str, element: str = "", line: int = 0) -> None:
        super().__init__(f"{code} {element} (line {line})")
        self.code = code
        self.element = element
        self.line = line


@dataclass(frozen=True, slots=True)
class Requirements:
    """The ids of what an element needs: input data, decisions and knowledge (依赖)."""

    inputs: tuple[str, ...] = ()
    decisions: tuple[str, ...] = ()
    knowledge: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InputData:
    """A value that the caller brings (输入数据)."""

    id: str
    name: str
    type: FeelType | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision with its logic; without logic its value is null (决策)."""

    id: str
    name: str
    variable: str
    type: FeelType | None
    logic: Node | None
    requirements: Requirements
    line: int = 0


@dataclass(frozen=True, slots=True)
class Knowledge:
    """A business knowledge model: a function by name (业务知识模型)."""

    id: str
    name: str
    parameters: tuple[tuple[str, FeelType | None], ...]
    type: FeelType | None
    logic: Node | None
    requirements: Requirements


@dataclass(frozen=True, slots=True)
class Service:
    """A decision service: decisions callable as a function (决策服务)."""

    id: str
    name: str
    type: FeelType | None
    outputs: tuple[str, ...]
    input_decisions: tuple[str, ...]
    inputs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DecisionModel:
    """One DMN file (决策模型).

    `imports` are the names of imported files by their namespaces; what an element requires of
    one is written `namespace#id`. `problems` are texts that are no FEEL (`feel_syntax`; such an
    expression is null with a warning), references to nothing (`unknown_reference`) and what needs
    itself (`requirement_cycle`, `type_cycle`); deployment refuses the file for them.
    """

    name: str
    namespace: str = ""
    decisions: Mapping[str, Decision] = field(default_factory=dict)
    inputs: Mapping[str, InputData] = field(default_factory=dict)
    knowledge: Mapping[str, Knowledge] = field(default_factory=dict)
    services: Mapping[str, Service] = field(default_factory=dict)
    types: Mapping[str, FeelType] = field(default_factory=dict)
    imports: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[DmnError, ...] = ()
