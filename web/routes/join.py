"""Coming in without being signed in: an invite's page, or an application with a society number and an e-mail code.

Looking at a link uses nothing up, a button does (safety rule 17).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from domain.audit import AuditEvent, AuditKind
from domain.commands import SendJoinCode, ShowApplication
from domain.enrolment import (
    CODE_LASTS,
    WRONG_TRIES,
    Application,
    ApplicationState,
    Invite,
    clean_email,
    clean_name,
    clean_society_number,
    member_of,
)
from domain.errors import UserError
from domain.ids import derive_id
from domain.member import Member
from domain.ports.store import Transaction
from domain.web import hash_token
from web.answers import reader_of
from web.bodies import read_form
from web.problems import ProblemError
from web.rate_limits import client_key
from web.routing import Routes, public_route
from web.site import Site
from web.visits import begin_session, set_cookie

_TOKEN_CHARACTERS = 200
_FORM_BYTES = 4096
_LETTERS_A_DAY = 5


def routes(site: Site) -> Routes:
    return [
        public_route(site, "/join", show_form),
        public_route(site, "/join", ask, method="POST"),
        public_route(site, "/join/code", prove, method="POST"),
        public_route(site, "/join/{token}", show_invite),
        public_route(site, "/join/{token}", use_invite, method="POST"),
    ]


async def show_form(site: Site, request: Request) -> Response:
    _refuse_if_closed(site)
    return site.pages.plain("join", reader_of(request), base=site.base, society=site.services.options.society)


async def ask(site: Site, request: Request) -> Response:
    """Take an application down and have its code sent; whether the address is anybody's is not said.

    Raises:
        UserError: "name_missing", "society_number_wrong", "email_wrong", "join_often".
    """
    _refuse_if_closed(site)
    now = site.now()
    site.limits.join_by_address.take(client_key(request), now)
    given = await read_form(request, limit_bytes=_FORM_BYTES)
    reader, secret = reader_of(request), site.services.new_token()
    application = Application(
        id=derive_id("application", secret),
        society_number=clean_society_number(given.get("number", "")),
        name=clean_name(given.get("name", "")),
        email=clean_email(given.get("email", "")),
        language=reader.language,
        made_at=now,
        expires_at=now + CODE_LASTS,
    )

    def keep(transaction: Transaction) -> None:
        if transaction.enrolments.sent_since(application.email, now - timedelta(days=1)) >= _LETTERS_A_DAY:
            raise UserError("join_often")
        transaction.enrolments.save_application(application)
        transaction.jobs.add(SendJoinCode(application_id=application.id))

    await site.services.store.write(keep)
    # The secret, not the id: the id stands in buttons of the coordinator's.
    return site.pages.plain("join_code", reader, base=site.base, application=secret, left=None)


async def prove(site: Site, request: Request) -> Response:
    """Take the code that came by e-mail; then the coordinator has the application."""
    now = site.now()
    site.limits.join_by_address.check(client_key(request), now)
    given = await read_form(request, limit_bytes=_FORM_BYTES)
    secret, code = given.get("application", "")[:_TOKEN_CHARACTERS], given.get("code", "")
    digits = "".join(letter for letter in code if letter.isdecimal())

    def prove_it(transaction: Transaction) -> Application:
        application = transaction.enrolments.lock_application(derive_id("application", secret))
        if application is None:
            raise UserError("join_over")
        tried = application.tried(digits, now)
        transaction.enrolments.save_application(tried)
        if tried.state is ApplicationState.WAITING:
            transaction.jobs.add(ShowApplication(application_id=tried.id))
        return tried

    tried = await site.services.store.write(prove_it)
    reader = reader_of(request)
    if tried.state is ApplicationState.WAITING:
        return _done(site, reader, text="join.waiting_text")
    left = WRONG_TRIES - tried.wrong_tries
    if left <= 0:
        raise UserError("join_over")
    return site.pages.plain("join_code", reader, base=site.base, status=422, application=secret, left=left)


async def show_invite(site: Site, request: Request) -> Response:
    token = _token(site, request)

    def look(transaction: Transaction) -> Invite:
        return _usable(transaction.enrolments.invite_by_token(hash_token(token)), site.now())

    invite = await site.services.store.read(look)
    society = site.services.options.society
    return site.pages.plain(
        "join_invite", _as(invite, request), base=site.base, token=token, name=invite.name, society=society
    )


async def use_invite(site: Site, request: Request) -> Response:
    """Make a member of whoever holds the link, and sign them in."""
    token, now, fresh = _token(site, request), site.now(), site.services.new_token()

    def join(transaction: Transaction) -> Member:
        invite = _usable(transaction.enrolments.lock_invite_by_token(hash_token(token)), now)
        taken = frozenset(member.alias for member in transaction.members.all())
        member = member_of(invite, taken=taken)
        transaction.members.save(member)
        transaction.enrolments.save_invite(replace(invite, used_at=now, used_by=member.id))
        transaction.audit.add(_joined(member, invite, now))
        if not site.services.options.is_demo:
            begin_session(transaction, site, fresh, member_id=member.id)
        return member

    member = await site.services.store.write(join)
    site.services.log.info("member_joined", member_id=member.id)
    if site.services.options.is_demo:
        return _done(site, member, text="join.demo_text")
    response = RedirectResponse(f"{site.base}/", status_code=303)
    set_cookie(response, site, fresh)
    return response


def _done(site: Site, reader: Member, *, text: str) -> Response:
    return site.pages.plain(
        "join_done", reader, base=site.base, title="join.waiting_title", text=text, name=reader.display_name
    )


def _joined(member: Member, invite: Invite, now: datetime) -> AuditEvent:
    return AuditEvent(
        key=f"joined:{invite.id}",
        kind=AuditKind.ADMINISTERED,
        action="joined",
        actor_id=member.id,
        channel="web",
        at=now,
        subject=invite.id,
    )


def _usable(invite: Invite | None, now: datetime) -> Invite:
    if invite is None:
        raise ProblemError(400, "invite_unknown")
    try:
        invite.refuse_if_over(now)
    except UserError as error:
        raise ProblemError(410, error.code) from error
    return invite


def _as(invite: Invite, request: Request) -> Member:
    return replace(reader_of(request), language=invite.language)


def _refuse_if_closed(site: Site) -> None:
    if not site.services.options.takes_applications:
        raise ProblemError(404, "join_closed")


def _token(site: Site, request: Request) -> str:
    """Return the link's token, where this client and this token have a try left."""
    now, token = site.now(), str(request.path_params["token"])
    site.limits.sign_in_by_address.take(client_key(request), now)
    site.limits.sign_in_by_token.take(hash_token(token), now)
    if len(token) > _TOKEN_CHARACTERS:
        raise ProblemError(400, "invite_unknown")
    return token
