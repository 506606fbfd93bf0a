"""whether the far end of a trunk takes a REFER, and how we know

Revision 0009, after 0008.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from gateway.db.base import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("trunks", schema=None) as batch_op:
        batch_op.add_column(sa.Column("refer", sa.String(length=8), nullable=False, server_default="unknown"))
        batch_op.add_column(sa.Column("refer_how", sa.String(length=64), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("refer_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("trunks", schema=None) as batch_op:
        batch_op.drop_column("refer_at")
        batch_op.drop_column("refer_how")
        batch_op.drop_column("refer")
