"""Filling in a template (套打): what it may hold, and the paper that comes of it.

A template of an office is data from outside. It may name values, ask whether one is there, and nothing else: every tag
is held to that before anything is run, so that no loop, filter, attribute or include is ever evaluated. What is left
runs in Jinja's sandbox with strict names, and every value is escaped. Fields of Word that fetch or compute are refused.
"""

from __future__ import annotations

import io
import logging
import re
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from states.say import say
from workflow.file_checks import FileRefused, sniff
from workflow.papers.kinds import Kind
from workflow.papers.names import KNOWN, by_either, canonical, examples

log = logging.getLogger("zaigang.papers")
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
#: what a template may weigh, packed and as text: a contract of ten pages has a tenth of it
MOST_BYTES, MOST_TEXT = 2 * 1024 * 1024, 3 * 1024 * 1024
MOST_TAGS, LONGEST_TAG, DEEPEST = 400, 120, 5
_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_PRINT = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_IF = re.compile(r"\{%\s*if\s+(not\s+)?(\w+)\s*%\}")
_ELSE, _ENDIF = re.compile(r"\{%\s*else\s*%\}"), re.compile(r"\{%\s*endif\s*%\}")
_OPEN = re.compile(r"\{\{|\{%|\{#|\}\}|%\}|#\}")
#: the fields that only count pages
_FIELDS = frozenset({"PAGE", "NUMPAGES", "SECTIONPAGES", "SECTION"})
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_EXTERNAL = re.compile(rb"TargetMode\s*=\s*[\"']External", re.IGNORECASE)
#: a package has no moment of its own: the same values make the same bytes
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Use:
    """The names of a template; ``printed``: those that it prints without asking first whether they are there."""

    names: frozenset[str]
    printed: frozenset[str]
    #: something stands there only where a value is missing
    otherwise: bool = False
    #: those that are printed in any case, outside of every "if"
    always: frozenset[str] = frozenset()


@dataclass
class _Scan:
    """One reading of a template's tags, in order."""

    kind: Kind
    names: set[str] = field(default_factory=set)
    printed: set[str] = field(default_factory=set)
    always: set[str] = field(default_factory=set)
    unknown: dict[str, None] = field(default_factory=dict)
    strange: dict[str, None] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    otherwise: bool = False
    tags: int = 0

    def read(self, text: str) -> None:
        """Reads the tags of one part. Raises FileRefused for one that is not closed."""
        for tag in _TAG.findall(text):
            self.tags += 1
            self._take(tag)
        if self.asked or _OPEN.search(_TAG.sub("", text)):
            raise FileRefused(
                say("模板里有没有写完整的标记。请检查每一处{open}和{close}，再上传", open="{{", close="}}")
            )
        if self.tags > MOST_TAGS:
            raise FileRefused(say("模板里的标记超过{most}处，未予接收。请减少后再上传", most=MOST_TAGS))

    def _take(self, tag: str) -> None:
        if len(tag) > LONGEST_TAG:
            self.strange[tag[:30] + "…"] = None
        elif found := _PRINT.fullmatch(tag):
            name = self._name(found[1])
            self.names.add(name)
            if name not in self.asked:
                self.printed.add(name)
            if not self.asked:
                self.always.add(name)
        elif found := _IF.fullmatch(tag):
            self.asked.append(self._name(found[2]))
            self.names.add(self.asked[-1])
            self.otherwise |= bool(found[1])
            if len(self.asked) > DEEPEST:
                self.strange[tag] = None
        elif _ENDIF.fullmatch(tag) and self.asked:
            self.asked.pop()
        elif _ELSE.fullmatch(tag) and self.asked:
            self.otherwise = True
        else:
            self.strange[tag] = None

    def _name(self, name: str) -> str:
        known = canonical(self.kind, name)
        if known is None:
            self.unknown[name] = None
        return known or name


