"""The ASGI application: every route, mounted once, or in the demo once a role."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import cast

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from web.answers import answer_problem
from web.bodies import drain
from web.finishes import Finishes
from web.pages import Pages
from web.problems import ProblemError
from web.rate_limits import RateLimits
from web.routes import (
    audit,
    blocks,
    conversation,
    events,
    health,
    hooks,
    images,
    incidents,
    join,
    landing,
    members,
    notifications,
    pages,
    questions,
    report,
    rota,
    search,
    short_links,
    sign_in,
    upload_page,
    uploads,
)
from web.security import SecurityHeaders, is_same_origin, security_headers
from web.services import DemoRole, WebServices
from web.site import Site
from web.static_files import CheckedStaticFiles
from web.streams import Streams
from web.views.images import ViewLog

_PROBLEM_OF_STATUS: Mapping[int, str] = {404: "not_found", 405: "method_unknown"}


def create_app(services: WebServices) -> Starlette:
    """Return the application; `app.state.close_streams()` ends the open event streams at once."""
    root = _root_site(services)
    headers = security_headers(services.options)
    app = Starlette(
        routes=_routes(root),
        middleware=[
            Middleware(SecurityHeaders, headers=headers),
            Middleware(TrustedHostMiddleware, allowed_hosts=list(services.options.hosts), www_redirect=False),
            Middleware(OriginCheck, site=root),
        ],
        exception_handlers={HTTPException: _on_http(root), Exception: _on_defect(root, headers)},
        lifespan=_lifespan(root.streams),
    )
    app.state.close_streams = root.streams.close
    return app


class OriginCheck:
    """Refuses what another site's page makes a browser send here."""

    def __init__(self, app: ASGIApp, *, site: Site) -> None:
        self._app = app
        self._site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if is_same_origin(scope, self._site.services.options):
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        await drain(request)
        response = answer_problem(self._site, request, ProblemError(403, "other_origin"))
        await response(scope, receive, send)


def _root_site(services: WebServices) -> Site:
    return Site(
        base="",
        services=services,
        pages=Pages(services.wording, services.options),
        streams=Streams(services),
        limits=RateLimits(),
        views=ViewLog(services.store),
        finishes=Finishes(),
    )


def _routes(root: Site) -> list[BaseRoute]:
    static = Mount("/static", CheckedStaticFiles(packages=[("web", "static")]), name="static")
    rooms = (health.routes, hooks.routes, upload_page.routes, rota.feed_routes, join.routes)
    shared: list[BaseRoute] = [*(route for room in rooms for route in room(root)), static]
    roles = root.services.options.demo_roles
    if not roles:
        return [*shared, *_member_routes(root)]
    mounts: list[BaseRoute] = [
        Mount(site.base, routes=[*_member_routes(site), *landing.role_routes(site), static])
        for site in (_demo_site(root, role) for role in roles)
    ]
    return [*shared, *landing.routes(root), *mounts]


def _demo_site(root: Site, role: DemoRole) -> Site:
    return Site(
        base=f"/as/{role.name}",
        services=root.services,
        pages=root.pages,
        streams=root.streams,
        limits=root.limits,
        views=root.views,
        finishes=root.finishes,
        demo_role=role,
    )


def _member_routes(site: Site) -> list[BaseRoute]:
    rooms = (sign_in, pages, conversation, events, uploads, questions, search, short_links, rota, members, images)
    further = (incidents, report, notifications, audit, blocks)
    return [route for room in (*rooms, *further) for route in room.routes(site)]


Handler = Callable[[Request, Exception], Response]


def _on_http(site: Site) -> Handler:
    """Answer what Starlette itself refuses: an unknown address, a method nobody expects."""

    def answer(request: Request, error: Exception) -> Response:
        status = cast(HTTPException, error).status_code
        code = _PROBLEM_OF_STATUS.get(status, "unexpected")
        return answer_problem(site, request, ProblemError(status, code))

    return answer


def _on_defect(site: Site, headers: Mapping[str, str]) -> Handler:
    """Answer a defect; Starlette raises it again afterwards, for the server's log."""

    def answer(request: Request, error: Exception) -> Response:
        site.services.log.error("request_failed", error=type(error).__name__)
        response = answer_problem(site, request, ProblemError(500, "unexpected"))
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        return response

    return answer


def _lifespan(streams: Streams) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def run(_: Starlette) -> AsyncIterator[None]:
        yield
        streams.close()

    return run
