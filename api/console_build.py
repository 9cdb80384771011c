"""The built console, held in memory: its files, and which of them a client takes (控制台构建)."""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

INDEX = "/index.html"
# Best first; the build puts `name.br` and `name.gz` beside what is worth it.
_CODINGS = {"br": ".br", "gzip": ".gz"}
_HASHED = "/assets/"


@dataclass(frozen=True)
class ConsoleFile:
    """A file in the codings that it was built in (文件).

    Attributes:
        contents: by content coding; "" is the file itself.
        hashed: its name changes with its content, so that a browser may keep it for ever.
    """

    contents: Mapping[str, bytes]
    media_type: str
    tag: str
    hashed: bool

    def coding(self, accepted: str) -> str:
        """Return the best coding that an Accept-Encoding allows."""
        allowed = _allowed(accepted)
        return next((one for one in _CODINGS if one in self.contents and one in allowed), "")


@dataclass(frozen=True)
class ConsoleBuild:
    """What is served, by its path, and which state of the folder that was (构建)."""

    stamp: tuple[int, int]
    files: Mapping[str, ConsoleFile]

    @classmethod
    def read(cls, folder: Path, before: ConsoleBuild | None = None) -> ConsoleBuild | None:
        """Return what is built; the one from before if nothing newer is there.

        Pages that are open still ask for files of the build before, so these are kept too.
        """
        stamp = _stamp(folder)
        if stamp is None or (before is not None and before.stamp == stamp):
            return before
        try:
            files = {_path(folder, one): _file(folder, one) for one in _sources(folder)}
        except FileNotFoundError:
            # It is being replaced right now.
            return before
        kept = {path: file for path, file in before.files.items() if file.hashed} if before else {}
        return cls(stamp, {**kept, **files})


def _stamp(folder: Path) -> tuple[int, int] | None:
    try:
        found = (folder / INDEX[1:]).stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns


def _sources(folder: Path) -> list[Path]:
    made = tuple(_CODINGS.values())
    found = (path for path in folder.rglob("*") if not path.name.startswith("."))
    return [path for path in found if path.is_file() and not path.name.endswith(made)]


def _path(folder: Path, file: Path) -> str:
    return f"/{file.relative_to(folder).as_posix()}"


def _file(folder: Path, file: Path) -> ConsoleFile:
    content = file.read_bytes()
    beside = {name: file.with_name(file.name + end) for name, end in _CODINGS.items()}
    coded = {name: path.read_bytes() for name, path in beside.items() if path.is_file()}
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return ConsoleFile(
        contents={**coded, "": content},
        media_type="text/javascript" if file.suffix in {".js", ".mjs"} else kind,
        tag=hashlib.sha256(content).hexdigest()[:32],
        hashed=_path(folder, file).startswith(_HASHED),
    )


def _allowed(accepted: str) -> set[str]:
    parts = (part.strip().lower().partition(";") for part in accepted.split(","))
    return {name.strip() for name, _, weight in parts if not _is_zero(weight)}


def _is_zero(weight: str) -> bool:
    number = weight.strip().removeprefix("q=")
    return number.strip("0.") == "" and number != ""
