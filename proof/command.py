"""`bihuan verify`: an export checked with the public key alone, by anybody, anywhere (核验)."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from proof import published as outside
from proof.bundle import Bundle, BundleError
from proof.finding import Finding
from proof.signing import SigningKeyError, Verifier
from proof.whole import Report, verify
from proof.wording import LOCALES, say, words

SOUND, UNSOUND, UNREADABLE = 0, 1, 2
_COUNTS = ("instances", "records", "verified", "access_records", "access_verified", "manifests")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="made by `bihuan audit export`")
    parser.add_argument("--key", type=Path, required=True, metavar="manifest.pub")
    parser.add_argument(
        "--published",
        type=Path,
        nargs="+",
        default=[],
        metavar="FILE",
        help="manifests as they were published, mails or bodies of webhooks, or folders of them",
    )
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.add_argument("--locale", choices=LOCALES, default=LOCALES[0])
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Verify; 0 sound, 1 something was found, 2 nothing could be verified."""
    try:
        verifier = Verifier.read(options.key)
        material = Bundle(options.folder)
    except (SigningKeyError, BundleError) as error:
        sys.stderr.write(f"bihuan: {error}\n")
        return UNREADABLE
    paths = [path for given in options.published for path in outside.files(given)]
    published = [one for path in paths for one in outside.read(path)]
    report = verify(material, verifier, published)
    sys.stdout.write(_json(report) if options.json else _text(report, options.locale))
    return SOUND if report.is_sound else UNSOUND


def _json(report: Report) -> str:
    return json.dumps(report.to_json(), ensure_ascii=False, indent=2) + "\n"


def _text(report: Report, locale: str) -> str:
    known = words(locale)
    lines = [known["sound" if report.is_sound else "unsound"]]
    lines += [f"  {known[name]}: {getattr(report, name)}" for name in _COUNTS]
    if report.is_partial:
        lines.append(f"  ({known['partial']})")
    for code, found in report.findings.first.items():
        count = say(Finding("count", data={"count": report.findings.counts[code]}), locale)
        lines.append(f"- {say(found, locale)} ({count})")
    return "\n".join(lines) + "\n"
