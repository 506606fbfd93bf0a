"""which caller ids a trunk may show

Revision 0005, after 0004.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("trunks", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "any_caller_id",
                sa.Boolean(),
                nullable=False,
                server_default=sa.false(),
                comment="outbound: not only of `numbers`",
            )
        )


def downgrade() -> None:
    with op.batch_alter_table("trunks", schema=None) as batch_op:
        batch_op.drop_column("any_caller_id")
