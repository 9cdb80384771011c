"""FEEL functions as values (函数)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bpmn.feel.frame import Frame
    from bpmn.feel.type_names import FeelType


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a function: its name and what it takes (参数)."""

    name: str
    type: "FeelType | None" = None
    optional: bool = False
    variadic: bool = False
    nullable: bool = True


@dataclass(frozen=True, slots=True)
class Function:
    """A function with its code as a Python callable of (frame, *arguments) (函数).

    Functions written in FEEL, the built-in ones and those of DMN models all take this shape.
    """

    name: str
    parameters: tuple[Parameter, ...]
    code: Callable[..., Any] = field(compare=False)
    result: "FeelType | None" = None

    def call(self, frame: "Frame", arguments: list[Any]) -> Any:
        """Run it; the arguments are bound and checked already."""
        return self.code(frame, *arguments)


@dataclass(frozen=True, slots=True)
class Overloads:
    """A built-in function: its signatures, tried in order (内置函数)."""

    name: str
    signatures: tuple[Function, ...]
