"""recordings: where each is, how it stands, its wrapped key

Revision 0013, after 0012.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from gateway.db.base import UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "recordings",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("call_id", sa.String(length=40), nullable=False),
        sa.Column(
            "continues", sa.String(length=40), nullable=False, comment="the recording before it of this call, or empty"
        ),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("hold", sa.Boolean(), nullable=False, comment="it is to be paused"),
        sa.Column("end", sa.Boolean(), nullable=False, comment="it is to be stopped"),
        sa.Column(
            "recorder", sa.String(length=100), nullable=False, comment="the process that has the file, or empty"
        ),
        sa.Column(
            "instance", sa.String(length=40), nullable=False,
            comment="of that process: another one has its files no more open",
        ),
        sa.Column("heard_at", UtcDateTime(), nullable=True, comment="its last sign of life about this one"),
        sa.Column("ordered_at", UtcDateTime(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=True, comment="the moment of the first sample"),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("reason", sa.String(length=20), nullable=False, comment="why it ended"),
        sa.Column("key_id", sa.String(length=16), nullable=False, comment="of the key that wrapped its key"),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=True, comment="null: it can be played never again"),
        sa.Column("store", sa.String(length=8), nullable=False, comment="local or s3"),
        sa.Column(
            "file", sa.String(length=120), nullable=False, comment="its name in the store; empty before there is one"
        ),
        sa.Column("size", sa.BigInteger(), nullable=False, comment="bytes of the encrypted file"),
        sa.Column("chunks", sa.Integer(), nullable=False),
        sa.Column("duration_ms", sa.BigInteger(), nullable=False),
        sa.Column(
            "complete", sa.Boolean(), nullable=False, comment="false: the recorder died, the last second is missing"
        ),
        sa.Column("pauses", sa.JSON(), nullable=False, comment="[from, to] in ms; to: -1 while it lasts"),
        sa.Column("silence", sa.JSON(), nullable=False, comment="[from, to] in ms: to be silent, or it is"),
        sa.Column("passed", sa.JSON(), nullable=False, comment="what the last pass has silenced"),
        sa.Column("redacted_at", UtcDateTime(), nullable=True, comment="the redaction pass is journalled"),
        sa.Column("erased_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recordings")),
    )  # fmt: skip
    with op.batch_alter_table("recordings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recordings_call_id"), ["call_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_recordings_key_id"), ["key_id"], unique=False)
        batch_op.create_index("ix_recordings_state_recorder", ["state", "recorder"], unique=False)


def downgrade() -> None:
    op.drop_table("recordings")
