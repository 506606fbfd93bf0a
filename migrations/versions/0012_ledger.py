"""a log of what was done that cannot be changed unseen

Revision 0012, after 0011.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from gateway.db.base import UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ledger_entries",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False, comment="1, 2, 3 … no gap"),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("call_id", sa.String(length=64), nullable=True),
        sa.Column("leaf", sa.Text(), nullable=False, comment="canonical JSON (RFC 8785)"),
        sa.Column("hashes", sa.Text(), nullable=False, comment="hex, 64 digits each"),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_ledger_entries")),
        sa.UniqueConstraint("id", name=op.f("uq_ledger_entries_id")),
    )
    with op.batch_alter_table("ledger_entries", schema=None) as batch_op:
        for column in ("at", "kind", "call_id"):
            batch_op.create_index(batch_op.f(f"ix_ledger_entries_{column}"), [column], unique=False)
    op.create_table(
        "ledger_personal",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False, comment="hex"),
        sa.Column("pii", sa.Text(), nullable=False, comment="canonical JSON (RFC 8785)"),
        sa.ForeignKeyConstraint(["seq"], ["ledger_entries.seq"], name=op.f("fk_ledger_personal_seq_ledger_entries")),
        sa.PrimaryKeyConstraint("seq", "field", name=op.f("pk_ledger_personal")),
    )


def downgrade() -> None:
    op.drop_table("ledger_personal")
    op.drop_table("ledger_entries")
