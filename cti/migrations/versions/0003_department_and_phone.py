"""accounts know their department and the telephone last chosen"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# Columns are added as they are: SQLite would make the table anew otherwise, and sessions hang on it.


def upgrade() -> None:
    op.add_column("accounts", sa.Column("department", sa.String(length=40), nullable=True))
    op.add_column("accounts", sa.Column("phone", sa.String(length=10), nullable=False, server_default="desk"))


def downgrade() -> None:
    op.drop_column("accounts", "phone")
    op.drop_column("accounts", "department")
