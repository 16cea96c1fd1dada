"""Setting a past fact right over HTTP: looked ahead, proposed, looked at, confirmed by somebody else."""

from __future__ import annotations

from states.vocabulary import Role
from tests.api.support import OWN, PARENT, Service
from tests.support.xunyang import VILLAGE, in_notice


def test_a_notice_is_set_right_by_two_officers(service: Service) -> None:
    world = service.world
    hire = in_notice(world, "赵六", VILLAGE)
    world.walk(1)
    clerk = service.as_called(service.session_of(service.account(((Role.EMPLOYER, OWN),), "1" * 64)))
    officer = service.as_called(service.session_of(service.account(((Role.HRSS, PARENT),), "2" * 64)))
    told = {"entry": 6, "values": {"posted_on": world.clock.today.isoformat()}}
    base = f"/api/v1/hires/{hire}"
    ahead = clerk.post(f"{base}/corrections/preview", json=told)
    assert ahead.status_code == 200, ahead.text
    moved = {one["name"]: (one["before"], one["after"]) for one in ahead.json()["deadlines"]}
    assert set(moved) == {"notice_period"} and moved["notice_period"][0] < moved["notice_period"][1]
    assert officer.get(f"{base}/corrections").status_code == 404, "looking ahead proposes nothing"
    words = {"reason": "公示栏上贴的是次日", "evidence": "照片"}
    done = clerk.post(f"{base}/actions/propose_correction", json={**told, **words})
    assert done.status_code == 200, done.text
    waiting = officer.get(f"{base}/corrections").json()
    assert (waiting["correction"], waiting["entry"], waiting["reason"]) == (7, 6, words["reason"])
    assert waiting["moves"] == ahead.json()
    for act, input_ in (("confirm_correction", {"correction": 7}), ("refuse_correction", {"correction": 7})):
        answer = clerk.post(f"{base}/actions/{act}", json={**input_, "reason": "x" * 9} if "refuse" in act else input_)
        assert answer.status_code == 403, "not by whoever may only propose"
    assert officer.post(f"{base}/actions/confirm_correction", json={"correction": 7}).status_code == 200
    assert world.hire(hire).dossier.posted_on == world.clock.today
    assert officer.get(f"{base}/corrections").status_code == 404
