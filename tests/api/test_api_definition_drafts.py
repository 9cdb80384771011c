"""A definition on its way: drafted, submitted, approved by another owner, deployed."""

from __future__ import annotations

import pytest

from tests.api.door import Door
from tests.api.draft_house import DRAFTS, RENAMED, Drafts, code
from tests.unit.feedback_life import resources

pytestmark = pytest.mark.integration


async def test_a_change_is_deployed_once_another_owner_has_approved_it(drafts: Drafts) -> None:
    draft = await drafts.begin()
    await drafts.rename(draft)
    submitted = await drafts.step("owner", draft, "submit", note="名称太长")
    approved = await drafts.approve(draft, note="同意")
    before = drafts.versions()["feedback"]

    deployed = await drafts.step("owner", draft, "deploy")

    assert submitted.json()["state"] == "submitted"
    assert approved.json()["state"] == "approved"
    assert before == 1
    assert deployed.status_code == 200, deployed.text
    told = deployed.json()
    assert (told["state"], told["digest"]) == ("deployed", submitted.json()["digest"])
    assert [(one["step"], one["actor"], one["note"]) for one in told["steps"]] == [
        ("create", "owner", None),
        ("edit", "owner", None),
        ("submit", "owner", "名称太长"),
        ("approve", "other_owner", "同意"),
        ("deploy", "owner", None),
    ]
    # Every process of the bundle is deployed with it, all or nothing.
    assert set(drafts.versions().values()) == {2}


async def test_a_new_item_runs_on_the_new_version_and_a_running_one_keeps_its_own(
    drafts: Drafts,
) -> None:
    door = drafts.door
    old = await door.receive()
    await drafts.bring_to("deployed")
    new = await door.receive(contact="13900001111")

    await door.complete(old, "lead")

    assert (await door.task(new))["processDefinitionVersion"] == 2
    assert (await door.task(old))["processDefinitionVersion"] == 1


async def test_a_deployed_version_tells_its_draft_who_approved_it_and_what_runs_on_it(
    drafts: Drafts,
) -> None:
    number = await drafts.door.receive()
    draft = await drafts.bring_to("deployed", note="原因")
    key = drafts.newest()

    told = (await drafts.door.get("audit", f"/api/process-definitions/{key}")).json()

    assert (told["process"], told["version"], told["deployed_by"]) == ("feedback", 2, "owner")
    assert (told["draft_id"], told["bundle"]) == (draft["id"], draft["digest"])
    assert [(one["step"], one["actor"]) for one in told["steps"]] == [
        ("submit", "owner"),
        ("approve", "other_owner"),
        ("deploy", "owner"),
    ]
    assert told["instances"] == {"active": 0, "with_incident": 0, "completed": 0, "terminated": 0}
    first = (await drafts.door.task(number))["processDefinitionKey"]
    told = (await drafts.door.get("audit", f"/api/process-definitions/{first}")).json()
    assert told["instances"]["active"] == 1
    assert (told["deployed_by"], told["draft_id"], told["steps"]) == ("bundled", None, [])


async def test_direct_deployment_leads_to_the_drafts_where_two_pairs_of_eyes_are_demanded(
    drafts: Drafts,
) -> None:
    files = resources()
    sent = [("resources", (name, content)) for name, content in files.items()]
    headers = await drafts.door.headers("owner")

    answer = await drafts.door.client.post("/v2/deployments", files=sent, headers=headers)

    assert code(answer) == (403, "deployment_needs_approval")
    assert answer.json()["drafts"] == DRAFTS
    assert drafts.versions()["feedback"] == 1


async def test_nobody_approves_what_they_made_edited_or_submitted(drafts: Drafts) -> None:
    draft = await drafts.begin("owner")
    await drafts.rename(draft, "other_owner")
    await drafts.step("the_process_owner", draft, "submit")

    refused = [
        code(await drafts.approve(draft, username))
        for username in ("owner", "other_owner", "the_process_owner")
    ]

    assert refused == [(403, "draft_own_work")] * 3
    assert (await drafts.get(draft))["state"] == "submitted"


async def test_with_one_pair_of_eyes_an_owner_approves_their_own_work(door: Door) -> None:
    drafts = Drafts(door)
    draft = await drafts.begin()
    await drafts.rename(draft)
    await drafts.step("owner", draft, "submit")

    approved = await drafts.approve(draft, "owner")
    deployed = await drafts.step("owner", draft, "deploy")

    assert (approved.status_code, deployed.status_code) == (200, 200)
    assert drafts.versions()["feedback"] == 2


async def test_nothing_is_edited_between_submission_and_deployment(drafts: Drafts) -> None:
    draft = await drafts.bring_to("submitted")

    submitted = await drafts.put(draft, "feedback.bpmn", b"<other/>")
    await drafts.approve(draft)
    approved = await drafts.put(draft, "feedback.bpmn", b"<other/>")

    assert code(submitted) == (409, "draft_state_wrong")
    assert submitted.json()["state"] == "submitted"
    assert code(approved) == (409, "draft_state_wrong")
    assert (await drafts.get(draft))["digest"] == draft["digest"]


async def test_what_was_withdrawn_is_edited_and_needs_approval_anew(drafts: Drafts) -> None:
    draft = await drafts.bring_to("approved")
    withdrawn = await drafts.step("owner", draft, "withdraw", note="还要改")
    put = await drafts.put(draft, "note.form", b'{"id": "note", "components": []}')

    deployed = await drafts.step("owner", draft, "deploy")

    assert withdrawn.json()["state"] == "withdrawn"
    assert put.status_code == 204
    assert (await drafts.get(draft))["state"] == "draft"
    assert code(deployed) == (409, "draft_state_wrong")
    assert drafts.versions()["feedback"] == 1


