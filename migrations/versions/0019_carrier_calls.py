"""carriers' own records of calls

Revision 0019, after 0018.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from gateway.db.base import UtcDateTime

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_INDEXED = ("sip_call_id", "call_id", "pii_calling", "pii_called")


def upgrade() -> None:
    op.create_table(
        "carrier_calls",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("carrier_id", sa.String(length=40), nullable=False),
        sa.Column("remote_id", sa.String(length=200), nullable=False, comment="the carrier's"),
        sa.Column("direction", sa.String(length=8), nullable=False),
        sa.Column("began_at", UtcDateTime(), nullable=False, comment="as the carrier says"),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("sip_call_id", sa.String(length=255), nullable=False, comment="empty: the carrier does not tell it"),
        sa.Column("price", sa.String(length=32), nullable=True, comment="decimal; null: not rated yet"),
        sa.Column("currency", sa.String(length=3), nullable=False, comment="ISO 4217, of the price"),
        sa.Column(
            "own_number", sa.String(length=16), nullable=False, comment="whichever of the two is ours; empty: neither"
        ),
        sa.Column(
            "fit", sa.String(length=8), nullable=False, comment="gateway.costs.join.Fit; empty: nobody has looked yet"
        ),
        sa.Column("call_id", sa.String(length=40), nullable=True, comment="our call that it is"),
        sa.Column("trunk_id", sa.String(length=40), nullable=False, comment="of that call"),
        sa.Column("read_at", UtcDateTime(), nullable=False, comment="when we first saw it"),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("pii_calling", sa.String(length=256), nullable=False),
        sa.Column("pii_called", sa.String(length=256), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carrier_calls")),
        sa.UniqueConstraint("carrier_id", "remote_id", name=op.f("uq_carrier_calls_carrier_id_remote_id")),
    )
    with op.batch_alter_table("carrier_calls", schema=None) as batch_op:
        batch_op.create_index("ix_carrier_calls_carrier_id_began_at", ["carrier_id", "began_at"], unique=False)
        batch_op.create_index("ix_carrier_calls_began_at_id", ["began_at", "id"], unique=False)
        for name in _INDEXED:
            batch_op.create_index(batch_op.f(f"ix_carrier_calls_{name}"), [name], unique=False)


def downgrade() -> None:
    op.drop_table("carrier_calls")
