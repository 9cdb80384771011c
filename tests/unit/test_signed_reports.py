"""A report is told from a forged one offline, by the public key alone."""

from __future__ import annotations

import argparse
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from proof.signed_file import signature
from proof.signing import Signer
from stack.audit import report
from stack.errors import StackError

HOUSE = Signer(b"h" * 32)
MADE = "2026-11-22T09:00:00+00:00"
CONTENT = b"%PDF-1.7 what happened"


def report_in(
    folder: Path, changes: Mapping[str, object] | None = None, *, content: bytes = CONTENT
) -> Path:
    beside = {**signature(HOUSE, report.PDF, CONTENT, MADE), **(changes or {})}
    made = folder / "audit.zip"
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(report.PDF, content)
        archive.writestr(report.SIGNATURE, json.dumps(beside))
    return made


def checked(file: Path, folder: Path, public: str = HOUSE.public) -> int:
    key = folder / "manifest.pub"
    key.write_text(public)
    parser = argparse.ArgumentParser()
    report.add_commands(parser.add_subparsers())
    options = parser.parse_args(["report-check", str(file), "--key", str(key)])
    return int(options.run(options))


def test_what_the_house_signed_is_genuine(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    result = checked(report_in(tmp_path), tmp_path)

    assert result == 0
    assert f"genuine: signed {MADE}" in capsys.readouterr().out


@pytest.mark.parametrize(
    "changes",
    [
        {"made_at": "2020-01-01T00:00:00+00:00"},
        {"name": "other.pdf"},
        {"sha256": "0" * 64},
        {"algorithm": "none"},
        {"signature": "no hex"},
        {"signature": ""},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_signature_that_was_changed_is_forged(tmp_path: Path, changes: dict[str, str]) -> None:
    assert checked(report_in(tmp_path, changes), tmp_path) == 1


def test_a_report_that_was_changed_is_forged(tmp_path: Path) -> None:
    assert checked(report_in(tmp_path, content=CONTENT + b" otherwise"), tmp_path) == 1


def test_the_key_that_lies_in_the_file_is_not_believed(tmp_path: Path) -> None:
    stranger = Signer(b"s" * 32)
    beside = signature(stranger, report.PDF, CONTENT, MADE)
    file = report_in(tmp_path, beside)

    assert checked(file, tmp_path, stranger.public) == 0
    assert checked(file, tmp_path) == 1


def test_what_is_no_report_is_said_to_be_none(tmp_path: Path) -> None:
    file = tmp_path / "audit.zip"
    file.write_text("no archive")

    with pytest.raises(StackError, match="is no report"):
        checked(file, tmp_path)
