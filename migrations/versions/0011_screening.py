"""which calls in are wanted, and which were refused

Revision 0011, after 0010.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from gateway.db.base import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None
TERMS = "compliance.screening.terms.ScreeningTerms"


def upgrade() -> None:
    op.create_table(
        "screening_entries",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("list", sa.String(length=8), nullable=False, comment="block or allow"),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("value", sa.String(length=64), nullable=False, comment="personal"),
        sa.Column("low", sa.BigInteger(), nullable=True, comment="personal"),
        sa.Column("high", sa.BigInteger(), nullable=True, comment="personal"),
        sa.Column("digits", sa.Integer(), nullable=True),
        sa.Column("magnitude", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening_entries")),
        sa.UniqueConstraint("kind", "value", name=op.f("uq_screening_entries_kind_value")),
    )
    with op.batch_alter_table("screening_entries", schema=None) as batch_op:
        batch_op.create_index("ix_screening_entries_digits_magnitude_low", ["digits", "magnitude", "low"], unique=False)
    op.create_table(
        "do_not_originate_lists",
        sa.Column("edition", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False, comment="filling, current, or gone: to be removed"),
        sa.Column("numbers", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False, comment="of the imported bytes"),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("imported_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("edition", name=op.f("pk_do_not_originate_lists")),
    )
    with op.batch_alter_table("do_not_originate_lists", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_do_not_originate_lists_name"), ["name"], unique=False)
    op.create_table(
        "do_not_originate_numbers",
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False, comment="personal"),
        sa.ForeignKeyConstraint(
            ["edition"],
            ["do_not_originate_lists.edition"],
            name=op.f("fk_do_not_originate_numbers_edition_do_not_originate_lists"),
        ),
        sa.PrimaryKeyConstraint("edition", "number", name=op.f("pk_do_not_originate_numbers")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "screening_recent_calls",
        sa.Column("call_id", sa.String(length=40), nullable=False),
        sa.Column("whose", sa.String(length=8), nullable=False, comment="caller or number"),
        sa.Column("pii", sa.String(length=256), nullable=False, comment="the calling, or the called number"),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("call_id", "whose", name=op.f("pk_screening_recent_calls")),
    )
    with op.batch_alter_table("screening_recent_calls", schema=None) as batch_op:
        batch_op.create_index("ix_screening_recent_calls_whose_pii_at", ["whose", "pii", "at"], unique=False)
        batch_op.create_index(batch_op.f("ix_screening_recent_calls_at"), ["at"], unique=False)
    op.create_table(
        "refusals",
        sa.Column("call_id", sa.String(length=40), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("direction", sa.String(length=16), nullable=False),
        sa.Column("sip_call_id", sa.String(length=255), nullable=False, comment="cut to 255 characters"),
        sa.Column("sip_code", sa.Integer(), nullable=True),
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("pii_caller", sa.String(length=256), nullable=False),
        sa.Column("pii_number", sa.String(length=256), nullable=False),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_refusals")),
    )
    with op.batch_alter_table("refusals", schema=None) as batch_op:
        for column in ("at", "sip_call_id", "slug", "pii_caller", "pii_number"):
            batch_op.create_index(batch_op.f(f"ix_refusals_{column}"), [column], unique=False)
    for table in ("trunks", "dispatch_rules"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column("screening", sa.JSON(), nullable=False, server_default="{}", comment=TERMS))


def downgrade() -> None:
    for table in ("dispatch_rules", "trunks"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column("screening")
    op.drop_table("refusals")
    op.drop_table("screening_recent_calls")
    op.drop_table("do_not_originate_numbers")
    op.drop_table("do_not_originate_lists")
    op.drop_table("screening_entries")
