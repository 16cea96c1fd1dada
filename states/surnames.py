"""Surnames (姓氏): of a Chinese name the first character, or the first two where they are a compound surname (复姓)."""

from __future__ import annotations

COMPOUND = frozenset(
    {"欧阳", "上官", "司马", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "宇文", "司徒", "司空", "夏侯"}
    | {"长孙", "轩辕", "端木", "百里", "呼延", "南宫", "西门", "申屠", "澹台", "钟离", "闻人", "独孤", "赫连", "万俟"}
    | {"单于", "宿六"}
)


def surname(name: str) -> str:
    """The surname; a name of two characters has one of one. Empty for an empty name."""
    return name[:2] if name[:2] in COMPOUND and len(name) > 2 else name[:1]
