"""A process that has nothing to do with feedback, deployed beside it."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from activities.deploy import Deployer, deploy
from bpmn.deployment import load
from models import process_definition
from models.process_definition import ProcessDefinition
from tests.api.door import Door
from tests.drawings import chain, user, xml

GROUP = '<zeebe:assignmentDefinition candidateGroups="technical" />'
CONDITION = (
    '<bpmn:completionCondition xsi:type="bpmn:tFormalExpression">=done = true'
    "</bpmn:completionCondition>"
)
BODY = (
    '<bpmn:startEvent id="start" name="begun" />'
    + user("review", GROUP)
    + '<bpmn:adHocSubProcess id="ad" name="as needed">'
    + user("call")
    + user("visit")
    + CONDITION
    + '</bpmn:adHocSubProcess><bpmn:endEvent id="end" />'
    + chain("start", "review", "ad", "end")
)
DMN = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="levels"
    name="levels" namespace="t">
  <decision id="level" name="level"><variable name="level" typeRef="string" />
    <decisionTable id="levels_table" hitPolicy="FIRST">
      <input id="i1" label="urgency"><inputExpression><text>urgency</text></inputExpression></input>
      <output id="o1" name="level" typeRef="string" />
      <rule id="high"><inputEntry><text>"critical"</text></inputEntry>
        <outputEntry><text>"A"</text></outputEntry></rule>
      <rule id="low"><inputEntry><text>-</text></inputEntry>
        <outputEntry><text>"B"</text></outputEntry></rule>
    </decisionTable>
  </decision>
  <decision id="hours" name="hours"><variable name="hours" />
    <informationRequirement><requiredDecision href="#level" /></informationRequirement>
    <literalExpression><text>if level = "A" then 2 else 24</text></literalExpression>
  </decision>
  <decision id="endless" name="endless"><variable name="endless" />
    <literalExpression><text>count(for i in 1..1000000000 return i)</text></literalExpression>
  </decision>
</definitions>"""


def deploy_other(
    door: Door, process: str = "p", body: str = BODY, outside: str = "", dmn: bytes = DMN
) -> ProcessDefinition:
    """Deploy a process with a decision file; return its newest version."""
    drawn = xml(body, process=process, outside=outside)
    files = {f"{process}.bpmn": drawn, "levels.dmn": dmn}
    with Session(door.engine, expire_on_commit=False) as session, session.begin():
        deploy(session, files, load("", files), Deployer("owner", door.clock.now()))
        found = process_definition.latest(session, process)
        assert found is not None
        return found


async def begin(door: Door, **asked: Any) -> str:
    """Begin an instance of the process `p` and let it run to its first wait; return its key."""
    body = {"processDefinitionId": "p", **asked}
    answer = await door.post("owner", "/v2/process-instances", body)
    assert answer.status_code == 200, answer.text
    door.instances.start_all()
    return str(answer.json()["processInstanceKey"])


async def element(door: Door, instance: str, element_id: str) -> dict[str, Any]:
    """Return the newest run of an element."""
    asked = {
        "filter": {"processInstanceKey": instance, "elementId": element_id},
        "sort": [{"field": "elementInstanceKey", "order": "DESC"}],
    }
    answer = await door.post("admin", "/v2/element-instances/search", asked)
    assert answer.status_code == 200, answer.text
    return dict(answer.json()["items"][0])


async def complete(door: Door, instance: str, element_id: str) -> None:
    """Complete the open task of an element."""
    asked = {
        "filter": {"processInstanceKey": instance, "elementId": element_id, "state": "CREATED"}
    }
    answer = await door.post("lead", "/v2/user-tasks/search", asked)
    [task] = answer.json()["items"]
    done = await door.post("lead", f"/v2/user-tasks/{task['userTaskKey']}/completion", {})
    assert done.status_code == 204, done.text
