"""The demo's front door: a link for each role, minted anew at each press."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response

from web.answers import reader_of
from web.links import sign_in_link
from web.problems import not_found
from web.routing import Routes, public_route
from web.site import Site

_LETTERS = 20


def routes(site: Site) -> Routes:
    return [
        public_route(site, "/", show_roles),
        public_route(site, "/samples/{name}", give_sample),
        public_route(site, "/outbox", show_outbox),
    ]


def role_routes(site: Site) -> Routes:
    return [public_route(site, "/link", mint_link, method="POST")]


async def show_roles(site: Site, request: Request) -> Response:
    names = [role.name for role in site.services.options.demo_roles]
    samples = sorted(_samples(site))
    options = site.services.options
    has_post = options.takes_applications and options.demo_outbox is not None
    return site.pages.plain(
        "landing", reader_of(request), base=site.base, roles=names, samples=samples, has_post=has_post
    )


async def show_outbox(site: Site, request: Request) -> Response:
    """Show the letters that the demo would have sent, the newest first."""
    folder = site.services.options.demo_outbox
    files = [] if folder is None or not folder.is_dir() else sorted(folder.iterdir(), key=_written_at, reverse=True)
    letters = []
    for file in files[:_LETTERS]:
        to, _, text = file.read_text(encoding="utf-8").partition("\n")
        letters.append({"to": to, "text": text})
    return site.pages.plain("outbox", reader_of(request), base=site.base, letters=letters)


def _written_at(file: Path) -> float:
    return file.stat().st_mtime


async def give_sample(site: Site, request: Request) -> Response:
    """Hand out a fictional study to upload."""
    file = _samples(site).get(str(request.path_params["name"]))
    if file is None:
        raise not_found()
    return FileResponse(file, filename=file.name, media_type="application/octet-stream")


def _samples(site: Site) -> Mapping[str, Path]:
    folder = site.services.options.demo_samples
    return {} if folder is None else {file.name: file for file in folder.iterdir() if file.is_file()}


async def mint_link(site: Site, request: Request) -> Response:
    """Make a sign-in link for the demo's member of this role, and go to its page."""
    if site.demo_role is None:
        raise AssertionError("links without a session are minted in the demo alone")
    token = site.services.new_token()
    link = sign_in_link(token, site.demo_role.member_id, now=site.now(), options=site.services.options)
    await site.services.store.write(lambda transaction: transaction.web.add_sign_in_link(link))
    return RedirectResponse(f"{site.base}/sign-in/{token}", status_code=303)
