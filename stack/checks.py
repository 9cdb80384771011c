"""`bihuan test`: every check and test in one run with one exit code (检查)."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from defusedxml.ElementTree import parse

from settings import PROJECT
from stack.binaries import postgres_bin, program
from stack.browser import ensure_browser

RULE = "=" * 78


@dataclass(frozen=True)
class Check:
    """One step: a heading and the module or program that does it."""

    title: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def counts(self) -> bool:
        """Whether the step counts tests and reports them as pytest does."""
        return self.command[:3] == pytest_command() or self.command == console_check("tests")


def pytest_command() -> tuple[str, ...]:
    """Return the start of a pytest command line."""
    return (sys.executable, "-m", "pytest")


def console_check(step: str) -> tuple[str, ...]:
    """Return the command line of one of the console's own checks."""
    return (sys.executable, "-m", "stack.console_check", step)


def all_checks() -> tuple[Check, ...]:
    """Return the steps in their order, the quick ones first."""
    python, tool = sys.executable, Path(sys.executable).parent
    strict = {"BIHUAN_SANDBOX": "strict"}
    return (
        Check("lint (ruff check)", (python, "-m", "ruff", "check", ".")),
        Check("format (ruff format)", (python, "-m", "ruff", "format", "--check", ".")),
        Check("types (mypy)", (python, "-m", "mypy")),
        Check("architecture (import-linter)", (str(tool / "lint-imports"),)),
        Check("console: types (vue-tsc)", console_check("types")),
        Check("console: tests (vitest)", console_check("tests")),
        Check("console: build (vite)", console_check("build")),
        Check("unit and workflow tests", pytest_command()),
        Check(
            "workflow tests, nothing passed through the sandbox",
            (*pytest_command(), "tests/workflow"),
            strict,
        ),
        Check("integration and browser tests", (*pytest_command(), "-m", "integration or e2e")),
    )


def clean_environment() -> dict[str, str]:
    """Return the environment of the tests: no setting of the person's own stack gets in."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("BIHUAN_")}
    # Outside of this machine there is nothing that a test should call.
    return kept | {"PYTHONUTF8": "1", "DO_NOT_TRACK": "1", "NO_PROXY": "127.0.0.1,localhost"}


def run_checks(arguments: Sequence[str] = ()) -> int:
    """Run all steps, or with arguments one pytest run, and return the exit code."""
    check_system()
    if arguments:
        return _run(Check("pytest", (*pytest_command(), *arguments)))
    ensure_browser()
    failed: list[str] = []
    counted = {"tests": 0, "failed": 0, "skipped": 0}
    for check in all_checks():
        sys.stdout.write(f"\n{RULE}\n{check.title}\n{RULE}\n")
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder) / "report.xml"
            if _run(check, report=report if check.counts else None) != 0:
                failed.append(check.title)
            _count(report, counted)
        sys.stdout.write(f"-- {check.title}: {time.monotonic() - began:.0f} s\n")
    passed = counted["tests"] - counted["failed"] - counted["skipped"]
    sys.stdout.write(f"\n{RULE}\n")
    sys.stdout.writelines(f"FAILED: {title}\n" for title in failed)
    sys.stdout.write("" if failed else "all checks passed\n")
    sys.stdout.write(f"{passed} passed, {counted['failed']} failed, {counted['skipped']} skipped\n")
    return 1 if failed else 0


def check_system() -> None:
    """Name what the system lacks, with the command that installs it."""
    postgres_bin()
    for name in ("temporal", "temporal-test-server"):
        program(name)


def _run(check: Check, *, report: Path | None = None) -> int:
    sys.stdout.flush()
    more = () if report is None else (f"--junit-xml={report}",)
    return subprocess.call(
        [*check.command, *more], cwd=PROJECT, env=clean_environment() | dict(check.environment)
    )


def _count(report: Path, counted: dict[str, int]) -> None:
    if not report.exists():
        return
    for suite in parse(report).findall("testsuite"):
        counted["tests"] += int(suite.get("tests", 0))
        counted["failed"] += int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        counted["skipped"] += int(suite.get("skipped", 0))
