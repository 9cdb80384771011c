"""Entry of `python -m stack.console_check STEP`: one of the console's own checks (控制台检查)."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

from stack.console import WEB, ensure, prepared, tell
from stack.errors import StackError
from stack.node import Node

# What a step runs, below the packages of the console.
STEPS = {
    "types": (
        ("openapi-typescript/bin/cli.js", "../docs/openapi.json", "-o", "src/api/schema.d.ts"),
        ("vue-tsc/bin/vue-tsc.js", "--noEmit"),
    ),
    "tests": (("vitest/vitest.mjs", "run"),),
    "build": (),
}
_REPORT = "--junit-xml="


def main(arguments: Sequence[str]) -> int:
    """Run a step and return its exit code."""
    step, *options = arguments
    try:
        node = prepared()
        if step == "build":
            ensure()
    except (StackError, OSError) as error:
        tell(str(error))
        return 1
    return next(
        (code for words in STEPS[step] if (code := _run(node, [*words, *_said(options)]))), 0
    )


def _run(node: Node, words: Sequence[str]) -> int:
    command = [node.node, str(WEB / "node_modules" / words[0]), *words[1:]]
    return subprocess.call(command, cwd=WEB, env=node.environment())


def _said(options: Sequence[str]) -> list[str]:
    """Return the options of vitest that write the report that pytest's option asks for."""
    files = [one.removeprefix(_REPORT) for one in options if one.startswith(_REPORT)]
    return [
        word
        for file in files
        for word in ("--reporter=default", "--reporter=junit", f"--outputFile={file}")
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
