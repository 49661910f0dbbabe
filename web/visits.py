"""Who is asking: the session cookie, signing in by a one-time link, and signing out."""

from __future__ import annotations

from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from domain.audit import AuditEvent, AuditKind
from domain.ids import MemberId, derive_id
from domain.member import Member
from domain.ports.store import Transaction
from domain.web import SignInLink, WebSession, hash_token
from web.problems import ProblemError
from web.services import WebOptions, in_minutes
from web.sessions import active_member, find_session
from web.site import Site, Visit

_TOUCH_EVERY = timedelta(seconds=30)


def cookie_name(options: WebOptions) -> str:
    """Return the cookie's name; `__Host-` binds it to this host and to TLS, where its path may be "/"."""
    return "__Host-hilum" if options.secure_cookies and not options.is_demo else "hilum_session"


def set_cookie(response: Response, site: Site, token: str) -> None:
    options = site.services.options
    response.set_cookie(
        cookie_name(options),
        token,
        max_age=round(options.session_life.total_seconds()),
        path=site.base or "/",
        secure=options.secure_cookies,
        httponly=True,
        samesite="lax",
    )


def drop_cookie(response: Response, site: Site) -> None:
    options = site.services.options
    response.delete_cookie(
        cookie_name(options), path=site.base or "/", secure=options.secure_cookies, httponly=True, samesite="lax"
    )


async def open_visit(site: Site, request: Request, *, is_use: bool) -> Visit:
    """Return the visit of a signed-in member.

    Args:
        is_use: whether a person did something, which keeps the session from locking.
    Raises:
        ProblemError: 401 "signed_out" or "session_locked".
    """
    token = _session_token(site, request)
    if token is None:
        raise ProblemError(401, "signed_out")
    token_hash, now, options = hash_token(token), site.now(), site.services.options
    found = await site.services.store.read(lambda transaction: find_session(transaction, token_hash))
    if found is None or found.has_expired(now):
        raise ProblemError(401, "signed_out")
    request.state.member = found.member
    if found.is_idle(now, options.idle_limit):
        raise ProblemError(401, "session_locked", values={"minutes": in_minutes(options.session_idle)})
    if is_use and now - found.session.seen_at >= _TOUCH_EVERY:
        await site.services.store.write(lambda transaction: transaction.web.touch_session(token_hash, now))
    return Visit(site=site, request=request, member=found.member, token_hash=token_hash)


async def check_link(site: Site, token: str) -> None:
    """Look at a sign-in link without using it up; raises as `sign_in` does."""
    found = await site.services.store.read(lambda transaction: transaction.web.sign_in_link(hash_token(token)))
    _refuse_bad_link(site, found)


async def sign_in(site: Site, request: Request, token: str) -> tuple[str, Member]:
    """Use up a sign-in link; return the token of a new session and whose it is. The cookie's old one is revoked.

    Raises:
        ProblemError: 400 "sign_in_unknown", 410 "sign_in_used" or "sign_in_expired".
    """
    now, fresh, former = site.now(), site.services.new_token(), _session_token(site, request)

    def use(transaction: Transaction) -> Member:
        _refuse_bad_link(site, transaction.web.sign_in_link(hash_token(token)))
        member_id = transaction.web.use_sign_in_link(hash_token(token), now)
        if member_id is None:
            raise ProblemError(410, "sign_in_used")
        member = active_member(transaction, member_id)
        if member is None:
            raise ProblemError(400, "sign_in_unknown")
        if former is not None:
            transaction.web.revoke_session(hash_token(former))
        begin_session(transaction, site, fresh, member_id=member_id)
        return member

    member = await site.services.store.write(use)
    site.services.log.info("signed_in", member_id=member.id)
    return fresh, member


def lock_member(transaction: Transaction, visit: Visit) -> Member:
    """Return who visits, to be changed and saved whole: nobody else changes them before this transaction ends.

    Raises:
        ProblemError: 401 "signed_out": they have left meanwhile.
    """
    member = transaction.members.lock(visit.member.id)
    if not member.active:
        raise ProblemError(401, "signed_out")
    return member


def begin_session(transaction: Transaction, site: Site, token: str, *, member_id: MemberId) -> None:
    """Keep a session that begins now, and note it; its token is the cookie's."""
    now = site.now()
    transaction.web.add_session(_new_session(site, token, member_id=member_id, now=now))
    transaction.audit.add(_session_event(AuditKind.SIGNED_IN, hash_token(token), member_id=member_id, at=now))


async def sign_out(visit: Visit) -> None:
    event = _session_event(AuditKind.SIGNED_OUT, visit.token_hash, member_id=visit.member.id, at=visit.site.now())

    def leave(transaction: Transaction) -> None:
        transaction.web.revoke_session(visit.token_hash)
        transaction.audit.add(event)

    await visit.services.store.write(leave)
    visit.services.log.info("signed_out", member_id=visit.member.id)


def _session_token(site: Site, request: Request) -> str | None:
    return request.cookies.get(cookie_name(site.services.options)) or None


def _refuse_bad_link(site: Site, link: SignInLink | None) -> None:
    if link is None or (site.demo_role is not None and site.demo_role.member_id != link.member_id):
        raise ProblemError(400, "sign_in_unknown")
    if link.used_at is not None:
        raise ProblemError(410, "sign_in_used")
    if link.expires_at <= site.now():
        raise ProblemError(410, "sign_in_expired", values={"minutes": in_minutes(site.services.options.sign_in_life)})


def _session_event(kind: AuditKind, token_hash: str, *, member_id: MemberId, at: datetime) -> AuditEvent:
    key = derive_id("session", token_hash)
    return AuditEvent(key=f"{kind}:{key}", kind=kind, action=kind.value, actor_id=member_id, channel="web", at=at)


def _new_session(site: Site, token: str, *, member_id: MemberId, now: datetime) -> WebSession:
    return WebSession(
        token_hash=hash_token(token),
        member_id=member_id,
        created_at=now,
        seen_at=now,
        expires_at=now + site.services.options.session_life,
    )
