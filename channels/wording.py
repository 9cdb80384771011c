"""Code and data -> title and text in the language of the reader."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

from channels.errors import DeliveryError

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER = Path(__file__).parent / "templates"
ZONE = ZoneInfo("Asia/Shanghai")
NOTHING = "—"


class Message(NamedTuple):
    """What a person reads (消息)."""

    title: str
    body: str


def locales() -> list[str]:
    """Return the languages that have templates."""
    return sorted(path.stem for path in FOLDER.glob("*.json"))


def codes(locale: str) -> list[str]:
    """Return the codes that a language has words for."""
    return sorted(_catalogue(locale)["messages"])


def placeholders(code: str, locale: str) -> frozenset[str]:
    """Return the names of the data that a template shows."""
    template = _template(code, locale)
    return frozenset(
        name for part in template for name in Template(template[part]).get_identifiers()
    )


def render(code: str, data: Mapping[str, Any], locale: str, *, strict: bool) -> Message:
    """Fill in a template.

    Instants (names ending in `_at`) are shown in Shanghai time, codes by the words of the
    language. A notice with a gap is better than none, a customer must not see one.

    Args:
        code: which message.
        data: values by the names in the template.
        locale: one of `locales()`.
        strict: whether missing data is an error rather than a dash.

    Raises:
        DeliveryError: `template_missing`, or `data_missing` if strict.
    """
    template = _template(code, locale)
    names = placeholders(code, locale)
    if strict and any(data.get(name) in (None, "") for name in names):
        raise DeliveryError("data_missing")
    shown = {name: _shown(name, data.get(name), locale) for name in names}
    title = Template(template["title"]).substitute(shown)
    # A title becomes a header in mail: one line.
    return Message(" ".join(title.split()), Template(template["body"]).substitute(shown))


def _template(code: str, locale: str) -> dict[str, str]:
    try:
        found: dict[str, str] = _catalogue(locale)["messages"][code]
    except KeyError:
        raise DeliveryError("template_missing") from None
    return found


@cache
def _catalogue(locale: str) -> dict[str, dict[str, Any]]:
    if locale not in locales():
        raise DeliveryError("template_missing")
    read: dict[str, dict[str, Any]] = json.loads((FOLDER / f"{locale}.json").read_text("utf-8"))
    return read


def _shown(name: str, value: Any, locale: str) -> str:
    if value is None:
        return NOTHING
    if name.endswith("_at"):
        return _in_zone(str(value))
    all_words: dict[str, dict[str, str]] = _catalogue(locale)["words"]
    words = all_words.get(name, {})
    items = value if isinstance(value, list) else [value]
    return all_words["list"]["comma"].join(words.get(str(item), str(item)) for item in items)


def _in_zone(text: str) -> str:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M") if at.tzinfo else text
