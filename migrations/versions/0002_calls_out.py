"""what an outbound trunk allows, and what its calls use

Revision 0002, after 0001.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("trunks", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "allowed_countries", sa.JSON(), nullable=False, server_default="[]", comment="calls out and transfers"
            )
        )
        batch_op.add_column(
            sa.Column(
                "allow_extensions",
                sa.Boolean(),
                nullable=False,
                server_default=sa.false(),
                comment="calls out and transfers",
            )
        )
        batch_op.add_column(sa.Column("max_duration_s", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("price_per_minute", sa.String(length=16), nullable=True, comment="decimal"))
        batch_op.add_column(
            sa.Column("max_spend_per_day", sa.String(length=16), nullable=True, comment="decimal, per day of UTC")
        )
        batch_op.add_column(
            sa.Column("currency", sa.String(length=3), nullable=False, server_default="USD", comment="ISO 4217")
        )

    with op.batch_alter_table("calls", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "minutes",
                sa.Integer(),
                nullable=False,
                server_default="0",
                comment="out: begun minutes; while it is open, all it may last",
            )
        )
        batch_op.create_index("ix_calls_trunk_id_created_at", ["trunk_id", "created_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("calls", schema=None) as batch_op:
        batch_op.drop_index("ix_calls_trunk_id_created_at")
        batch_op.drop_column("minutes")

    with op.batch_alter_table("trunks", schema=None) as batch_op:
        for name in (
            "currency",
            "max_spend_per_day",
            "price_per_minute",
            "max_duration_s",
            "allow_extensions",
            "allowed_countries",
        ):
            batch_op.drop_column(name)
