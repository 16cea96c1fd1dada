"""Every page there is: who looks at it, at which address. A page that is not listed here fails ``test_every_page``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from notifications.delivery import address
from states.aftercare import Act, Need
from tests.browser.correction_pages import prepare_correction
from tests.browser.county import DAHE, DONGQING, LIUCUN, NANQU, TOWN, County, number
from tests.browser.funds_pages import Funds, addresses, prepare_funds
from tests.support.after import paid
from workflow import (
    aftercare,
    attendance,
    attendance_corrections,
    import_runs,
    import_undo,
    pay_sheets,
    public_applications,
    recoveries,
)
from workflow.old_posts import enter
from workflow.papers import making
from workflow.papers.kinds import Kind
from workflow.tables import metadata

CLERK, OFFICER, SUPERVISOR, VILLAGE = "lvhe", "renshe", "ducha", "cunli"
SYSTEM, SECURITY, AUDIT, ANYBODY = "xitong", "anquan", "shenji", "-"

IMPORT, XUNYANG = "20260616-aaaaaaaaaaaa", "xunyang-2022-88"
#: answers that are no page
FILES = {
    "/lists/{name}.xlsx",
    "/filings/lists/{number}/list.xlsx",
    "/claims/{number}/claim.xlsx",
    "/pay/{number}/sheet.xlsx",
    "/pay/{number}/notice.xlsx",
    "/notices/{sheet}/list.xlsx",
    "/calendar/feed/{token}.ics",
    "/bulk/{run_id}/list.csv",
    "/bulk/papers/{run_id}/papers.zip",
    "/openings/{opening_id}/import/template.xlsx",
    "/old-posts/import/template.xlsx",
    "/roster/import/template.xlsx",
    "/allocation/{document}/import/template.xlsx",
    "/overview/{key}.csv",
    "/attendance/{region}/{month}/sheet.xlsx",
    "/assessments/{region}/{document}/{year}/sheet.xlsx",
    "/pay/{number}/return/results.xlsx",
    "/pay/{number}/return/results.csv",
    "/hires/{hire_id}/documents/{seq}",
    "/hires/{hire_id}/papers/{digest}.docx",
    "/papers/templates/{procedure_id}/{paper}/{what}.docx",
    "/administration",  # leads to the first page of each administrator
    "/sign-in/oidc",
    "/sign-in/oidc/callback",
    "/account/oidc/link",
}
#: pages that only somebody in the middle of something sees, and the test that looks at them there
ELSEWHERE = {
    "/sign-in/code": "the second half of a sign-in: its form is that of /account/second-factor",
    "/bulk/{run_id}": "test_what_a_form_leads_to",
    "/bulk/papers/{run_id}": "test_what_a_form_leads_to",
    "/openings/{opening_id}/import/{run_id}": "test_a_list_of_applicants_is_looked_at_and_taken",
}


@dataclass(frozen=True)
class Sheet:
    """One page as one person sees it. ``route``: as the app knows it; ``path``: its address in the county."""

    name: str
    who: str
    route: str
    path: str
    status: int = 200


@dataclass
class Made:
    """What the addresses need: numbers of things in the county."""

    hires: dict[str, int]
    opening: int
    vacant_opening: int
    post: int
    person: int
    sheet: str
    application: int
    account: int
    pay_sheet: int
    paid_sheet: int
    recovery: int
    funds: Funds
    #: the addresses of corrections, by their paths
    corrections: dict[str, str] = field(default_factory=dict)
    extra: dict[str, str] = field(default_factory=dict)


def prepare(county: County) -> Made:
    """Unread letters for everybody, an application over the network, and the numbers of what there is."""
    world = county.world
    address(world.office, world.clock())
    given = {
        "name": "古丽米热·阿卜杜热合曼",
        "id_number": number("19940303", 41),
        "phone": "13800001234",
        "education": "senior_secondary",
        "home_region": NANQU,
        "statements": ["political_conduct", "health", "computer_skill", "no_crime"],
        "claimed": ["lifted"],
        "consent": "yes",
        "key": "one-form",
    }
    opening = county.openings[NANQU]
    public_applications.send(world.office, county.seal, opening, given, "203.0.113.7", world.clock())
    (application,) = world.ask("SELECT max(id) FROM public_application")
    (sheet,) = world.ask("SELECT max(sheet) FROM notice WHERE hire_id = ?", county.hires["吴秀兰"])
    making.make(world.office, county.seal, county.hires["at work"], Kind.APPLICATION, county.town, world.clock())
    _an_outage(county)
    _an_import(county)
    (post,) = world.ask("SELECT post_id FROM opening WHERE id = ?", opening)
    (person,) = world.ask("SELECT person_id FROM hire WHERE id = ?", county.hires["long"])
    (account,) = world.ask("SELECT id FROM account WHERE username = ?", VILLAGE)
    return Made(
        county.hires,
        opening,
        county.openings[DAHE],
        post[0],
        person[0],
        str(sheet[0]),
        application[0],
        account[0],
        _a_pay_sheet(county),
        _a_paid_sheet(county),
        _a_recovery(county),
        prepare_funds(county),
        prepare_correction(county),
        extra={"old_post": str(_an_old_post(county))},
    )


def _an_old_post(county: County) -> int:
    """Somebody who was at work before a document came, to be looked at; the bureau has entered them."""
    world = county.world
    post = world.a_post("liaocheng-2022-4", "rural", DONGQING, title="护林员", employer="冬青村村民委员会")
    person = world.a_person("贺长林", date(1970, 5, 1), "M", DONGQING)
    terms = {"started_on": "2022-01-01", "starts_on": "2022-01-01", "ends_on": "2026-12-31", "signed_on": "2021-12-28"}
    given = {"person_id": person, **terms, "monthly_yuan": "800", "evidence": "原聘用协议"}
    return enter(world.office, post, county.hrss, world.clock(), given).hire_id


def _an_outage(county: County) -> None:
    """A device failed in June: what is said of those days waits for a second person."""
    office, hire, at = county.world.office, county.hires["at work"], county.world.clock()
    month, saw, said = date(2026, 6, 1), "---1" + "?" * 26, "---11rr11111rr1" + "?" * 15
    attendance.record(office, hire, month, saw, county.town, at, source="device", version=0)
    attendance.record(office, hire, month, said, county.town, at, source="page", version=1, exception="停电，没有开机")


def _an_import(county: County) -> None:
    """A sheet of attendance came as a file, and somebody asked to take it back."""
    office, at, clerk = county.world.office, county.world.clock(), county.town
    told = import_runs.Told(IMPORT, import_runs.ATTENDANCE, LIUCUN, "2026-06", "d" * 64, 1)
    entry = attendance.Entry(county.hires["刘桂英"], "1" * 15 + "?" * 15)
    attendance.record_sheet(office, date(2026, 6, 1), (entry,), clerk, at, source="sheet", told=told)
    import_undo.ask(office, county.seal, IMPORT, (1,), "导入了别的村的考勤表", clerk, at)


def _a_pay_sheet(county: County) -> int:
    """May's sheet of the township, handed in: one is paid for it, one is over term."""
    world, month = county.world, date(2026, 5, 1)
    with world.office.database.transaction() as connection:
        for name in ("刘桂英", "孙志强"):
            row = {"hire_id": county.hires[name], "month": month, "marks": "1" * 31, "source": "page", "version": 1}
            row |= {"recorded_by": county.town.person_key, "recorded_at": world.clock()}
            connection.execute(metadata.tables["attendance"].insert().values(row))
    order = pay_sheets.Order("xunyang-2022-88", TOWN, month, extra=(("village_top_up", 20_000),))
    number = pay_sheets.make(world.office, order, county.town, world.clock())
    pay_sheets.freeze(world.office, number, county.town, world.clock())
    marks, hire = "1" * 29 + "xx", county.hires["刘桂英"]
    seen = attendance_corrections.foresee(world.office, hire, month, marks, county.town, world.clock())
    attendance_corrections.ask(
        world.office, hire, month, marks, "30日、31日没有到岗，有值班记录", county.town, world.clock(), version=1,
        shown=seen.fen,
    )  # fmt: skip
    return number


