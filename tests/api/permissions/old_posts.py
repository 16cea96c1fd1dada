"""Old posts and moves to another version: who sees which, who enters, proposes and confirms."""

from __future__ import annotations

from states.vocabulary import Role
from tests.api.permissions.pages import form, page
from tests.api.permissions.rules import Answer, Rules, always, held_by, if_seen

ENTERS = {Role.TOWNSHIP, Role.HRSS}


def where_seen(status: int) -> Answer:
    """``status`` for whoever sees the hire, 404 for all others."""
    return lambda who: status if who.sees else 404


#: nobody is on an old post here; who may do what with one is tried in tests/api/pages/test_old_posts_pages.py
OLD_POSTS: Rules = {
    ("GET", "/old-posts"): page(always(200)),
    ("POST", "/old-posts/propose"): form(always(303), kind="recognise", reason="材料齐全", hire="1.1"),
    ("GET", "/old-posts/new"): page(held_by(ENTERS, 200)),
    ("POST", "/old-posts/new"): form(held_by(ENTERS, 422), post=""),
    ("GET", "/old-posts/import"): page(held_by(ENTERS, 200)),
    ("GET", "/old-posts/import/template.xlsx"): page(held_by(ENTERS, 200)),
    ("POST", "/old-posts/import"): form(held_by(ENTERS, 422)),
    ("POST", "/old-posts/import/keep"): form(held_by(ENTERS, 422), list="-"),
    ("POST", "/old-posts/import/faults"): form(held_by(ENTERS, 422), list="-"),
    ("GET", "/old-posts/{hire_id}"): page(always(404)),
    ("POST", "/old-posts/{hire_id}/propose"): form(always(404), kind="none"),
    ("POST", "/old-posts/{hire_id}/confirm"): form(always(404), kind="none"),
    ("POST", "/old-posts/{hire_id}/drop"): form(always(404), drop_reason=""),
    ("GET", "/hires/{hire_id}/move"): page(if_seen),
    ("POST", "/hires/{hire_id}/move/propose"): form(where_seen(422), reason="试一试"),
    ("POST", "/hires/{hire_id}/move/confirm"): form(where_seen(409)),
    ("POST", "/hires/{hire_id}/move/drop"): form(where_seen(422), drop_reason=""),
}
