"""What was flagged, with its running clock, for whoever moderates; what they decide goes the way of every action."""

from __future__ import annotations

from datetime import timedelta

from starlette.responses import JSONResponse, Response

from domain.access import Capability, holders
from domain.audit import AuditEvent, looked
from domain.ports.store import Transaction
from domain.web import JsonValue
from web.routes.pages import shell
from web.routing import Access, Routes, member_route
from web.site import Site, Visit
from web.views.entries import moment
from web.views.incidents import incident_view

MODERATORS = holders(Capability.MODERATE)
_CLOSED_SHOWN = timedelta(days=30)


def routes(site: Site) -> Routes:
    return [
        member_route(site, "/incidents", shell("incidents"), access=Access(roles=MODERATORS, is_use=True)),
        member_route(site, "/api/incidents", show_incidents, access=Access(roles=MODERATORS)),
    ]


async def show_incidents(visit: Visit) -> Response:
    """Show what is open, by what is due first, and what was closed of late."""
    now = visit.site.now()

    def read(transaction: Transaction) -> tuple[list[JsonValue], list[AuditEvent]]:
        found = transaction.incidents.recent(closed_since=now - _CLOSED_SHOWN)
        looks = [
            looked("view_incident", by=visit.member.id, at=now, subject=each.id, question_id=each.question_id)
            for each in found
        ]
        return [incident_view(transaction, each, reader=visit.member, now=now) for each in found], looks

    incidents, looks = await visit.services.store.read(read)
    await visit.site.views.note_looks(*looks)
    return JSONResponse({"incidents": incidents, "now": moment(now)})
