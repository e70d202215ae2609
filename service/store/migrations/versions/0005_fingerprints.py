"""an index for grades of the same answer by the same grader"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.get_context().autocommit_block():  # grading goes on meanwhile
        op.create_index(
            "ix_grade_fingerprint", "grade", ["fingerprint"], if_not_exists=True, postgresql_concurrently=True
        )


def downgrade() -> None:
    op.drop_index("ix_grade_fingerprint", "grade")
