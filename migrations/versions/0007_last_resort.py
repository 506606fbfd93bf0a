"""what a caller gets when no human was reached; entries of a kind by time

Revision 0007, after 0006.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("dispatch_rules", schema=None) as batch_op:
        column = sa.Column(
            "last_resort", sa.String(length=16), nullable=False, server_default="agent",
            comment="of a transfer that reached nobody",
        )  # fmt: skip
        batch_op.add_column(column)
    with op.batch_alter_table("call_events", schema=None) as batch_op:
        batch_op.create_index("ix_call_events_kind_at", ["kind", "at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("call_events", schema=None) as batch_op:
        batch_op.drop_index("ix_call_events_kind_at")
    with op.batch_alter_table("dispatch_rules", schema=None) as batch_op:
        batch_op.drop_column("last_resort")
