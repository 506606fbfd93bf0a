"""what follows from who vouches for a caller, by trunk and by rule

Revision 0010, after 0009.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None
TERMS = "compliance.caller_trust.terms.CallerTrustTerms"


def upgrade() -> None:
    with op.batch_alter_table("trunks", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "carrier_verdicts", sa.String(length=16), nullable=False, server_default="none",
                comment="whose word on callers is believed",
            )
        )  # fmt: skip
        batch_op.add_column(sa.Column("caller_trust", sa.JSON(), nullable=False, server_default="{}", comment=TERMS))
        batch_op.add_column(
            sa.Column("trust_pin", sa.String(length=200), nullable=False, server_default="", comment="encrypted")
        )
        batch_op.add_column(
            sa.Column(
                "sign_calls", sa.Boolean(), nullable=False, server_default=sa.false(), comment="outbound: Identity"
            )
        )
    with op.batch_alter_table("dispatch_rules", schema=None) as batch_op:
        batch_op.add_column(sa.Column("caller_trust", sa.JSON(), nullable=True, comment=f"{TERMS}; null: the trunk's"))
        batch_op.add_column(
            sa.Column("trust_pin", sa.String(length=200), nullable=False, server_default="", comment="encrypted")
        )


def downgrade() -> None:
    with op.batch_alter_table("dispatch_rules", schema=None) as batch_op:
        batch_op.drop_column("trust_pin")
        batch_op.drop_column("caller_trust")
    with op.batch_alter_table("trunks", schema=None) as batch_op:
        batch_op.drop_column("sign_calls")
        batch_op.drop_column("trust_pin")
        batch_op.drop_column("caller_trust")
        batch_op.drop_column("carrier_verdicts")
