"""The service, assembled once (组装): office, middleware, problems, JSON API, pages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache

from fastapi import APIRouter, FastAPI
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.routing import BaseRoute

from api import openapi, pages, problems, routes
from api.routes import health
from api.security import MAX_BODY_BYTES, Protection, quiet_access_log
from workflow.office import Office
from workflow.settings import Settings

API_DOCUMENT = "/api/v1/openapi.json"


def create_app(settings: Settings, office: Office | None = None) -> FastAPI:
    """The web application. ``office`` is opened from the settings unless it is given, as tests do.

    Raises what ``Office.open`` raises: a faulty procedure or calendar stops the program at its start.
    """
    app = FastAPI(
        title="Zaigang 在岗",
        version="1",
        summary="公益性岗位聘用：从招聘公告到离岗，每一步依所适用的办法办理",
        openapi_url=API_DOCUMENT,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_lifespan,
    )
    app.state.settings = settings
    app.state.office = office or Office.open(settings)
    app.state.problem_page = None
    problems.install(app)
    app.router.routes.extend(_routes())
    pages.install(app)
    openapi.install(app)
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=MAX_BODY_BYTES)
    app.add_middleware(Protection, settings=settings, answer=problems.answer)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    quiet_access_log()
    yield
    app.state.office.database.dispose()


@cache
def _routes() -> tuple[BaseRoute, ...]:
    """Every route of the service: the JSON API and the pages for people.

    Put together once for all apps of a process: to learn from hundreds of signatures what each route asks for takes
    longer than to answer the first request. All stand side by side: each router within another is searched again by
    every one around it.
    """
    together = APIRouter()
    together.include_router(health.router)
    routes.include_in(together)
    pages.include_in(together)
    return tuple(together.routes)
