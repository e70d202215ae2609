"""cohorts, assignments, and a time factor for each account"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("account", sa.Column("time_factor", sa.Float(), server_default="1", nullable=False))
    op.create_table(
        "cohort",
        *_owned(),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cohort")),
    )
    op.create_index("ix_cohort_organisation", "cohort", ["organisation", "id"])
    op.create_table(
        "cohort_member",
        *_owned(),
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("cohort_id", "account_id", name=op.f("pk_cohort_member")),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_cohort_member_cohort_id")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_cohort_member_account_id")),
    )
    op.create_index("ix_cohort_member_account_id", "cohort_member", ["account_id"])
    op.create_table(
        "assignment",
        *_owned(),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("slots", sa.Text(), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_assignment_cohort_id")),
    )
    op.create_index("ix_assignment_cohort_id", "assignment", ["cohort_id", "id"])
    op.create_table(
        "assignment_session",
        *_owned(),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("assignment_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_assignment_session")),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name=op.f("fk_assignment_session_assignment_id")),
    )
    op.create_index("ix_assignment_session_assignment_id", "assignment_session", ["assignment_id", "owner"])


def _owned() -> tuple[sa.Column[str], sa.Column[str]]:
    return sa.Column("owner", sa.String(), nullable=False), sa.Column("organisation", sa.String(), nullable=False)


def downgrade() -> None:
    for table in ("assignment_session", "assignment", "cohort_member", "cohort"):
        op.drop_table(table)
    op.drop_column("account", "time_factor")
