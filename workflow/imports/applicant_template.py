"""The list of applicants to fill in (报名表模板): for one announcement with what its document asks, or for any."""

from __future__ import annotations

from collections.abc import Set

from states.guards import labels
from workflow.imports.applicant_words import NO, ROUTES, TEMPLATE, TEMPLATE_VERSION, YES
from workflow.imports.template import Blank, Heading

_FIRST: tuple[Heading, ...] = (
    ("序号", 6, "可不填", ()),
    ("姓名", 12, "必填", ()),
    ("公民身份号码", 22, "必填，18位，按文本录入；一人一行", ()),
    ("性别", 6, "可不填；填了与号码核对", ("男", "女")),
    ("户籍所在村（社区）", 24, "必填：村（社区）名称，重名的写上乡镇名（例如吕河镇冬青村），或写12位编码", ()),
    ("文化程度", 20, "必填，从列表中选", tuple(labels.EDUCATION.values())),
    ("原法定退休年龄", 12, "女性必填：50或55；男性不填", ("55", "50")),
    ("手机号码", 16, "可不填", ()),
    ("住址", 26, "可不填；现在住的地方，写到门牌", ()),
)
_LAST: tuple[Heading, ...] = (
    ("近亲属的公民身份号码", 22, "在审批、经办人员中有近亲属的才填；几个号码之间用顿号隔开", ()),
    ("以往享受岗位补贴的月数", 12, "在任何单位、任何岗位的月数；没有则为0或不填", ()),
    ("以往月数的依据", 20, "填了月数的必填：材料名称和编号", ()),
    ("报名途径", 12, "不填为公开报名", tuple(route.pattern for route in ROUTES.values())),
    ("报名日期", 14, "收到报名的日期，例如 2026-06-15；不填为导入当天；不能早于公告日，不能晚于导入当天", ()),
    ("备注", 20, "不读取", ()),
)


def blank_of(asked: Set[str] | None = None, post: str = "") -> Blank:
    """The empty list. ``asked``: the codes of categories and statements the document speaks of (None: all).

    ``post``: for which post it is meant; for the title only.
    """
    categories = [word for code, word in labels.CATEGORIES.items() if asked is None or code in asked]
    statements = [word for code, word in labels.STATEMENTS.items() if asked is None or code in asked]
    between: tuple[Heading, ...] = (
        ("人员类别", 18, "已经认定的才填；几种之间用顿号隔开：" + "、".join(categories), ()),
        ("认定单位", 18, "填了人员类别的必填", ()),
        ("认定日期", 14, "填了人员类别的必填，例如 2021-12-31", ()),
        *((word, 14, f"本人已经签字承诺的填“{YES}”，其余填“{NO}”或不填", (YES, NO)) for word in statements),
    )
    return Blank(
        sheet="报名表",
        title=f"{post}报名表" if post else "公益性岗位报名表",
        version=f"{TEMPLATE}{TEMPLATE_VERSION}",
        columns=(*_FIRST, *between, *_LAST),
        notes=(("导入", "先核对、预览，再确认导入；同一人只导入一次，同一份表可以重复导入"),),
    )
