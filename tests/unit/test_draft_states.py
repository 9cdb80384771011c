"""Which step leads a draft from which state to which."""

from datetime import UTC, datetime
from itertools import product
from uuid import UUID

import pytest

from models import definition_draft
from models.definition_draft import STATES, DefinitionDraft, DraftStateError

NOW = datetime(2026, 11, 22, tzinfo=UTC)
OPEN = ("draft", "withdrawn", "rejected")
FROM = {
    "edit": OPEN,
    "submit": OPEN,
    "withdraw": ("draft", "submitted", "approved"),
    "approve": ("submitted",),
    "reject": ("submitted", "approved"),
    "deploy": ("approved",),
}


def draft(state: str) -> DefinitionDraft:
    return DefinitionDraft(
        id=UUID(int=1),
        title="t",
        state=state,
        digest="0" * 64,
        created_at=NOW,
        created_by="owner",
        updated_at=NOW,
    )


@pytest.mark.parametrize(("state", "step"), list(product(STATES, FROM)))
def test_a_step_is_taken_from_the_states_that_lead_there_and_from_no_other(
    state: str, step: str
) -> None:
    if state in FROM[step]:
        definition_draft.allow(draft(state), step)
        return

    with pytest.raises(DraftStateError) as refused:
        definition_draft.allow(draft(state), step)

    assert (refused.value.state, refused.value.step) == (state, step)
