"""Personal data made unreadable for people who look."""

import re
from collections.abc import Callable

# Full-width forms lie 0xFEE0 above ASCII; the same length keeps a place a place in the original.
_HALF_WIDTH = {code + 0xFEE0: code for code in range(0x21, 0x7F)}
_EMAIL = re.compile(r"[A-Za-z0-9._%+\-]{1,64}@[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63}){1,8}")
_ID_NUMBER = re.compile(
    r"(?<![0-9A-Za-z])[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]"
    r"(?![0-9A-Za-z])"
)
_CARD = re.compile(r"(?<!\d)\d{4}(?:[ \-]?\d{4}){2}[ \-]?\d{4}(?:[ \-]?\d{1,3})?(?!\d)")
_PHONE = re.compile(
    r"(?<![\d+])(?:"
    r"(?:(?:\+|00)?86[ \-]?)?1[3-9]\d[ \-]?\d{4}[ \-]?\d{4}"
    r"|(?:\+|00)86[ \-]?\(?0?[1-9]\d{1,2}\)?[ \-]?\d{7,8}"
    r"|\(?0\d{2,3}\)?[ \-]?\d{7,8}"
    r"|[48]00[ \-]?\d{3}[ \-]?\d{4}"
    r"|\+\d{1,3}(?:[ \-]?\d{2,5}){2,4}"
    r")(?!\d)"
)
MOBILE_DIGITS = 11
SHORT_DIGITS = 7


def mask_name(name: str) -> str:
    """Return a name as `张*`, however long it is."""
    plain = name.strip()
    return f"{plain[0]}*" if len(plain) > 1 else "*" * len(plain)


def mask_phone(phone: str) -> str:
    """Return a telephone number as `138****5678`; a shorter one shows less."""
    digits = re.sub(r"\D", "", phone.translate(_HALF_WIDTH))
    if len(digits) > MOBILE_DIGITS:
        digits = digits.removeprefix("00").removeprefix("86")
    if len(digits) >= MOBILE_DIGITS:
        return f"{digits[:3]}****{digits[-4:]}"
    return f"{digits[:2]}****{digits[-2:]}" if len(digits) >= SHORT_DIGITS else "****"


def mask_email(email: str) -> str:
    """Return an address as `z***@example.com`."""
    local, at, domain = email.strip().translate(_HALF_WIDTH).rpartition("@")
    if not at:
        return mask_handle(email)
    return f"{local[0] if len(local) > 1 else ''}***@{domain}"


def mask_handle(handle: str) -> str:
    """Return an account name as `w***`."""
    plain = handle.strip()
    return f"{plain[0]}***" if len(plain) > 1 else "***"


def mask_contact(contact: str) -> str:
    """Return a contact masked as what it looks like: address, number or account name."""
    plain = contact.translate(_HALF_WIDTH)
    if "@" in plain:
        return mask_email(contact)
    if re.fullmatch(r"[\d\s()+.\-]+", plain):
        return mask_phone(contact)
    return mask_handle(contact)


def mask_id_number(number: str) -> str:
    """Return an identity card number as `110***********34`."""
    return f"{number[:3]}{'*' * (len(number) - 5)}{number[-2:]}"


def mask_text(text: str) -> str:
    """Return a free text with its addresses, telephone, identity and card numbers masked."""
    for pattern, mask in _MASKS:
        text = _replace(pattern, mask, text)
    return text


def _mask_card(number: str) -> str:
    digits = re.sub(r"\D", "", number)
    # Order numbers are as long as card numbers, but only those pass the check digit.
    return f"****{digits[-4:]}" if _passes_luhn(digits) else number


def _passes_luhn(digits: str) -> bool:
    values = [int(digit) for digit in reversed(digits)]
    doubled = [sum(divmod(2 * value, 10)) for value in values[1::2]]
    return (sum(values[::2]) + sum(doubled)) % 10 == 0


def _replace(pattern: re.Pattern[str], mask: Callable[[str], str], text: str) -> str:
    plain = text.translate(_HALF_WIDTH)
    parts, last = [], 0
    for found in pattern.finditer(plain):
        masked = mask(found[0])
        kept = text[found.start() : found.end()] if masked == found[0] else masked
        parts += [text[last : found.start()], kept]
        last = found.end()
    return "".join([*parts, text[last:]])


_MASKS: tuple[tuple[re.Pattern[str], Callable[[str], str]], ...] = (
    (_EMAIL, mask_email),
    (_ID_NUMBER, mask_id_number),
    (_CARD, _mask_card),
    (_PHONE, mask_phone),
)
