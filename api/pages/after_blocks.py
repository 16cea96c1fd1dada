"""What stands beside a hire after its steps (追回、帮扶): cards on its page that lead to their own."""

from __future__ import annotations

from sqlalchemy import Connection

from api.pages.after_words import STANDINGS, months_words, yuan
from api.pages.papers import Block
from api.pages.render import Page
from states.aftercare import NEEDS, STANDS, Need, Stand
from states.facts import Hire
from states.leaving import proposed
from states.say import say
from states.vocabulary import FINAL_STATES
from workflow import recoveries
from workflow.queries import scoped
from workflow.queries.aftercare import case_line
from workflow.queries.recoveries import overpaid_of
from workflow.queries.recoveries import recoveries as claims_of


def after_blocks(page: Page, connection: Connection, hire: Hire) -> list[Block]:
    """The cards for offices; an applicant is shown none of them."""
    if hire.person is None or not scoped(page.actor).covers(hire.region):
        return []
    found = (_proposed(page, hire), _aftercare(page, connection, hire), _recoveries(page, connection, hire))
    return [block for block in found if block is not None]


def _proposed(page: Page, hire: Hire) -> Block | None:
    """A death or retirement age on record: proposed to whoever decides, and nothing happens by itself."""
    procedure, died_on = page.office.procedure(hire.procedure), hire.person.died_on if hire.person else None
    if not hire.dossier.first_started_on or hire.state in FINAL_STATES:
        return None
    found = proposed(procedure, hire.kind, hire.dossier, died_on, page.today)
    if found is None:
        return None
    tell = page.tell
    facts = [
        (tell(say("情形")), page.named(found.ground)),
        (tell(say("原因")), tell(found.why)),
        (tell(say("依据")), found.ground.basis),
    ]
    return Block(tell(say("建议办理离岗")), [facts], (f"/hires/{hire.id}#step-decide_leaving", tell(say("核实后决定"))))


def _recoveries(page: Page, connection: Connection, hire: Hire) -> Block | None:
    """Claims under this hire, what ought to be looked into, and the way to a claim."""
    if hire.dossier.first_started_on is None:
        return None
    scope, tell = scoped(page.actor), page.tell
    entries = [
        [
            (tell(say("进度")), tell(STANDINGS[line.standing])),
            (tell(say("月份")), months_words(page, line.from_month, line.until_month)),
            (tell(say("应追回（元）")), yuan(line.fen)),
            (tell(say("尚欠（元）")), yuan(line.open_fen)),
        ]
        for line in claims_of(connection, scope, hire_id=hire.id).lines
    ]
    for one in overpaid_of(connection, scope, [hire.id]):
        entries.insert(
            0, [(tell(say("发放疑点")), tell(one.found.why)), (tell(say("金额（元）")), yuan(one.found.fen))]
        )
    may_ask, _ = recoveries.roles_for(page.actor, hire.region)
    link = (f"/hires/{hire.id}/recoveries/new", tell(say("提出追回"))) if may_ask else None
    return Block(tell(say("追回")), entries, link) if entries or link else None


def _aftercare(page: Page, connection: Connection, hire: Hire) -> Block | None:
    """The case of whoever left, and the way to it."""
    line = case_line(connection, scoped(page.actor), hire.id)
    if line is None:
        return None
    tell = page.tell
    facts = [(tell(say("进度")), tell(STANDS[Stand(line.state)]))]
    facts += [(tell(say("需求")), tell(NEEDS[Need(line.need)]))] if line.need else []
    facts.append((tell(say("办结期限")), page.day(line.due_on)))
    return Block(tell(say("离岗后帮扶")), [facts], (f"/aftercare/{hire.id}", tell(say("打开帮扶"))))
