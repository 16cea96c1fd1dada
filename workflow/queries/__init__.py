"""What people look at (查询): worklists, lists, counts, one hire. Reads only, by SQLAlchemy Core on the tables.

Every question takes a ``Scope`` and answers within it; ``scoped`` is the one place that says what an actor may see.
Lists go on from a key (``after``), never from a count of rows, so a list that changes under the reader neither repeats
nor leaves out a row.
"""

from __future__ import annotations

from workflow.queries.deadlines import DeadlineLine, deadlines
from workflow.queries.hire_deadlines import DueKey, HiresByDay, hires_by_day
from workflow.queries.hires import (
    ALL_HIRES,
    HireFilter,
    HireLine,
    Hires,
    TrailLine,
    counts_by_state,
    days_of_entries,
    hire_line,
    hire_lines,
    hires,
    hires_count,
    records,
    trail,
)
from workflow.queries.notices import NoticeKey, NoticeLine, Notices, PublicNotice, notices, public_notices
from workflow.queries.paging import MOST, PAGE
from workflow.queries.register import (
    OpeningLine,
    Openings,
    People,
    PersonLine,
    PostLine,
    Posts,
    RegionLine,
    opening_line,
    openings,
    own_person,
    people,
    person_line,
    post_line,
    posts,
    region_names,
    regions,
)
from workflow.queries.scope import Scope, narrowed, outermost, scoped, within
from workflow.queries.tasks import (
    ALL_TASKS,
    Assignee,
    TaskFilter,
    TaskKey,
    TaskLine,
    Tasks,
    Urgency,
    task_counts,
    urgency,
    worklist,
)

__all__ = [
    "ALL_HIRES",
    "ALL_TASKS",
    "MOST",
    "PAGE",
    "Assignee",
    "DeadlineLine",
    "DueKey",
    "HireFilter",
    "HireLine",
    "Hires",
    "HiresByDay",
    "NoticeKey",
    "NoticeLine",
    "Notices",
    "OpeningLine",
    "Openings",
    "People",
    "PersonLine",
    "PostLine",
    "Posts",
    "PublicNotice",
    "RegionLine",
    "Scope",
    "TaskFilter",
    "TaskKey",
    "TaskLine",
    "Tasks",
    "TrailLine",
    "Urgency",
    "counts_by_state",
    "days_of_entries",
    "deadlines",
    "hire_line",
    "hire_lines",
    "hires",
    "hires_by_day",
    "hires_count",
    "narrowed",
    "notices",
    "opening_line",
    "openings",
    "outermost",
    "own_person",
    "people",
    "person_line",
    "post_line",
    "posts",
    "public_notices",
    "records",
    "region_names",
    "regions",
    "scoped",
    "task_counts",
    "trail",
    "urgency",
    "within",
    "worklist",
]
