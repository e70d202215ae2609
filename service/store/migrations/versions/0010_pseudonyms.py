"""secrets behind pseudonyms"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pseudonym_key",
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("organisation", name=op.f("pk_pseudonym_key")),
    )


def downgrade() -> None:
    op.drop_table("pseudonym_key")
