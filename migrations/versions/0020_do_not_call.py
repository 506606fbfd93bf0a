"""who is not to be dialled, who has agreed to be, and on which days nobody is

Revision 0020, after 0019.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from gateway.db.base import UtcDateTime

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_NUMBER = "personal; empty once erased"
_SUBJECT = "keyed hash of the number, once erased"


def upgrade() -> None:
    op.create_table(
        "do_not_call_entries",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False, comment=_NUMBER),
        sa.Column("subject", sa.String(length=64), nullable=False, comment=_SUBJECT),
        sa.Column("scope", sa.String(length=16), nullable=False, comment="marketing or everything"),
        sa.Column("seller", sa.String(length=100), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False, comment="personal: why, in somebody's words"),
        sa.Column(
            "heard", sa.String(length=16), nullable=False, comment="where: call, key, letter, message, web, office"
        ),
        sa.Column("call_id", sa.String(length=40), nullable=False, comment="the call it was heard on, if any"),
        sa.Column("added_by", sa.String(length=100), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_do_not_call_entries")),
        sa.UniqueConstraint(
            "number", "subject", "seller", "scope", name=op.f("uq_do_not_call_entries_number_subject_seller_scope")
        ),
    )
    op.create_table(
        "do_not_call_lists",
        sa.Column("edition", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column(
            "register",
            sa.String(length=64),
            nullable=False,
            comment="whose list: us-national, gb-tps, or of no register",
        ),
        sa.Column("place", sa.String(length=6), nullable=False, comment="ISO 3166"),
        sa.Column("scope", sa.String(length=16), nullable=False, comment="marketing or everything"),
        sa.Column("dated", sa.Date(), nullable=False, comment="the day it was taken from the register"),
        sa.Column("state", sa.String(length=8), nullable=False, comment="filling, current, or gone: to be removed"),
        sa.Column(
            "lines",
            sa.Integer(),
            nullable=False,
            comment="of the file; each is a number, repeated, rejected, or of no number",
        ),
        sa.Column("numbers", sa.Integer(), nullable=False),
        sa.Column("repeated", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False, comment="of the imported bytes"),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("imported_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("edition", name=op.f("pk_do_not_call_lists")),
    )
    op.create_table(
        "do_not_call_numbers",
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False, comment="personal"),
        sa.ForeignKeyConstraint(
            ["edition"], ["do_not_call_lists.edition"], name=op.f("fk_do_not_call_numbers_edition_do_not_call_lists")
        ),
        sa.PrimaryKeyConstraint("edition", "number", name=op.f("pk_do_not_call_numbers")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "dial_revocations",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False, comment=_NUMBER),
        sa.Column("subject", sa.String(length=64), nullable=False, comment=_SUBJECT),
        sa.Column("scope", sa.String(length=16), nullable=False, comment="marketing or everything"),
        sa.Column("seller", sa.String(length=100), nullable=False),
        sa.Column("heard", sa.String(length=16), nullable=False, comment="where, as of an entry"),
        sa.Column("words", sa.String(length=400), nullable=False, comment="personal: what was said or pressed"),
        sa.Column("call_id", sa.String(length=40), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("added_by", sa.String(length=100), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dial_revocations")),
        sa.UniqueConstraint(
            "number",
            "subject",
            "seller",
            "scope",
            "at",
            name=op.f("uq_dial_revocations_number_subject_seller_scope_at"),
        ),
    )
    op.create_table(
        "dial_consents",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False, comment=_NUMBER),
        sa.Column("subject", sa.String(length=64), nullable=False, comment=_SUBJECT),
        sa.Column("kind", sa.String(length=16), nullable=False, comment="express or written"),
        sa.Column("purposes", sa.JSON(), nullable=False),
        sa.Column("seller", sa.String(length=100), nullable=False, comment="to whom it was given"),
        sa.Column("given_at", UtcDateTime(), nullable=False),
        sa.Column("how", sa.String(length=16), nullable=False, comment="web_form, paper, recording or message"),
        sa.Column("evidence", sa.String(length=300), nullable=False, comment="personal: where the proof is kept"),
        sa.Column("evidence_sha256", sa.String(length=64), nullable=False),
        sa.Column("text_shown", sa.Text(), nullable=False, comment="the request, as it was shown or read out"),
        sa.Column("signer", sa.String(length=200), nullable=False, comment="personal: who signed"),
        sa.Column(
            "says_automated", sa.Boolean(), nullable=False, comment="the text says that a machine or its voice may call"
        ),
        sa.Column(
            "no_condition", sa.Boolean(), nullable=False, comment="the text says that nothing depends on agreeing"
        ),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("added_by", sa.String(length=100), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dial_consents")),
        sa.UniqueConstraint(
            "number", "subject", "seller", "kind", "given_at",
            name=op.f("uq_dial_consents_number_subject_seller_kind_given_at"),
        ),
    )  # fmt: skip
    op.create_table(
        "dial_holidays",
        sa.Column("id", sa.String(length=16), nullable=False, comment="place and year: US-AL.2027"),
        sa.Column("place", sa.String(length=6), nullable=False, comment="ISO 3166"),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("days", sa.JSON(), nullable=False, comment="ISO 8601"),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dial_holidays")),
    )
    for table in ("do_not_call_entries", "dial_revocations", "dial_consents"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in ("number", "subject"):
                batch_op.create_index(batch_op.f(f"ix_{table}_{column}"), [column], unique=False)
    with op.batch_alter_table("do_not_call_lists", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_do_not_call_lists_name"), ["name"], unique=False)
    with op.batch_alter_table("dial_holidays", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dial_holidays_place"), ["place"], unique=False)


def downgrade() -> None:
    op.drop_table("dial_holidays")
    op.drop_table("dial_consents")
    op.drop_table("dial_revocations")
    op.drop_table("do_not_call_numbers")
    op.drop_table("do_not_call_lists")
    op.drop_table("do_not_call_entries")
