"""The names that people read for states, units, levels and periods (名称), in Chinese and English.

States are shown in lists, pictures and tables everywhere; one table keeps them the same.
"""

from __future__ import annotations

from datetime import date

from states.procedure import Deadline, GapRef, Length, Level, Procedure, State, Text, Unit

STATES: dict[State, Text] = {
    State.POSTED: Text(zh="已发布", en="posted"),
    State.APPLIED: Text(zh="已报名", en="applied"),
    State.QUALIFIED: Text(zh="资格合格", en="qualified"),
    State.PUBLICIZED: Text(zh="已公示", en="publicized"),
    State.TRAINED: Text(zh="已培训", en="trained"),
    State.CONTRACTED: Text(zh="已签约", en="contracted"),
    State.RENEWED: Text(zh="已续签", en="renewed"),
    State.DISMISSED: Text(zh="已离岗", en="dismissed"),
    State.REJECTED: Text(zh="未通过", en="rejected"),
    State.WITHDRAWN: Text(zh="已退出", en="withdrawn"),
}
LEVELS: dict[Level, Text] = {
    Level.PROVINCE: Text(zh="省级", en="province"),
    Level.CITY: Text(zh="市级", en="city"),
    Level.COUNTY: Text(zh="县级", en="county"),
    Level.TOWNSHIP: Text(zh="乡镇级", en="township"),
    Level.VILLAGE: Text(zh="村级", en="village"),
}
#: a period of one and of several, where English tells them apart
UNITS: dict[Unit, tuple[str, str, str]] = {
    Unit.WORKING_DAYS: ("个工作日", "working day", "working days"),
    Unit.CALENDAR_DAYS: ("日", "day", "days"),
    Unit.MONTHS: ("个月", "month", "months"),
}


def state_name(state: State, language: str = "zh") -> str:
    """The name of a state (状态) in ``language`` ("zh" or "en")."""
    return STATES[state].in_language(language)


def role_name(procedure: Procedure, role: str, language: str = "zh") -> str:
    """What the document itself calls a role, without the explanation in brackets; the code where it has no name."""
    name = next((name for known, name in procedure.roles.items() if known.value == role), None)
    if name is None:
        return role
    words = name.en if language == "en" else name.zh
    return words.replace("（", "(").split("(")[0].strip()


def period(procedure: Procedure, length: Length, language: str = "zh") -> str:
    """A period in words; one that the document leaves open is marked with ``*``."""
    if length.unit is Unit.ON_THE_DAY:
        return "on the day" if language == "en" else "当日"
    n = procedure.settle(length.n)
    mark = "*" if isinstance(length.n, GapRef) else ""
    zh, one, several = UNITS[length.unit]
    return f"{n} {one if n == 1 else several}{mark}" if language == "en" else f"{n}{zh}{mark}"


def when(procedure: Procedure, line: Deadline, language: str = "zh") -> str:
    """The length of a deadline in words; where it ends on a day that something else sets, what sets that day."""
    if line.length.unit is not Unit.ON_THE_DAY:
        return period(procedure, line.length, language)
    rules = procedure.assessment
    if line.base == "assessment_due":
        month = date(2000, rules.due_month, 1).strftime("%B")
        return f"by {rules.due_day} {month}" if language == "en" else f"每年{rules.due_month}月{rules.due_day}日前"
    if line.base == "term_ends_on":
        return period(procedure, Length(n=procedure.contract.term_months, unit=Unit.MONTHS), language)
    if line.base == "last_lawful_on" and procedure.service.months:
        return period(procedure, Length(n=procedure.service.months, unit=Unit.MONTHS), language)
    return period(procedure, line.length, language)
