"""initial schema"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "item",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("question_id", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_item")),
    )
    op.create_table(
        "ping",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ping")),
    )
    op.create_table(
        "practice_session",
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("time_factor", sa.Float(), nullable=False),
        sa.Column("total_limit", sa.Float(), nullable=True),
        sa.Column("grace", sa.Float(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deadline", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_due", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_session")),
    )
    op.create_index("ix_practice_session_next_due", "practice_session", ["next_due"], unique=False)
    op.create_index("ix_practice_session_owner", "practice_session", ["organisation", "owner", "id"], unique=False)
    op.create_table(
        "attempt",
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("question_id", sa.String(), nullable=False),
        sa.Column("item_digest", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("timed_out", sa.Boolean(), nullable=False),
        sa.Column("seconds_used", sa.Float(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("idempotency_key", sa.String(), nullable=True),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["item_digest"], ["item.digest"], name=op.f("fk_attempt_item_digest")),
        sa.ForeignKeyConstraint(["session_id"], ["practice_session.id"], name=op.f("fk_attempt_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
        sa.UniqueConstraint("organisation", "owner", "idempotency_key", name="uq_attempt_idempotency_key"),
        sa.UniqueConstraint("session_id", "position", name="uq_attempt_session_position"),
    )
    op.create_index("ix_attempt_owner", "attempt", ["organisation", "owner", "id"], unique=False)
    op.create_index(
        "ix_attempt_owner_question", "attempt", ["organisation", "owner", "question_id", "id"], unique=False
    )
    op.create_index("ix_attempt_status", "attempt", ["status"], unique=False)
    op.create_table(
        "session_question",
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.String(), nullable=False),
        sa.Column("item_digest", sa.String(), nullable=False),
        sa.Column("limit", sa.Float(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deadline", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_seconds", sa.Float(), nullable=False),
        sa.Column("extra_seconds", sa.Float(), nullable=False),
        sa.Column("hint_used", sa.Boolean(), nullable=False),
        sa.Column("draft", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["item_digest"], ["item.digest"], name=op.f("fk_session_question_item_digest")),
        sa.ForeignKeyConstraint(["session_id"], ["practice_session.id"], name=op.f("fk_session_question_session_id")),
        sa.PrimaryKeyConstraint("session_id", "position", name=op.f("pk_session_question")),
    )
    op.create_table(
        "grade",
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("grader", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("overall", sa.Float(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_grade_attempt_id")),
        sa.PrimaryKeyConstraint("attempt_id", "number", name=op.f("pk_grade")),
    )


def downgrade() -> None:
    op.drop_table("grade")
    op.drop_table("session_question")
    op.drop_table("attempt")
    op.drop_table("practice_session")
    op.drop_table("ping")
    op.drop_table("item")
