"""when an answer was removed, and what an organisation has agreed to"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("attempt", sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "consent",
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("llm", sa.Boolean(), nullable=False),
        sa.Column("speech", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("organisation", name=op.f("pk_consent")),
    )


def downgrade() -> None:
    op.drop_table("consent")
    op.drop_column("attempt", "removed_at")
