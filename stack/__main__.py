"""Entry of `python -m stack COMMAND`."""

from __future__ import annotations

import os
import sys

from stack.commands import run

if __name__ == "__main__":
    try:
        code = run(sys.argv[1:])
    except KeyboardInterrupt:
        code = 130
    sys.stdout.flush()
    sys.stderr.flush()
    # The Temporal client's threads can abort an interpreter that ends the ordinary way.
    os._exit(code)
