"""Commands that keep running (服务): the web, the worker, the demonstration."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.console import Answer, CommandFailed, Console, command
from api.cli.rooms import opened, ready
from states.say import say

if TYPE_CHECKING:
    from fastapi import FastAPI

Host = Annotated[str, typer.Option("--host", help="监听的地址 / address to listen on")]
Port = Annotated[int, typer.Option("--port", min=1, max=65535, help="监听的端口 / port to listen on")]


def add_to(app: typer.Typer) -> None:
    command(app, "serve")(serve)
    command(app, "worker")(worker)
    command(app, "demo")(demo)


def serve(
    console: Console,
    host: Host = "127.0.0.1",
    port: Port = 8750,
    embedded: Annotated[
        bool, typer.Option("--embedded", help="同时运行后台 / run the worker in this process too")
    ] = False,
    workers: Annotated[int, typer.Option("--workers", min=1, help="网页进程数 / web processes")] = 1,
) -> Answer | None:
    """运行网页服务，直到按 Ctrl+C。

    Runs the web service until it is told to stop. With --embedded one process is enough for one office.
    """
    import uvicorn

    from api.app import create_app
    from notifications.worker import EmbeddedWorker

    if embedded and workers > 1:
        raise CommandFailed(
            say("--embedded 只能用于一个网页进程"), where="--workers", mend=say("另开一个进程运行 zaigang worker")
        )
    quiet = {"server_header": False, "date_header": True, "log_level": "info"}
    if workers > 1:
        ready(console.settings)
        uvicorn.run("api.cli.service:application", factory=True, host=host, port=port, workers=workers, **quiet)  # type: ignore[arg-type]
        return None
    with opened(console) as office:
        app = create_app(console.settings, office)
        console.note(say("网页服务：{address}", address=f"http://{_shown(host)}:{port}/"))
        if embedded:
            with EmbeddedWorker(office, console.settings):
                uvicorn.run(app, host=host, port=port, **quiet)  # type: ignore[arg-type]
        else:
            uvicorn.run(app, host=host, port=port, **quiet)  # type: ignore[arg-type]
    return None


def application() -> FastAPI:
    """One of several web processes: opened in the process that serves it."""
    from api.app import create_app
    from workflow.demo_clock import DemoClock
    from workflow.office import Office
    from workflow.settings import Settings

    settings = Settings()
    office = Office.open(settings)
    if settings.demo:
        office.now = DemoClock(office.database)
    return create_app(settings, office)


def worker(console: Console) -> Answer | None:
    """运行后台：到期办理、寄发通知，直到按 Ctrl+C。可以同时运行几个。

    Runs the worker: due timers, letters, e-mail. Any number may run at once.
    """
    from notifications.worker import run_worker

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    with opened(console) as office:
        console.note(say("后台已启动，每{seconds}秒一次", seconds=str(console.settings.tick_seconds)))
        run_worker(office, console.settings)
    return None


def demo(console: Console, host: Host = "127.0.0.1", port: Port = 8750) -> Answer | None:
    """在本机演示：示范县的数据、网页和后台，一条命令。

    A demonstration county on this machine: data, web and worker in one command.
    """
    from api.demo import run

    run(console.settings, host, port)
    return None


def _shown(host: str) -> str:
    return "127.0.0.1" if host in ("0.0.0.0", "::") else host
