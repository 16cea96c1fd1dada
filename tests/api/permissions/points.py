"""Points of an assessment: read by whoever sees the hire; noting and striking are acts of the hire like any other."""

from __future__ import annotations

from tests.api.permissions.rules import Rule, Rules, if_seen

POINTS: Rules = {
    ("GET", "/api/v1/hires/{hire_id}/points"): Rule(if_seen),
}
