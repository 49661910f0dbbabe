"""How a route is made: for members who are signed in, or – the few that are listed – for everybody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domain.errors import HilumError
from domain.member import Role
from web.answers import answer_error, answer_problem
from web.problems import ProblemError
from web.refusals import note_refused
from web.site import MemberHandler, PublicHandler, Site
from web.visits import open_visit

_UNSAFE = frozenset({"POST", "PUT"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Who reaches a route: of `roles` the member has at least one, or they are empty.

    `is_use` says that a request shows somebody to be there, which keeps the
    session from locking; whatever changes something always does.
    """

    roles: frozenset[Role] = frozenset()
    is_use: bool = False


EVERY_MEMBER = Access()


def member_route(
    site: Site, path: str, handler: MemberHandler, *, method: str = "GET", access: Access = EVERY_MEMBER
) -> Route:
    """Return a route that only a signed-in member reaches."""

    async def visit(site: Site, request: Request) -> Response:
        opened = await open_visit(site, request, is_use=access.is_use or method in _UNSAFE)
        if access.roles and not access.roles & opened.member.roles:
            await note_refused(opened, path, code="role_missing")
            raise ProblemError(403, "role_missing")
        return await handler(opened)

    return public_route(site, path, visit, method=method)


def public_route(site: Site, path: str, handler: PublicHandler, *, method: str = "GET") -> Route:
    """Return a route that anybody reaches; its handler asks for whatever it needs to see."""

    async def endpoint(request: Request) -> Response:
        try:
            return await handler(site, request)
        except ProblemError as problem:
            return answer_problem(site, request, problem)
        except HilumError as error:
            return answer_error(site, request, error)

    return Route(path, endpoint, methods=[method])


Routes = Sequence[Route]
