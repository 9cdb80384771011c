"""The launcher without its network: what it decides to do, and when it says no."""

import importlib.util
import json
import re
import subprocess
import sys
from collections.abc import Callable
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import pytest

from settings import PROJECT
from stack.commands import parser


@pytest.fixture
def launcher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The launcher as a module whose project is an empty folder with two locks."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    loader = SourceFileLoader("launcher", str(PROJECT / "bihuan"))
    spec = importlib.util.spec_from_loader("launcher", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    (tmp_path / "requirements").mkdir()
    for lock in ("runtime", "test"):
        (tmp_path / f"requirements/{lock}.txt").write_text(lock)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "REQUIREMENTS", tmp_path / "requirements")
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(module, "NOTE", tmp_path / ".venv/bihuan.json")
    return module


@pytest.fixture
def steps(launcher: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the launcher did; the environment and the installer are played."""
    done: list[str] = []

    def make() -> None:
        done.append("make")
        (launcher.VENV / "bin").mkdir(parents=True, exist_ok=True)
        launcher.NOTE.unlink(missing_ok=True)

    def install(lock: str) -> None:
        done.append(lock)
        launcher.write_note({name: launcher.digest(name) for name in launcher.CONTAINS[lock]})

    monkeypatch.setattr(launcher, "make_environment", make)
    monkeypatch.setattr(launcher, "install", install)
    monkeypatch.setattr(launcher, "python_version", lambda _: "3.11" if done else "")
    monkeypatch.setattr(launcher.subprocess, "call", lambda *_, **__: 0)
    return done


def test_the_first_start_makes_the_environment_and_the_second_does_nothing(
    launcher: ModuleType, steps: list[str]
) -> None:
    launcher.ensure("runtime")
    launcher.ensure("runtime")

    assert steps == ["make", "runtime"]


def test_the_packages_of_the_tests_come_with_the_tests_and_serve_both(
    launcher: ModuleType, steps: list[str]
) -> None:
    launcher.ensure("runtime")
    launcher.ensure("test")
    launcher.ensure("runtime")

    assert steps == ["make", "runtime", "test"]


def test_a_changed_lock_is_installed_into_the_environment_that_is_there(
    launcher: ModuleType, steps: list[str]
) -> None:
    launcher.ensure("runtime")
    (launcher.REQUIREMENTS / "runtime.txt").write_text("another version")

    launcher.ensure("runtime")

    assert steps == ["make", "runtime", "runtime"]


def test_who_ran_the_tests_keeps_their_packages_when_a_lock_changes(
    launcher: ModuleType, steps: list[str]
) -> None:
    launcher.ensure("test")
    (launcher.REQUIREMENTS / "runtime.txt").write_text("another version")

    launcher.ensure("runtime")

    assert steps == ["make", "test", "test"]


@pytest.mark.parametrize("command", ["down", "status", "logs"])
def test_who_looks_or_stops_waits_for_no_packages_when_a_lock_has_changed(
    launcher: ModuleType, steps: list[str], monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setattr(launcher.os, "execve", lambda *_: None)
    monkeypatch.setattr(launcher.os, "chdir", lambda _: None)
    launcher.main(["up"])
    (launcher.REQUIREMENTS / "runtime.txt").write_text("changed")

    launcher.main([command])
    assert steps == ["make", "runtime"]
    launcher.main(["up"])

    assert steps == ["make", "runtime", "runtime"]


def test_what_an_install_says_stays_out_of_the_commands_own_output(
    launcher: ModuleType, capfd: pytest.CaptureFixture[str]
) -> None:
    code = launcher.call([sys.executable, "-c", "print('Collecting packages')"])

    said = capfd.readouterr()
    assert code == 0
    assert said.out == ""
    assert "Collecting packages" in said.err


def test_an_interrupted_install_never_counts_and_is_done_anew_from_the_start(
    launcher: ModuleType, steps: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole: Callable[[str], None] = launcher.install

    def interrupted(_: str) -> None:
        launcher.write_note({})
        raise KeyboardInterrupt

    monkeypatch.setattr(launcher, "install", interrupted)
    with pytest.raises(KeyboardInterrupt):
        launcher.ensure("runtime")
    monkeypatch.setattr(launcher, "install", whole)

    launcher.ensure("runtime")

    assert steps == ["make", "make", "runtime"]


@pytest.mark.parametrize("note", ["", "[]", "{", '{"locks": {"runtime": "old"}, "place": "/gone"}'])
def test_an_environment_that_is_damaged_or_was_moved_is_made_anew(
    launcher: ModuleType, steps: list[str], note: str
) -> None:
    launcher.VENV.mkdir()
    launcher.NOTE.write_text(note)

    launcher.ensure("runtime")

    assert steps == ["make", "runtime"]
    assert json.loads(launcher.NOTE.read_text())["place"] == str(launcher.VENV)


def test_an_old_python_is_told_what_to_install(
    launcher: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launcher.sys, "version_info", (3, 9, 2))
    monkeypatch.setattr(launcher.shutil, "which", lambda _: None)

    with pytest.raises(launcher.LauncherError, match=r"3\.9.*\n.*apt-get install -y python3\.11"):
        launcher.check_python()


def test_an_old_python_hands_over_to_a_newer_one(
    launcher: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(launcher.sys, "version_info", (3, 9, 2))
    monkeypatch.setattr(launcher.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(launcher.os, "execv", lambda _, words: started.append(words))

    with pytest.raises(launcher.LauncherError):
        launcher.check_python()

    assert started[0][:2] == ["/usr/bin/python3.13", str(PROJECT / "bihuan")]


def test_a_python_without_ensurepip_is_told_the_package(
    launcher: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ensurepip", None)

    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    with pytest.raises(launcher.LauncherError, match=f"apt-get install -y python{version}-venv"):
        launcher.make_environment()


def test_the_home_is_meant_from_where_the_person_stands(
    launcher: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BIHUAN_HOME", "data")
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")

    kept = launcher.environment()

    assert kept["BIHUAN_HOME"] == str(tmp_path / "data")
    assert kept["PYTHONUTF8"] == "1"
    assert "PYTHONPATH" not in kept


def test_the_help_page_names_every_command_and_needs_no_packages() -> None:
    shown = subprocess.run(
        [sys.executable, PROJECT / "bihuan"], capture_output=True, check=True, env={}
    ).stdout.decode()

    commands = set(re.findall(r"^    (\w+) ", parser().format_help(), re.MULTILINE))

    assert commands >= {"up", "down", "status", "logs", "reset", "test"}
    assert commands <= set(re.findall(r"\./bihuan (\w+)", shown))


def names(lock: str) -> set[str]:
    text = (PROJECT / f"requirements/{lock}.txt").read_text()
    return set(re.findall(r"^([\w.-]+==[\w.+!]+)", text, re.MULTILINE))


def test_the_lock_of_the_tests_holds_the_runtime_in_the_same_versions() -> None:
    assert names("runtime") < names("test")


@pytest.mark.parametrize("lock", ["bootstrap", "runtime", "test"])
def test_locks_name_a_hash_for_every_package_and_no_address(lock: str) -> None:
    text = (PROJECT / f"requirements/{lock}.txt").read_text()

    entries = re.split(r"\n(?=\w)", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE))

    assert all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in text