def check(data: bytes, kind: Kind) -> Use:
    """Whether a file can be a template for a kind of paper: everything is looked at, and it is tried with examples.

    Raises FileRefused with what is wrong and what to do; unknown names are told all at once, with those that are known.
    """
    if len(data) > MOST_BYTES:
        raise FileRefused(say("模板超过{most}MB，未予接收。请压缩图片后再上传", most=MOST_BYTES // 1024 // 1024))
    if sniff(data) != DOCX:
        raise FileRefused(say("模板须是Word文件（docx）。请另存为docx后再上传"))
    _check_package(data)
    use = used_by(data, kind)
    if "number" not in use.always:
        raise FileRefused(say("模板里须有{number}，每份文书都要有编号", number="{{ 文书编号 }}"))
    made = render(data, examples(kind), kind)
    _check_made(made, use, kind)
    return use


def used_by(data: bytes, kind: Kind) -> Use:
    """What a template names. Raises FileRefused for tags that are no names, and for names that are not known."""
    return _used_by(data, kind)


@lru_cache(maxsize=16)
def _used_by(data: bytes, kind: Kind) -> Use:
    scan = _Scan(kind)
    for text in _parts(data):
        scan.read(text)
    if scan.strange:
        raise FileRefused(
            say(
                "模板里只能写{print}和{ask}这样的标记，不能写：{found}",
                print="{{ 姓名 }}",
                ask="{% if 姓名 %}…{% else %}…{% endif %}",
                found="  ".join(list(scan.strange)[:10]),
            )
        )
    if scan.unknown:
        known = "、".join(name.alias for name in KNOWN[kind].values())
        raise FileRefused(
            say("模板里有不认识的名称：{unknown}。可以使用的有：{known}", unknown="、".join(scan.unknown), known=known)
        )
    return Use(frozenset(scan.names), frozenset(scan.printed), scan.otherwise, frozenset(scan.always))


def render(data: bytes, values: Mapping[str, str], kind: Kind) -> bytes:
    """The paper: the template with every value in its place. The same template and values make the same bytes.

    Only for templates that ``check`` or ``used_by`` let pass. Raises FileRefused where it cannot be filled in.
    """
    from docxtpl import DocxTemplate

    environment = SandboxedEnvironment(undefined=StrictUndefined, autoescape=True)
    environment.globals.clear()
    out = io.BytesIO()
    with _or_unusable():
        template: Any = DocxTemplate(io.BytesIO(data))
        template.render(by_either(kind, values), environment, autoescape=True)
        template.save(out)
    return _settled(out.getvalue())


def text_of(data: bytes) -> str:
    """Everything that can be read in a Word file, its head and foot with it."""
    return "\n".join("".join(node.text or "" for node in element.iter(f"{_W}t")) for element in _trees(data))


# ---- looking into a package --------------------------------------------------------------------------------------


def _parts(data: bytes) -> list[str]:
    """Every text that is filled in, as the library will read it: tags that Word has cut into runs are whole again."""
    from docxtpl import DocxTemplate

    with _or_unusable():
        template: Any = DocxTemplate(io.BytesIO(data))
        template.render_init()
        found = [template.get_xml()]
        for uri in (template.HEADER_URI, template.FOOTER_URI):
            found += [template.get_part_xml(part) for _, part in template.get_headers_footers(uri)]
        parts = template.docx.part.package.parts
        found += [part.blob.decode("utf-8") for part in parts if part.content_type.endswith("footnotes+xml")]
        properties = template.docx.core_properties
        told = [str(getattr(properties, name) or "") for name in _PROPERTIES]
        return [*(template.patch_xml(xml) for xml in found), *told]


#: properties of the file that the library fills in as well
_PROPERTIES = ("author", "comments", "identifier", "language", "subject", "title")


def _check_package(data: bytes) -> None:
    """No address outside, no field but page numbers, and no more text than a paper has."""
    size = 0
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        for part in opened.infolist():
            if part.filename.lower().endswith(".rels") and _EXTERNAL.search(opened.read(part)):
                raise FileRefused(say("模板里有指向外部地址的链接，未予接收。请改成普通文字后再上传"))
            size += part.file_size if _is_text(opened, part.filename) else 0
    if size > MOST_TEXT:
        raise FileRefused(say("模板内容过多，未予接收。请只保留文书本身的内容"))
    for tree in _trees(data):
        for code in _field_codes(tree):
            if (code.split() or [""])[0].upper() not in _FIELDS:
                raise FileRefused(say("模板里有不能使用的域：{code}。请改成普通文字后再上传", code=code.strip()[:40]))


def _is_text(opened: zipfile.ZipFile, name: str) -> bool:
    """Whether a part is XML: by what it begins with, for the package may call it anything."""
    with opened.open(name) as part:
        begin = part.read(64)
    return name.lower().endswith(".xml") or begin.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n")[:1] == b"<"


def _trees(data: bytes) -> Iterator[Any]:
    """Every part that is XML, whatever it is called: which of them is the main one, the package says itself."""
    from docx.oxml import parse_xml

    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        for name in sorted(opened.namelist()):
            if _is_text(opened, name):
                with _or_unusable():
                    tree = parse_xml(opened.read(name))
                yield tree


def _field_codes(tree: Any) -> Iterator[str]:
    """What every field of Word does; a code may be cut into several runs, and fields may lie in each other."""
    open_codes: list[str] = []
    for element in tree.iter(f"{_W}fldSimple", f"{_W}fldChar", f"{_W}instrText"):
        if element.tag == f"{_W}fldSimple":
            yield element.get(f"{_W}instr") or ""
        elif element.tag == f"{_W}instrText":
            if not open_codes:
                yield element.text or ""
            else:
                open_codes[-1] += element.text or ""
        elif element.get(f"{_W}fldCharType") == "begin":
            open_codes.append("")
        elif element.get(f"{_W}fldCharType") == "end" and open_codes:
            yield open_codes.pop()
    yield from open_codes


def _check_made(made: bytes, use: Use, kind: Kind) -> None:
    """Nothing is left unfilled anywhere in the file, and what is printed can be read in it."""
    with zipfile.ZipFile(io.BytesIO(made)) as opened:
        left = any(
            b"{{" in opened.read(name) or b"{%" in opened.read(name)
            for name in opened.namelist()
            if name.endswith(".xml")
        )
    read = text_of(made)
    lost = [KNOWN[kind][name].alias for name in sorted(use.printed) if examples(kind)[name] not in read]
    if left or (lost and not use.otherwise):
        raise FileRefused(
            say("模板填入示例后有内容没有显示：{names}。请把标记写在正文、页眉或页脚的文字里", names="、".join(lost))
        )


def _settled(data: bytes) -> bytes:
    """The package without the moment at which each part was written."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as opened, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as settled:
        for name in opened.namelist():
            settled.writestr(zipfile.ZipInfo(name, _EPOCH), opened.read(name), zipfile.ZIP_DEFLATED)
    return out.getvalue()


@contextmanager
def _or_unusable() -> Iterator[None]:
    """A file that was made to break its reader may raise anything: it means the same to whoever sent it."""
    try:
        yield
    except FileRefused:
        raise
    except Exception as error:
        log.warning("template refused", extra={"error": type(error).__name__})
        raise FileRefused(say("这个文件不能用作模板。请从下载的样本改起，另存为docx后再上传")) from error
