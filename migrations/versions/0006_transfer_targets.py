"""where callers may be transferred to

Revision 0006, after 0005.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from gateway.db.base import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "transfer_targets",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("trunk_id", sa.String(length=40), nullable=True, comment="outbound"),
        sa.Column("number", sa.String(length=16), nullable=True, comment="E.164; personal"),
        sa.Column("uri", sa.String(length=400), nullable=True, comment="sip:; personal"),
        sa.Column("identity", sa.String(length=64), nullable=True, comment="LiveKit's"),
        sa.Column("members", sa.JSON(none_as_null=True), nullable=True, comment="targets of a team, in order"),
        sa.Column("strategy", sa.String(length=16), nullable=True),
        sa.Column("skills", sa.JSON(), nullable=False),
        sa.Column("ring_s", sa.Integer(), nullable=False),
        sa.Column("voicemail_detection", sa.Boolean(), nullable=False),
        sa.Column("allowed_agents", sa.JSON(), nullable=False, comment="empty: no agent"),
        sa.Column("operators_may_send", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["trunk_id"], ["trunks.id"], name=op.f("fk_transfer_targets_trunk_id_trunks")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer_targets")),
        sa.UniqueConstraint("identity", name=op.f("uq_transfer_targets_identity")),
    )
    with op.batch_alter_table("transfer_targets", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_transfer_targets_trunk_id"), ["trunk_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("transfer_targets", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_transfer_targets_trunk_id"))
    op.drop_table("transfer_targets")
