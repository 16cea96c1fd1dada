"""What is there for everybody, and the ways in and out."""

from __future__ import annotations

from typing import Any

from tests.api.permissions.rules import Answer, Objects, Rule, Rules, Who, always


def everybody(status: int, **asked: Any) -> Rule:
    """The same for all, signed in or not."""
    return Rule(always(status), lambda objects: asked, signed_out=status)


def signed_in(answer: Answer, nobody: int, **asked: Any) -> Rule:
    return Rule(answer, lambda objects: asked, signed_out=nobody)


def on_notice(who: Who, objects: Objects, text: str) -> bool:
    """Who is proposed stands there in full; who has only applied does not."""
    return "张三" in text and "王五" not in text and "孙七" not in text


PUBLIC: Rules = {
    ("GET", "/public"): everybody(200),
    ("GET", "/public/notices/{number}"): Rule(always(200), signed_out=200, holds=on_notice),
    ("GET", "/public/notices/{number}/objection"): Rule(always(200), signed_out=200, holds=on_notice),
    ("POST", "/public/notices/{number}/objection"): everybody(422, form={}),
    ("GET", "/public/openings"): everybody(200),
    ("GET", "/public/openings/{opening_id}"): everybody(200),
    ("GET", "/public/openings/{opening_id}/apply"): everybody(200),
    ("POST", "/public/openings/{opening_id}/apply"): everybody(422, form={}),
    ("GET", "/public/applications/withdraw"): everybody(200),
    ("POST", "/public/applications/withdraw"): everybody(422, form={}),
    ("GET", "/public/receipt"): everybody(200),
    ("POST", "/public/receipt"): everybody(422, form={}),
    ("POST", "/public/receipt/withdrawal"): everybody(303, form={}),
    ("GET", "/sign-in"): signed_in(always(303), 200),
    ("POST", "/sign-in"): everybody(401, form={}),
    ("GET", "/sign-in/code"): signed_in(always(303), 303),
    ("POST", "/sign-in/code"): signed_in(always(401), 303, form={}),
    ("POST", "/sign-in/demo"): everybody(200, form={"username": "nobody"}),  # no demonstration: the ordinary form
    ("POST", "/demo/clock"): signed_in(always(404), 303, form={}),
    ("POST", "/sign-out"): signed_in(always(303), 303, form={}),
    ("POST", "/confirm"): signed_in(always(403), 303, form={}),
}
