from pathlib import Path

import pytest

from stack.errors import StackError
from stack.home import Home, HomeInUseError
from stack.keys import KEY_NAMES, MissingKeyError, make_keys, make_passwords


def test_a_home_is_held_by_one_at_a_time_and_names_its_holder(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.prepare()

    assert home.holder() is None
    with home.held():
        holder = home.holder()
        with pytest.raises(HomeInUseError, match=str(holder)), home.held():
            pass

    assert holder is not None
    assert home.holder() is None


def test_a_folder_with_other_files_is_neither_used_nor_cleared(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    home = Home(tmp_path)

    with pytest.raises(StackError, match="holds other files"):
        home.prepare()
    with pytest.raises(StackError, match="not a home"):
        home.clear()

    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_the_state_counts_only_while_a_supervisor_holds_the_home(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.prepare()
    home.write_state({"ready": True})

    assert home.read_state() == {}
    with home.held():
        assert home.read_state() == {"ready": True}


def test_keys_are_made_once_and_readable_by_their_owner_only(tmp_path: Path) -> None:
    make_keys(tmp_path, data_exists=False)
    first = {name: (tmp_path / name).read_bytes() for name in KEY_NAMES}

    make_keys(tmp_path, data_exists=True)

    assert {name: (tmp_path / name).read_bytes() for name in KEY_NAMES} == first
    assert {len(key) for key in first.values()} == {32}
    assert len(set(first.values())) == len(KEY_NAMES)
    assert {(tmp_path / name).stat().st_mode & 0o777 for name in KEY_NAMES} == {0o600}


def test_a_lost_key_is_an_error_and_never_replaced(tmp_path: Path) -> None:
    make_keys(tmp_path, data_exists=False)
    (tmp_path / "epoch.key").unlink()

    with pytest.raises(MissingKeyError, match=r"epoch\.key"):
        make_keys(tmp_path, data_exists=False)

    assert not (tmp_path / "epoch.key").exists()


def test_passwords_stay_the_same_and_new_names_get_their_own(tmp_path: Path) -> None:
    path = tmp_path / "secrets/postgres.json"
    first = make_passwords(path, ["a"])

    second = make_passwords(path, ["a", "b"])

    assert second["a"] == first["a"]
    assert second["b"] != second["a"]
    assert path.stat().st_mode & 0o777 == 0o600
