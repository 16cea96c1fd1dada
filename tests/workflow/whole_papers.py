"""What every list of ``test_every_paper`` has to say, whole: title, stamp, heads, rows, total and signatures."""

from __future__ import annotations

from typing import Any

from tests.support.tables import SIGNED, Table, paper

PLACE, DAY, YEAR = "陕西省旬阳市城关镇", "2022-07-28", "2022-01-01至2022-12-31"
FIRST, SECOND, THIRD = (f"{PLACE}{n}号村" for n in (1, 3, 5))
CAME, ENDS = "2022-06-21", "2023-06-20"
GAP = "　" * 4
WHO = "就业困难人员、农牧民、脱贫人口"
#: names, tails of identity numbers and villages of the two at work
PEOPLE = (("=甲某", "0012", FIRST), ("乙某某", "0039", SECOND))
STARS = "*" * 14


def whole(name: str, numbers: dict[str, str], digest: str) -> dict[str, Table]:
    """The sheets of a list by their names. ``numbers``: in full by name; ``digest``: that of the pay sheet."""
    if name in ("roster", "roster-full"):
        shown = numbers if name == "roster-full" else {who: STARS + tail for who, tail, _ in PEOPLE}
        return {
            "全部": _roster(shown, 0, 1),
            f"1.{FIRST}": _roster(shown, 0),
            f"2.{SECOND}": _roster(shown, 1),
        }
    if name == "attendance":
        return {"考勤表": _attendance()}
    return {"Sheet1": _pay(digest) if name == "pay" else _LISTS[name]}


def _stamp(when: str = DAY) -> str:
    return f"单位（盖章）：{PLACE}{GAP}{when}"


def _roster(shown: dict[str, str], *which: int) -> Table:
    heads = [
        "序号", "姓名", "性别", "身份证号码", "人员类别", "村（社区）", "岗位名称", "用人单位", "上岗日期",
        "合同（协议）期限", "此前已享受月数", "月基本待遇（元）", "编号", "备注",
    ]  # fmt: skip
    rows: list[list[Any]] = []
    for n, place in enumerate(which, 1):
        name, _, village = PEOPLE[place]
        rows.append([n, name, "男", shown[name], WHO, village, "信息员", "城关镇人民政府", CAME])
        rows[-1] += [f"{CAME}至{ENDS}", 0, 1000, place + 1, None]
    rows.append(["合计", *[None] * 10, 1000 * len(which), None, None])
    return paper(["公益性岗位在岗人员花名册", _stamp()], heads, rows, [SIGNED])


def _masked(*cells: Any) -> list[list[Any]]:
    """A row for each of the two: number, masked identity, place and post, and what else is the same of both."""
    return [[n, *cells, name, STARS + tail, village, "信息员"] for n, (name, tail, village) in enumerate(PEOPLE, 1)]


def _ledger() -> Table:
    heads = [
        "序号", "编号", "姓名", "性别", "身份证号码", "村（社区）", "岗位名称", "当前环节",
        "报名", "公示起", "公示止", "审定", "培训", "上岗", "签订", "期限止", "考核", "离岗",
    ]  # fmt: skip
    served = ["2022-06-13", "2022-06-13", "2022-06-20", *[CAME] * 5, None, None]
    served[7] = ENDS
    rows = [
        [n, n, name, "男", STARS + tail, village, "信息员", "在岗(首次合同)", *served]
        for n, (name, tail, village) in enumerate(PEOPLE, 1)
    ]
    put_up = ["2022-07-23", "2022-07-23", "2022-07-29", *[None] * 7]
    rows.append([3, 3, "丙某", "男", f"{STARS}0055", THIRD, "信息员", "公示", *put_up])
    return paper(["公益性岗位管理台账", _stamp()], heads, rows, [SIGNED])


def _filings() -> Table:
    heads = [
        "序号", "备案事项", "姓名", "身份证号码", "村（社区）", "岗位名称",
        "报送机关", "应报送日", "实际报送日", "收文号", "备注",
    ]  # fmt: skip
    rows = [[*row, "市人社局", "2022-06-28", CAME, None, None] for row in _masked("聘用协议备案")]
    return paper(["公益性岗位备案情况表", _stamp(YEAR)], heads, rows, [SIGNED])


def _assessments() -> Table:
    heads = ["序号", "姓名", "身份证号码", "村（社区）", "岗位名称", "得分", "等次", "状态", "依据", "本人签字"]
    rows = [[*_masked()[0], None, "合格", "待审定", "考核表1号", None]]
    return paper(["2022年度公益性岗位人员考核表", _stamp()], heads, rows, [SIGNED])


