"""The customer is told at once that the item arrived (即时回执), requirement 24."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from activities import outbound, subject

if TYPE_CHECKING:
    from activities.step import Step


def acknowledge(step: Step) -> dict[str, Any]:
    """Send the receipt by the customer's channel; whoever looks at our pages finds it there."""
    item = subject.item(step)
    outbound.leave_house_if_needed(step, item)
    data = {"number": item.number}
    return {"acknowledged": outbound.send(step, item, kind="receipt", data=data)}
