"""Hires are counted by region and state from one index, also under row-level security, which asks for the person too.

Without the person in the index PostgreSQL looks at every row of a county before it lets it be counted: three times as
long with 200,000 hires.
"""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_hire_region_state", table_name="hire")
    op.create_index("ix_hire_region_state", "hire", ["region", "state", "person_id"])


def downgrade() -> None:
    op.drop_index("ix_hire_region_state", table_name="hire")
    op.create_index("ix_hire_region_state", "hire", ["region", "state"])
