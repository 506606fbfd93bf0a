"""accounts at carriers, trunks there, whose a number is; plans and their steps

Revision 0017, after 0016.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from gateway.db.base import UtcDateTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "carriers",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("keys", sa.String(length=8000), nullable=False, comment="sealed JSON of the kind's keys"),
        sa.Column("checked_at", UtcDateTime(), nullable=True, comment="when the keys last let us in"),
        sa.Column("calls_until", UtcDateTime(), nullable=True, comment="its records of calls are here up to"),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carriers")),
        sa.UniqueConstraint("name", name=op.f("uq_carriers_name")),
    )
    op.create_table(
        "plans",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("document", sa.Text(), nullable=False, comment="sealed JSON: it may hold PINs"),
        sa.Column("base", sa.String(length=64), nullable=False, comment="hash of what there was"),
        sa.Column("notes", sa.JSON(), nullable=False, comment="drift, orphans, what people have to do"),
        sa.Column("by", sa.String(length=40), nullable=False, comment="the key that asked for it"),
        sa.Column("problem", sa.String(length=500), nullable=False),
        sa.Column("running", sa.String(length=8), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("began_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plans")),
        sa.UniqueConstraint("running", name=op.f("uq_plans_running")),
    )
    op.create_table(
        "carrier_trunks",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("carrier_id", sa.String(length=40), nullable=False),
        sa.Column("tag", sa.String(length=64), nullable=False),
        sa.Column("spec", sa.JSON(), nullable=False, comment="gateway.apply.document.TrunkWanted"),
        sa.Column("username", sa.String(length=100), nullable=False),
        sa.Column(
            "password",
            sa.String(length=400),
            nullable=False,
            comment="sealed; made by us, as the carrier is to know it",
        ),
        sa.Column("remote_id", sa.String(length=100), nullable=False),
        sa.Column("host", sa.String(length=255), nullable=False, comment="where our calls go; the carrier says it"),
        sa.Column("inbound_trunk_id", sa.String(length=40), nullable=True),
        sa.Column("outbound_trunk_id", sa.String(length=40), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["carrier_id"], ["carriers.id"], name=op.f("fk_carrier_trunks_carrier_id_carriers")),
        sa.ForeignKeyConstraint(
            ["inbound_trunk_id"], ["trunks.id"], name=op.f("fk_carrier_trunks_inbound_trunk_id_trunks")
        ),
        sa.ForeignKeyConstraint(
            ["outbound_trunk_id"], ["trunks.id"], name=op.f("fk_carrier_trunks_outbound_trunk_id_trunks")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carrier_trunks")),
        sa.UniqueConstraint("name", name=op.f("uq_carrier_trunks_name")),
        sa.UniqueConstraint("tag", name=op.f("uq_carrier_trunks_tag")),
    )
    with op.batch_alter_table("carrier_trunks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_carrier_trunks_carrier_id"), ["carrier_id"], unique=False)

    op.create_table(
        "plan_steps",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("plan_id", sa.String(length=40), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False, comment="in the order of the plan, from 0"),
        sa.Column("act", sa.String(length=24), nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("words", sa.String(length=500), nullable=False),
        sa.Column("carrier", sa.String(length=40), nullable=False, comment="the account's name; empty: here only"),
        sa.Column("risk", sa.String(length=12), nullable=False),
        sa.Column("needs", sa.JSON(), nullable=False, comment="places of the steps before it"),
        sa.Column(
            "given", sa.Text(), nullable=False, comment="sealed JSON: what it needs to know, which may hold PINs"
        ),
        sa.Column("human", sa.JSON(), nullable=False, comment="what only people can do"),
        sa.Column("once", sa.String(length=16), nullable=True, comment="decimal"),
        sa.Column("monthly", sa.String(length=16), nullable=True, comment="decimal"),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("made", sa.JSON(), nullable=False, comment="what came of it; how to undo it"),
        sa.Column("problem", sa.String(length=500), nullable=False),
        sa.Column("todo", sa.String(length=300), nullable=False),
        sa.Column("began_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["plans.id"], name=op.f("fk_plan_steps_plan_id_plans"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_steps")),
    )
    with op.batch_alter_table("plan_steps", schema=None) as batch_op:
        batch_op.create_index("ix_plan_steps_plan_id_place", ["plan_id", "place"], unique=True)

    with op.batch_alter_table("numbers", schema=None) as batch_op:
        batch_op.add_column(sa.Column("carrier_id", sa.String(length=40), nullable=True))
        batch_op.add_column(
            sa.Column("remote_id", sa.String(length=100), server_default="", nullable=False, comment="at the carrier")
        )
        batch_op.add_column(
            sa.Column("tag", sa.String(length=64), server_default="", nullable=False, comment="ours, at the carrier")
        )
        batch_op.add_column(
            sa.Column(
                "standing",
                sa.String(length=8),
                server_default="active",
                nullable=False,
                comment="ordered: nobody knows yet whether we have it",
            )
        )
        batch_op.add_column(
            sa.Column("once", sa.String(length=16), nullable=True, comment="decimal: paid when it was bought")
        )
        batch_op.add_column(sa.Column("monthly", sa.String(length=16), nullable=True, comment="decimal"))
        batch_op.add_column(
            sa.Column("currency", sa.String(length=3), server_default="", nullable=False, comment="ISO 4217")
        )
        batch_op.create_index(batch_op.f("ix_numbers_carrier_id"), ["carrier_id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_numbers_carrier_id_carriers"), "carriers", ["carrier_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("numbers", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_numbers_carrier_id_carriers"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_numbers_carrier_id"))
        batch_op.drop_column("currency")
        batch_op.drop_column("monthly")
        batch_op.drop_column("once")
        batch_op.drop_column("standing")
        batch_op.drop_column("tag")
        batch_op.drop_column("remote_id")
        batch_op.drop_column("carrier_id")

    with op.batch_alter_table("plan_steps", schema=None) as batch_op:
        batch_op.drop_index("ix_plan_steps_plan_id_place")

    op.drop_table("plan_steps")
    with op.batch_alter_table("carrier_trunks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_carrier_trunks_carrier_id"))

    op.drop_table("carrier_trunks")
    op.drop_table("plans")
    op.drop_table("carriers")
