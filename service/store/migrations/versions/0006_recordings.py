"""spoken answers"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Who practises meanwhile locks sessions, their questions, attempts, in this order. So does this: the questions
    # by themselves, in a transaction of their own, then sessions before attempts.
    since = sa.Column("listening_since", sa.DateTime(timezone=True), nullable=True)
    if op.get_context().dialect.name == "postgresql":
        with op.get_context().autocommit_block():
            op.add_column("session_question", since, if_not_exists=True)
    else:
        op.add_column("session_question", since)
    op.create_table(
        "recording",
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("chunks", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("heard", sa.Integer(), nullable=False),
        sa.Column("progress", sa.Text(), nullable=True),
        sa.Column("transcript", sa.Text(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("lost", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("run_after", sa.DateTime(timezone=True), nullable=False),
        sa.Column("worker", sa.String(), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempt_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["session_id"], ["practice_session.id"], name=op.f("fk_recording_session_id")),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_recording_attempt_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording")),
        sa.UniqueConstraint("session_id", "position", name="uq_recording_session_position"),
    )
    op.create_index("ix_recording_next", "recording", ["state", "run_after"])
    op.create_index("ix_recording_attempt_id", "recording", ["attempt_id"])
    op.create_table(
        "recording_chunk",
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("recording_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"], name=op.f("fk_recording_chunk_recording_id")),
        sa.PrimaryKeyConstraint("recording_id", "number", name=op.f("pk_recording_chunk")),
    )


def downgrade() -> None:
    op.drop_column("session_question", "listening_since")
    op.drop_table("recording_chunk")
    op.drop_table("recording")
