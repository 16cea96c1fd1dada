"""Running periods are found by their last day: the calendar of last days asks for them so.

Without this index a month of a province means a look at every timer there is: half a second with 200,000 hires, and
with it a few hundredths.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

RUNNING = sa.text("status IN ('pending', 'blocked')")


def upgrade() -> None:
    op.create_index(
        "ix_timer_legal_on",
        "timer",
        ["legal_on", "hire_id", "name"],
        sqlite_where=RUNNING,
        postgresql_where=RUNNING,
    )


def downgrade() -> None:
    op.drop_index("ix_timer_legal_on", table_name="timer")
