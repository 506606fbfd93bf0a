"""who is told about calls, and what is told to whom

Revision 0008, after 0007.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from gateway.db.base import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "webhooks",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False, comment="types; empty: all"),
        sa.Column("personal", sa.Boolean(), nullable=False, comment="it is told numbers and notes too"),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("off_reason", sa.String(length=300), nullable=False, comment="why it was switched off by us"),
        sa.Column("secret", sa.String(length=400), nullable=False, comment="sealed"),
        sa.Column("old_secret", sa.String(length=400), nullable=False, comment="sealed"),
        sa.Column("old_secret_until", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhooks")),
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("webhook_id", sa.String(length=40), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("call_id", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False, comment="of the event, in the call's log"),
        sa.Column("at", UtcDateTime(), nullable=False, comment="the event's time"),
        sa.Column("body", sa.JSON(), nullable=False, comment="data, without personal data"),
        sa.Column("status", sa.String(length=16), nullable=False, comment="waiting, delivered or dead"),
        sa.Column("begun", sa.Boolean(), nullable=False, comment="its work is begun"),
        sa.Column("round", sa.Integer(), nullable=False, comment="one more with each replay"),
        sa.Column("attempts", sa.Integer(), nullable=False, comment="in this round"),
        sa.Column("next_at", UtcDateTime(), nullable=True),
        sa.Column("last_status", sa.Integer(), nullable=True, comment="HTTP; null when nobody answered"),
        sa.Column("last_problem", sa.String(length=300), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhooks.id"], name=op.f("fk_webhook_deliveries_webhook_id_webhooks"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_deliveries")),
        sa.UniqueConstraint(
            "webhook_id", "call_id", "seq", "type", name=op.f("uq_webhook_deliveries_webhook_id_call_id_seq_type")
        ),
    )
    with op.batch_alter_table("webhook_deliveries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_webhook_deliveries_begun_id"), ["begun", "id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_webhook_deliveries_webhook_id_status_id"), ["webhook_id", "status", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_webhook_deliveries_status_settled_at"), ["status", "settled_at"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("webhook_deliveries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_webhook_deliveries_status_settled_at"))
        batch_op.drop_index(batch_op.f("ix_webhook_deliveries_webhook_id_status_id"))
        batch_op.drop_index(batch_op.f("ix_webhook_deliveries_begun_id"))
    op.drop_table("webhook_deliveries")
    op.drop_table("webhooks")
