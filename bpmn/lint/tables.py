"""Decision tables: how their rules count together (决策表)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpmn.lint.finding import Finding
from bpmn.lint.page import walk
from bpmn.xml import XmlError, read

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# DMN 1.5, section 8.2.10.
_POLICIES = frozenset(
    {"UNIQUE", "FIRST", "PRIORITY", "ANY", "COLLECT", "RULE ORDER", "OUTPUT ORDER"}
)
_AGGREGATIONS = frozenset({"", "SUM", "COUNT", "MIN", "MAX"})


def hit_policies_are_known(files: Mapping[str, bytes]) -> Iterator[Finding]:
    """A decision table says by a hit policy of the standard which rules count, and how."""
    for resource, content in sorted(files.items()):
        if not resource.endswith(".dmn"):
            continue
        try:
            root = read(content)
        except XmlError:
            continue
        for node in walk(root):
            if node.name != "decisionTable":
                continue
            policy, aggregation = node.get("hitPolicy", "UNIQUE"), node.get("aggregation")
            for told, known in ((policy, _POLICIES), (aggregation, _AGGREGATIONS)):
                if told not in known:
                    place = (node.get("id"), "", node.line, told, resource)
                    yield Finding("hit_policy_unknown", "", *place)
