"""The rota's page, and each member's private calendar feed: an address that is read, never used up, until revoked."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from domain.audit import AuditEvent, AuditKind
from domain.calendar import CalendarFeed, CalendarShift, calendar_shift
from domain.delivery import Terms, Value
from domain.ids import derive_id
from domain.member import Member
from domain.panel import Panel
from domain.ports.services import Wording
from domain.ports.store import Transaction
from domain.rota import Shift, Tier
from domain.web import JsonValue, hash_token
from web.problems import ProblemError
from web.rate_limits import client_key
from web.routes.pages import PANEL
from web.routing import Access, Routes, member_route, public_route
from web.sessions import active_member
from web.site import WEB_CHANNEL, Site, Visit
from web.views.rota import RotaView

_LONGEST_TOKEN = 200
_FEED_BACK, _FEED_AHEAD = timedelta(days=30), timedelta(days=180)
_PANEL_ACCESS = Access(roles=PANEL)


def routes(site: Site) -> Routes:
    return [
        member_route(site, "/api/rota", show_rota, access=_PANEL_ACCESS),
        member_route(site, "/api/rota/feed", make_feed, method="POST", access=_PANEL_ACCESS),
        member_route(site, "/api/rota/feed/revoke", revoke_feed, method="POST", access=_PANEL_ACCESS),
    ]


def feed_routes(site: Site) -> Routes:
    """Return what a calendar reads without signing in."""
    return [public_route(site, "/calendar/{token}.ics", read_feed)]


async def show_rota(visit: Visit) -> Response:
    def read(transaction: Transaction) -> dict[str, JsonValue]:
        view = RotaView(transaction, visit.member, visit.site.now())
        return {"panels": view.panels(), "has_feed": transaction.feeds.has(visit.member.id)}

    return JSONResponse(await visit.services.store.read(read))


async def make_feed(visit: Visit) -> Response:
    """Give a new address, the only time that it is shown; the former one stops working."""
    token, now = visit.services.new_token(), visit.site.now()

    def replace_feed(transaction: Transaction) -> None:
        transaction.feeds.revoke_of(visit.member.id, now)
        transaction.feeds.add(CalendarFeed(token_hash=hash_token(token), member_id=visit.member.id, made_at=now))
        transaction.audit.add(_done(visit, "make_calendar_feed"))

    await visit.services.store.write(replace_feed)
    return JSONResponse({"url": f"{visit.site.origin(visit.request)}/calendar/{token}.ics"})


async def revoke_feed(visit: Visit) -> Response:
    def revoke(transaction: Transaction) -> None:
        transaction.feeds.revoke_of(visit.member.id, visit.site.now())
        transaction.audit.add(_done(visit, "revoke_calendar_feed"))

    await visit.services.store.write(revoke)
    return Response(status_code=204)


async def read_feed(site: Site, request: Request) -> Response:
    """Return a member's own shifts as a calendar, times on their own clock.

    Raises:
        ProblemError: 404 for an address that never was or was revoked; 429 "too_many_tries".
    """
    now, token, client = site.now(), str(request.path_params["token"]), client_key(request)
    site.limits.wrong_code_by_address.check(client, now)

    def read(transaction: Transaction) -> tuple[Member, list[CalendarShift]] | None:
        feed = transaction.feeds.get(hash_token(token)) if len(token) <= _LONGEST_TOKEN else None
        member = None if feed is None else active_member(transaction, feed.member_id)
        return None if member is None else (member, _shifts_of(site, transaction, member))

    found = await site.services.store.read(read)
    if found is None:
        site.limits.wrong_code_by_address.take(client, now)
        raise ProblemError(404, "not_found")
    site.limits.feed_by_token.take(hash_token(token), now)
    member, shifts = found
    name = site.services.wording.text("rota.calendar_name", member, {})
    data = site.services.write_calendar(shifts, name=name, time_zone=member.time_zone, now=now)
    return Response(data, media_type="text/calendar", headers={"Content-Disposition": 'inline; filename="hilum.ics"'})


def _done(visit: Visit, action: str) -> AuditEvent:
    return AuditEvent(
        key=f"{action}:{derive_id(visit.services.new_token())}",
        kind=AuditKind.DID,
        action=action,
        actor_id=visit.member.id,
        channel=WEB_CHANNEL,
        at=visit.site.now(),
        subject=visit.member.id,
    )


def _shifts_of(site: Site, transaction: Transaction, member: Member) -> list[CalendarShift]:
    begin, end = site.now() - _FEED_BACK, site.now() + _FEED_AHEAD
    return [
        _entry(site.services.wording, member, panel, shift=shift)
        for panel in transaction.panels.all()
        for tier in Tier
        for shift in panel.whole_shifts(tier, begin, end)
        if shift.planned == member.id
    ]


def _entry(wording: Wording, member: Member, panel: Panel, *, shift: Shift) -> CalendarShift:
    """Whose shifts they are is known to whoever has the address: neither name nor mail leaves with them."""
    title = _title(wording, member, panel, shift=shift)
    return replace(calendar_shift(panel.id, shift, member=member, title=title), name="", mail="")


def _title(wording: Wording, member: Member, panel: Panel, *, shift: Shift) -> str:
    values: dict[str, Value] = {
        "panel": panel.called(member.language),
        "tier": Terms(keys=(f"rota.tier_{shift.tier}",)),
    }
    return wording.text("rota.calendar_title", member, values)
