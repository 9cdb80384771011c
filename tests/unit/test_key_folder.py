"""Epoch keys in a folder: made once, found by others, destroyed for good."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

from models.key_folder import KeyFolder, epochs
from models.key_source import EpochGoneError, FileKeySource, KeySourceError
from stack.keys import MissingKeyError, make_keys

SOMEBODY = UUID(int=1)
FIRST = b"1" * 32


def folder(path: Path) -> KeyFolder:
    (path / "epoch.key").write_bytes(FIRST)
    return KeyFolder(path)


def test_what_is_derived_stays_the_same_when_the_first_key_is_gone(tmp_path: Path) -> None:
    keys = folder(tmp_path)
    before = FileKeySource({1: FIRST}).derive("customer contact index")

    keys.make(2)
    keys.destroy_before(2)

    assert KeyFolder(tmp_path).derive("customer contact index") == before
    assert keys.derive("customer contact index") == before
    assert FIRST not in (tmp_path / "index.key").read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {"epoch-2.key", "index.key"}
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}


def test_a_key_made_by_another_process_is_found_and_one_destroyed_there_forgotten(
    tmp_path: Path,
) -> None:
    here, there = folder(tmp_path), KeyFolder(tmp_path)
    old = here.wrap(b"k" * 32, SOMEBODY, 1)

    there.make(2)
    new = there.wrap(b"k" * 32, SOMEBODY, 2)

    assert here.unwrap(new, 2, SOMEBODY) == b"k" * 32
    there.destroy_before(2)
    here.reload()
    with pytest.raises(EpochGoneError, match="epoch 1"):
        here.unwrap(old, 1, SOMEBODY)


def test_a_key_that_is_there_is_never_made_anew(tmp_path: Path) -> None:
    keys = folder(tmp_path)
    keys.make(2)
    made = (tmp_path / "epoch-2.key").read_bytes()

    keys.make(2)

    assert (tmp_path / "epoch-2.key").read_bytes() == made


def test_nothing_is_destroyed_before_the_next_key_is_there(tmp_path: Path) -> None:
    keys = folder(tmp_path)

    with pytest.raises(EpochGoneError, match="epoch 2"):
        keys.destroy_before(2)

    assert list(epochs(tmp_path)) == [1]


def test_an_empty_folder_and_a_short_key_are_errors(tmp_path: Path) -> None:
    with pytest.raises(KeySourceError, match=r"epoch\.key"):
        KeyFolder(tmp_path)
    (tmp_path / "epoch-2.key").write_bytes(b"short")
    with pytest.raises(KeySourceError, match="32 bytes"):
        KeyFolder(tmp_path)


def test_a_start_asks_for_the_newest_key_and_not_for_those_destroyed(tmp_path: Path) -> None:
    make_keys(tmp_path, data_exists=False)
    keys = KeyFolder(tmp_path)
    keys.make(2)
    keys.destroy_before(2)

    make_keys(tmp_path, data_exists=True)

    assert not (tmp_path / "epoch.key").exists()
    (tmp_path / "epoch-2.key").unlink()
    with pytest.raises(MissingKeyError, match=r"epoch\.key"):
        make_keys(tmp_path, data_exists=True)