async def test_an_approval_of_other_files_than_those_submitted_is_refused(drafts: Drafts) -> None:
    draft = await drafts.bring_to("submitted")
    await drafts.step("owner", draft, "withdraw")
    await drafts.put(draft, "note.form", b'{"id": "note", "components": []}')
    now = (await drafts.step("owner", draft, "submit")).json()

    answer = await drafts.step("other_owner", draft, "approve", digest=draft["digest"])

    assert code(answer) == (409, "draft_digest_differs")
    assert answer.json()["digest"] == now["digest"] != draft["digest"]


async def test_a_rejection_names_its_reason_and_sends_the_draft_back(drafts: Drafts) -> None:
    draft = await drafts.bring_to("submitted")

    without = await drafts.step("other_owner", draft, "reject")
    rejected = await drafts.step("other_owner", draft, "reject", note="少了时限")
    again = await drafts.step("owner", draft, "submit")

    assert code(without) == (422, "fields_invalid")
    assert rejected.json()["steps"][-1]["note"] == "少了时限"
    assert (rejected.json()["state"], again.json()["state"]) == ("rejected", "submitted")


async def test_what_cannot_run_is_named_by_a_check_and_cannot_be_submitted(
    drafts: Drafts,
) -> None:
    draft = await drafts.begin()
    now = await drafts.get(draft)
    path = f"{DRAFTS}/{draft['id']}/files/extension.bpmn"
    removed = await drafts.door.call("owner", "DELETE", path, If_Match=f'"{now["revision"]}"')

    checked = await drafts.step("audit", draft, "check")
    submitted = await drafts.step("owner", draft, "submit")

    assert removed.status_code == 204, removed.text
    [problem] = checked.json()["problems"]
    assert (problem["code"], problem["element"]) == ("called_process_missing", "extend")
    assert code(submitted) == (400, "deployment_invalid")
    assert submitted.json()["problems"] == checked.json()["problems"]
    assert (await drafts.get(draft))["state"] == "draft"


async def test_a_check_of_what_can_be_deployed_finds_nothing_and_changes_nothing(
    drafts: Drafts,
) -> None:
    draft = await drafts.bring_to("draft")

    checked = (await drafts.step("owner", draft, "check")).json()

    assert {one["severity"] for one in checked.pop("warnings")} == {"warning"}
    assert checked == {"digest": draft["digest"], "problems": [], "outdated": []}
    assert await drafts.get(draft) == draft


async def test_an_empty_draft_holds_no_process(drafts: Drafts) -> None:
    draft = (await drafts.door.post("owner", DRAFTS, {"title": "空"})).json()

    checked = (await drafts.step("owner", draft, "check")).json()
    submitted = await drafts.step("owner", draft, "submit")

    assert [one["code"] for one in checked["problems"]] == ["deployment_empty"]
    assert code(submitted) == (400, "deployment_empty")


async def test_the_second_of_two_drafts_of_one_version_goes_over_the_first_only_knowingly(
    drafts: Drafts,
) -> None:
    second = await drafts.bring_to("submitted")
    await drafts.bring_to("deployed")

    told = await drafts.get(second)
    refused = await drafts.approve(second)
    approved = await drafts.approve(second, over_newer=True)
    deployed = await drafts.step("owner", second, "deploy")

    newer = {"process": "feedback", "base": 1, "latest": 2}
    assert newer in told["outdated"]
    assert code(refused) == (409, "draft_outdated")
    assert newer in refused.json()["outdated"]
    assert newer in approved.json()["steps"][-1]["data"]["over"]
    assert approved.json()["outdated"] == []
    assert deployed.status_code == 200, deployed.text


async def test_what_was_approved_before_others_deployed_is_not_deployed(drafts: Drafts) -> None:
    draft = await drafts.bring_to("approved")
    other = await drafts.begin()
    await drafts.put(other, "note.form", b'{"id": "note", "components": []}')
    await drafts.step("owner", other, "submit")
    await drafts.approve(other)
    await drafts.step("owner", other, "deploy")

    answer = await drafts.step("owner", draft, "deploy")

    assert code(answer) == (409, "draft_outdated")
    assert drafts.versions()["feedback"] == 2
    assert (await drafts.get(draft))["state"] == "approved"


async def test_a_draft_made_from_nothing_is_outdated_where_its_process_exists(
    drafts: Drafts,
) -> None:
    draft = (await drafts.door.post("owner", DRAFTS, {"title": "新"})).json()
    for name, content in resources().items():
        await drafts.put(draft, name, content.replace(*RENAMED))
    await drafts.step("owner", draft, "submit")

    answer = await drafts.approve(draft)

    assert code(answer) == (409, "draft_outdated")
    assert {"process": "feedback", "base": 0, "latest": 1} in answer.json()["outdated"]


async def test_an_earlier_version_is_brought_back_as_the_newest(drafts: Drafts) -> None:
    first = drafts.newest()
    await drafts.bring_to("deployed")
    told = {"title": "退回", "process_definition_key": first}
    draft = (await drafts.door.post("owner", DRAFTS, told)).json()
    await drafts.step("owner", draft, "submit")
    await drafts.approve(draft, over_newer=True)

    deployed = await drafts.step("owner", draft, "deploy")

    assert deployed.status_code == 200, deployed.text
    assert drafts.versions()["feedback"] == 3
    assert await drafts.file(draft, "feedback.bpmn") == resources()["feedback.bpmn"]
    number = await drafts.door.receive()
    assert (await drafts.door.task(number))["processDefinitionVersion"] == 3
