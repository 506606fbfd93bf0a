"""agents: the versions of their profiles, and drafts

Revision 0023, after 0022. Every agent that there is becomes version 1.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from gateway.db.base import UtcDateTime

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("agents", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "version", sa.Integer(), nullable=False, server_default="1",
                comment="n of agent_versions; nobody sets it by hand",
            )
        )  # fmt: skip
    op.create_table(
        "agent_versions",
        sa.Column("agent_id", sa.String(length=40), nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False, comment="from 1"),
        sa.Column("content", sa.JSON(), nullable=False, comment="AgentContent"),
        sa.Column("note", sa.String(length=500), nullable=False, comment="why, in words"),
        sa.Column("by", sa.String(length=64), nullable=False, comment="the key that published it; empty: not known"),
        sa.Column("published_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agents.id"], name=op.f("fk_agent_versions_agent_id_agents"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("agent_id", "n", name=op.f("pk_agent_versions")),
    )
    op.create_table(
        "agent_drafts",
        sa.Column("agent_id", sa.String(length=40), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False, comment="as it was written"),
        sa.Column(
            "begun_on", sa.Integer(), nullable=False, comment="the version that calls began with when it was begun"
        ),
        sa.Column("draft_at", UtcDateTime(), nullable=False),
        sa.Column("draft_by", sa.String(length=64), nullable=False, comment="the key that wrote it last"),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agents.id"], name=op.f("fk_agent_drafts_agent_id_agents"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("agent_id", name=op.f("pk_agent_drafts")),
    )
    op.execute(
        sa.text(
            'INSERT INTO agent_versions (agent_id, n, content, note, "by", published_at) '
            "SELECT id, version, content, '', '', updated_at FROM agents"
        )
    )


def downgrade() -> None:
    op.drop_table("agent_drafts")
    op.drop_table("agent_versions")
    with op.batch_alter_table("agents", schema=None) as batch_op:
        batch_op.drop_column("version")
