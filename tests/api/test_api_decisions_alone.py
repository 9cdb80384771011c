"""Files of decisions deployed without a process: versions, approval, evaluation, export."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import httpx
import pytest

from tests.api.door import Door
from tests.api.draft_house import DRAFTS, Drafts, code
from tests.api.other_process import DMN, begin, deploy_other
from tests.api.test_api_definitions import deploy, parts, search
from tests.drawings import chain, user

pytestmark = pytest.mark.integration
EVALUATION = "/v2/decision-definitions/evaluation"
COMPARISON = "/api/definition-comparison"
LATER = DMN.replace(b"else 24", b"else 48")


async def hours(door: Door) -> tuple[str, int]:
    """Return what the newest version of a decision comes to, and which version that is."""
    answer = await door.post("owner", EVALUATION, {"decisionDefinitionId": "hours"})
    assert answer.status_code == 200, answer.text
    return answer.json()["output"], answer.json()["decisionDefinitionVersion"]


async def requirements(door: Door, version: int = 1) -> dict[str, Any]:
    wanted = {"decisionRequirementsId": "levels", "version": version}
    [found] = await search(door, "decision-requirements", filter=wanted)
    return found


async def begun(drafts: Drafts, content: bytes = DMN, **told: Any) -> dict[str, Any]:
    """Begin a draft with a file of decisions and submit it."""
    made = await drafts.door.post("owner", DRAFTS, {"title": "期限", **told})
    assert made.status_code == 201, made.text
    assert (await drafts.put(made.json(), "levels.dmn", content)).status_code == 204
    answer = await drafts.step("owner", made.json(), "submit")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_decisions_are_deployed_without_a_process_and_can_be_evaluated(door: Door) -> None:
    told = await deploy(door, {"levels.dmn": DMN})

    made = parts(told, "decisionRequirements", "decisionRequirementsId")["levels"]
    decided = parts(told, "decisionDefinition", "decisionDefinitionId")
    assert told["deploymentKey"] == made["decisionRequirementsKey"]
    assert set(decided) == {"level", "hours", "endless"}
    assert await hours(door) == ("24", 1)
    path = f"/v2/decision-requirements/{made['decisionRequirementsKey']}/xml"
    assert (await door.get("owner", path)).content == DMN


async def test_each_change_is_a_version_and_the_same_again_is_none(door: Door) -> None:
    for files in (DMN, DMN, LATER, LATER, DMN):
        await deploy(door, {"levels.dmn": files})

    # What was taken back is the newest again.
    assert await hours(door) == ("24", 3)
    assert len(await search(door, "decision-requirements", filter={})) > 3
    assert (await requirements(door, 2))["version"] == 2


async def test_decisions_deployed_alone_change_nothing_for_processes(door: Door) -> None:
    task = (
        '<bpmn:businessRuleTask id="rule"><bpmn:extensionElements><zeebe:calledDecision '
        'decisionId="hours" resultVariable="h" /></bpmn:extensionElements></bpmn:businessRuleTask>'
    )
    body = '<bpmn:startEvent id="s" />' + task + user("a") + chain("s", "rule", "a")
    deploy_other(door, body=body)
    await deploy(door, {"levels.dmn": LATER})

    instance = await begin(door)

    asked = {"filter": {"processInstanceKey": instance, "name": "h"}}
    [found] = (await door.post("admin", "/v2/variables/search", asked)).json()["items"]
    assert found["value"] == "24"
    assert await hours(door) == ("48", 2)


async def test_a_draft_of_decisions_goes_the_same_way_as_one_of_a_process(drafts: Drafts) -> None:
    draft = await begun(drafts)
    own = await drafts.approve(draft, "owner")
    approved = await drafts.approve(draft, note="同意")

    deployed = await drafts.step("owner", draft, "deploy")

    assert code(own) == (403, "draft_own_work")
    assert (approved.status_code, deployed.status_code) == (200, 200)
    made = await requirements(drafts.door)
    path = f"/api/decision-requirements/{made['decisionRequirementsKey']}"
    told = (await drafts.door.get("audit", path)).json()
    assert (told["draft_id"], told["deployed_by"], told["version"]) == (draft["id"], "owner", 1)
    assert [one["step"] for one in told["steps"]] == ["submit", "approve", "deploy"]
    assert told["decisions"] == ["level", "hours", "endless"]
    kept = deployed.json()["steps"][-1]["data"]["definitions"]
    assert [(one["decisions"], one["version"]) for one in kept] == [("levels", 1)]


async def test_what_others_have_deployed_since_is_told(drafts: Drafts) -> None:
    first, second = await begun(drafts), await begun(drafts, LATER)
    for draft in (first, second):
        assert (await drafts.approve(draft)).status_code == 200
    assert (await drafts.step("owner", first, "deploy")).status_code == 200

    refused = await drafts.step("owner", second, "deploy")

    assert code(refused) == (409, "draft_outdated")
    newer = {"process": "decisions:levels", "base": 0, "latest": 1}
    assert refused.json()["outdated"] == [newer]


async def test_a_process_does_not_undo_decisions_that_were_deployed_alone_unseen(
    drafts: Drafts,
) -> None:
    draft = await drafts.begin()
    await drafts.rename(draft)
    limits = await drafts.file(draft, "limits.dmn")
    await deploy_alone(drafts, "limits.dmn", limits.replace(b'"PT2H"', b'"PT1H"'))
    await drafts.step("owner", draft, "submit")

    refused = await drafts.approve(draft)

    assert code(refused) == (409, "draft_outdated")
    [newer] = refused.json()["outdated"]
    assert (newer["process"].partition(":")[0], newer["latest"]) == ("decisions", 2)
    over = await drafts.approve(draft, over_newer=True)
    assert over.status_code == 200, over.text
    assert (await drafts.step("owner", draft, "deploy")).status_code == 200


async def deploy_alone(drafts: Drafts, name: str, content: bytes) -> None:
    made = (await drafts.door.post("owner", DRAFTS, {"title": "单独"})).json()
    await drafts.put(made, name, content)
    for answer in (
        await drafts.step("owner", made, "submit"),
        await drafts.approve(made, over_newer=True),
        await drafts.step("owner", made, "deploy"),
    ):
        assert answer.status_code == 200, answer.text


async def test_a_draft_begins_with_a_version_and_is_held_against_it(drafts: Drafts) -> None:
    await drafts.step("owner", await approved(drafts), "deploy")
    key = (await requirements(drafts.door))["decisionRequirementsKey"]

    draft = await begun(drafts, LATER, decision_requirements_key=key)
    told = (await drafts.door.get("owner", f"{COMPARISON}?new_draft={draft['id']}")).json()
    same = (await drafts.door.get("owner", f"{COMPARISON}?old_key={key}&new_key={key}")).json()

    assert (draft["base"], draft["outdated"]) == ({"decisions:levels": 1}, [])
    assert (told["old"]["key"], told["old"]["decisions"]) == (key, "levels")
    assert [one["code"] for one in told["changes"]] == ["logic_changed"]
    assert same["changes"] == []


async def approved(drafts: Drafts) -> dict[str, Any]:
    draft = await begun(drafts)
    await drafts.approve(draft)
    return draft


async def test_an_export_holds_the_file_and_what_it_imports(door: Door) -> None:
    told = "https://www.omg.org/spec/DMN/20191111/MODEL/"
    using = (
        f'<definitions xmlns="{told}" id="using" name="using" namespace="u"><import namespace="t"'
        f' name="far" importType="{told}"/><decision id="u" name="u"><variable name="u"/>'
        "<informationRequirement><requiredDecision href='t#hours'/></informationRequirement>"
        "<literalExpression><text>far.hours * 2</text></literalExpression></decision></definitions>"
    ).encode()
    made = await deploy(door, {"levels.dmn": DMN, "using.dmn": using, "other.form": b'{"id": "f"}'})
    keys = parts(made, "decisionRequirements", "decisionRequirementsId")
    key = keys["using"]["decisionRequirementsKey"]

    answer = await door.get("owner", f"/api/decision-requirements/{key}/export")

    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {
            "levels.dmn": DMN,
            "using.dmn": using,
        }
    decided = await door.post("owner", EVALUATION, {"decisionDefinitionId": "u"})
    assert decided.json()["output"] == "48"


async def test_what_holds_neither_process_nor_decision_is_refused(door: Door) -> None:
    headers = await door.headers("owner")
    empty = b'<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="e" name="e"/>'

    async def send(name: str, content: bytes) -> httpx.Response:
        sent = [("resources", (name, content))]
        return await door.client.post("/v2/deployments", files=sent, headers=headers)

    assert code(await send("a.dmn", empty)) == (400, "deployment_empty")
    assert code(await send("a.form", b'{"id": "f"}')) == (400, "deployment_empty")


async def test_agents_read_no_decisions(drafts: Drafts) -> None:
    await drafts.step("owner", await approved(drafts), "deploy")
    path = (
        "/api/decision-requirements/" + (await requirements(drafts.door))["decisionRequirementsKey"]
    )

    answers = [await drafts.door.get("spec", one) for one in (path, f"{path}/export")]

    assert [code(one) for one in answers] == [(403, "forbidden")] * 2
    assert code(await drafts.door.get("owner", "/api/decision-requirements/1"))[0] == 404
