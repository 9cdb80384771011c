"""An export on disk: one folder, JSON lines, read without anything else.

`bundle.json` says what was taken along and holds the SHA-256 of each file; `records.jsonl` the
records, instance by instance; `instances.jsonl` each instance's own count; `access.jsonl` the chain
of the access records; `manifests/000001.json` the manifests.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any

from proof.bundle_rows import access_row, record_row
from proof.canonical import canonical
from proof.chain import Row
from proof.finding import Finding
from proof.manifest_check import File
from proof.whole import Instance

FORMAT = "bihuan proof 1"
HEADER = "bundle.json"
RECORDS = "records.jsonl"
INSTANCES = "instances.jsonl"
ACCESS = "access.jsonl"
MANIFESTS = "manifests"
PAGE = 10_000


class BundleError(Exception):
    """The folder is no export of ours; says why."""


def line(value: Any) -> bytes:
    """Return a value as a line of an export."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def header(made_at: str, files: Mapping[str, str], *, partial: bool) -> bytes:
    """Return the content of `bundle.json`; the digests show damages, not attacks."""
    told = {"format": FORMAT, "made_at": made_at, "partial": partial, "files": dict(files)}
    return line({**told, "digest": _own(told)})


def digest(path: Path) -> str:
    """Return the SHA-256 of a file in hex."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def manifest_name(number: int) -> str:
    """Return the name of the file of a manifest, the same in exports and where it is published."""
    return f"{number:06}.json"


@dataclass
class Bundle:
    """The material of an export (导出包)."""

    folder: Path
    _header: Mapping[str, Any] = field(init=False, default_factory=dict)
    _damages: list[Finding] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        try:
            header = json.loads((self.folder / HEADER).read_bytes())
        except (OSError, ValueError):
            raise BundleError(f"{self.folder} holds no {HEADER} of an export") from None
        files = header.get("files") if isinstance(header, dict) else None
        if not isinstance(files, dict) or header.get("format") != FORMAT:
            raise BundleError(f"{HEADER} is not of the format {FORMAT}")
        self._header = header
        if header.get("digest") != _own({k: v for k, v in header.items() if k != "digest"}):
            self._damages.append(Finding("file_changed", data={"file": HEADER}))

    @property
    def is_partial(self) -> bool:
        """Whether only some instances were taken along."""
        return bool(self._header.get("partial"))

    def manifests(self) -> Iterator[File]:
        """Yield the manifests in the order of their files' names."""
        for path in sorted((self.folder / MANIFESTS).glob("*.json")):
            content = _parsed(path)
            # What cannot be read was signed by nobody.
            yield content if isinstance(content, dict) else {"body": {"number": _number(path)}}

    def instances(self) -> Iterator[Instance]:
        """Yield the instances as they come; one that comes twice has its later rows inserted."""
        counts = {int(row["key"]): row["last_number"] for row in self._lines(INSTANCES, _count)}
        seen: set[int] = set()
        rows: list[Row] = []
        for row in self._lines(RECORDS, record_row):
            if rows and rows[0]["instance"] != row["instance"]:
                yield self._instance(rows, counts, seen)
                rows = []
            rows.append(row)
        if rows:
            yield self._instance(rows, counts, seen)
        for key, count in counts.items():
            if count and key not in seen:
                yield Instance(key, [], count)

    def access(self) -> Iterator[Sequence[Row]]:
        """Yield the access records in pages."""
        page: list[Row] = []
        for row in self._lines(ACCESS, access_row):
            page.append(row)
            if len(page) == PAGE:
                yield page
                page = []
        yield page

    def damages(self) -> Iterator[Finding]:
        """Yield what could not be read, and files that are not as they were written."""
        yield from self._damages
        for name, known in sorted(self._header["files"].items()):
            path = self.folder / name
            if not path.is_file():
                yield Finding("file_missing", data={"file": name})
            elif digest(path) != known:
                yield Finding("file_changed", data={"file": name})

    def _instance(self, rows: list[Row], counts: dict[int, int], seen: set[int]) -> Instance:
        key = rows[0]["instance"]
        if key in seen:
            number = rows[0]["number"]
            self._damages.append(Finding("record_inserted", str(key), number))
        seen.add(key)
        return Instance(key, rows, counts.get(key))

    def _lines(self, name: str, read: Any) -> Iterator[Any]:
        path = self.folder / name
        if not path.is_file():
            self._damages.append(Finding("file_missing", data={"file": name}))
            return
        with path.open("rb") as file:
            for number, text in enumerate(file, 1):
                try:
                    row = read(json.loads(text))
                except (ValueError, KeyError, TypeError):
                    data = {"file": name, "line": number}
                    self._damages.append(Finding("line_malformed", data=data))
                else:
                    yield row


def _parsed(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None


def _own(header: Mapping[str, Any]) -> str:
    return sha256(canonical(dict(header))).hexdigest()


def _count(value: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"key": int(value["key"]), "last_number": int(value["last_number"])}


def _number(path: Path) -> int:
    return int(path.stem) if path.stem.isdecimal() else 0
