"""Who may do what (权限表): every route of the service, by area; a route that is in none of them fails a test."""

from __future__ import annotations

from tests.api.permissions.admin import ADMIN
from tests.api.permissions.after import AFTER
from tests.api.permissions.api import API
from tests.api.permissions.attendance import ATTENDANCE
from tests.api.permissions.corrections import CORRECTIONS
from tests.api.permissions.desk import DESK
from tests.api.permissions.funds import FUNDS
from tests.api.permissions.imports import IMPORTS
from tests.api.permissions.old_posts import OLD_POSTS
from tests.api.permissions.pages import PAGES
from tests.api.permissions.papers import PAPERS
from tests.api.permissions.pay import PAY
from tests.api.permissions.points import POINTS
from tests.api.permissions.public import PUBLIC
from tests.api.permissions.rules import NOBODY, WHO, Objects, Relation, Rule, Rules, Who

RULES: Rules = {
    **PAY,
    **API,
    **PAGES,
    **DESK,
    **PUBLIC,
    **ADMIN,
    **AFTER,
    **OLD_POSTS,
    **POINTS,
    **ATTENDANCE,
    **PAPERS,
    **FUNDS,
    **IMPORTS,
    **CORRECTIONS,
}

__all__ = ["API", "NOBODY", "PAGES", "PUBLIC", "RULES", "WHO", "Objects", "Relation", "Rule", "Rules", "Who"]
