"""Single cells of a file read as what they mean: numbers, money, days, moments, contacts."""

import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

from models.customer import normalise_contact

# Files name days as their writers see them.
ZONE = ZoneInfo("Asia/Shanghai")
_LONGEST = 100
_NUMBER = re.compile(r"[A-Za-z0-9_./\-]{1,64}")
_AMOUNT = re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?")
_CURRENCY = re.compile(r"^(?:[¥￥$]|CNY|RMB|人民币)|(?:元|CNY|RMB)$", re.IGNORECASE)
_MOST = Decimal("999999999999.99")
_PLACES = 2
_DAY = (
    r"(?P<year>\d{4})(?:(?P<mark>[\-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})"
    r"|年(?P<month2>\d{1,2})月(?P<day2>\d{1,2})日|(?P<month3>\d{2})(?P<day3>\d{2}))"
)
_TIME = (
    r"(?P<hour>\d{1,2})(?:[:时点](?P<minute>\d{1,2}))(?:[:分](?P<second>\d{1,2})(?:\.\d{1,6})?)?[分秒]?"
    r"(?P<offset>Z|[+\-]\d{2}:?\d{2})?"
)
_MOMENT = re.compile(rf"{_DAY}(?:(?:T| *){_TIME})?", re.IGNORECASE)
_YEARS = range(1990, 2101)
_PHONE_DIGITS = range(7, 16)
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@.]+")
_HANDLE = re.compile(r"\S{3,100}")


class CellError(ValueError):
    """A cell does not hold what its column says; the text is the code, never the cell."""


def read_text(cell: str) -> str:
    """Return a short text without control characters."""
    kept = (c if unicodedata.category(c) != "Cc" else " " for c in cell)
    plain = unicodedata.normalize("NFC", "".join(kept)).strip()
    if len(plain) > _LONGEST:
        raise CellError("too_long")
    return plain


def read_number(cell: str) -> str:
    """Return the number of a thing: letters, digits and a few marks."""
    plain = unicodedata.normalize("NFKC", cell).strip()
    if not _NUMBER.fullmatch(plain):
        raise CellError("number_invalid")
    return plain


def read_amount(cell: str) -> Decimal:
    """Return a sum of money in yuan, as `1299`, `￥1,299.00` or `1299元`."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", cell))
    plain = _CURRENCY.sub("", plain)
    if plain.startswith("-"):
        raise CellError("amount_negative")
    if not _AMOUNT.fullmatch(plain) or not plain.isascii():
        raise CellError("amount_invalid")
    digits = plain.replace(",", "")
    if len(digits.partition(".")[2].rstrip("0")) > _PLACES:
        raise CellError("amount_too_precise")
    amount = Decimal(digits)
    if amount > _MOST:
        raise CellError("amount_too_large")
    return amount.quantize(Decimal("0.01"))


def read_moment(cell: str) -> datetime:
    """Return a moment in UTC; without an offset it is Shanghai's, without a time its midnight.

    Day and month come after the year: `05/06/2024` could be either and is refused.
    """
    plain = " ".join(unicodedata.normalize("NFKC", cell).split())
    found = _MOMENT.fullmatch(plain)
    if found is None:
        raise CellError("date_invalid")
    part = found.groupdict()
    try:
        day = date(int(part["year"]), _first(part, "month"), _first(part, "day"))
        clock = time(int(part["hour"] or 0), int(part["minute"] or 0), int(part["second"] or 0))
        moment = datetime.combine(day, clock, _zone(part["offset"])).astimezone(UTC)
    except (ValueError, OverflowError):
        raise CellError("date_invalid") from None
    if moment.year not in _YEARS:
        raise CellError("date_out_of_range")
    return moment


def read_day(cell: str) -> date:
    """Return a day; a time beside it does not matter."""
    return read_moment(cell).astimezone(ZONE).date()


def read_contact(cell: str) -> str:
    """Return a telephone number as its digits, an address in lower case, or an account name."""
    plain = normalise_contact(cell)
    if plain.isascii() and plain.isdigit():
        if len(plain) not in _PHONE_DIGITS:
            raise CellError("phone_invalid")
        return plain
    if re.fullmatch(r"[\d\s()+.\-]+", plain):
        raise CellError("phone_invalid")
    if "@" in plain and not _EMAIL.fullmatch(plain):
        raise CellError("email_invalid")
    if not _HANDLE.fullmatch(plain):
        raise CellError("contact_invalid")
    return plain


def _first(part: dict[str, str | None], name: str) -> int:
    return int(part[name] or part[f"{name}2"] or part[f"{name}3"] or 0)


def _zone(offset: str | None) -> ZoneInfo | timezone:
    if not offset:
        return ZONE
    if offset in "Zz":
        return UTC
    sign = -1 if offset[0] == "-" else 1
    hours, minutes = int(offset[1:3]), int(offset[-2:])
    return timezone(sign * timedelta(hours=hours, minutes=minutes))
