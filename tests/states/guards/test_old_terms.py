"""Who may be entered with an old agreement (聊政办字〔2022〕4号二(六)): both sides of every day and month."""

from __future__ import annotations

from typing import Any

import pytest

from states.loading import Catalogue
from states.vocabulary import RecordKind
from tests.support.asking import a_hire, a_person, answer, ask

OLD = Catalogue.load().get("liaocheng-2022-4@0.old-terms")
GIVEN = {"started_on": "2021-03-01", "starts_on": "2021-03-01", "ends_on": "2022-12-31"}


def entered(prior: int = 0, on: str = "2022-03-10", **changes: Any) -> bool:
    hire = a_hire(a_person(prior_months=prior))
    return answer("was_on_post", ask(hire, on, RecordKind.OLD_TERMS, {**GIVEN, **changes}, OLD)).passed


@pytest.mark.parametrize(
    ("changes", "passes"),
    [
        ({"starts_on": "2022-02-11", "started_on": "2022-02-11"}, True),
        ({"starts_on": "2022-02-12", "started_on": "2022-02-12"}, False),  # the document's own first day
        ({"ends_on": "2022-03-10"}, True),
        ({"ends_on": "2022-03-09"}, False),  # over yesterday
        ({"started_on": "2021-03-02"}, False),  # at work only after the agreement began
        ({"started_on": "2020-12-01", "prior": 3}, True),
        ({"started_on": "2020-12-01", "prior": 2}, False),  # three months on the post, two in the record
        ({"started_on": "2020-11-30", "prior": 3}, True),
        ({"started_on": "2020-11-28", "prior": 3}, False),  # a month begun is a month
        ({"started_on": "2020-11-28", "prior": 4}, True),
    ],
)
def test_an_old_agreement_is_from_before_and_still_runs(changes: dict[str, Any], passes: bool) -> None:
    assert entered(**changes) is passes


def test_an_old_agreement_is_never_renewed() -> None:
    verdict = answer("old_terms_end", ask(a_hire(a_person(), term_ends_on="2022-12-31")))
    assert (verdict.passed, verdict.say.facts["ends"].isoformat()) == (False, "2022-12-31")  # type: ignore[union-attr]
    assert not answer("old_terms_end", ask(a_hire(a_person()))).passed
