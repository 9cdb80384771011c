"""Files made to do harm: by their names, by what they are, by how they arrive or break off."""

from __future__ import annotations

import asyncio
import contextlib
import io
import zipfile
from collections.abc import AsyncIterator
from urllib.parse import unquote
from uuid import UUID

import pytest
from sqlalchemy import text

from models.attachment_folder import Arriving, AttachmentFolder
from tests.api.filing import PNG, Filing
from tests.api.test_api_attachment_keeping import swept_at
from tests.api.test_api_progress_and_messages import in_processing

pytestmark = pytest.mark.integration
# An image to those who look at its head, a page to those who guess.
POLYGLOT = b"GIF89a/*<html><script>alert(1)</script>*/=1;" + bytes(40)
GUARDS = {
    "content-security-policy": "sandbox; default-src 'none'",
    "cross-origin-resource-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
}


@pytest.mark.parametrize(
    ("name", "served"),
    [
        ("../../etc/passwd.png", "passwd.png"),
        ("C:\\Windows\\evil.png", "evil.png"),
        ("/abs/olute.png", "olute.png"),
        ("a\r\nSet-Cookie: x=1.png", "a%0D%0ASet-Cookie_ x=1.png"),
        ("invoice.pdf\u202egnp.png", "invoice.pdfgnp.png"),
        ("x" * 5000 + ".png", "x" * 116 + ".png"),
        ('a"; filename="b.exe.png', "b.exe.png"),
        ("..png", "png"),
    ],
)
async def test_a_name_leads_nowhere_and_adds_no_header(
    filing: Filing, name: str, served: str
) -> None:
    number = await in_processing(filing.door)

    answer = await filing.add("tech", number, name)

    if answer.status_code == 201:
        got = await filing.got("spec", number, answer.json()["id"])
        disposition = got.headers["content-disposition"]
        assert disposition.startswith("attachment; filename*=UTF-8''")
        assert not set(unquote(disposition.partition("''")[2])) & set('/\\\r\n"')
        assert "set-cookie" not in got.headers
        assert len(unquote(disposition.partition("''")[2])) <= 120
        if '"' not in name:
            assert unquote(disposition.partition("''")[2]) == served
    else:
        assert answer.json()["code"] in {"attachment_type_refused", "body_malformed"}
    root = filing.rules.folder.root
    assert all(root in path.parents and path.name != served for path in filing.files())


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("drawing.svg", b"<svg onload='alert(1)'/>", "attachment_type_refused"),
        ("page.html", b"<script>alert(1)</script>", "attachment_type_refused"),
        ("page.xhtml", b"<html/>", "attachment_type_refused"),
        ("page.txt", b"\xef\xbb\xbf \n<html><script>1</script>", "attachment_type_differs"),
        ("photo.png.exe", PNG, "attachment_type_refused"),
        ("photo.exe.png", b"MZ" + bytes(400), "attachment_type_differs"),
        ("page.html.png", b"<script>alert(1)</script>", "attachment_type_differs"),
        ("photo.png", b"", "attachment_empty"),
    ],
)
async def test_what_a_browser_could_run_is_not_taken(
    filing: Filing, name: str, content: bytes, code: str
) -> None:
    number = await in_processing(filing.door)

    answer = await filing.add("tech", number, name, content)

    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert filing.files() == []


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("two.gif", POLYGLOT, "image/gif"),
        ("late.txt", b"hello\n<html><script>alert(1)</script>", "text/plain; charset=utf-8"),
        ("ok.png", PNG, "image/png"),
    ],
)
async def test_what_is_taken_is_only_ever_stored_by_a_browser(
    filing: Filing, name: str, content: bytes, media_type: str
) -> None:
    number = await in_processing(filing.door)
    file_id = (await filing.add("tech", number, name, content)).json()["id"]

    whole = await filing.got("spec", number, file_id)
    part = await filing.got("spec", number, file_id, Range="bytes=0-9")

    assert whole.content == content
    for got in (whole, part):
        assert got.headers["content-disposition"].startswith("attachment;")
        assert got.headers["content-type"] == media_type
        assert {name: got.headers[name] for name in GUARDS} == GUARDS


async def test_a_zip_bomb_is_stored_as_it_is_or_refused_and_never_unpacked(filing: Filing) -> None:
    number = await in_processing(filing.door)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as one:
        one.writestr("word/document.xml", bytes(50_000_000))
    bomb = packed.getvalue()

    plain = await filing.add("tech", number, "bomb.zip", bomb)
    office = await filing.add("tech", number, "bomb.docx", bomb)

    assert plain.json()["code"] == "attachment_type_refused"
    assert (office.status_code, office.json()["size"]) == (201, len(bomb))
    assert sum(path.stat().st_size for path in filing.files()) < len(bomb) + 1000


async def test_an_item_takes_200_small_files_and_no_more_however_many_come(filing: Filing) -> None:
    number = await in_processing(filing.door)
    with filing.door.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO attachment (id, feedback_id, person_id, key_ref, name_ref, media_type,"
                " size, digest, scan, added_by, added_at) SELECT gen_random_uuid(), f.id,"
                " f.customer_id, gen_random_uuid(), gen_random_uuid(), 'text/plain', 1, '',"
                " 'clean', 'tech', now() FROM feedback f, generate_series(1, 195)"
            )
        )

    answers = await asyncio.gather(
        *(filing.add("tech", number, f"{n}.txt", b"x") for n in range(12))
    )

    codes = [one.json().get("code") for one in answers]
    assert codes.count(None) == 5
    assert codes.count("attachments_full") == 7
    assert len(filing.files()) == 5


async def test_an_upload_that_breaks_off_leaves_nothing(filing: Filing) -> None:
    number = await in_processing(filing.door)
    headers = await filing.door.headers("tech")
    headers["Content-Type"] = "multipart/form-data; boundary=b"

    async def broken() -> AsyncIterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n' + PNG
        raise ConnectionResetError

    path = f"/api/feedback/{number}/attachments"
    with contextlib.suppress(ConnectionResetError):
        answer = await filing.door.client.post(path, content=broken(), headers=headers)
        assert answer.status_code >= 400

    assert filing.files() == []
    assert await filing.listed("tech", number) == []


async def test_whoever_dies_between_file_and_row_leaves_an_orphan_that_is_swept(
    filing: Filing, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = await in_processing(filing.door)
    keep = Arriving.keep

    def die(self: Arriving, target: object) -> None:
        keep(self, AttachmentFolder(filing.rules.folder.root).path(UUID(str(target)[-32:])))
        raise RuntimeError("gone")

    with monkeypatch.context() as patched:
        patched.setattr(Arriving, "keep", die)
        died = await filing.add("tech", number)

    assert died.status_code == 500
    assert await filing.listed("tech", number) == []
    assert len(filing.files()) == 1
    assert swept_at(filing, hours=7)["orphans"] == 1
    assert filing.files() == []
