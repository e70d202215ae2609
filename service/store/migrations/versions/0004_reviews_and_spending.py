"""reviews, what language models cost, and whose a grade is"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "review",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("question_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("point", sa.String(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(), nullable=True),
        sa.Column("reply", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_review_attempt_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
    )
    op.create_index("ix_review_attempt_id", "review", ["attempt_id"])
    op.create_index("ix_review_open", "review", ["organisation", "closed_at", "id"])
    op.create_index("ix_review_kind", "review", ["organisation", "kind", "closed_at", "id"])
    op.create_index("ix_review_question", "review", ["organisation", "question_id", "closed_at", "id"])
    op.create_table(
        "spending",
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("spent", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("organisation", "owner", "day", "unit", name=op.f("pk_spending")),
    )
    op.create_table(
        "reservation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reservation")),
    )
    op.create_index("ix_reservation_organisation", "reservation", ["organisation", "day"])
    op.add_column("grade", sa.Column("person", sa.String(), nullable=True))
    op.add_column("grade", sa.Column("fingerprint", sa.String(), nullable=True))
    op.add_column("grade", sa.Column("provisional", sa.Boolean(), nullable=True))
    op.add_column("job", sa.Column("progress", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("job", "progress")
    op.drop_column("grade", "provisional")
    op.drop_column("grade", "fingerprint")
    op.drop_column("grade", "person")
    op.drop_table("reservation")
    op.drop_table("spending")
    op.drop_table("review")
