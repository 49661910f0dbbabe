"""The service-level report: how long questions waited, in numbers, for those who answer for the society."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from starlette.responses import JSONResponse, Response

from domain.access import Capability, holders
from domain.audit import looked
from domain.ports.store import Transaction
from domain.service_level import service_report
from domain.web import JsonValue
from web.bodies import invalid
from web.routes.pages import shell
from web.routing import Access, Routes, member_route
from web.site import Site, Visit
from web.views.report import report_view

READERS = holders(Capability.REPORT)
_DAYS = timedelta(days=28)
_LONGEST = timedelta(days=366)
_DAY = timedelta(days=1)
_YEARS = range(2000, 2101)


def routes(site: Site) -> Routes:
    return [
        member_route(site, "/report", shell("report"), access=Access(roles=READERS, is_use=True)),
        member_route(site, "/api/report", show_report, access=Access(roles=READERS)),
    ]


async def show_report(visit: Visit) -> Response:
    """Show a period of whole days on the society's own clock, both named days included; four weeks unless asked."""
    escalation, now = visit.services.escalation, visit.site.now()
    zone = ZoneInfo(escalation.time_zone)
    today = now.astimezone(zone).date()
    last = _day(visit, "to", today)
    first = _day(visit, "from", last - _DAYS + _DAY)
    if not timedelta(0) <= last - first <= _LONGEST:
        raise invalid("from")
    since = datetime.combine(first, time(), zone).astimezone(UTC)
    until = min(now, datetime.combine(last + _DAY, time(), zone).astimezone(UTC))

    def read(transaction: Transaction) -> dict[str, JsonValue]:
        waited = transaction.waiting.waited(since, until)
        panels = {panel.id: panel.called(visit.member.language) for panel in transaction.panels.all()}
        report = service_report(waited, escalation.policies, since=since, until=until, time_zone=escalation.time_zone)
        return {"from": first.isoformat(), "to": last.isoformat(), **report_view(report, panels=panels)}

    shown = await visit.services.store.read(read)
    period = f"{first.isoformat()}/{last.isoformat()}"
    await visit.site.views.note_looks(looked("view_report", by=visit.member.id, at=now, subject=period))
    return JSONResponse(shown)


def _day(visit: Visit, name: str, otherwise: date) -> date:
    given = visit.request.query_params.get(name)
    if given is None:
        return otherwise
    try:
        day = date.fromisoformat(given)
    except ValueError as error:
        raise invalid(name) from error
    if day.year not in _YEARS:
        # Nor may the days around it lie outside the calendar.
        raise invalid(name)
    return day
