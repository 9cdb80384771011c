"""axe-core on a page: nothing serious may be found."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from settings import PROJECT

# Read here and run by the browser's debugger; the console never serves it.
_AXE = PROJECT / "web" / "node_modules" / "axe-core" / "axe.min.js"
_GRAVE = {"serious", "critical"}
# Colours are judged once they stand still; what turns for ever never does.
_STANDS_STILL = """Promise.all(document.getAnimations()
  .filter((one) => Number.isFinite(one.effect?.getComputedTiming().endTime))
  .map((one) => one.finished.catch(() => 0)))"""


def check_accessible(page: Page) -> None:
    """Fail with what stands in the way of somebody: rule, why, and the first elements."""
    page.evaluate(_AXE.read_text("utf-8"))
    page.evaluate(_STANDS_STILL)
    found: list[dict[str, Any]] = page.evaluate(
        "axe.run(document, {resultTypes: ['violations']}).then(({violations}) => violations)"
    )

    grave = [_said(one) for one in found if one["impact"] in _GRAVE]
    assert not grave, "\n".join(grave)


def _said(violation: dict[str, Any]) -> str:
    nodes = [node["html"][:160] for node in violation["nodes"][:3]]
    why = violation["nodes"][0].get("failureSummary", "").replace("\n", " ")
    return f"{violation['id']}: {violation['help']} {nodes} {why}"
