"""The way out to people: staff by configured addresses, customers by their channel."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from channels import wording
from channels.errors import AddressError, DeliveryError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from channels.driver import Driver

CONTACT = "{contact}"
_MAIL = re.compile(r"[^\s@,;<>\"]+@[^\s@,;<>\"]+")
# No separators: a contact must never turn into two.
_OTHER = re.compile(r"[^\s,;/<>\"]+")


class Post:
    """Knows the configured addresses and sends through one driver (邮局).

    Args:
        addresses: for staff notices; referred to by index.
        schemas: the schemas that are allowed.
        locale: the language for readers whose own has no templates.
        customer_addresses: by channel (`email`, `sms`, ...), with `{contact}` where the customer's
            own address goes.
        driver: does the sending.

    Raises:
        AddressError: an address is refused; it names the index or the channel.
    """

    def __init__(
        self,
        addresses: Sequence[str],
        *,
        schemas: Sequence[str],
        driver: Driver,
        locale: str = "zh-CN",
        customer_addresses: Mapping[str, str] | None = None,
    ) -> None:
        self._addresses = tuple(addresses)
        self._customer_addresses = dict(customer_addresses or {})
        self._driver = driver
        self._locale = locale
        allowed = frozenset(schema.lower() for schema in schemas)
        for index, address in enumerate(self._addresses):
            self._check(address, allowed, index)
        for channel, address in self._customer_addresses.items():
            # Without its place a customer's message would go to one fixed address.
            if CONTACT not in address:
                raise AddressError("contact_missing", channel)
            self._check(_addressed(address, "a@example.org"), allowed, channel)

    @property
    def addresses(self) -> int:
        """How many addresses there are for staff notices."""
        return len(self._addresses)

    @property
    def channels(self) -> frozenset[str]:
        """The channels by which customers can be reached."""
        return frozenset(self._customer_addresses)

    def notify(self, index: int, code: str, data: Mapping[str, Any], locale: str) -> None:
        """Send a staff notice to one configured address.

        Raises:
            DeliveryError: `address_unknown`, `template_missing` or `send_failed`.
        """
        if not 0 <= index < len(self._addresses):
            raise DeliveryError("address_unknown")
        message = wording.render(code, data, self._known(locale), strict=False)
        self._driver.send(self._addresses[index], message.title, message.body)

    def deliver(
        self, channel: str, contact: str, code: str, data: Mapping[str, Any], locale: str
    ) -> None:
        """Send a message to a customer.

        Raises:
            DeliveryError: `channel_not_configured`, `contact_invalid`, `data_missing`,
                `template_missing` or `send_failed`.
        """
        address = self._customer_addresses.get(channel)
        if address is None:
            raise DeliveryError("channel_not_configured")
        form = _MAIL if channel == "email" else _OTHER
        if form.fullmatch(contact.strip()) is None:
            raise DeliveryError("contact_invalid")
        message = wording.render(code, data, self._known(locale), strict=True)
        self._driver.send(_addressed(address, contact.strip()), message.title, message.body)

    def _known(self, locale: str) -> str:
        return locale if locale in wording.locales() else self._locale

    def _check(self, address: str, allowed: frozenset[str], place: int | str) -> None:
        schema, _, rest = address.partition("://")
        if not rest or schema.lower() not in allowed:
            raise AddressError("schema_not_allowed", place)
        if not self._driver.accepts(address):
            raise AddressError("address_invalid", place)


def _addressed(address: str, contact: str) -> str:
    return address.replace(CONTACT, quote(contact, safe=""))
