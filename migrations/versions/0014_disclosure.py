"""what callers are told, and asked, before anybody speaks

Revision 0014, after 0013.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    terms = "compliance.consent.terms.DisclosureTerms"
    with op.batch_alter_table("dispatch_rules", schema=None) as batch_op:
        batch_op.add_column(sa.Column("disclosure", sa.JSON(), nullable=False, server_default="{}", comment=terms))


def downgrade() -> None:
    with op.batch_alter_table("dispatch_rules", schema=None) as batch_op:
        batch_op.drop_column("disclosure")
