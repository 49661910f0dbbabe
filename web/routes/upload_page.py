"""/u/<code>: sending files without signing in, once, for the member whom the code was given to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from domain.ids import UploadId
from domain.member import Member
from domain.messages import InboundMessage
from domain.ports.store import Transaction
from domain.short_codes import LINK_CODE_LENGTH, UPLOAD_CODE_LENGTH
from domain.web import UploadLink, hash_token
from web.bodies import read_json
from web.problems import ProblemError, not_found, stranger
from web.rate_limits import client_key
from web.routes.uploads import announce_files, receive_file
from web.routing import Routes, public_route
from web.services import in_minutes
from web.sessions import active_member
from web.site import WEB_CHANNEL, Site, web_address
from web.views.me import me_view

_LONGEST_CODE = 2 * UPLOAD_CODE_LENGTH


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """Who sends: known by the code alone, so the page says nothing about the member."""

    link: UploadLink
    member: Member


def routes(site: Site) -> Routes:
    return [
        public_route(site, "/u/{code}", show_page),
        public_route(site, "/u/{code}/api/uploads", announce, method="POST"),
        public_route(site, "/u/{code}/api/uploads/{upload}", receive, method="PUT"),
        public_route(site, "/u/{code}/api/finish", finish, method="POST"),
    ]


async def show_page(site: Site, request: Request) -> Response:
    """Show the page; the short code of a text message leads to its question instead, behind a sign-in."""
    code = str(request.path_params["code"])
    if len(code) == LINK_CODE_LENGTH:
        return RedirectResponse(f"{site.base}/q/{quote(code)}", status_code=303)
    guest = await _guest(site, request, takes_try=True)
    me = me_view(
        replace(stranger(request.headers), language=guest.member.language), is_demo=site.services.options.is_demo
    )
    return site.pages.shell("upload", guest.member, base=site.base, me=me)


async def announce(site: Site, request: Request) -> Response:
    guest = await _guest(site, request)
    # The page's ids count for this link alone: another link of the member's begins anew.
    return await announce_files(site, request, guest.member.id, prefix=f"{guest.link.code_hash[:16]}:")


async def receive(site: Site, request: Request) -> Response:
    guest = await _guest(site, request)
    return await receive_file(site, request, guest.member.id)


async def finish(site: Site, request: Request) -> Response:
    """Hand the files over to the member's draft or question, and use the link up."""
    body = await read_json(request, limit_bytes=site.services.options.json_bytes)
    client_id = body.text("client_id")
    if site.finishes.holds(hash_token(str(request.path_params["code"])), client_id):
        return _finished(is_new=False)
    guest = await _guest(site, request, takes_try=True)
    upload_ids = body.texts("uploads", limit=site.services.intake.limits.files_per_message)
    if not upload_ids:
        raise ProblemError(422, "message_empty")
    uploads = tuple(UploadId(upload_id) for upload_id in upload_ids)
    await site.services.store.read(lambda transaction: _check_uploads(transaction, guest, uploads))
    message = InboundMessage(
        channel=WEB_CHANNEL,
        # One link, one message: a finish that is sent twice hands over once.
        external_id=f"upload-link:{guest.link.code_hash}",
        sender=web_address(guest.member),
        received_at=site.now(),
        uploads=uploads,
        in_reply_to=guest.link.question_id,
    )
    accepted = await site.services.intake.accept(message)
    now = site.now()
    await site.services.store.write(lambda transaction: transaction.web.use_upload_link(guest.link.code_hash, now))
    site.finishes.note(guest.link.code_hash, client_id)
    return _finished(is_new=accepted)


def _finished(*, is_new: bool) -> Response:
    return JSONResponse({"accepted": is_new}, status_code=202)


async def _guest(site: Site, request: Request, *, takes_try: bool = False) -> Guest:
    """Return who a code was given to.

    Args:
        takes_try: whether this counts against how often one code may be used.
    Raises:
        ProblemError: 404 "upload_link_unknown" for what never was, is over or was used; 429 "too_many_tries".
    """
    now, code, client = site.now(), str(request.path_params["code"]), client_key(request)
    site.limits.wrong_code_by_address.check(client, now)
    found = await site.services.store.read(lambda transaction: _find(transaction, code))
    if found is None or found.link.used_at is not None or found.link.expires_at <= now:
        site.limits.wrong_code_by_address.take(client, now)
        minutes = in_minutes(site.services.options.upload_link_life)
        raise ProblemError(404, "upload_link_unknown", values={"minutes": minutes})
    if takes_try:
        site.limits.upload_by_code.take(found.link.code_hash, now)
    request.state.member = found.member
    return found


def _find(transaction: Transaction, code: str) -> Guest | None:
    link = transaction.web.upload_link(hash_token(code)) if len(code) <= _LONGEST_CODE else None
    member = None if link is None else active_member(transaction, link.member_id)
    return None if link is None or member is None else Guest(link=link, member=member)


def _check_uploads(transaction: Transaction, guest: Guest, uploads: tuple[UploadId, ...]) -> None:
    for upload_id in uploads:
        if transaction.uploads.get(upload_id).member_id != guest.member.id:
            raise not_found()
