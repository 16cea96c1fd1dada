"""A procedure in words (步骤表): one Markdown page per document, for those who know the document and no YAML.

Everything on it comes from the data: steps with who takes them and what is asked, periods, quotas, what the document
leaves open and where it contradicts itself, each with its article.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from states.document import Gap, Validity
from states.labels import GUARDS, LEVELS, RECORDS, period, role_name, state_name, when
from states.posts import Quota
from states.procedure import Procedure
from states.steps import FilingLine, GuardLine, Step
from states.vocabulary import DeadlineKind, Effect, Level, Role

EFFECTS = {Effect.BLOCK: "", Effect.PRINCIPLE: "（原则上）", Effect.WARN: "（提示）"}
DEADLINE_KINDS = {
    DeadlineKind.ENFORCE: "到期自动办理",
    DeadlineKind.ADVISE: "提醒",
    DeadlineKind.BAR: "届满前不得办理",
}
QUOTA_RULES = {"cap": "上限", "target": "计划数", "per_area": "每个区域", "bands": "按人数分档"}
BINDING = {"in principle": "原则上", "upper limit": "不超过", "none": "不限"}


def page(procedure: Procedure) -> str:
    """The page of ``procedure`` (Markdown, Chinese), which expects its picture beside it as ``<id>.svg``."""
    document = procedure.document
    sections = [
        f"# {procedure.title.zh}",
        f"{procedure.title.en}",
        f"{document.number} · {document.issuer.zh} · {document.issued_on.isoformat()} · 版本 {procedure.version}",
        f"本页由 `states/procedures/{procedure.procedure}.yaml` 生成，请勿手改。",
        f"![{procedure.title.zh}：流程图]({procedure.procedure}.svg)",
        f"## 有效期\n\n{_validity(procedure.validity)}",
        f"## 环节\n\n{_stages(procedure)}",
        f"## 步骤\n\n{_steps(procedure)}",
        f"## 期限\n\n{_deadlines(procedure)}",
        f"## 公告前的条件\n\n{_announcement(procedure)}",
        f"## 指标\n\n{_quotas(procedure)}",
        f"## 解聘与离岗情形\n\n{_grounds(procedure)}",
        f"## 分工与督导\n\n{_led(procedure)}",
        f"## 留白：文件未写明的\n\n{_gaps(procedure)}",
        f"## 矛盾：文件前后不一的\n\n{_contradictions(procedure)}",
    ]
    return "\n\n".join(sections) + "\n"


def table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table; 无 where there is nothing to show."""
    lines = ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in rows]
    if not lines:
        return "无。"
    names = list(header)
    return "\n".join(["| " + " | ".join(names) + " |", "|" + " --- |" * len(names), *lines])


def _cell(words: str) -> str:
    return words.replace("|", "\\|").replace("\n", "<br>")


def _validity(line: Validity) -> str:
    lines = [f"- 自 {line.valid_from.isoformat()} 起（{line.cite}）"]
    if line.valid_to:
        lines.append(f"- 至 {line.valid_to.isoformat()} 止")
    if line.lapse_event:
        lines.append(f"- 失效条件：{line.lapse_event.zh}")
    if line.lapsed_on:
        lines.append(f"- 已于 {line.lapsed_on.isoformat()} 失效")
    if line.superseded_by:
        lines.append(f"- 由 {line.superseded_by} 取代")
    certainty = {"seen": "已核对原文", "from memory": "凭记忆，待核对", "inferred": "推断"}
    for end in line.ended_by:
        day = f" {end.on.isoformat()}" if end.on else ""
        lines.append(f"- {end.what.zh}{day}（{certainty[end.certainty]}）")
    if line.note:
        lines.append(f"- {line.note.zh}")
    return "\n".join(lines)


def _stages(procedure: Procedure) -> str:
    rows = [
        (f"{stage.zh}\n{stage.en}", state_name(stage.state), _roles(procedure, stage.owner), stage.cite)
        for stage in procedure.stages
    ]
    return table(("环节", "状态", "负责", "条款"), rows)


def _steps(procedure: Procedure) -> str:
    rows = [
        (
            f"{step.zh}\n{step.en}",
            _way(procedure, step),
            _actors(procedure, step),
            "\n".join(_guard(procedure, line) for line in procedure.guards_of(step)),
            RECORDS[step.records].zh,
            "\n".join(_filing(procedure, line) for line in step.files),
            step.cite,
        )
        for step in procedure.steps
    ]
    return table(("步骤", "从 → 到", "办理", "条件", "记录", "备案", "条款"), rows)


def _way(procedure: Procedure, step: Step) -> str:
    names = "、".join(procedure.stage_by_name[name].zh for name in step.origin)
    through = "".join(f"（经“{state_name(state)}”）" for state in step.through)
    return f"{names} → {through}{procedure.stage_by_name[step.to].zh}" if step.to else f"{names}（不变）"


