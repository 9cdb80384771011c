"""`bihuan verify` and `python -m proof`: exports checked with the public key alone."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from proof import bundle
from proof.manifest_check import File
from proof.wording import words
from settings import PROJECT
from stack.keys import MissingKeyError
from stack.manifest_key import make_manifest_key
from tests import sealed_chain

KEY = 7 << 20
ROWS = sealed_chain.invented(KEY, 9)


def written(folder: Path, rows: sealed_chain.Rows, manifests: Sequence[File]) -> Path:
    """Write an export as a house would."""
    (folder / "manifests").mkdir(parents=True)
    (folder / "records.jsonl").write_bytes(b"".join(map(bundle.line, rows)))
    counts = bundle.line({"key": KEY, "last_number": len(rows)})
    (folder / "instances.jsonl").write_bytes(counts)
    (folder / "access.jsonl").touch()
    for number, one in enumerate(manifests, 1):
        (folder / "manifests" / bundle.manifest_name(number)).write_bytes(bundle.line(one))
    files = [path for path in folder.rglob("*") if path.is_file()]
    digests = {str(path.relative_to(folder)): bundle.digest(path) for path in files}
    (folder / "bundle.json").write_bytes(bundle.header("", digests, partial=False))
    return folder


@pytest.fixture
def public(tmp_path: Path) -> Path:
    path = tmp_path / "manifest.pub"
    path.write_text(f"{sealed_chain.SIGNER.public}\n")
    return path


def verify(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """Verify with `proof/` and `cryptography` alone: the folder of the project is elsewhere."""
    return subprocess.run(
        [sys.executable, "-m", "proof", *map(str, words)],
        cwd=Path(str(words[0])).parent,
        env={"PYTHONPATH": str(Path(str(words[0])).parent)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def alone(tmp_path: Path) -> Path:
    """A folder that holds `proof/` and nothing else of ours."""
    shutil.copytree(PROJECT / "proof", tmp_path / "proof")
    return tmp_path


def test_a_sound_export_ends_with_zero_and_says_how_much_was_verified(
    alone: Path, public: Path
) -> None:
    folder = written(alone / "bundle", ROWS, sealed_chain.manifests([{KEY: ROWS}]))

    done = verify(folder, "--key", public, "--locale", "en")

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Sound")
    assert "records: 9\n" in done.stdout


def test_the_first_bad_record_is_named_in_words_and_for_programs(alone: Path, public: Path) -> None:
    manifests = sealed_chain.manifests([{KEY: ROWS[:3]}, {KEY: ROWS}])
    folder = written(alone / "bundle", sealed_chain.changed(ROWS, 5), manifests)

    said = verify(folder, "--key", public)
    told = verify(folder, "--key", public, "--json")

    assert (said.returncode, told.returncode) == (1, 1)
    assert f"实例 {KEY} 第 5 条记录：被修改" in said.stdout
    [finding] = json.loads(told.stdout)["findings"]
    assert (finding["code"], finding["number"]) == ("record_changed", 5)


def test_a_published_folder_tells_of_a_cut_tail(alone: Path, public: Path) -> None:
    manifests = sealed_chain.manifests([{KEY: ROWS[:3]}, {KEY: ROWS}])
    folder = written(alone / "bundle", ROWS[:3], manifests[:1])
    for number, one in enumerate(manifests, 1):
        (alone / bundle.manifest_name(number)).write_bytes(bundle.line(one))

    alone_says = verify(folder, "--key", public, "--json")
    with_published = verify(folder, "--key", public, "--json", "--published", alone)

    assert alone_says.returncode == 0
    found = json.loads(with_published.stdout)["findings"]
    assert [one["code"] for one in found] == ["manifests_truncated", "records_truncated"]


@pytest.mark.parametrize("missing", ["key", "bundle"])
def test_what_cannot_be_verified_ends_with_two(alone: Path, public: Path, missing: str) -> None:
    folder = written(alone / "bundle", ROWS, [])
    (public if missing == "key" else folder / "bundle.json").unlink()

    done = verify(folder, "--key", public)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("bihuan: ")


def test_every_finding_has_words_in_every_language() -> None:
    modules = [path.read_text("utf-8") for path in (PROJECT / "proof").glob("*.py")]
    told = {code for text in modules for code in re.findall(r'Finding\("(\w+)"', text)}
    kinds = ("changed", "deleted", "inserted", "swapped", "rewritten")
    told |= {f"{noun}_{kind}" for noun in ("record", "access_record") for kind in kinds}

    assert {"manifest_forged", "instance_deleted", "line_malformed"} <= told
    assert set(words("en")) == set(words("zh-CN")) >= told | {"records_truncated"}


def test_the_key_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    make_manifest_key(folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    make_manifest_key(folder)

    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert set(before) == {"manifest.key", "manifest.pub"}
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    (folder / "manifest.key").unlink()
    with pytest.raises(MissingKeyError, match=r"manifest\.key"):
        make_manifest_key(folder)
