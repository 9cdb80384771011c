"""Instants that people send: such as any table holds, any zone shows and days may be added to."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime

from api.problem import FieldError

_EARLIEST, _LATEST = 1900, 9000


def countable(value: datetime | None) -> datetime | None:
    """Refuse the ends of the calendar: in another zone they are no instant, and nobody reads them.

    Raises:
        FieldError: `value_unknown`.
    """
    if value is not None and not _EARLIEST <= value.year <= _LATEST:
        raise FieldError("value_unknown")
    return value


Moment = Annotated[AwareDatetime, AfterValidator(countable)]
