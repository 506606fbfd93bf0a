"""campaigns: contacts, attempts, imports, paces

Revision 0021, after 0020.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from gateway.db.base import UtcDateTime

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_TABLES = (
    "campaign_rejected_lines", "campaign_imports", "campaign_refusals", "campaign_attempts", "campaign_contacts",
    "campaign_paces", "diallers", "campaigns",
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "campaign_attempts",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("campaign_id", sa.String(length=40), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False, comment="the contact"),
        sa.Column("n", sa.Integer(), nullable=False, comment="of this contact, from 1"),
        sa.Column("state", sa.String(length=8), nullable=False, comment="gateway.campaigns.terms.AttemptState"),
        sa.Column("outcome", sa.String(length=16), nullable=False, comment="gateway.campaigns.terms.Outcome"),
        sa.Column("counts", sa.Boolean(), nullable=False, comment="against how often somebody may be called"),
        sa.Column("dialler", sa.String(length=100), nullable=False, comment="executor id of who claimed it"),
        sa.Column("trunk_id", sa.String(length=40), nullable=False),
        sa.Column("agent_id", sa.String(length=40), nullable=False),
        sa.Column("call_id", sa.String(length=40), nullable=False),
        sa.Column("sip_code", sa.Integer(), nullable=True),
        sa.Column("machine", sa.String(length=12), nullable=False, comment="gateway.calls.dial_facts.Answerer"),
        sa.Column("decided_ms", sa.Integer(), nullable=True, comment="from the answer to that"),
        sa.Column("disposition", sa.String(length=40), nullable=False, comment="the agent's word"),
        sa.Column("seconds", sa.Integer(), nullable=False, comment="from the answer to the end"),
        sa.Column("cost", sa.String(length=32), nullable=True, comment="decimal; null: the trunk has no price"),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("gate", sa.JSON(), nullable=False, comment="the GateDecision that let it through, or did not"),
        sa.Column("claimed_at", UtcDateTime(), nullable=False),
        sa.Column("dialled_at", UtcDateTime(), nullable=True, comment="committed before the INVITE"),
        sa.Column("rang_at", UtcDateTime(), nullable=True),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.Column("agent_at", UtcDateTime(), nullable=True, comment="the agent was there; before dialled_at"),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("number_hash", sa.String(length=64), nullable=False),
        sa.Column("pii", sa.JSON(), nullable=False, comment="number, shows; of who answered: name and words"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_attempts")),
        sa.UniqueConstraint("campaign_id", "position", "n", name=op.f("uq_campaign_attempts_campaign_id_position_n")),
    )
    with op.batch_alter_table("campaign_attempts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_campaign_attempts_call_id"), ["call_id"], unique=False)
        batch_op.create_index(
            "ix_campaign_attempts_campaign_id_state_ended_at", ["campaign_id", "state", "ended_at"], unique=False
        )
        batch_op.create_index(
            "ix_campaign_attempts_number_hash_dialled_at", ["number_hash", "dialled_at"], unique=False
        )
        batch_op.create_index("ix_campaign_attempts_state_claimed_at", ["state", "claimed_at"], unique=False)
        batch_op.create_index(
            "ux_campaign_attempts_open_number",
            ["number_hash"],
            unique=True,
            sqlite_where=sa.text("state <> 'ended'"),
            postgresql_where=sa.text("state <> 'ended'"),
        )

    op.create_table(
        "campaign_paces",
        sa.Column("of", sa.String(length=40), nullable=False, comment="trk_… or cmp_…"),
        sa.Column("next_at", UtcDateTime(), nullable=False),
        sa.Column("limited", sa.Integer(), nullable=False),
        sa.Column("limited_until", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("of", name=op.f("pk_campaign_paces")),
    )
    op.create_table(
        "campaigns",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False, comment="gateway.campaigns.terms.State"),
        sa.Column(
            "why",
            sa.String(length=300),
            nullable=False,
            comment="of the state, in a sentence; empty: somebody asked for it",
        ),
        sa.Column("terms", sa.JSON(), nullable=False, comment="gateway.campaigns.terms.Terms"),
        sa.Column("contacts", sa.Integer(), nullable=False),
        sa.Column("spent", sa.String(length=32), nullable=False, comment="decimal: costs of its attempts"),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaigns")),
    )
    with op.batch_alter_table("campaigns", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_campaigns_state"), ["state"], unique=False)

    op.create_table(
        "diallers",
        sa.Column("id", sa.String(length=100), nullable=False, comment="its executor id"),
        sa.Column("alive_at", UtcDateTime(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_diallers")),
    )
    op.create_table(
        "campaign_contacts",
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("campaign_id", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False, comment="gateway.campaigns.terms.ContactState"),
        sa.Column("next_at", UtcDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False, comment="so many rows of campaign_attempts"),
        sa.Column("outcome", sa.String(length=16), nullable=False, comment="of the last attempt, or of the gate"),
        sa.Column("why", sa.String(length=40), nullable=False, comment="the first check of the gate that refused"),
        sa.Column("import_id", sa.String(length=40), nullable=False, comment="empty: it came by the API"),
        sa.Column("line", sa.Integer(), nullable=False, comment="of the file, from 1"),
        sa.Column("ref", sa.String(length=100), nullable=False, comment="the operator's own name for the row"),
        sa.Column("place", sa.String(length=6), nullable=False, comment="ISO 3166, of the address on record"),
        sa.Column("phone_line", sa.String(length=8), nullable=False, comment="compliance.dialling.terms.Line"),
        sa.Column(
            "number_hash", sa.String(length=64), nullable=False, comment="keyed; stays when the number is erased"
        ),
        sa.Column("pii_number", sa.String(length=16), nullable=False, comment="E.164; empty once erased"),
        sa.Column("pii", sa.JSON(), nullable=False, comment="variables for the agent"),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["campaigns.id"],
            name=op.f("fk_campaign_contacts_campaign_id_campaigns"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_campaign_contacts")),
        sa.UniqueConstraint("campaign_id", "number_hash", name=op.f("uq_campaign_contacts_campaign_id_number_hash")),
    )
    with op.batch_alter_table("campaign_contacts", schema=None) as batch_op:
        batch_op.create_index("ix_campaign_contacts_due", ["campaign_id", "state", "next_at", "position"], unique=False)

    op.create_table(
        "campaign_imports",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("campaign_id", sa.String(length=40), nullable=False),
        sa.Column(
            "state", sa.String(length=8), nullable=False, comment="reading, done, or broken: it was not read to its end"
        ),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("repeated", sa.Integer(), nullable=False, comment="numbers that the campaign has already"),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("encoding", sa.String(length=40), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False, comment="of the bytes"),
        sa.Column("why", sa.String(length=300), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["campaigns.id"],
            name=op.f("fk_campaign_imports_campaign_id_campaigns"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_imports")),
    )
    with op.batch_alter_table("campaign_imports", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_campaign_imports_campaign_id"), ["campaign_id"], unique=False)

    op.create_table(
        "campaign_refusals",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("campaign_id", sa.String(length=40), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False, comment="the contact"),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("verdict", sa.String(length=8), nullable=False, comment="refuse or not_now"),
        sa.Column("gate", sa.JSON(), nullable=False, comment="compliance.dialling.decision.GateDecision"),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["campaigns.id"],
            name=op.f("fk_campaign_refusals_campaign_id_campaigns"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_refusals")),
    )
    with op.batch_alter_table("campaign_refusals", schema=None) as batch_op:
        batch_op.create_index("ix_campaign_refusals_contact", ["campaign_id", "position"], unique=False)

    op.create_table(
        "campaign_rejected_lines",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("import_id", sa.String(length=40), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["campaign_imports.id"],
            name=op.f("fk_campaign_rejected_lines_import_id_campaign_imports"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_rejected_lines")),
    )
    with op.batch_alter_table("campaign_rejected_lines", schema=None) as batch_op:
        batch_op.create_index("ix_campaign_rejected_lines_import", ["import_id", "line"], unique=False)

    # ### end Alembic commands ###


def downgrade() -> None:
    for name in _TABLES:
        op.drop_table(name)
