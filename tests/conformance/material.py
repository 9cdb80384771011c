"""Where the third-party material is looked for; it is no part of the project."""

import os
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
PLACE = Path(os.environ.get("BIHUAN_CONFORMANCE") or PROJECT.parent / "shared" / "conformance")