def _actors(procedure: Procedure, step: Step) -> str:
    words = _roles(procedure, step.by)
    words += "（联合）" if step.joint else ""
    return words + ("（须另一人）" if step.independent else "")


def _roles(procedure: Procedure, roles: Iterable[Role]) -> str:
    return "、".join(role_name(procedure, role.value) for role in roles)


def _guard(procedure: Procedure, line: GuardLine) -> str:
    name = GUARDS[line.use].zh if line.use in GUARDS else line.use
    shown = ", ".join(f"{key}: {_value(value)}" for key, value in line.params.items())
    kinds = f"〔{'、'.join(procedure.kind_by_name[kind].zh for kind in line.kinds)}〕" if line.kinds else ""
    return f"{name}{EFFECTS[line.effect]}{kinds}{f' `{shown}`' if shown else ''} {line.cite}"


def _value(value: Any) -> str:
    if isinstance(value, dict):
        if set(value) == {"gap"}:
            return f"留白 {value['gap']}"
        return "{" + ", ".join(f"{key}: {_value(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _filing(procedure: Procedure, line: FilingLine) -> str:
    to, within = _roles(procedure, line.to), period(procedure, line.within)
    return f"{line.zh}：{_roles(procedure, [line.by])}报{to}，{within}内 {line.cite}"


def _deadlines(procedure: Procedure) -> str:
    acts = {step.act: step.zh for step in procedure.steps}
    rows = [
        (
            f"{line.zh}\n{line.en}",
            "、".join(procedure.stage_by_name[name].zh for name in line.during),
            when(procedure, line),
            DEADLINE_KINDS[line.kind] + ("：" + " / ".join(acts[act] for act in line.then) if line.then else ""),
            "、".join(f"{mark:+d}日" if mark else "当日" for mark in line.marks),
            _roles(procedure, (*line.owner, *line.escalate_to)),
            line.cite,
        )
        for line in procedure.deadlines
    ]
    note = "\n\n\\* 文件未写明，按缺省值或裁定，见“留白”。" if any("*" in row[2] for row in rows) else ""
    return table(("期限", "环节", "多长", "届满", "提醒", "通知谁", "条款"), rows) + note


def _announcement(procedure: Procedure) -> str:
    return "\n".join(f"- {_guard(procedure, line)}" for line in procedure.announcement.guards) or "无。"


def _quotas(procedure: Procedure) -> str:
    names = {kind.kind: kind.zh for kind in procedure.kinds}
    rows = [
        (
            "、".join(names.get(kind, kind) for kind in line.kinds) or "全部岗位",
            QUOTA_RULES[line.rule],
            _places(line),
            str(line.year or ""),
            line.cite,
        )
        for line in procedure.quotas
    ]
    return table(("岗位", "性质", "名额", "年度", "条款"), rows)


def _places(line: Quota) -> str:
    words = [f"{line.places}名"] if line.places is not None else []
    words += [f"（每个{LEVELS[line.per].zh}区域）"] if line.per else []
    words += [
        f"{band.at_least}–{band.at_most if band.at_most is not None else '…'}：{BINDING[band.binding]}{band.places}名"
        for band in line.bands
    ]
    words += [f"{row.zh}（{row.year}）：{sum(row.places.values())}名" for row in line.allocations]
    return "\n".join(words)


def _led(procedure: Procedure) -> str:
    """Who answers for what beside the steps: duties with the lead departments, then what is supervised."""
    lines = (*procedure.duties, *procedure.supervision)
    rows = ((line.zh, role_name(procedure, line.role) if line.role else "", line.cite) for line in lines)
    return table(("事项", "由谁负责", "依据"), rows)


def _grounds(procedure: Procedure) -> str:
    rows = [
        (
            f"{line.zh}\n{line.en}",
            line.law or ("须另引法律" if line.must_cite_law else ""),
            "须有证据" if line.evidence else "",
            "保护期内不得" if line.protected else "",
            line.cite,
        )
        for line in procedure.grounds
    ]
    return table(("情形", "法律依据", "证据", "保护", "条款"), rows)


def _gaps(procedure: Procedure) -> str:
    rows = [
        (
            line.gap,
            f"{line.asks.zh}\n{line.asks.en}",
            _answer(line),
            "、".join(_value(choice) for choice in line.choices),
            LEVELS[line.set_by].zh if isinstance(line.set_by, Level) else role_name(procedure, line.set_by.value),
            line.reason.zh,
            line.cite,
        )
        for line in procedure.gaps
    ]
    return table(("名称", "问题", "缺省", "可选", "谁来裁定", "理由", "条款"), rows)


def _answer(line: Gap) -> str:
    units = {"working_days": "个工作日", "calendar_days": "日", "months": "个月"}
    return _value(line.default) + (units.get(line.unit.value, "") if line.unit else "")


def _contradictions(procedure: Procedure) -> str:
    rows = [(" / ".join(line.between), line.says.zh, line.applied.zh) for line in procedure.contradictions]
    return table(("条款", "怎样不一致", "本系统怎样办"), rows)