def _a_paid_sheet(county: County) -> int:
    """February's money of one went out, and the bank has not said a word."""
    world = county.world
    paid(world, county.hires["刘桂英"], [(date(2026, 2, 1), date(2026, 2, 28), 100_000)])
    return int(world.ask("SELECT max(id) FROM pay_sheet")[0][0])


def _a_recovery(county: County) -> int:
    """What 孙志强 was paid wrongly is claimed back; a death is on record, and a case of help stands late."""
    world, hire = county.world, county.hires["孙志强"]
    claim = recoveries.Claim(
        "2026-05", "2026-06", 279950, "合同期满后仍发放了两个月的待遇", "旬人社发〔2022〕88号 六(三)"
    )
    number = recoveries.ask(world.office, hire, claim, county.town, world.clock())
    table, today = metadata.tables["aftercare"], world.clock.today
    row = {"hire_id": hire, "state": "open", "version": 1, "opened_on": date(2026, 2, 1), "due_on": date(2026, 5, 1)}
    with world.office.database.transaction() as connection:
        connection.execute(table.insert().values({**row, "hardship": False}))
        sql = "UPDATE person SET died_on = '2026-06-01' WHERE id = (SELECT person_id FROM hire WHERE id = ?)"
        connection.exec_driver_sql(sql, (county.hires["at work"],))
    entry = aftercare.Entry(Act.ASSESS, "家里有老人要照顾，想在镇上找活", today, Need.WILLING, hardship=True)
    aftercare.enter(world.office, hire, entry, county.town, world.clock())
    return number


