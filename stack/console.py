"""The console, built when its sources have changed (控制台构建)."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from settings import PROJECT
from stack.errors import StackError
from stack.node import Node, find_node, run

WEB = PROJECT / "web"
_NOTE = ".build.json"
# Words that the console shares with the API and with messages, and our drawings.
_SHARED = ("api/words/*.json", "proof/words.*.json", "channels/templates/*.json", "bpmn/diagrams/*")
_FILES = ("index.html", "package.json", "package-lock.json", ".npmrc", "tsconfig.json", "*.ts")


def build_if_stale(web: Path = WEB) -> None:
    """Build the console if it is stale; where that fails say what to do, and go on without."""
    try:
        ensure(web)
    except (StackError, OSError) as error:
        tell(f"the console could not be built: {error}")
        served = "the one built before is served" if (web / "dist/index.html").exists() else ""
        tell(f"everything else starts; {served or 'the page at / says so'}")
        tell("mend what is said above (a network, room on the disk) and run ./bihuan up again,")
        tell("or set BIHUAN_CONSOLE_BUILD=false to do without it")


def ensure(web: Path = WEB) -> None:
    """Build the console if it is stale; whoever comes second waits and finds it built.

    Raises:
        StackError: Node, its packages or the build failed.
    """
    if is_current(web):
        return
    with _alone(web):
        if not is_current(web):
            _build(web)


def prepared(web: Path = WEB) -> Node:
    """Return a Node with which the console's packages can be run, after installing them.

    Raises:
        StackError: Node or its packages cannot be fetched.
    """
    with _alone(web):
        node = find_node(tell)
        _install_packages(web, node)
        return node


def is_current(web: Path = WEB) -> bool:
    """Say whether what is built was built from the sources as they are."""
    try:
        note = json.loads((web / "dist" / _NOTE).read_text())
    except (OSError, ValueError):
        return False
    return bool(note == {"sources": sources_digest(web)} and (web / "dist/index.html").exists())


def sources_digest(web: Path = WEB) -> str:
    """Return the digest of everything that the build reads, names included."""
    digest = hashlib.sha256()
    for path in sorted(_sources(web)):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{path.relative_to(web.parent)} {content}\n".encode())
    return digest.hexdigest()


def _install_packages(web: Path, node: Node) -> None:
    """Install exactly the packages of the lock, none of their scripts run."""
    if _has_packages(web):
        return
    tell("installing the packages of the console")
    flags = ("--ignore-scripts", "--include=dev", "--no-audit", "--no-fund", "--no-progress")
    run((*node.npm, *flags, "ci"), web, node, _waiting("still installing"))


def _build(web: Path) -> None:
    began = time.monotonic()
    node = find_node(tell)
    _install_packages(web, node)
    tell("building the console")
    # Noted before: what changes meanwhile is built the next time.
    digest = sources_digest(web)
    fresh, old = web / ".dist-new", web / ".dist-old"
    vite = str(web / "node_modules/vite/bin/vite.js")
    options = ("--emptyOutDir", "--logLevel", "warn", "--outDir", fresh.name)
    run((node.node, vite, "build", *options), web, node, _waiting("still building"))
    (fresh / _NOTE).write_text(json.dumps({"sources": digest}))
    shutil.rmtree(old, ignore_errors=True)
    # Whoever reads in between keeps what was read last.
    with contextlib.suppress(FileNotFoundError):
        (web / "dist").rename(old)
    fresh.rename(web / "dist")
    shutil.rmtree(old, ignore_errors=True)
    tell(f"the console is built ({time.monotonic() - began:.0f} s)")


def _sources(web: Path) -> Iterator[Path]:
    for pattern in _FILES:
        yield from web.glob(pattern)
    for folder in ("src", "public"):
        found = (path for path in (web / folder).rglob("*") if path.is_file())
        # Types are generated, and no part of what is built.
        yield from (path for path in found if not path.name.endswith(".d.ts"))
    for pattern in _SHARED:
        yield from web.parent.glob(pattern)


def _has_packages(web: Path) -> bool:
    """Say whether the packages that are there are those of the lock, as npm itself noted them."""
    try:
        wanted = _versions(json.loads((web / "package-lock.json").read_text()))
        there = _versions(json.loads((web / "node_modules/.package-lock.json").read_text()))
    except (OSError, ValueError):
        return False
    needed = {place for place, one in wanted.items() if not one[1]}
    return needed <= set(there) and all(
        place in wanted and wanted[place][0] == one[0] for place, one in there.items()
    )


def _versions(lock: dict[str, Any]) -> dict[str, tuple[str, bool]]:
    """Return version and whether it may be missing (other machines' programs) by place."""
    return {
        place: (str(one.get("version")), bool(one.get("optional") or one.get("peer")))
        for place, one in lock.get("packages", {}).items()
        if place
    }


@contextlib.contextmanager
def _alone(web: Path) -> Iterator[None]:
    with (web / ".build.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            tell("waiting for another one that builds the console")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _waiting(words: str) -> Any:
    return lambda seconds: tell(f"{words} ({seconds} s)")


def tell(text: str) -> None:
    """Tell the person what happens; standard output belongs to the command."""
    sys.stderr.write(f"bihuan: {text}\n")
    sys.stderr.flush()
