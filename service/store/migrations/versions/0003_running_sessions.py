"""an index for the sessions of a person that run"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.get_context().autocommit_block():  # those who practise meanwhile need not wait for the index
        op.create_index(
            "ix_practice_session_state",
            "practice_session",
            ["organisation", "owner", "state", "mode"],
            if_not_exists=True,
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    op.drop_index("ix_practice_session_state", "practice_session")
