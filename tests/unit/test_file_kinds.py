"""What a file is by its content, and the name it is kept under."""

from __future__ import annotations

import io
import zipfile

import pytest

from api.file_kinds import KINDS, Sniffer, claimed, safe_name

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(40)
OLE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)


def container(*names: str, first: tuple[str, str] | None = None) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        if first is not None:
            archive.writestr(*first)
        for name in names:
            archive.writestr(name, "x" * 5000)
    return held.getvalue()


def open_document(kind: str, *names: str) -> bytes:
    media_type = f"application/vnd.oasis.opendocument.{kind}"
    return container("content.xml", *names, first=("mimetype", media_type))


def office(part: str, *more: str) -> bytes:
    return container("[Content_Types].xml", "_rels/.rels", part, *more)


def sniffed(content: bytes, *, step: int = 1000) -> Sniffer:
    sniffer = Sniffer()
    for start in range(0, len(content), step):
        sniffer.feed(content[start : start + step])
    return sniffer


FILES = {
    "screen.png": PNG,
    "photo.JPG": b"\xff\xd8\xff\xe1\x00\x10Exif\x00" + bytes(40),
    "anim.gif": b"GIF89a" + bytes(40),
    "picture.webp": b"RIFF\x24\x00\x00\x00WEBPVP8 " + bytes(40),
    "phone.heic": b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(40),
    "scan.tif": b"II*\x00" + bytes(40),
    "检测报告.pdf": b"%PDF-1.7\n1 0 obj",
    "letter.docx": office("word/document.xml"),
    "table.xlsx": office("xl/workbook.xml"),
    "slides.pptx": office("ppt/presentation.xml"),
    "letter.odt": open_document("text"),
    "table.ods": open_document("spreadsheet"),
    "old.doc": OLE + "WordDocument".encode("utf-16-le"),
    "old.xls": OLE + "Workbook".encode("utf-16-le"),
    "note.txt": "已致电客户。\n".encode(),
    "old note.txt": "已致电客户。\n".encode("gb18030"),
    "figures.csv": b"a,b\n1,2\n",
    "call.mp3": b"ID3\x03\x00\x00\x00" + bytes(40),
    "bare.mp3": b"\xff\xf3\x90\x44" + bytes(40),
    "call.amr": b"#!AMR\n" + bytes(40),
    "call.wav": b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(40),
    "call.m4a": b"\x00\x00\x00\x20ftypM4A \x00\x00\x00\x00" + bytes(40),
    "call.opus": b"OggS\x00\x02" + bytes(40),
    "film.mp4": b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2" + bytes(40),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_what_it_says_is_taken(name: str) -> None:
    kind = claimed(name)

    assert kind is not None
    assert sniffed(FILES[name]).is_a(kind)


@pytest.mark.parametrize("name", FILES)
def test_no_file_passes_for_another_kind(name: str) -> None:
    sniffer = sniffed(FILES[name])

    others = [kind for kind in KINDS if kind != claimed(name) and sniffer.is_a(kind)]

    assert others == []


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("report.pdf", b"MZ\x90\x00\x03\x00\x00\x00" + bytes(40)),
        ("photo.jpg", PNG),
        ("page.txt", b"<!DOCTYPE html><html><script>"),
        ("page.txt", b"  <svg xmlns='http://www.w3.org/2000/svg'>"),
        ("script.txt", b"#!/bin/sh\nrm -rf /\n"),
        ("binary.txt", b"abc\x00\x01def"),
        ("empty.txt", b"  \n"),
        ("letter.docx", container("word.txt")),
        ("letter.docx", office("word/document.xml", "word/vbaProject.bin")),
        ("letter.docx", office("xl/workbook.xml")),
        ("letter.odt", open_document("text", "Basic/script-lc.xml")),
        ("letter.odt", open_document("text-template")),
        ("old.doc", OLE + "Workbook".encode("utf-16-le")),
        ("old.xls", OLE + "Workbook _VBA_PROJECT".encode("utf-16-le")),
        ("archive.docx", b"\x7fELF" + bytes(40)),
    ],
)
def test_a_file_that_lies_or_holds_programs_is_refused(name: str, content: bytes) -> None:
    kind = claimed(name)

    assert kind is not None
    assert not sniffed(content).is_a(kind)


def test_a_macro_is_seen_wherever_its_name_is_cut() -> None:
    content = office("word/document.xml", "word/vbaProject.bin")

    assert not any(sniffed(content, step=step).is_a("docx") for step in (1, 7, 4096, 100_000))


@pytest.mark.parametrize(
    "name", ["page.html", "run.exe", "pic.svg", "macro.docm", "none", "a.zip", ".pdf", "x.pdf.js"]
)
def test_endings_that_are_not_listed_are_not_taken(name: str) -> None:
    assert claimed(safe_name(name)) is None


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("检测报告.pdf", "检测报告.pdf"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\me\\photo.jpg", "photo.jpg"),
        ('a<b>:"c|d?*.png', "a_b___c_d__.png"),
        ("invoice\u202efdp.exe.pdf", "invoicefdp.exe.pdf"),
        ("line\nbreak\x00.txt", "line break.txt"),
        ("  ...  ", "file"),
        ("", "file"),
        ("half \ud83d.txt", "file"),
    ],
)
def test_a_name_loses_folders_and_tricks(given: str, kept: str) -> None:
    assert safe_name(given) == kept


def test_a_long_name_keeps_its_ending() -> None:
    kept = safe_name("长" * 300 + ".pdf")

    assert len(kept) == 120
    assert kept.endswith("长.pdf")
