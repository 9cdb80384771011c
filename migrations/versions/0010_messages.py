"""Messages that wait, subscriptions and what starts an instance."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# As `models/slot.py`: each text after its length, the first eight bytes of the hash.
SLOT = (
    "('x' || encode(substring(sha256(int8send(7) || 'message'"
    " || int8send(octet_length(s.data->>'name')) || convert_to(s.data->>'name', 'UTF8')"
    " || int8send(octet_length(s.data->>'correlation_key'))"
    " || convert_to(s.data->>'correlation_key', 'UTF8')) FROM 1 FOR 8), 'hex'))::bit(64)::bigint"
)
# What instances that run already wait for. Whether the first event closes a subscription is in
# the drawing only; one that stays open just takes a message at a time.
ADOPT = f"""
INSERT INTO event_subscription (key, instance_key, process_id, element_id, type, name,
                                correlation_key, slot, closes, opened_at)
SELECT s.key, s.instance_key, h.data->>'process', s.element, 'message', s.data->>'name',
       s.data->>'correlation_key', {SLOT}, true, s.at
FROM process_instance i
JOIN audit_record s ON s.instance_key = i.key AND s.kind = 'MESSAGE_SUBSCRIBED'
    AND s.data->>'correlation_key' <> ''
JOIN audit_record h ON h.instance_key = i.key AND h.kind = 'ELEMENT_ACTIVATED'
    AND h.key = (s.data->>'host')::bigint
WHERE i.state = 'ACTIVE' AND NOT EXISTS (
    SELECT FROM audit_record c WHERE c.instance_key = i.key AND c.key = s.key
    AND (c.kind = 'MESSAGE_UNSUBSCRIBED' OR c.kind = 'MESSAGE_CORRELATED'
         AND COALESCE((c.data->>'closes')::boolean, true)))
"""  # noqa: S608 - constant


def upgrade() -> None:
    create_subscriptions()
    create_publications()
    create_starts()
    op.execute(ADOPT)


def downgrade() -> None:
    op.drop_table("message_start_lock")
    op.drop_table("definition_start")
    op.drop_table("delivery")
    op.drop_table("publication")
    op.drop_table("event_subscription")


def moment(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def number(name: str) -> sa.Column:
    return sa.Column(name, sa.BigInteger(), autoincrement=False, nullable=False)


def word(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.String(), nullable=nullable)


def create_subscriptions() -> None:
    op.create_table(
        "event_subscription",
        number("key"),
        number("instance_key"),
        word("process_id"),
        word("element_id"),
        word("type"),
        word("name"),
        word("correlation_key"),
        number("slot"),
        sa.Column("closes", sa.Boolean(), nullable=False),
        moment("opened_at"),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("ix_event_subscription_instance_key", "event_subscription", ["instance_key"])
    op.create_index("ix_event_subscription_slot", "event_subscription", ["slot"])


def create_publications() -> None:
    op.create_table(
        "publication",
        number("key"),
        word("type"),
        word("name"),
        word("correlation_key"),
        number("slot"),
        word("message_id", nullable=True),
        sa.Column("variables", postgresql.JSONB(), nullable=False),
        word("publisher"),
        sa.Column("cause", sa.Uuid(), nullable=True),
        moment("published_at"),
        moment("expires_at"),
        moment("kept_until"),
        sa.Column("matched", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
        sa.UniqueConstraint("cause"),
        sa.UniqueConstraint("slot", "message_id"),
    )
    op.create_index("publication_slot_idx", "publication", ["slot", "key"])
    op.create_index("publication_kept_idx", "publication", ["kept_until"])
    op.create_index(
        "publication_unmatched_idx", "publication", ["key"], postgresql_where=sa.text("NOT matched")
    )
    op.create_table(
        "delivery",
        number("publication_key"),
        word("recipient"),
        number("instance_key"),
        number("subscription_key"),
        sa.Column("exclusive", sa.Boolean(), nullable=False),
        moment("created_at"),
        moment("delivered_at", nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        word("last_error", nullable=True),
        moment("next_attempt_at"),
        sa.ForeignKeyConstraint(["publication_key"], ["publication.key"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("publication_key", "recipient"),
    )
    is_open = sa.text("delivered_at IS NULL")
    op.create_index("delivery_open_idx", "delivery", ["next_attempt_at"], postgresql_where=is_open)
    op.create_index(
        "delivery_instance_idx",
        "delivery",
        ["instance_key", "publication_key"],
        postgresql_where=is_open,
    )
    op.create_index(
        "delivery_subscription_idx",
        "delivery",
        ["subscription_key"],
        unique=True,
        postgresql_where=sa.text("exclusive AND delivered_at IS NULL"),
    )


def create_starts() -> None:
    op.create_table(
        "definition_start",
        word("process_id"),
        word("element_id"),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("calendar_version", sa.Integer(), nullable=False),
        moment("registered_at"),
        word("kind"),
        word("name"),
        number("slot"),
        word("expression"),
        word("timer"),
        word("clock"),
        sa.Column("armed", sa.Boolean(), nullable=False),
        moment("due_at", nullable=True),
        sa.Column("repetitions", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("process_id", "element_id"),
    )
    op.create_index("definition_start_slot_idx", "definition_start", ["slot"])
    op.create_index(
        "definition_start_due_idx",
        "definition_start",
        ["due_at"],
        postgresql_where=sa.text("kind = 'timer'"),
    )
    op.create_table(
        "message_start_lock",
        word("process_id"),
        number("slot"),
        word("correlation_key"),
        number("instance_key"),
        moment("released_at", nullable=True),
        sa.PrimaryKeyConstraint("process_id", "slot"),
    )
    op.create_index("ix_message_start_lock_instance_key", "message_start_lock", ["instance_key"])
    op.create_index(
        "message_start_lock_released_idx",
        "message_start_lock",
        ["released_at"],
        postgresql_where=sa.text("released_at IS NOT NULL"),
    )
