"""The list of the stories (总目): in which area, for which post, from which day on. Days go back from the present."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import cycle

from api.demo import stories as tell
from api.demo.areas import BAIHE, LIAOCHENG, NEIMENGGU, XUNYANG, Area, Work
from api.demo.people import Crowd, Wish
from api.demo.stories import Story
from api.demo.tale import Place, Tale
from api.demo.walk import Walk
from states.periods import add_months
from states.retirement import Category, near_retirement

#: from the announcement to the first day at work
LEAD = timedelta(days=75)
#: the first spring under documents of May and June 2022
FIRST_START = date(2022, 9, 1)


@dataclass(frozen=True, slots=True)
class Told:
    """A story, where it plays and when it begins. ``what`` names the situation it stands for."""

    what: str
    area: Area
    kind: str
    begins: date
    story: Story
    wish: Wish = field(default_factory=Wish)
    excuse: tuple[str, str] | None = None
    relaxed_by: str | None = None


def all_stories(present: date) -> list[Told]:
    """Every story of the demonstration as it stands on the day ``present``."""
    book = _Book(present)
    for area, kind, ground in (
        (XUNYANG, "village", "off_post"),
        (BAIHE, "village", "serious_breach"),
        (NEIMENGGU, "village", "serious_breach"),
        (LIAOCHENG, "rural", "serious_breach"),
    ):
        book.everywhere(area, kind, ground)
    book.xunyang()
    book.liaocheng()
    book.baihe()
    book.neimenggu()
    return book.stories


class _Book:
    def __init__(self, present: date) -> None:
        self.present = present
        self.stories: list[Told] = []

    def add(self, what: str, area: Area, kind: str, begins: date, story: Story, **more: object) -> None:
        self.stories.append(Told(what, area, kind, begins, story, **more))  # type: ignore[arg-type]

    def recent(self, what: str, area: Area, kind: str, days: int, story: Story, **more: object) -> None:
        self.add(what, area, kind, self.present - timedelta(days=days), story, **more)

    def hired(self, what: str, area: Area, kind: str, started: date, story: Story, **more: object) -> None:
        self.add(what, area, kind, started - LEAD, story, **more)

    def months_ago(self, months: int, days: int = 0) -> date:
        """The first day at work of somebody whose ``months`` are full ``days`` from now."""
        return add_months(self.present + timedelta(days=days), -months)

    def carried_on(self, area: Area, kind: str, *months: int) -> None:
        """Ordinary lives: hired so many months ago, renewed as the years went by."""
        for n, back in enumerate(months):
            started = self.months_ago(back) - timedelta(days=3 + 5 * n % 23)
            self.hired("carried_on", area, kind, started, tell.at_work(started))

    def everywhere(self, area: Area, kind: str, ground: str) -> None:
        """What happens under every document."""
        self.recent("window_open", area, kind, 6, tell.open_window)
        self.recent("unfilled", area, kind, 150, tell.cancelled)
        self.recent("withdrawn", area, kind, 120, tell.withdrawn)
        self.recent("refused", area, kind, 100, tell.refused_above)
        self.recent("two_for_one", area, kind, 45, tell.two_for_one_place)
        for what, months, days in (
            ("term_ends_in_60", 12, 58),
            ("term_ends_in_30", 24, 28),
            ("term_ends_in_7", 12, 6),
            ("over_term_today", 12, 0),
            ("over_term", 24, -4),
        ):
            started = self.months_ago(months, days)
            self.hired(what, area, kind, started, tell.at_work(started, undecided=months // 12))
        last = self.months_ago(36, 70)
        self.hired("last_year", area, kind, last, tell.at_work(last))
        started = self.months_ago(14)
        wish = Wish(sex="女", age=31) if kind != "rural" else Wish(sex="女", age=46)
        self.hired("protected", area, kind, started, tell.protected(started), wish=wish)
        started, on = self.months_ago(17), self.present - timedelta(days=95)
        self.hired("resigned", area, kind, started, tell.resigned(started, on))
        started, on = self.months_ago(10), self.present - timedelta(days=12)
        self.hired("resigning", area, kind, started, tell.resigned(started, on))
        started, on = self.months_ago(20), self.present - timedelta(days=70)
        self.hired("dismissed", area, kind, started, tell.dismissed(started, on, ground))
        started = self.months_ago(19)
        self.hired("not_passed", area, kind, started, tell.not_passed(started))
        started = self.months_ago(16)
        self.hired("renewed_late", area, kind, started, tell.renewed_late(started))
        self.carried_on(area, kind, 4, 13, 22, 29, 32)
        self.hired("served_three_years", area, kind, FIRST_START, tell.at_work(FIRST_START, undecided=9))

    def xunyang(self) -> None:
        at, present = XUNYANG, self.present
        # three weeks: with the Spring Festival among them the days of the check have passed as well
        self.recent("to_check", at, "village", 21, tell.reaches("applied"))
        self.recent("half_signed_check", at, "village", 18, tell.half_signed("checked"))
        self.recent("qualified", at, "village", 24, tell.reaches("qualified"))
        kin = Wish(relative_of="xy.zhen1")
        self.recent("relative", at, "village", 26, tell.reaches("qualified"), wish=kin)
        for days in (3, 4):
            self.recent("in_notice", at, "village", 40, tell.stays_at("notice", days))
        self.recent("in_notice", at, "town", 40, tell.stays_at("notice", 2))
        self.recent("objection_open", at, "village", 45, tell.objection_open)
        self.recent("objection_upheld", at, "village", 90, tell.objection_upheld)
        self.recent("objection_dismissed", at, "town", 60, tell.objection_dismissed)
        self.recent("joint_review", at, "village", 60, tell.reaches("joint_review"))
        self.recent("half_signed", at, "city", 60, tell.half_signed("joint_review"))
        self.recent("to_train", at, "village", 70, tell.reaches("approved"))
        self.recent("trained", at, "town", 70, tell.reaches("trained"))
        self.contract_matters(at, "village")
        started = self.months_ago(9)
        self.hired("relaxed", at, "village", started, tell.at_work(started), wish=Wish(education="junior_secondary"),
                   relaxed_by="清河镇认定：本村无高中以上学历的合适人选")  # fmt: skip
        self.carried_on(at, "town", 5, 15, 27)
        self.carried_on(at, "city", 7, 20, 31)
        again = self.months_ago(7)
        first, left = self.months_ago(30), self.months_ago(16)
        self.hired("comes_again", at, "town", first, tell.comes_again(first, left, again), wish=Wish(age=35))
        self.prior_months(at, "town")
        assert present > FIRST_START

    def contract_matters(self, area: Area, kind: str) -> None:
        """Where the contract follows the first day at work, within a month."""
        for what, days in (("to_sign", 13), ("sign_overdue", 46)):
            started = self.present - timedelta(days=days)
            self.hired(what, area, kind, started, tell.contract_not_signed(started))
        started = self.months_ago(6)
        self.hired("signed_late", area, kind, started, tell.at_work(started, signed_after=43))
        for what, days in (("filing_owed", 3), ("filing_overdue", 13)):
            self.recent(what, area, kind, 110, tell.filing_owed(days))

    def prior_months(self, area: Area, kind: str) -> None:
        """Months served elsewhere before: the limit comes earlier."""
        for prior, back in ((14, 10), (24, 11), (6, 17)):
            started = self.months_ago(back)
            self.hired("prior_months", area, kind, started, tell.at_work(started), wish=Wish(prior_months=prior))

    def liaocheng(self) -> None:
        at = LIAOCHENG
        for kind in ("rural", "urban"):
            self.recent("in_notice", at, kind, 40, tell.stays_at("notice", 3))
            self.recent("county_review", at, kind, 60, tell.reaches("county_review"))
        self.recent("appraised", at, "rural", 18, tell.reaches("appraised"))
        self.recent("objection_open", at, "rural", 45, tell.objection_open)
        self.recent("objection_upheld", at, "urban", 90, tell.objection_upheld)
        self.recent("objection_dismissed", at, "rural", 60, tell.objection_dismissed)
        self.recent("unfilled", at, "rural", 60, tell.window_closes_unfilled)
        self.recent("to_train", at, "rural", 70, tell.reaches("agreed"))
        self.recent("filing_owed", at, "urban", 110, tell.filing_owed(2))
        long = max(self.months_ago(50), FIRST_START)
        self.hired("near_retirement", at, "urban", long, tell.at_work(long), wish=_near_retirement(long))
        long = self.months_ago(38)
        self.hired("rural_extension", at, "rural", long, tell.extended(long), wish=Wish(age=50))
        self.carried_on(at, "urban", 3, 11, 16, 25, 33)
        self.prior_months(at, "urban")
        widened = ("in_group", "经区政府批准，纳入扩大的安置范围")
        started = self.months_ago(5)
        self.hired("principle", at, "rural", started, tell.at_work(started), wish=Wish(categories=("veteran",)),
                   excuse=widened)  # fmt: skip

    def baihe(self) -> None:
        at = BAIHE
        # three weeks: with the Spring Festival among them the days of the check have passed as well
        self.recent("to_check", at, "village", 21, tell.reaches("applied"))
        self.recent("qualified", at, "village", 16, tell.reaches("qualified"))
        self.recent("chosen", at, "village", 20, tell.reaches("chosen"))
        self.recent("to_train", at, "village", 40, tell.reaches("filed"))
        self.recent("trained", at, "village", 40, tell.reaches("trained"))
        self.contract_matters(at, "village")
        started = self.months_ago(8)
        reason = ("age_between", "本村无其他合适人选，经村“两委”研究并报镇同意")
        self.hired("principle", at, "village", started, tell.at_work(started), wish=Wish(age=42), excuse=reason)

    def neimenggu(self) -> None:
        at = NEIMENGGU
        self.recent("to_check", at, "village", 14, tell.reaches("checked"))
        self.recent("in_notice", at, "village", 40, tell.stays_at("notice", 2))
        self.recent("in_notice", at, "village", 60, tell.stays_at("notice_township", 3))
        self.recent("objection_upheld", at, "village", 90, tell.objection_upheld)
        self.recent("objection_open", at, "village", 45, tell.objection_open)
        self.recent("county_filing", at, "village", 70, tell.reaches("county_filing"))
        self.recent("trained", at, "village", 80, tell.reaches("trained"))


def _near_retirement(started: date) -> Wish:
    """A man who was less than five years from his retirement when he began, and is not there yet."""
    for months in range(55 * 12 + 3, 63 * 12):
        born = add_months(started, -months)
        if near_retirement(started - timedelta(days=30), born, Category.MAN).near:
            return Wish(sex="男", born=born, categories=("elderly_unemployed",))
    raise LookupError("nobody is near retirement")


def tales(walk: Walk, crowd: Crowd, told: list[Told]) -> Iterator[tuple[Told, Tale]]:
    """Every story with its post: a village of its own as far as there are villages, then round again."""
    places = {(story.area.code, story.kind): cycle(_places(story.area.work(story.kind))) for story in told}
    for story in told:
        place = next(places[story.area.code, story.kind])
        work = story.area.work(story.kind)
        yield story, Tale(walk, crowd, story.area, work, place, story.wish, story.excuse, story.relaxed_by)


def _places(work: Work) -> list[Place]:
    if work.of_town:
        return [Place(town.code, town, f"{town.code}201" if town.villages else town.code) for town in work.towns]
    most = max(town.villages for town in work.towns)
    return [
        Place(town.village(n)[0], town, town.village(n)[0])
        for n in range(most)
        for town in work.towns
        if n < town.villages
    ]
