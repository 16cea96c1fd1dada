"""A year as a table (CSV), for offices that keep the notice in a spreadsheet: one row per fact of the notice.

    项目,内容,起,止            item,content,from,to
    年份,2027,,               year,2027,,
    标题,国务院办公厅关于…,,    title,…,,
    文号,国办发明电〔…〕…号,,   number,…,,
    日期,,2026-11-05,         issued_on,,2026-11-05,
    来源,gov.cn,,             source,gov.cn,,
    放假,元旦,2027-01-01,2027-01-03      rest,元旦,2027-01-01,2027-01-03
    上班,,2027-01-04,                    work,,2027-01-04,

It is turned into what the YAML file would hold; the check is the same for both.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from typing import Any

from states.say import Sentence, say

TABLE_HEAD = ("项目", "内容", "起", "止")
ENGLISH_HEAD = ("item", "content", "from", "to")
ITEMS = {
    "年份": "year",
    "标题": "title",
    "文号": "number",
    "日期": "issued_on",
    "把握": "certainty",
    "来源": "source",
    "放假": "rest",
    "上班": "work",
}
_SLASHED = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})")
_MOST_ROWS = 200


def is_table(text: str) -> bool:
    """Whether the text begins with the head of the table."""
    first = text.lstrip("\ufeff \t\r\n").partition("\n")[0].strip().lower()
    return tuple(cell.strip() for cell in first.split(",")) in (TABLE_HEAD, ENGLISH_HEAD)


def read_table(text: str, fault: Callable[[Sentence], None]) -> dict[str, Any]:
    """What the YAML file of the year would hold. Rows that cannot be read are told to ``fault``, each with its line."""
    content: dict[str, Any] = {"notice": {}, "rest": [], "work": []}
    rows = csv.reader(io.StringIO(text.lstrip("\ufeff \t\r\n")))
    try:
        for line, row in enumerate(rows, 1):
            cells = [cell.strip() for cell in row]
            if line == 1 or not any(cells):
                continue
            if line > _MOST_ROWS:
                fault(say("超过{most}行，不是一年的放假安排", most=_MOST_ROWS))
                break
            _take(content, [*cells, "", "", ""][:4], line, fault)
    except csv.Error as error:
        fault(say("不是合格的CSV：{error}", error=str(error)))
    return content


def _take(content: dict[str, Any], cells: list[str], line: int, fault: Callable[[Sentence], None]) -> None:
    item, text, first, last = cells
    known = ITEMS.get(item, item)
    starts_on, ends_on = _day(first), _day(last)
    if known == "rest":
        content["rest"].append({"name": text, "from": starts_on, "to": ends_on or starts_on})
    elif known == "work":
        content["work"].append(starts_on or _day(text))
    elif known == "year":
        _once(content, "year", text, line, fault)
    elif known == "issued_on":
        _once(content["notice"], "issued_on", starts_on or _day(text), line, fault)
    elif known in ("title", "number", "certainty", "source"):
        _once(content["notice"], known, text, line, fault)
    else:
        fault(say("第{line}行：不认识的项目“{item}”", line=line, item=item[:40]))


def _once(into: dict[str, Any], name: str, value: str, line: int, fault: Callable[[Sentence], None]) -> None:
    if name in into:
        fault(say("第{line}行：这一项已经写过", line=line))
    elif value:
        into[name] = value


def _day(text: str) -> str:
    """Spreadsheets write 2027/1/4 for 2027-01-04."""
    found = _SLASHED.fullmatch(text)
    return f"{found[1]}-{int(found[2]):02}-{int(found[3]):02}" if found else text
