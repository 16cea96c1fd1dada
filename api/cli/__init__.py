"""The command line ``zaigang`` (命令行): the same work as the pages, for those who run an office.

Nothing heavy is imported before a command needs it, so that ``zaigang when`` answers at once.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from io import TextIOWrapper

import typer

from api.cli import account, audit, calendar, procedure, service, transfer, upkeep, when
from api.cli.console import explain_usage, wants_json

__all__ = ["app", "main"]

app = typer.Typer(
    name="zaigang",
    help="在岗：公益性岗位从招聘公告到离岗，每一步依所适用的办法办理。\n\n"
    "Zaigang carries every hire for a public-welfare post by the letter of the governing document.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)
for part in (service, procedure, when, transfer, audit, upkeep, account, calendar):
    part.add_to(app)


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs a command and ends the process: 0 done, 1 not done, 2 the command was spelled wrongly."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a terminal that cannot show Chinese shows question marks, and goes on
            stream.reconfigure(errors="replace")
    try:
        status = app(given, prog_name="zaigang", standalone_mode=False)
    except typer.Abort:
        status = 130
    except typer.TyperException as error:
        status = explain_usage(error, given, as_json=wants_json(given))
    except BrokenPipeError:
        # the reader of our output has gone (zaigang … | head): nothing is left to say to them
        sys.stderr.close()
        status = 1
    sys.exit(status if isinstance(status, int) else 0)
