"""The browser that the console is tested with: Chromium and a Chinese font (浏览器)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from stack.binaries import MissingProgramError

PACKAGES = ("chromium", "fonts-noto-cjk")
_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
_FONTS = ("/usr/share/fonts/opentype/noto", "/usr/share/fonts/truetype/noto")


def ensure_browser() -> None:
    """Install what is missing where that is allowed.

    Raises:
        MissingProgramError: with the command that installs it.
    """
    if is_there():
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        sys.stderr.write(f"bihuan: installing {' and '.join(PACKAGES)} for the browser tests\n")
        sys.stderr.flush()
        _apt_get("update")
        _apt_get("install", "-y", "--no-install-recommends", *PACKAGES)
    if not is_there():
        raise MissingProgramError(
            "the browser tests need Chromium and a Chinese font, for example:\n"
            f"  apt-get install -y {' '.join(PACKAGES)}"
        )


def is_there() -> bool:
    """Say whether browser and font are installed."""
    return found() is not None and has_chinese_font()


def found() -> str | None:
    """Return the path of the browser."""
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


def has_chinese_font() -> bool:
    """Say whether Chinese is shown as characters: pages of empty boxes would be no test."""
    if fc_list := shutil.which("fc-list"):
        listed = subprocess.run([fc_list, ":lang=zh-cn"], capture_output=True, check=False)
        return bool(listed.stdout.strip())
    return any(list(Path(place).glob("NotoSansCJK*")) for place in _FONTS)


def _apt_get(*words: str) -> None:
    # What failed shows in what is there afterwards.
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    command = [str(shutil.which("apt-get")), "-q", *words]
    subprocess.call(command, env=environment, stdout=sys.stderr.fileno())
