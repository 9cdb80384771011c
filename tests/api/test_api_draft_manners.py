"""Drafts under several hands: at once, twice, page by page, and what their files may be."""

from __future__ import annotations

import pytest

from tests.api.draft_house import DRAFTS, Drafts, code

pytestmark = pytest.mark.integration


async def test_of_two_who_deploy_one_draft_at_once_one_does(drafts: Drafts) -> None:
    draft = await drafts.bring_to("approved")

    statuses = await drafts.at_once(
        drafts.step("owner", draft, "deploy"), drafts.step("other_owner", draft, "deploy")
    )

    assert statuses == [200, 409]
    assert drafts.versions()["feedback"] == 2


async def test_of_two_drafts_deployed_at_once_the_second_is_outdated(drafts: Drafts) -> None:
    one = await drafts.bring_to("approved")
    other = await drafts.begin()
    await drafts.put(other, "note.form", b'{"id": "note", "components": []}')
    await drafts.step("owner", other, "submit")
    await drafts.approve(other)

    statuses = await drafts.at_once(
        drafts.step("owner", one, "deploy"), drafts.step("other_owner", other, "deploy")
    )

    assert statuses == [200, 409]
    assert drafts.versions()["feedback"] == 2


async def test_of_two_who_edit_one_revision_the_second_is_told(drafts: Drafts) -> None:
    draft = await drafts.begin()
    path = f"{DRAFTS}/{draft['id']}/files/note.form"
    tag = {"If-Match": f'"{draft["revision"]}"'}
    headers = [await drafts.door.headers(name) | tag for name in ("owner", "other_owner")]

    statuses = await drafts.at_once(
        *(
            drafts.door.client.put(path, content=str(number).encode(), headers=one)
            for number, one in enumerate(headers)
        )
    )
    blind = await drafts.door.client.put(
        path, content=b"3", headers=await drafts.door.headers("owner")
    )

    assert statuses == [204, 412]
    assert code(blind) == (428, "if_match_missing")
    assert (await drafts.get(draft))["revision"] == draft["revision"] + 1


async def test_the_same_content_again_is_no_edit(drafts: Drafts) -> None:
    draft = await drafts.begin()
    content = await drafts.file(draft, "feedback.bpmn")

    answer = await drafts.put(draft, "feedback.bpmn", content, "other_owner")

    assert (answer.status_code, answer.headers["etag"]) == (204, f'"{draft["revision"]}"')
    assert await drafts.get(draft) == draft


async def test_a_form_stays_byte_for_byte_what_was_sent(drafts: Drafts) -> None:
    draft = await drafts.begin()
    content = b'{"id":"note",\r\n\t"components":[] }\n'

    await drafts.put(draft, "note.form", content)

    assert await drafts.file(draft, "note.form") == content


async def test_a_step_sent_twice_is_taken_once(drafts: Drafts) -> None:
    draft = await drafts.bring_to("draft")
    path = f"{DRAFTS}/{draft['id']}/submit"

    first = await drafts.door.post("owner", path, {"note": "一"}, Idempotency_Key="k")
    again = await drafts.door.post("owner", path, {"note": "一"}, Idempotency_Key="k")
    other = await drafts.door.post("owner", path, {"note": "二"}, Idempotency_Key="k")

    assert again.json() == first.json()
    assert again.headers["idempotent-replayed"] == "true"
    assert code(other) == (422, "idempotency_key_reused")


async def test_a_draft_sent_twice_is_begun_once(drafts: Drafts) -> None:
    told = {"title": "一次"}

    first = await drafts.door.post("owner", DRAFTS, told, Idempotency_Key="k")
    again = await drafts.door.post("owner", DRAFTS, told, Idempotency_Key="k")

    assert again.json()["id"] == first.json()["id"]
    assert first.headers["location"] == f"{DRAFTS}/{first.json()['id']}"
    assert drafts.rows("SELECT count(*) FROM definition_draft") == [(1,)]


async def test_every_step_is_recorded_without_what_is_in_the_files(drafts: Drafts) -> None:
    draft = await drafts.bring_to("deployed", note="机密原因")

    rows = drafts.rows(
        "SELECT action, actor, data::text FROM access_record WHERE subject = :id ORDER BY id",
        id=draft["id"],
    )

    assert [(row[0], row[1]) for row in rows] == [
        ("draft_create", "owner"),
        ("draft_edit", "owner"),
        ("draft_submit", "owner"),
        ("draft_approve", "other_owner"),
        ("deploy", "owner"),
        ("draft_deploy", "owner"),
    ]
    assert all(draft["digest"] in row[2] for row in rows[1:])
    assert not any("机密原因" in row[2] for row in rows)


async def test_drafts_are_listed_by_state_and_page_by_page(drafts: Drafts) -> None:
    begun = [(await drafts.begin())["id"] for _ in range(3)]
    await drafts.step("owner", {"id": begun[0]}, "submit")

    page = (await drafts.door.get("audit", f"{DRAFTS}?limit=2")).json()
    rest = (await drafts.door.get("audit", f"{DRAFTS}?limit=2&after={page['next']}")).json()
    submitted = (await drafts.door.get("audit", f"{DRAFTS}?state=submitted")).json()

    found = [one["id"] for one in page["items"] + rest["items"]]
    assert found == [begun[0], begun[2], begun[1]]
    assert (page["total"], rest["next"]) == (3, None)
    assert [one["id"] for one in submitted["items"]] == [begun[0]]
    wrong = await drafts.door.get("audit", f"{DRAFTS}?after=nonsense")
    assert code(wrong) == (422, "fields_invalid")


@pytest.mark.parametrize("name", ["..%5Cfeedback.bpmn", "a%00.form", "x" * 201])
async def test_a_file_gets_no_name_that_leads_out_of_a_folder(drafts: Drafts, name: str) -> None:
    draft = await drafts.begin()

    answer = await drafts.put(draft, name, b"{}")

    assert answer.status_code == 422, answer.text
    assert await drafts.get(draft) == draft


async def test_a_draft_takes_no_more_than_a_hundred_files(drafts: Drafts) -> None:
    draft = (await drafts.door.post("owner", DRAFTS, {"title": "满"})).json()
    with drafts.door.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO draft_file"
            " SELECT %s::uuid, n || '.form', '{}' FROM generate_series(1, 100) n",
            (draft["id"],),
        )

    full = await drafts.put(draft, "one-more.form", b"{}")
    replaced = await drafts.put(draft, "7.form", b"[]")

    assert code(full) == (422, "draft_full")
    assert replaced.status_code == 204


async def test_a_file_that_is_not_there_cannot_be_read_or_taken_out(drafts: Drafts) -> None:
    draft = await drafts.begin()
    path = f"{DRAFTS}/{draft['id']}/files/none.form"

    read = await drafts.door.get("owner", path)
    removed = await drafts.door.call("owner", "DELETE", path, If_Match="*")
    nowhere = await drafts.door.get("owner", f"{DRAFTS}/0b7f3c52-6f52-5b1e-8a53-9a6a4f1c2d90")

    assert code(read) == code(removed) == (404, "draft_file_not_found")
    assert code(nowhere) == (404, "draft_not_found")
