"""Score the engine on others' material: `python -m tests.conformance --tck DIR --models DIR`.

The last line printed is JSON; failures, each with its reason, go to the file of `--failures`.
"""

# ruff: noqa: T201 - a program that prints its score

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from tests.conformance import drawn_models, tck

Lines = list[tuple[str, str]]


def main(arguments: list[str] | None = None) -> int:
    """Score what is there and say what is not; the exit code is 0 either way."""
    parser = argparse.ArgumentParser(prog="python -m tests.conformance", description=__doc__)
    parser.add_argument("--tck", type=Path, help="folder of the DMN TCK's test cases")
    parser.add_argument("--models", type=Path, help="folder of BPMN models with expected.json")
    parser.add_argument("--failures", type=Path, help="file for failures and their reasons")
    given = parser.parse_args(arguments)
    failures: Lines = []
    warnings: Lines = []
    figures = {
        "tck": _tck(given.tck, failures),
        "models": _models(given.models, failures, warnings),
    }
    _write(given.failures, failures, warnings)
    print(json.dumps(figures))
    return 0


def _tck(folder: Path | None, failures: Lines) -> dict[str, Any]:
    if folder is None or not folder.is_dir():
        print(f"the DMN TCK is not there: looked for {folder}")
        folder = Path("/nonexistent")
    for level in (2, 3):
        if tck.level_folder(folder, level) is None:
            print(f"no folder of level {level}")
    two, three = tck.score(folder, 2), tck.score(folder, 3)
    failures += two.failures + three.failures
    return {"level2": two.cases, "level3": three.results}


def _models(folder: Path | None, failures: Lines, warnings: Lines) -> dict[str, int]:
    if folder is None or not (folder / "expected.json").is_file():
        print(f"the models are not there: looked for {folder and folder / 'expected.json'}")
        return drawn_models.Score(()).figures
    try:
        found = drawn_models.score(folder)
    except (ValueError, AttributeError) as error:
        print(f"expected.json cannot be read: {error}")
        return drawn_models.Score(()).figures
    failures += found.failures
    warnings += found.warnings
    return found.figures


def _write(file: Path | None, failures: Lines, warnings: Lines) -> None:
    print(f"{len(failures)} failures, {len(warnings)} foreign expressions passed over")
    if file is None:
        for what, reason in failures:
            print(f"{what}: {reason}")
        return
    lines = [f"{what}: {reason}" for what, reason in failures]
    lines += [f"warning {what}: passed over {thing}" for what, thing in warnings]
    file.write_text("\n".join([*lines, ""]), "utf-8")


if __name__ == "__main__":
    raise SystemExit(main())
