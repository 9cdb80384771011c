"""Entry of `python -m api.openapi`: print the description as docs/openapi.json holds it."""

from __future__ import annotations

import json
import sys

from api.app import create_app


def text() -> str:
    """Return the description as JSON."""
    return json.dumps(create_app().openapi(), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    sys.stdout.write(text())
