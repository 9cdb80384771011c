"""What can go wrong on the way out: a code, never an address or a text."""


class DeliveryError(Exception):
    """A message that did not go out (投递失败); `code` says why in one word.

    Codes: `address_unknown`, `channel_not_configured`, `contact_invalid`, `data_missing`,
    `send_failed`, `template_missing`.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class AddressError(ValueError):
    """An address in the configuration that cannot be used (地址无效).

    Addresses hold passwords, so the message names the place: an index or a channel.
    Codes: `schema_not_allowed`, `address_invalid`, `contact_missing`.
    """

    def __init__(self, code: str, place: int | str) -> None:
        super().__init__(f"{code}: address {place}")
        self.code = code
        self.place = place
