"""Names in pinyin (拼音), so that a person is found by typing ``zhangsan`` or ``zs``.

A character that is read otherwise in a surname (单, 解, 曾, 查 …) is read as a surname where it stands as one.
"""

from __future__ import annotations

import re
import unicodedata

from pypinyin import lazy_pinyin

from states.surnames import surname

LONGEST = 400
#: 多音姓: how these characters are read in a surname
_SURNAMES = {
    "单": "shan", "解": "xie", "曾": "zeng", "查": "zha", "仇": "qiu", "区": "ou", "朴": "piao", "盖": "ge",
    "任": "ren", "华": "hua", "缪": "miao", "覃": "qin", "翟": "zhai", "乐": "yue", "员": "yun", "冼": "xian",
    "种": "chong", "秘": "bi", "折": "she", "黑": "he", "繁": "po", "召": "shao", "宁": "ning", "逄": "pang",
    "谌": "chen", "郗": "xi", "纪": "ji", "葛": "ge", "卜": "bu", "燕": "yan", "应": "ying", "过": "guo",
    "车": "che", "石": "shi", "沈": "shen", "贾": "jia", "薄": "bo", "隗": "wei", "褚": "chu", "舍": "she",
    "祭": "zhai", "晟": "cheng", "於": "yu", "那": "na", "哈": "ha", "洗": "xian", "万": "wan", "尉": "wei",
    "长": "chang", "都": "du", "角": "jue", "台": "tai", "相": "xiang", "行": "xing", "要": "yao", "藏": "zang",
    "重": "chong", "佴": "nai", "璩": "qu", "撒": "sa", "教": "jiao", "能": "nai", "便": "pian", "鲜": "xian",
}  # fmt: skip
_COMPOUND = {
    "尉迟": ("yu", "chi"), "万俟": ("mo", "qi"), "澹台": ("tan", "tai"), "长孙": ("zhang", "sun"),
    "令狐": ("ling", "hu"), "单于": ("chan", "yu"), "宿六": ("su", "liu"),
}  # fmt: skip
_NOT_SPOKEN = re.compile(r"[^\w]|_")


def pinyin_of(name: str) -> str:
    """``张三`` → ``zhangsan zs``: whole, then by initials, lower case without tones (ü as v); marks are left out."""
    plain = _NOT_SPOKEN.sub("", unicodedata.normalize("NFKC", name)).lower()
    family = surname(plain)
    syllables = [*_of_surname(family), *lazy_pinyin(plain[len(family) :])]
    words = [part for syllable in syllables if (part := re.sub(r"[^a-z0-9]", "", syllable))]
    return f"{''.join(words)} {''.join(word[0] for word in words)}".strip()[:LONGEST]


def _of_surname(family: str) -> list[str]:
    if family in _COMPOUND:
        return list(_COMPOUND[family])
    if family in _SURNAMES:
        return [_SURNAMES[family]]
    return list(lazy_pinyin(family))
