"""Which files may be attached, and what a file is by its content, whatever its name says (类型)."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

import puremagic

from api.texts import clean

LONGEST_NAME = 120
# What begins a file tells what it is; names of the parts of a container may come anywhere.
_HEAD = 4096
_OVERLAP = 64
_ZIP = b"PK\x03\x04"
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_OPEN_DOCUMENT = b"mimetypeapplication/vnd.oasis.opendocument."
_WIDE = "utf-16-le"
# Parts of office files that are programs: no report needs them.
_MACROS = (b"vbaProject.bin", "_VBA_PROJECT".encode(_WIDE), b"Basic/script-lc.xml")
_CONTAINERS: Mapping[bytes, str] = {
    b"word/document.xml": "docx",
    b"xl/workbook.xml": "xlsx",
    b"ppt/presentation.xml": "pptx",
    "WordDocument".encode(_WIDE): "doc",
    "Workbook".encode(_WIDE): "xls",
    "PowerPoint Document".encode(_WIDE): "ppt",
}
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_FORBIDDEN = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]')


@dataclass(frozen=True)
class Kind:
    """A kind of file: what it is served as, and by which endings it goes."""

    media_type: str
    endings: tuple[str, ...]


_OOXML = "application/vnd.openxmlformats-officedocument"
_ODF = "application/vnd.oasis.opendocument"
KINDS: Mapping[str, Kind] = {
    "png": Kind("image/png", ("png",)),
    "jpeg": Kind("image/jpeg", ("jpg", "jpeg")),
    "gif": Kind("image/gif", ("gif",)),
    "webp": Kind("image/webp", ("webp",)),
    "bmp": Kind("image/bmp", ("bmp",)),
    "tiff": Kind("image/tiff", ("tif", "tiff")),
    "heic": Kind("image/heic", ("heic", "heif")),
    "pdf": Kind("application/pdf", ("pdf",)),
    "docx": Kind(f"{_OOXML}.wordprocessingml.document", ("docx",)),
    "xlsx": Kind(f"{_OOXML}.spreadsheetml.sheet", ("xlsx",)),
    "pptx": Kind(f"{_OOXML}.presentationml.presentation", ("pptx",)),
    "odt": Kind(f"{_ODF}.text", ("odt",)),
    "ods": Kind(f"{_ODF}.spreadsheet", ("ods",)),
    "odp": Kind(f"{_ODF}.presentation", ("odp",)),
    "doc": Kind("application/msword", ("doc",)),
    "xls": Kind("application/vnd.ms-excel", ("xls",)),
    "ppt": Kind("application/vnd.ms-powerpoint", ("ppt",)),
    "text": Kind("text/plain", ("txt", "log", "md", "csv")),
    "mp3": Kind("audio/mpeg", ("mp3",)),
    "m4a": Kind("audio/mp4", ("m4a",)),
    "wav": Kind("audio/wav", ("wav",)),
    "ogg": Kind("audio/ogg", ("ogg", "oga", "opus")),
    "amr": Kind("audio/amr", ("amr",)),
    "aac": Kind("audio/aac", ("aac",)),
    "mp4": Kind("video/mp4", ("mp4",)),
    "mov": Kind("video/quicktime", ("mov",)),
    "webm": Kind("video/webm", ("webm",)),
}
_BY_ENDING = {ending: name for name, kind in KINDS.items() for ending in kind.endings}
# What the library calls them.
_SIGNATURES = {ending: name for ending, name in _BY_ENDING.items() if name != "text"} | {
    "mpga": "mp3",
    "dib": "bmp",
}
ENDINGS = tuple(sorted(_BY_ENDING))


def claimed(name: str) -> str | None:
    """Return the kind that a file's name claims, None for endings that are not taken."""
    return _BY_ENDING.get(PurePosixPath(name).suffix.removeprefix(".").lower())