def sheets(made: Made) -> list[Sheet]:
    """Every page, by whoever works with it."""
    hires, opening = made.hires, made.opening
    return [
        Sheet("tasks", CLERK, "/", "/"),
        Sheet("tasks-officer", OFFICER, "/", "/"),
        Sheet("tasks-village", VILLAGE, "/", "/"),
        Sheet("tasks-supervisor", SUPERVISOR, "/", "/"),
        Sheet("tasks-empty", CLERK, "/", "/?procedure=baihe-2022-72"),
        Sheet("views", CLERK, "/views", "/views"),
        Sheet("search", CLERK, "/search", "/search"),
        Sheet("hires", CLERK, "/hires", "/hires"),
        Sheet("hires-none", CLERK, "/hires", "/hires?name=%E6%97%A0"),
        Sheet("hire-applied", CLERK, "/hires/{hire_id}", f"/hires/{hires['欧阳文静']}"),
        Sheet("hire-refusing", CLERK, "/hires/{hire_id}", f"/hires/{hires['long']}"),
        Sheet("hire-on-notice", OFFICER, "/hires/{hire_id}", f"/hires/{hires['吴秀兰']}"),
        Sheet("hire-at-work", CLERK, "/hires/{hire_id}", f"/hires/{hires['at work']}"),
        Sheet("hire-renewed", SUPERVISOR, "/hires/{hire_id}", f"/hires/{hires['刘桂英']}"),
        Sheet("hire-over-term", CLERK, "/hires/{hire_id}", f"/hires/{hires['孙志强']}"),
        Sheet("hire-print", SUPERVISOR, "/hires/{hire_id}/print", f"/hires/{hires['刘桂英']}/print"),
        Sheet("not-found", CLERK, "/hires/{hire_id}", "/hires/999999", 404),
        Sheet("pay", CLERK, "/pay", "/pay?month=2026-05"),
        Sheet("pay-none", OFFICER, "/pay", "/pay?month=2020-01"),
        Sheet("pay-new", CLERK, "/pay/new", "/pay/new"),
        Sheet("pay-sheet", OFFICER, "/pay/{number}", f"/pay/{made.pay_sheet}"),
        Sheet("pay-print", CLERK, "/pay/{number}/print", f"/pay/{made.pay_sheet}/print"),
        Sheet("pay-notice", CLERK, "/pay/{number}/notice", f"/pay/{made.pay_sheet}/notice"),
        Sheet("pay-bank", OFFICER, "/pay/{number}/bank", f"/pay/{made.paid_sheet}/bank"),
        Sheet("pay-return", OFFICER, "/pay/{number}/return", f"/pay/{made.paid_sheet}/return"),
        Sheet("pay-return-import", CLERK, "/pay/{number}/return/import", f"/pay/{made.paid_sheet}/return/import"),
        Sheet("assessments", CLERK, "/assessments", f"/assessments?procedure={XUNYANG}&region={TOWN}&year=2026"),
        Sheet(
            "assessments-import",
            CLERK,
            "/assessments/{region}/{document}/{year}/import",
            f"/assessments/{TOWN}/{XUNYANG}/2026/import",
        ),
        Sheet("roster-import", CLERK, "/roster/import", "/roster/import"),
        # of a city that this county does not belong to: only that city's bureau gets further
        Sheet(
            "allocation-import",
            OFFICER,
            "/allocation/{document}/import",
            "/allocation/liaocheng-2022-4/import",
            403,
        ),
        Sheet("imports", OFFICER, "/imports", "/imports"),
        Sheet("import-run", OFFICER, "/imports/{run_id}", f"/imports/{IMPORT}"),
        Sheet("rates", OFFICER, "/rates", "/rates"),
        Sheet("lists", CLERK, "/lists", "/lists"),
        Sheet("openings", CLERK, "/openings", "/openings"),
        Sheet("opening-new", CLERK, "/openings/new", "/openings/new"),
        Sheet("vacancies", CLERK, "/openings/vacancies", "/openings/vacancies"),
        Sheet("opening", CLERK, "/openings/{opening_id}", f"/openings/{made.vacant_opening}"),
        Sheet("apply", CLERK, "/openings/{opening_id}/apply", f"/openings/{opening}/apply"),
        Sheet("import", CLERK, "/openings/{opening_id}/import", f"/openings/{opening}/import"),
        Sheet("applications", CLERK, "/openings/{opening_id}/applications", f"/openings/{opening}/applications"),
        Sheet(
            "application",
            CLERK,
            "/openings/{opening_id}/applications/{application_id}",
            f"/openings/{opening}/applications/{made.application}",
        ),
        Sheet("ranking", CLERK, "/openings/{opening_id}/ranking", f"/openings/{opening}/ranking"),
        Sheet("ranking-print", CLERK, "/openings/{opening_id}/ranking/print", f"/openings/{opening}/ranking/print"),
        Sheet(
            "score",
            CLERK,
            "/openings/{opening_id}/ranking/{hire_id}",
            f"/openings/{opening}/ranking/{hires['欧阳文静']}",
        ),
        Sheet("announcement", CLERK, "/openings/{opening_id}/announcement", f"/openings/{opening}/announcement"),
        Sheet("posts", CLERK, "/posts", "/posts"),
        Sheet("post-new", CLERK, "/posts/new", "/posts/new"),
        Sheet("post", CLERK, "/posts/{post_id}", f"/posts/{made.post}"),
        Sheet("people", CLERK, "/people", "/people"),
        Sheet("person-new", CLERK, "/people/new", "/people/new"),
        Sheet("person", CLERK, "/people/{person_id}", f"/people/{made.person}"),
        Sheet("person-edit", CLERK, "/people/{person_id}/edit", f"/people/{made.person}/edit"),
        Sheet("notices", CLERK, "/notices", "/notices"),
        Sheet("notice-new", CLERK, "/notices/new", "/notices/new"),
        Sheet("notice", CLERK, "/notices/{number}", f"/notices/{made.sheet}"),
        Sheet("notice-contact", OFFICER, "/notices/contact", "/notices/contact"),
        Sheet("objections", OFFICER, "/objections", "/objections"),
        Sheet("renewals", CLERK, "/renewals", "/renewals"),
        Sheet("renewals-over", OFFICER, "/renewals", "/renewals?outcome=over"),
        Sheet("leaving", CLERK, "/leaving", "/leaving"),
        Sheet("old-posts", OFFICER, "/old-posts", "/old-posts"),
        Sheet("old-post", OFFICER, "/old-posts/{hire_id}", f"/old-posts/{made.extra['old_post']}"),
        Sheet("old-post-new", OFFICER, "/old-posts/new", "/old-posts/new"),
        Sheet("old-posts-import", OFFICER, "/old-posts/import", "/old-posts/import"),
        Sheet("move", OFFICER, "/hires/{hire_id}/move", f"/hires/{hires['at work']}/move"),
        Sheet("aftercare", VILLAGE, "/aftercare", "/aftercare"),
        Sheet("aftercare-late", OFFICER, "/aftercare", "/aftercare?which=overdue"),
        Sheet("aftercare-case", CLERK, "/aftercare/{hire_id}", f"/aftercare/{hires['孙志强']}"),
        Sheet("recoveries", CLERK, "/recoveries", "/recoveries"),
        Sheet("recovery", OFFICER, "/recoveries/{number}", f"/recoveries/{made.recovery}"),
        *(
            Sheet(f"correction{'-new' if path.endswith('new') else ''}", OFFICER, path, address)
            for path, address in made.corrections.items()
        ),
        Sheet("recovery-new", CLERK, "/hires/{hire_id}/recoveries/new", f"/hires/{hires['孙志强']}/recoveries/new"),
        Sheet("calendar", CLERK, "/calendar", "/calendar"),
        Sheet("calendar-day", CLERK, "/calendar/{day}", "/calendar/2026-06-16"),
        Sheet("feed", CLERK, "/calendar/feed", "/calendar/feed"),
        Sheet("years", OFFICER, "/years", "/years"),
        Sheet("year", OFFICER, "/years/{year}", "/years/2026"),
        Sheet("year-new", OFFICER, "/years/new", "/years/new"),
        Sheet("overview", OFFICER, "/overview", "/overview"),
        Sheet("overview-supervisor", SUPERVISOR, "/overview", "/overview"),
        Sheet("overview-list", SUPERVISOR, "/overview/list", "/overview/list?what=overdue"),
        Sheet("attendance", CLERK, "/attendance", "/attendance?month=2026-05"),
        Sheet("attendance-sheet", CLERK, "/attendance/{region}/{month}", f"/attendance/{DONGQING}/2026-05"),
        Sheet("attendance-village", VILLAGE, "/attendance/{region}/{month}", f"/attendance/{DONGQING}/2026-06"),
        Sheet("attendance-none", CLERK, "/attendance/{region}/{month}", f"/attendance/{DAHE}/2026-05"),
        Sheet("attendance-print", CLERK, "/attendance/{region}/{month}/print", f"/attendance/{LIUCUN}/2026-06/print"),
        Sheet(
            "attendance-import", CLERK, "/attendance/{region}/{month}/import", f"/attendance/{LIUCUN}/2026-06/import"
        ),
        Sheet("attendance-open", OFFICER, "/attendance/{region}/{month}", f"/attendance/{LIUCUN}/2026-06"),
        Sheet(
            "attendance-corrected",
            OFFICER,
            "/attendance/hires/{hire_id}/{month}",
            f"/attendance/hires/{hires['刘桂英']}/2026-05",
        ),
        Sheet(
            "attendance-correct",
            CLERK,
            "/attendance/hires/{hire_id}/{month}",
            f"/attendance/hires/{hires['孙志强']}/2026-05",
        ),
        Sheet("attendance-ledger", CLERK, "/attendance/hires/{hire_id}", f"/attendance/hires/{hires['at work']}"),
        Sheet("procedures", CLERK, "/procedures", "/procedures"),
        Sheet("procedure", CLERK, "/procedures/{key}", "/procedures/xunyang-2022-88@1"),
        Sheet("procedure-gaps", CLERK, "/procedures/{key}", "/procedures/neimenggu-2022-10@1"),
        Sheet("manual", VILLAGE, "/procedures/manual", "/procedures/manual"),
        *(Sheet(*address) for address in addresses(made.funds)),
        Sheet("pay-charges", OFFICER, "/pay/{number}/charges", f"/pay/{made.pay_sheet}/charges"),
        Sheet("paper-templates", OFFICER, "/papers/templates", "/papers/templates"),
        Sheet("inbox", CLERK, "/inbox", "/inbox"),
        Sheet("inbox-empty", VILLAGE, "/inbox", "/inbox"),
        Sheet("inbox-effect", CLERK, "/inbox/effect", "/inbox/effect"),
        Sheet("account", CLERK, "/account", "/account"),
        Sheet("password", CLERK, "/account/password", "/account/password"),
        Sheet("second-factor", CLERK, "/account/second-factor", "/account/second-factor"),
        Sheet("grants-audit", AUDIT, "/administration/grants", "/administration/grants"),
        Sheet("accounts", SYSTEM, "/administration/accounts", "/administration/accounts"),
        Sheet("one-account", SYSTEM, "/administration/accounts/{number}", f"/administration/accounts/{made.account}"),
        Sheet("regions", SYSTEM, "/administration/regions", "/administration/regions"),
        Sheet("grants", SECURITY, "/administration/grants", "/administration/grants"),
        Sheet("office-log", AUDIT, "/administration/log", "/administration/log"),
        Sheet("sign-in", ANYBODY, "/sign-in", "/sign-in"),
        Sheet("public", ANYBODY, "/public", "/public"),
        Sheet("public-notice", ANYBODY, "/public/notices/{number}", f"/public/notices/{made.sheet}"),
        Sheet("object", ANYBODY, "/public/notices/{number}/objection", f"/public/notices/{made.sheet}/objection"),
        Sheet("public-openings", ANYBODY, "/public/openings", "/public/openings"),
        Sheet("public-opening", ANYBODY, "/public/openings/{opening_id}", f"/public/openings/{opening}"),
        Sheet("public-apply", ANYBODY, "/public/openings/{opening_id}/apply", f"/public/openings/{opening}/apply"),
        Sheet("withdraw", ANYBODY, "/public/applications/withdraw", "/public/applications/withdraw"),
        Sheet("receipt", ANYBODY, "/public/receipt", "/public/receipt"),
    ]


def routes_of(app: FastAPI) -> set[str]:
    """Every address of ``api.pages`` that answers a GET."""
    return {
        route.path
        for route in _routes(app.routes)
        if "GET" in (route.methods or ()) and route.endpoint.__module__.startswith("api.pages.")
    }


def _routes(routes: list[BaseRoute]) -> Iterator[APIRoute]:
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        elif hasattr(route, "original_router"):
            yield from _routes(route.original_router.routes)
