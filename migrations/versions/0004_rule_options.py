"""a rule's PIN, hidden numbers, attributes

Revision 0004, after 0003.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("dispatch_rules", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("pin", sa.String(length=200), nullable=False, server_default="", comment="encrypted")
        )
        batch_op.add_column(sa.Column("hide_phone_number", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(
            sa.Column(
                "attributes",
                sa.JSON(),
                nullable=False,
                server_default="{}",
                comment="of the phone's participant",
            )
        )


def downgrade() -> None:
    with op.batch_alter_table("dispatch_rules", schema=None) as batch_op:
        for name in ("attributes", "hide_phone_number", "pin"):
            batch_op.drop_column(name)
