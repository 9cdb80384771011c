"""docs/permissions.md says what the table says."""

from api.permission_page import text
from api.permissions import IN_PERSON, PERMISSIONS
from settings import PROJECT


def test_the_page_of_permissions_is_current() -> None:
    kept = (PROJECT / "docs" / "permissions.md").read_text(encoding="utf-8")

    assert kept == text(), "python -m api.permission_page > docs/permissions.md"


def test_every_action_has_a_row() -> None:
    rows = [line for line in text().splitlines() if line.startswith("| `")]

    assert len([row for row in rows if row.split("`")[1] in PERMISSIONS]) == len(PERMISSIONS)
    assert sum("¹" in row for row in rows) == len(IN_PERSON)
