import os
import shutil
import sys
from pathlib import Path

import pytest

from stack import browser, checks, commands, console_check
from stack.binaries import MissingProgramError
from stack.checks import Check, all_checks, run_checks


@pytest.fixture(autouse=True)
def browser_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests of the checks install nothing."""
    monkeypatch.setattr(checks, "ensure_browser", lambda: None)


def script(text: str) -> tuple[str, ...]:
    return (sys.executable, "-c", text)


def pytest_on(folder: Path, text: str) -> tuple[str, ...]:
    (folder / "test_small.py").write_text(text)
    return (*checks.pytest_command(), "-p", "no:cacheprovider", str(folder))


def test_one_failing_check_fails_the_run_but_the_others_are_still_made(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    good = pytest_on(tmp_path, "def test_one(): pass\ndef test_two(): pass\n")
    steps = (Check("broken", script("raise SystemExit(3)")), Check("good", good))
    monkeypatch.setattr(checks, "all_checks", lambda: steps)

    code = run_checks()

    lines = capfd.readouterr().out.splitlines()
    assert code == 1
    assert "FAILED: broken" in lines
    assert lines[-1] == "2 passed, 0 failed, 0 skipped"


def test_the_last_line_counts_the_tests_of_all_runs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    body = (
        "import pytest\ndef test_one(): pass\ndef test_two(): assert False\n"
        "@pytest.mark.skip\ndef test_three(): pass\n"
    )
    step = Check("tests", pytest_on(tmp_path, body))
    monkeypatch.setattr(checks, "all_checks", lambda: (step, step))

    code = run_checks()

    assert code == 1
    assert capfd.readouterr().out.splitlines()[-1] == "2 passed, 2 failed, 2 skipped"


def test_a_run_that_finds_no_test_is_a_failure(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(checks, "all_checks", lambda: (Check("none", pytest_on(tmp_path, "")),))

    assert run_checks() == 1


def test_all_checks_pass_when_each_does(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(checks, "all_checks", lambda: (Check("fine", script("")),))

    assert run_checks() == 0
    assert "all checks passed" in capfd.readouterr().out


def test_the_workflow_tests_run_a_second_time_with_nothing_passed_through() -> None:
    strict = [check for check in all_checks() if check.environment]

    assert [check.environment for check in strict] == [{"BIHUAN_SANDBOX": "strict"}]
    assert "tests/workflow" in strict[0].command


def test_no_setting_of_the_persons_own_stack_reaches_the_tests(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BIHUAN_DATABASE_URL", "postgresql+psycopg://production/bihuan")

    assert not [name for name in checks.clean_environment() if name.startswith("BIHUAN_")]


def test_a_missing_system_part_is_named_with_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing() -> Path:
        raise MissingProgramError("libz is missing: apt-get install -y zlib1g")

    monkeypatch.setattr(checks, "postgres_bin", missing)

    assert commands.run(["test"]) == 1
    assert "apt-get install -y zlib1g" in capsys.readouterr().err


def test_the_console_is_held_to_its_types_its_tests_and_its_build() -> None:
    steps = [check.command[-1] for check in all_checks() if "stack.console_check" in check.command]

    assert steps == ["types", "tests", "build"]
    assert next(check.title for check in all_checks() if check.counts) == "console: tests (vitest)"


def test_without_the_right_to_install_a_browser_the_command_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(browser, "is_there", lambda: False)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    with pytest.raises(MissingProgramError, match="apt-get install -y chromium fonts-noto-cjk"):
        browser.ensure_browser()


def test_root_gets_the_browser_installed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[tuple[str, ...]] = []
    monkeypatch.setattr(browser, "is_there", lambda: len(called) == 2)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(browser, "_apt_get", lambda *words: called.append(words))

    browser.ensure_browser()
    browser.ensure_browser()

    assert called == [
        ("update",),
        ("install", "-y", "--no-install-recommends", "chromium", "fonts-noto-cjk"),
    ]


def test_the_report_of_the_consoles_tests_is_asked_for_as_vitest_takes_it() -> None:
    assert console_check._said(["--junit-xml=/tmp/report.xml"]) == [
        "--reporter=default",
        "--reporter=junit",
        "--outputFile=/tmp/report.xml",
    ]
