"""Signing in by a one-time link: looking at it uses nothing up, a button does (safety rule 17)."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from domain.member import Member, Role
from domain.web import hash_token
from web.answers import reader_of
from web.problems import ProblemError
from web.rate_limits import client_key
from web.routing import Routes, member_route, public_route
from web.site import Site, Visit
from web.visits import check_link, drop_cookie, set_cookie, sign_in, sign_out

_TOKEN_CHARACTERS = 200


def routes(site: Site) -> Routes:
    return [
        public_route(site, "/sign-in/{token}", show_button),
        public_route(site, "/sign-in/{token}", use_link, method="POST"),
        member_route(site, "/sign-out", leave, method="POST"),
    ]


async def show_button(site: Site, request: Request) -> Response:
    token = _token(site, request)
    await check_link(site, token)
    return site.pages.plain("sign_in", reader_of(request), base=site.base, token=token)


async def use_link(site: Site, request: Request) -> Response:
    fresh, member = await sign_in(site, request, _token(site, request))
    draft = await site.services.store.read(lambda transaction: transaction.questions.draft_of(member.id))
    response = RedirectResponse(f"{site.base}/{_first_page(member, has_draft=draft is not None)}", status_code=303)
    set_cookie(response, site, fresh)
    return response


def _first_page(member: Member, *, has_draft: bool) -> str:
    """Experts land where their work is, everybody else where they ask; whoever has a draft open lands at it."""
    if has_draft:
        return "chat"
    if member.has(Role.PANELIST):
        return "desk"
    return "editor" if member.has(Role.EDITOR) else ""


async def leave(visit: Visit) -> Response:
    await sign_out(visit)
    home = "/" if visit.services.options.is_demo else f"{visit.site.base}/"
    response = RedirectResponse(home, status_code=303)
    drop_cookie(response, visit.site)
    return response


def _token(site: Site, request: Request) -> str:
    """Return the link's token, where this client and this token have a try left."""
    now, token = site.now(), str(request.path_params["token"])
    site.limits.sign_in_by_address.take(client_key(request), now)
    site.limits.sign_in_by_token.take(hash_token(token), now)
    if len(token) > _TOKEN_CHARACTERS:
        raise ProblemError(400, "sign_in_unknown")
    return token
