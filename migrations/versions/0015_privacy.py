"""legal holds, erasures, suppressions, and how far retention has come

Revision 0015, after 0014.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from gateway.db.base import UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "privacy_holds",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False, comment="person or call"),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("why", sa.String(length=300), nullable=False, comment="a file number, not a name"),
        sa.Column("asked_by", sa.String(length=100), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("released_at", UtcDateTime(), nullable=True),
        sa.Column("released_by", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_holds")),
    )
    op.create_table(
        "privacy_erasures",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False, comment="person or call"),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("asked_by", sa.String(length=100), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False, comment="by place: found, erased, kept and why"),
        sa.Column(
            "rewritten", sa.Boolean(), nullable=False, comment="the database file has no freed page of before any more"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_erasures")),
    )
    for table in ("privacy_holds", "privacy_erasures"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.create_index(batch_op.f(f"ix_{table}_subject"), ["subject"], unique=False)
    op.create_table(
        "privacy_suppressions",
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("list", sa.String(length=8), nullable=False, comment="block or allow"),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("subject", "list", name=op.f("pk_privacy_suppressions")),
    )
    op.create_table(
        "privacy_retention",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("swept_to", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_privacy_retention")),
    )


def downgrade() -> None:
    for table in ("privacy_retention", "privacy_suppressions", "privacy_erasures", "privacy_holds"):
        op.drop_table(table)
