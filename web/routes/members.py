"""The page of members: one's own phones for everybody; invites, applications and all members for whoever enrols."""

from __future__ import annotations

from dataclasses import replace

from starlette.responses import JSONResponse, Response

from domain.access import Capability, can, holders
from domain.audit import AuditEvent, AuditKind
from domain.enrolment import GIVEN_BY_ALL
from domain.errors import UserError
from domain.ids import MemberId, derive_id
from domain.linking import LASTS, new_link_code
from domain.ports.store import Transaction
from domain.web import hash_token
from web.links import sign_in_link
from web.problems import not_found
from web.routing import Access, Routes, member_route
from web.services import in_minutes
from web.sessions import active_member
from web.site import Site, Visit
from web.views.members import members_view

_ENROLS = Access(roles=holders(Capability.ENROL))


def routes(site: Site) -> Routes:
    return [
        member_route(site, "/api/members", show_members),
        member_route(site, "/api/members/code", show_code, method="POST"),
        member_route(site, "/api/members/invites/{invite}/link", make_invite_link, method="POST", access=_ENROLS),
        member_route(site, "/api/members/invites/{invite}/revoke", revoke_invite, method="POST", access=_ENROLS),
        member_route(site, "/api/members/{member}/link", make_sign_in_link, method="POST", access=_ENROLS),
    ]


async def show_members(visit: Visit) -> Response:
    now = visit.site.now()
    view = await visit.services.store.read(lambda transaction: members_view(transaction, visit.member, now))
    return JSONResponse(view)


async def show_code(visit: Visit) -> Response:
    """Give the code that links another phone, the only time that it is shown; a former one is void."""
    kept, code = new_link_code(visit.services.new_token(), visit.member.id, visit.site.now())

    def keep(transaction: Transaction) -> None:
        transaction.channel_links.add(kept)
        _note(transaction, visit, "show_link_code", subject=visit.member.id)

    await visit.services.store.write(keep)
    starts = visit.services.start_links(code)
    return JSONResponse({"code": code, "minutes": in_minutes(LASTS), "starts": {**starts}})


async def make_invite_link(visit: Visit) -> Response:
    """Give an invite's link, the only time that it is shown; a former one is void.

    Raises:
        ProblemError: 404 "not_found".
        UserError: "invite_used", "invite_revoked" or "invite_expired".
    """
    invite_id, token, now = visit.request.path_params["invite"], visit.services.new_token(), visit.site.now()

    def keep(transaction: Transaction) -> None:
        invite = transaction.enrolments.lock_invite(invite_id)
        if invite is None:
            raise not_found()
        invite.refuse_if_over(now)
        transaction.enrolments.save_invite(replace(invite, token_hash=hash_token(token)))
        _note(transaction, visit, "make_invite_link", subject=invite.id)

    await visit.services.store.write(keep)
    starts = visit.services.start_links(token)
    return JSONResponse({"url": f"{visit.site.origin(visit.request)}/join/{token}", "starts": {**starts}})


async def revoke_invite(visit: Visit) -> Response:
    invite_id, now = visit.request.path_params["invite"], visit.site.now()

    def revoke(transaction: Transaction) -> None:
        invite = transaction.enrolments.lock_invite(invite_id)
        if invite is None:
            raise not_found()
        invite.refuse_if_over(now)
        transaction.enrolments.save_invite(replace(invite, revoked_at=now))
        _note(transaction, visit, "revoke_invite", subject=invite.id)

    await visit.services.store.write(revoke)
    return Response(status_code=204)


async def make_sign_in_link(visit: Visit) -> Response:
    """Give a member's one-time sign-in link; into an office that one has not got, only an administrator does."""
    member_id, token = MemberId(visit.request.path_params["member"]), visit.services.new_token()
    link = sign_in_link(token, member_id, now=visit.site.now(), options=visit.services.options)

    def keep(transaction: Transaction) -> None:
        member = active_member(transaction, member_id)
        if member is None:
            raise not_found()
        if not can(visit.member, Capability.APPOINT) and not member.roles <= GIVEN_BY_ALL | visit.member.roles:
            # A link signs in as whom it is for: it must not be a way to rights that one could not give.
            raise UserError("appoint_only")
        transaction.web.add_sign_in_link(link)
        _note(transaction, visit, "make_sign_in_link", subject=member_id)

    await visit.services.store.write(keep)
    return JSONResponse({"url": f"{visit.site.origin(visit.request)}{visit.site.base}/sign-in/{token}"})


def _note(transaction: Transaction, visit: Visit, action: str, *, subject: str) -> None:
    event = AuditEvent(
        key=f"{action}:{derive_id(visit.services.new_token())}",
        kind=AuditKind.ADMINISTERED,
        action=action,
        actor_id=visit.member.id,
        channel="web",
        at=visit.site.now(),
        subject=subject,
    )
    transaction.audit.add(event)
