"""routes of calls out, circuits and pace of trunks, what was measured of a trunk

Revision 0018, after 0017.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from gateway.db.base import UtcDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "routes",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("prefix", sa.String(length=15), nullable=False, comment="digits after the +; empty: every number"),
        sa.Column("trunk_id", sa.String(length=40), nullable=False, comment="outbound"),
        sa.Column("priority", sa.Integer(), nullable=False, comment="lower first"),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["trunk_id"], ["trunks.id"], name=op.f("fk_routes_trunk_id_trunks")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routes")),
    )
    with op.batch_alter_table("routes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_routes_trunk_id"), ["trunk_id"], unique=False)
    op.create_table(
        "trunk_circuits",
        sa.Column("trunk_id", sa.String(length=40), nullable=False),
        sa.Column("failed_at", sa.JSON(), nullable=False, comment="ISO 8601"),
        sa.Column("opened_at", UtcDateTime(), nullable=True),
        sa.Column("probed_at", UtcDateTime(), nullable=True),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["trunk_id"], ["trunks.id"], name=op.f("fk_trunk_circuits_trunk_id_trunks"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("trunk_id", name=op.f("pk_trunk_circuits")),
    )
    with op.batch_alter_table("trunks", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("max_calls_per_s", sa.Integer(), nullable=True, comment="outbound: calls that begin in a second")
        )
        batch_op.add_column(
            sa.Column(
                "measured",
                sa.JSON(),
                nullable=False,
                server_default="{}",
                comment="gateway.trunk_test.measured.Measured",
            )
        )


def downgrade() -> None:
    with op.batch_alter_table("trunks", schema=None) as batch_op:
        batch_op.drop_column("measured")
        batch_op.drop_column("max_calls_per_s")
    op.drop_table("trunk_circuits")
    with op.batch_alter_table("routes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_routes_trunk_id"))
    op.drop_table("routes")
