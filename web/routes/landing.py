"""The demo's front door: a link for each role, minted anew at each press."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from web.answers import reader_of
from web.links import sign_in_link
from web.routing import Routes, public_route
from web.site import Site


def routes(site: Site) -> Routes:
    return [public_route(site, "/", show_roles)]


def role_routes(site: Site) -> Routes:
    return [public_route(site, "/link", mint_link, method="POST")]


async def show_roles(site: Site, request: Request) -> Response:
    names = [role.name for role in site.services.options.demo_roles]
    return site.pages.plain("landing", reader_of(request), base=site.base, roles=names)


async def mint_link(site: Site, request: Request) -> Response:
    """Make a sign-in link for the demo's member of this role, and go to its page."""
    if site.demo_role is None:
        raise AssertionError("links without a session are minted in the demo alone")
    token = site.services.new_token()
    link = sign_in_link(token, site.demo_role.member_id, now=site.now(), options=site.services.options)
    await site.services.store.write(lambda transaction: transaction.web.add_sign_in_link(link))
    return RedirectResponse(f"{site.base}/sign-in/{token}", status_code=303)
