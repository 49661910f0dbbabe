"""My notifications: each member's own quiet hours, clock and opt-ins; and whether the surge is on."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from starlette.responses import JSONResponse, Response

from domain.audit import AuditEvent, AuditKind
from domain.hours import QuietHours
from domain.ids import derive_id
from domain.member import Facility, Grade, Member, Role
from domain.ports.store import Transaction
from domain.web import JsonValue
from web.bodies import Fields, invalid, read_json
from web.routes.pages import shell
from web.routing import Access, Routes, member_route
from web.site import WEB_CHANNEL, Site, Visit
from web.views.entries import moment
from web.visits import lock_member

_SWITCHES = frozenset({"on", "off"})
_LONGEST_NAME = 80


def routes(site: Site) -> Routes:
    return [
        member_route(site, "/notifications", shell("notifications"), access=Access(is_use=True)),
        member_route(site, "/api/notifications", show_notifications),
        member_route(site, "/api/notifications", save_notifications, method="POST"),
        member_route(site, "/api/surge", show_surge),
    ]


async def show_notifications(visit: Visit) -> Response:
    def read(transaction: Transaction) -> dict[str, JsonValue]:
        member = transaction.members.get(visit.member.id)
        phone = transaction.phones.records().get(member.id)
        passed = None if phone is None else phone.passed_at
        zones: list[JsonValue] = [*sorted(zone for zone in available_timezones() if "/" in zone and _is_place(zone))]
        return {**_settings(visit, member), "phone_passed_at": moment(passed), "time_zones": zones}

    return JSONResponse(await visit.services.store.read(read))


async def save_notifications(visit: Visit) -> Response:
    """Keep what a member has chosen; from the next page on it holds."""
    body = await read_json(visit.request, limit_bytes=visit.services.options.json_bytes)
    now = visit.site.now()
    event = AuditEvent(
        key=f"settings:{derive_id(visit.member.id, visit.services.new_token())}",
        kind=AuditKind.DID,
        action="change_notifications",
        actor_id=visit.member.id,
        channel=WEB_CHANNEL,
        at=now,
        subject=visit.member.id,
    )

    def save(transaction: Transaction) -> Member:
        chosen = _chosen(lock_member(transaction, visit), body)
        transaction.members.save(chosen)
        transaction.audit.add(event)
        return chosen

    return JSONResponse(_settings(visit, await visit.services.store.write(save)))


async def show_surge(visit: Visit) -> Response:
    surge = await visit.services.store.read(lambda transaction: transaction.surge.get())
    is_on = surge.is_on(visit.site.now())
    return JSONResponse({"until": moment(surge.ends_at) if is_on else None})


def _settings(visit: Visit, member: Member) -> dict[str, JsonValue]:
    society = visit.services.escalation.quiet
    quiet = member.quiet or society
    has: list[JsonValue] = [facility.value for facility in sorted(member.hospital_has or ())]
    return {
        "quiet": member.quiet is not None,
        "begins": f"{quiet.begins:%H:%M}",
        "ends": f"{quiet.ends:%H:%M}",
        "society": {"begins": f"{society.begins:%H:%M}", "ends": f"{society.ends:%H:%M}"},
        "time_zone": member.time_zone,
        "awake_pool": member.awake_pool,
        "pages_at_night": member.pages_at_night,
        "is_panelist": member.has(Role.PANELIST),
        "digest_at": None if member.digest_at is None else f"{member.digest_at:%H:%M}",
        "hospital": member.hospital,
        "hospital_said": member.hospital_has is not None,
        "hospital_has": has,
        "grade": None if member.grade is None else member.grade.value,
        "grades": [grade.value for grade in Grade],
        "channels": [address.channel for address in member.chain],
    }


def _chosen(member: Member, body: Fields) -> Member:
    zone = body.text("time_zone")
    _check_zone(zone)
    begins, ends = _time("begins", body.text("begins")), _time("ends", body.text("ends"))
    has_own = body.text("quiet") == "own"
    digest_at = body.optional_text("digest_at")
    facilities = body.texts("hospital_has", limit=len(Facility))
    if not set(facilities) <= set(Facility):
        raise invalid("hospital_has")
    hospital = (body.optional_text("hospital") or "").strip()
    if len(hospital) > _LONGEST_NAME:
        raise invalid("hospital")
    return replace(
        member,
        time_zone=zone,
        quiet=QuietHours(begins=begins, ends=ends) if has_own else None,
        awake_pool=_switch(body, "awake_pool", member.awake_pool),
        pages_at_night=bool(_switch(body, "pages_at_night", member.pages_at_night)),
        digest_at=None if not digest_at else _time("digest_at", digest_at),
        hospital=hospital,
        hospital_has=_facilities(facilities, member.hospital_has),
        grade=_grade(body, member.grade),
    )


def _facilities(ticked: tuple[str, ...], otherwise: frozenset[Facility] | None) -> frozenset[Facility] | None:
    """Nothing ticked by who never said anything says nothing: the panel must not read that the hospital has none."""
    return frozenset(map(Facility, ticked)) if ticked or otherwise is not None else None


def _grade(body: Fields, otherwise: Grade | None) -> Grade | None:
    """Return what was chosen, None for nothing; one that the page did not show stays as it was."""
    said = body.optional_text("grade")
    if said is None:
        return otherwise
    if said not in {"", *Grade}:
        raise invalid("grade")
    return Grade(said) if said else None


def _switch(body: Fields, name: str, otherwise: bool | None) -> bool | None:  # noqa: FBT001 - what it was before
    """Return what a switch says; one that the page did not show stays as it was."""
    said = body.optional_text(name)
    if said is None:
        return otherwise
    if said not in _SWITCHES:
        raise invalid(name)
    return said == "on"


def _check_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise invalid("time_zone") from error


def _time(name: str, text: str) -> time:
    try:
        return time.fromisoformat(text).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError as error:
        raise invalid(name) from error


def _is_place(zone: str) -> bool:
    return not zone.startswith(("Etc/", "SystemV/", "US/", "posix/", "right/"))
