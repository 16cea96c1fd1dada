"""What people look at (查询): worklists, lists, counts, one hire. Reads only, by SQLAlchemy Core on the tables.

Every question takes a ``Scope`` and answers within it; ``scoped`` is the one place that says what an actor may see.
Lists go on from a key (``after``), never from a count of rows, so a list that changes under the reader neither repeats
nor leaves out a row.
"""

from __future__ import annotations

from workflow.queries.scope import Scope, narrowed, outermost, scoped, within
from workflow.queries.tasks import (
    ALL_TASKS,
    TaskFilter,
    TaskKey,
    TaskLine,
    Tasks,
    Urgency,
    task_counts,
    urgency,
    worklist,
)
from workflow.queries.visits import Visit, visit_of

__all__ = [
    "ALL_TASKS",
    "Scope",
    "TaskFilter",
    "TaskKey",
    "TaskLine",
    "Tasks",
    "Urgency",
    "Visit",
    "narrowed",
    "outermost",
    "scoped",
    "task_counts",
    "urgency",
    "visit_of",
    "within",
    "worklist",
]