def _changes() -> Table:
    heads = ["序号", "变动", "姓名", "身份证号码", "村（社区）", "岗位名称", "日期", "原因", "备注"]
    rows = [[*row, CAME, None, None] for row in _masked("新上岗")]
    return paper(["公益性岗位变更、空岗情况表", _stamp(YEAR)], heads, rows, [SIGNED])


def _notice_of_hires() -> Table:
    above = ["公益性岗位拟聘人员公示表", "公示单位（盖章）：城关镇人民政府"]
    above += ["公示时间：2022-07-23 至 2022-07-29（共5个工作日）"]
    heads = ["序号", "姓名", "性别", "村（社区）", "拟聘岗位", "备注"]
    below = ["合计：1人", f"如有异议，请在公示期内向城关镇人民政府反映。联系电话：{GAP * 2}"]
    return paper(above, heads, [[1, "丙某", "男", THIRD, "信息员", None]], below)


def _notice_of_pay() -> Table:
    above = ["2022年06月公益性岗位补贴发放公示表", f"公示单位（盖章）：{PLACE}"]
    above += ["公示时间：　　年　　月　　日 至 　　年　　月　　日（共　　天）"]
    heads = ["序号", "姓名", "村（社区）", "岗位名称", "计发天数（天）", "补贴金额（元）"]
    rows: list[list[Any]] = [
        [1, "=**", FIRST, "信息员", 10, 333.33],
        [2, "乙**", SECOND, "信息员", 10, 333.33],
        ["合计", None, None, None, None, 666.66],
    ]
    below = ["合计：2人，666.66元", "文件没有要求公布发放名单，姓名只显示姓氏"]
    return paper(above, heads, rows, [*below, f"如有异议，请在公示期内向公示单位反映。联系电话：{GAP * 2}"])


def _pay(digest: str) -> Table:
    above = ["2022年06月公益性岗位待遇发放表", f"单位（盖章）：{PLACE}　　第1号　　共2人　　实发合计666.66元"]
    heads = [
        "序号", "姓名", "聘用编号", "身份证号码", "村（社区）", "岗位名称", "计发天数",
        "应发（元）", "扣缴（元）", "实发（元）", "单位缴费（元）", "签字",
    ]  # fmt: skip
    rows: list[list[Any]] = [
        [n, name, n, STARS + tail, village, "信息员", 10, 333.33, 0, 333.33, 0, None]
        for n, (name, tail, village) in enumerate(PEOPLE, 1)
    ]
    rows.append(["合计", *[None] * 6, 666.66, 0, 666.66, 0, None])
    return paper(above, heads, rows, [f"名单摘要：{digest}", SIGNED])


def _attendance() -> Table:
    """A village's June: nobody there before the 21st, then ten days of presence."""
    heads = [
        "序号",
        "编号",
        "姓名",
        "岗位",
        *map(str, range(1, 31)),
        "出勤",
        "休息",
        "休假",
        "病假",
        "事假",
        "缺勤",
        "备注",
    ]
    width, sums = len(heads), ["10", *["0"] * 5, None]

    def at(**texts: str) -> list[Any]:
        return [texts.get(f"c{place}") for place in range(width)]

    of_village = "村（社区）、单位：城关镇"
    return [
        at(c0="公益性岗位人员考勤表（2022年6月）"),
        at(c0="模板版本：考勤模板1", c4="月份：2022-06", c10="地区编码：610981100201", c19=of_village),
        [*[None] * 4, *("三四五六日一二" * 5)[:30], *[None] * 7],
        heads,
        ["1", "1", "=甲某", "信息员", *"－" * 20, *"√" * 10, *sums],
        ["合计", None, "1人", *[None] * 31, *sums],
        at(c0="符号：√出勤　休休息　年带薪休假　产产假　病病假　事事假　×缺勤　－不在岗"),
        at(),
        at(c0="考勤员（签字）：", c10="村（社区）负责人（签字）：", c20="乡镇（盖章）：", c30=f"{GAP}年　　月　　日"),
    ]


_LISTS = {
    "ledger": _ledger(),
    "filings": _filings(),
    "assessments": _assessments(),
    "changes": _changes(),
    "notice-of-hires": _notice_of_hires(),
    "notice-of-pay": _notice_of_pay(),
}
