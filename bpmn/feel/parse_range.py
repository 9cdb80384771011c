"""The rest of a range once its start is read: `..5]` (区间语法)."""

from typing import TYPE_CHECKING

from bpmn.feel.syntax import Node, RangeNode

if TYPE_CHECKING:
    from bpmn.feel.parser import Parser


def range_from(parser: "Parser", start: Node, *, start_included: bool) -> RangeNode:
    """The range from a start, up to one of the brackets that close it."""
    parser.expect("..")
    inside, parser.in_range_end = parser.in_range_end, True
    end = parser.expression()
    parser.in_range_end = inside
    return RangeNode(start, end, start_included, parser.expect("]", ")", "[") == "]")