def safe_name(given: str) -> str:
    """Return a file's name without folders, and without what a shell or a browser might obey."""
    try:
        plain = str(clean(given))
    except ValueError:
        plain = ""
    base = re.split(r"[\\/]", plain)[-1]
    base = " ".join(base.split())
    base = "".join(c for c in base if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co"})
    base = _FORBIDDEN.sub("_", base).strip(". ")
    path = PurePosixPath(base or "file")
    ending = path.suffix[:11]
    return f"{path.stem[: LONGEST_NAME - len(ending)]}{ending}"


class Sniffer:
    """Sees a file go by (类型识别) and says in the end what it is."""

    def __init__(self) -> None:
        self._head = bytearray()
        self._tail = b""
        self._seen: set[bytes] = set()
        self._texts: list[_Text] = [_Text("utf-8"), _Text("gb18030")]

    def feed(self, piece: bytes) -> None:
        """Take some more of the file."""
        self._head += piece[: max(0, _HEAD - len(self._head))]
        window = self._tail + piece
        self._seen |= {mark for mark in (*_CONTAINERS, *_MACROS) if mark in window}
        self._tail = window[-_OVERLAP:]
        for text in self._texts:
            text.feed(piece)

    def is_a(self, kind: str) -> bool:
        """Say whether the file is what it claims to be."""
        if kind == "text":
            return self._is_text()
        return self.found() == kind

    def found(self) -> str | None:
        """Return the kind of a file that is no text, None for those that are not taken."""
        head = bytes(self._head)
        if head.startswith((_ZIP, _OLE)):
            return self._container(head)
        try:
            matches = puremagic.magic_string(head)
        except (puremagic.PureError, ValueError):
            return _brand(head)
        endings = (match.extension.removeprefix(".").lower() for match in matches)
        kinds = (_SIGNATURES[ending] for ending in endings if ending in _SIGNATURES)
        return next(kinds, _brand(head))

    def _container(self, head: bytes) -> str | None:
        if not self._seen.isdisjoint(_MACROS):
            return None
        if _OPEN_DOCUMENT in head[:200]:
            rest = head.partition(_OPEN_DOCUMENT)[2]
            by_start = {b"text": "odt", b"spreadsheet": "ods", b"presentation": "odp"}
            # What follows the type has its own signature, and a template is another type.
            return next((kind for word, kind in by_start.items() if _is_word(rest, word)), None)
        kinds = {_CONTAINERS[mark] for mark in self._seen}
        wanted = {"doc", "xls", "ppt"} if head.startswith(_OLE) else {"docx", "xlsx", "pptx"}
        fitting = kinds & wanted
        return fitting.pop() if len(fitting) == 1 else None

    def _is_text(self) -> bool:
        head = bytes(self._head).removeprefix(codecs.BOM_UTF8).lstrip()
        if not head or head.startswith((b"<", b"#!", b"%PDF", b"{\\rtf")):
            return False
        return any(text.finish() for text in self._texts)


class _Text:
    """Whether all that went by is text in one encoding."""

    def __init__(self, encoding: str) -> None:
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._fits = True

    def feed(self, piece: bytes, *, final: bool = False) -> None:
        if not self._fits:
            return
        try:
            self._decoder.decode(piece, final)
        except UnicodeDecodeError:
            self._fits = False
        else:
            self._fits = _CONTROL.search(piece) is None

    def finish(self) -> bool:
        self.feed(b"", final=True)
        return self._fits


def _is_word(rest: bytes, word: bytes) -> bool:
    return rest.startswith(word) and not rest[len(word) :].startswith(b"-")


def _brand(head: bytes) -> str | None:
    """Return what the library leaves out: photographs of phones, and sound without a label."""
    if head[4:8] == b"ftyp" and head[8:12] in {b"mif1", b"heic", b"heix", b"msf1"}:
        return "heic"
    # A frame of MPEG layer III: 11 bits of synchronisation, then version and layer.
    return "mp3" if head[:2] in {b"\xff\xfb", b"\xff\xf3", b"\xff\xf2", b"\xff\xfa"} else None
