"""Decisions tried on given variables."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.api.door import Door
from tests.api.other_process import DMN, deploy_other

pytestmark = pytest.mark.integration
PATH = "/v2/decision-definitions/evaluation"


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def evaluate(door: Door, decision: str, **variables: Any) -> httpx.Response:
    asked = {"decisionDefinitionId": decision, "variables": variables}
    return await door.post("owner", PATH, asked)


async def test_a_decision_tells_its_output_and_every_decision_that_it_required(door: Door) -> None:
    deploy_other(door)

    answer = await evaluate(door, "hours", urgency="critical")

    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["output"], told["decisionRequirementsId"]) == ("2", "levels")
    level, hours = told["evaluatedDecisions"]
    assert (level["decisionDefinitionId"], level["output"]) == ("level", '"A"')
    assert level["decisionDefinitionType"] == "DECISION_TABLE"
    assert level["evaluatedInputs"] == [
        {"inputId": "1", "inputName": "urgency", "inputValue": '"critical"'}
    ]
    assert level["matchedRules"] == [
        {
            "ruleId": "high",
            "ruleIndex": 1,
            "evaluatedOutputs": [
                {
                    "outputId": "1",
                    "outputName": "level",
                    "outputValue": '"A"',
                    "ruleId": "high",
                    "ruleIndex": 1,
                }
            ],
        }
    ]
    assert (hours["decisionDefinitionKey"], hours["matchedRules"]) == (
        told["decisionDefinitionKey"],
        [],
    )
    assert told["warnings"] == []


async def test_a_decision_by_key_stays_on_its_version(door: Door) -> None:
    deploy_other(door)
    with Session(door.engine) as session:
        asked = text("SELECT key FROM decision_definition WHERE decision_id = 'hours'")
        key = str(session.scalar(asked))
    deploy_other_hours(door)

    old = await door.post("owner", PATH, {"decisionDefinitionKey": key})
    new = await evaluate(door, "hours")

    assert (old.json()["output"], old.json()["decisionDefinitionVersion"]) == ("24", 1)
    assert (new.json()["output"], new.json()["decisionDefinitionVersion"]) == ("48", 2)


def deploy_other_hours(door: Door) -> None:
    """Deploy the decisions with another number."""
    deploy_other(door, dmn=DMN.replace(b"else 24", b"else 48"))


async def test_what_a_decision_lacks_is_told_as_a_warning(door: Door) -> None:
    deploy_other(door)

    answer = await evaluate(door, "level")

    assert answer.json()["output"] == '"B"'
    assert {one["code"] for one in answer.json()["warnings"]} == {"unknown_name"}


async def test_a_decision_that_takes_too_many_steps_is_stopped(door: Door) -> None:
    deploy_other(door)

    answer = await evaluate(door, "endless")

    assert code(answer) == (422, "decision_evaluation_failed")
    assert answer.json()["reason"] == "budget_exceeded"


async def test_what_cannot_be_evaluated_is_refused(door: Door) -> None:
    deploy_other(door)
    nan = '{"decisionDefinitionId": "level", "variables": {"x": NaN}}'
    headers = await door.headers("owner") | {"Content-Type": "application/json"}

    assert code(await evaluate(door, "nothing")) == (404, "decision_definition_not_found")
    unknown = await door.post("owner", PATH, {"decisionDefinitionKey": "1"})
    assert code(unknown) == (404, "decision_definition_not_found")
    assert code(await door.post("owner", PATH, {})) == (400, "request_invalid")
    both = {"decisionDefinitionKey": "1", "decisionDefinitionId": "level"}
    assert code(await door.post("owner", PATH, both)) == (400, "request_invalid")
    answer = await door.client.post(PATH, content=nan, headers=headers)
    assert code(answer) == (400, "variables_invalid")
    assert answer.json()["errors"] == [{"field": "x", "code": "number_invalid"}]
