"""What all commands share (命令行公用): one answer as text or as one JSON document, and errors that say what to do.

A command is a function from a ``Console`` and its options to an ``Answer``; ``command`` gives it ``--json`` and
``--lang``, prints its answer and turns what a person did wrong into a sentence. What we did wrong stays a traceback.
"""

from __future__ import annotations

import inspect
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any

import typer

from states.say import Sentence, Translate, say

if TYPE_CHECKING:
    from workflow.settings import Settings

LANGUAGES = ("zh", "en")
DONE, NOT_DONE, MISSPELLED = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command found: ``document`` for programs, ``lines`` for people. ``ok`` False ends with status 1."""

    document: Any
    lines: tuple[str, ...] = ()
    ok: bool = True


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a command was not carried out: what, where, and how to mend it. ``faults`` are its single parts."""

    what: Sentence
    where: str = ""
    mend: Sentence | None = None
    faults: tuple[tuple[str, Sentence], ...] = ()


class CommandFailed(Exception):
    """A command that cannot be carried out as it was asked."""

    def __init__(
        self,
        what: Sentence,
        *,
        where: str = "",
        mend: Sentence | None = None,
        faults: Iterable[tuple[str, Sentence]] = (),
    ) -> None:
        super().__init__(what.text())
        self.failure = Failure(what, where, mend, tuple(faults))


@dataclass
class Console:
    """How this command was called: for programs or for people, and in which language."""

    as_json: bool = False
    wanted_language: str | None = None
    notes: list[str] = field(default_factory=list)

    @cached_property
    def language(self) -> str:
        return self.wanted_language or language_of_environment()

    @cached_property
    def translate(self) -> Translate | None:
        """None for Chinese, which needs no catalogue."""
        return translator(self.language)

    @cached_property
    def settings(self) -> Settings:
        """The settings of this installation. Raises CommandFailed naming each that is wrong."""
        from pydantic import ValidationError

        from workflow.settings import Settings

        try:
            return Settings()
        except ValidationError as error:
            faults = [
                (f"ZAIGANG_{'_'.join(map(str, e['loc'])).upper()}", say("值不合要求：{why}", why=e["msg"]))
                for e in error.errors()
            ]
            mend = say("更正这些环境变量（或 .env 文件里的同名行）后再试")
            raise CommandFailed(say("设置有误"), where=".env", mend=mend, faults=faults) from None

    def text(self, sentence: Sentence) -> str:
        """A sentence in the language of this command."""
        return sentence.text(self.translate)

    def gettext(self, pattern: str, /, **facts: Any) -> str:
        """The same, said at once; the extractor of sentences looks for this name too."""
        return self.text(say(pattern, **facts))

    def note(self, sentence: Sentence) -> None:
        """Something to be told beside the answer, at once, on the error stream: it never mixes with the answer."""
        print(self.text(sentence), file=sys.stderr, flush=True)


def language_of_environment() -> str:
    """``ZAIGANG_LANGUAGE``, also from ``.env``; Chinese if it names no language of ours."""
    named = os.environ.get("ZAIGANG_LANGUAGE")
    if named is None and os.path.exists(".env"):
        from pydantic import ValidationError

        from workflow.settings import Settings

        try:
            return Settings().language
        except ValidationError:
            return "zh"
    return named if named in LANGUAGES else "zh"


def translator(language: str) -> Translate | None:
    if language == "zh":
        return None
    from notifications.i18n import translator as of_service

    return of_service(language)


def wants_json(arguments: Sequence[str]) -> bool:
    """Whether ``--json`` was asked for, on a line that may be misspelled."""
    return "--json" in arguments


JsonFlag = Annotated[bool, typer.Option("--json", help="只输出一个JSON文档 / print exactly one JSON document")]
LanguageOption = Annotated[
    str | None, typer.Option("--lang", metavar="zh|en", help="输出的语言 / language of the answer", show_default=False)
]


def _language(value: str | None) -> str | None:
    if value is not None and value not in LANGUAGES:
        raise typer.BadParameter("zh | en", param_hint="--lang")
    return value


Command = Callable[..., Answer | None]


