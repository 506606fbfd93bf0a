"""campaigns: attempts and refusals in the order of time, and counts of attempts, from an index

Revision 0022, after 0021.
"""

from __future__ import annotations

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_INDEXES: dict[str, dict[str, list[str]]] = {
    "campaign_attempts": {
        "ix_campaign_attempts_campaign_id_id": ["campaign_id", "id"],
        "ix_campaign_attempts_campaign_id_outcome_agent_at": ["campaign_id", "outcome", "agent_at"],
    },
    "campaign_refusals": {"ix_campaign_refusals_campaign_id_id": ["campaign_id", "id"]},
}


def upgrade() -> None:
    for table, indexes in _INDEXES.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for name, columns in indexes.items():
                batch_op.create_index(name, columns, unique=False)


def downgrade() -> None:
    for table, indexes in _INDEXES.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for name in indexes:
                batch_op.drop_index(name)
