"""what a rule's callers key in, unseen, before anything else is talked about

Revision 0016, after 0015.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("dispatch_rules", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "capture", sa.String(length=32), nullable=False, server_default="",
                comment="a name in the agent's captures; empty for none",
            )
        )  # fmt: skip


def downgrade() -> None:
    with op.batch_alter_table("dispatch_rules", schema=None) as batch_op:
        batch_op.drop_column("capture")