def command(app: typer.Typer, name: str) -> Callable[[Command], Command]:
    """Adds a function to ``app`` as a command: with ``--json`` and ``--lang``, its answer printed, its errors told.

    The first parameter of the function is the console; the others are its options and arguments. Its docstring is its
    help, Chinese first.
    """

    def register(function: Command) -> Command:
        signature = inspect.signature(function, eval_str=True)
        own = list(signature.parameters.values())[1:]
        shared = [
            inspect.Parameter("as_json", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=JsonFlag),
            inspect.Parameter("lang", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=LanguageOption),
        ]

        def run(*, as_json: bool, lang: str | None, **given: Any) -> None:
            console = Console(as_json, _language(lang))
            raise typer.Exit(_carried_out(console, lambda: function(console, **given)))

        keyword = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in own]
        run.__signature__ = signature.replace(parameters=[*keyword, *shared])  # type: ignore[attr-defined]
        run.__annotations__ = {p.name: p.annotation for p in (*keyword, *shared)}
        app.command(name, help=inspect.getdoc(function))(run)
        return function

    return register


def group(app: typer.Typer, name: str, help_text: str) -> typer.Typer:
    """A command with commands below it."""
    below = typer.Typer(help=help_text, no_args_is_help=True, rich_markup_mode=None)
    app.add_typer(below, name=name)
    return below


def _carried_out(console: Console, work: Callable[[], Answer | None]) -> int:
    from api.cli.failures import failure_of

    try:
        answer = work()
    except (KeyboardInterrupt, typer.Exit, BrokenPipeError):
        raise
    except Exception as error:
        failure = failure_of(error)
        if failure is None:
            raise
        _tell(console, failure)
        return NOT_DONE
    if answer is not None:
        _print(console, answer)
        return DONE if answer.ok else NOT_DONE
    return DONE


def _print(console: Console, answer: Answer) -> None:
    if console.as_json:
        print(as_document(answer.document))
    else:
        for line in answer.lines:
            print(line)


def as_document(value: Any) -> str:
    """One JSON document, with Chinese as it is; days and moments as ISO text."""
    return json.dumps(value, ensure_ascii=False, indent=2, default=str)


def _tell(console: Console, failure: Failure) -> None:
    if console.as_json:
        print(as_document({"error": failure_document(console, failure)}))
        return
    for line in failure_lines(console, failure):
        print(line, file=sys.stderr)


def failure_document(console: Console, failure: Failure) -> dict[str, Any]:
    return {
        "what": console.text(failure.what),
        "where": failure.where or None,
        "mend": None if failure.mend is None else console.text(failure.mend),
        "faults": [{"where": where, "what": console.text(what)} for where, what in failure.faults],
    }


def failure_lines(console: Console, failure: Failure) -> list[str]:
    place = console.gettext("（{where}）", where=failure.where) if failure.where else ""
    lines = [console.gettext("错误：{what}", what=console.text(failure.what)) + place]
    lines += [
        f"  {where}: {console.text(what)}" if where else f"  {console.text(what)}" for where, what in failure.faults
    ]
    if failure.mend is not None:
        lines.append(console.gettext("办法：{mend}", mend=console.text(failure.mend)))
    return lines


# ---- misspelled commands -----------------------------------------------------------------------------------------


def explain_usage(error: Exception, arguments: Sequence[str], *, as_json: bool) -> int:
    """Tells how a command was misspelled. Returns the exit status."""
    if type(error).__name__ == "NoArgsIsHelpError":
        print(getattr(error, "message", ""))
        return MISSPELLED
    console = Console(as_json, _spelled_language(arguments))
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "zaigang"
    mend = say("查看写法：{command} --help", command=path)
    _tell(console, Failure(_usage(error), path, mend))
    return int(getattr(error, "exit_code", MISSPELLED))


def _spelled_language(arguments: Sequence[str]) -> str | None:
    for before, argument in zip(("", *arguments), arguments, strict=False):
        value = argument.removeprefix("--lang=") if argument.startswith("--lang=") else None
        value = argument if before == "--lang" else value
        if value in LANGUAGES:
            return value
    return None


def _usage(error: Exception) -> Sentence:
    kind, message = type(error).__name__, str(getattr(error, "message", error))
    parameter = getattr(error, "param", None)
    named = getattr(error, "param_hint", None) or (parameter.get_error_hint() if parameter is not None else "")
    facts: Mapping[str, str] = {"name": str(named).replace("'", ""), "message": message}
    if kind == "MissingParameter":
        return say("缺少{name}", name=facts["name"])
    if kind == "NoSuchOption":
        return say("没有{name}这个选项", name=str(getattr(error, "option_name", message)))
    if kind == "BadParameter" and facts["name"]:
        return say("{name}的值不合要求：{message}", **facts)
    unknown = re.fullmatch(r"No such command '(.+)'\.?", message)
    if unknown:
        return say("没有{name}这个命令", name=unknown[1])
    return say("命令写法有误：{message}", message=message)
