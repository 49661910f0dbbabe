"""`hilum panels rota`: who is on call when, in and out as iCalendar, overrides, and layers over the weekly turns."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, TypeVar
from zoneinfo import ZoneInfo

import typer

from bot.cli_audit import note_administered
from bot.clock import utc_now
from bot.compose import Parts
from bot.session import with_parts
from bot.terminal import console, fail, show_rows
from domain.calendar import CalendarShift, ReadingRules, ReadShift, calendar_shift
from domain.errors import PermanentError
from domain.ids import MemberId, PanelId, derive_id
from domain.panel import Panel
from domain.ports.store import Transaction
from domain.rota import Layer, Override, Shift, Tier
from domain.rotation import Rotation

T = TypeVar("T")
rota = typer.Typer(help="Who is on call when: shown, brought in and out, and changed.", no_args_is_help=True)
_LOCAL = ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M")
_MOMENT = "%a %m-%d %H:%M"
PanelName = Annotated[str, typer.Argument(help="Id of the panel.")]
Weeks = Annotated[int, typer.Option(min=1, max=104, help="How many weeks from now on.")]


@rota.command("show")
def show(
    context: typer.Context,
    panel: PanelName,
    *,
    weeks: Weeks = 4,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """List the shifts of both tiers, gaps among them, with what a panel's clock shows."""
    found = _read(context, lambda transaction: _panel(transaction, panel))
    zone = zone_of(found)
    rows = [
        {
            "tier": shift.tier.value,
            "begins": shift.begins_at.astimezone(zone).strftime(_MOMENT),
            "ends": shift.ends_at.astimezone(zone).strftime(_MOMENT),
            "on call": shift.member_id or "– gap",
            "note": _note(found, shift),
        }
        for shift in _shifts(found, weeks)
    ]
    show_rows(rows, as_json=as_json, empty="Nobody is planned: `hilum panels set`, or `hilum panels rota import`.")


@rota.command("export")
def export(
    context: typer.Context,
    panel: PanelName,
    *,
    weeks: Weeks = 12,
    out: Annotated[Path | None, typer.Option(help="File to write; otherwise it is printed.")] = None,
) -> None:
    """Write the shifts of a panel as an iCalendar file; gaps are no events."""
    from rota.writing import write_calendar

    def read(transaction: Transaction) -> tuple[Panel, list[CalendarShift]]:
        found = _panel(transaction, panel)
        return found, [
            _entry(transaction, found, shift) for shift in _shifts(found, weeks) if shift.member_id is not None
        ]

    found, shifts = _read(context, read)
    data = write_calendar(shifts, name=found.name, time_zone=str(zone_of(found)), now=utc_now())
    if out is None:
        sys.stdout.write(data.decode())
        return
    out.write_bytes(data)
    console.print(f"{len(shifts)} shifts written to {out}.")


@rota.command("import")
def import_file(
    context: typer.Context,
    panel: PanelName,
    file: Annotated[Path, typer.Argument(help="iCalendar file; events name a member by mail address, name or id.")],
    *,
    tier: Annotated[Tier, typer.Option(help="Of events that name none.")] = Tier.PRIMARY,
) -> None:
    """Bring shifts in as overrides: all of a file, or nothing of it where something is wrong."""
    from rota.reading import read_calendar

    try:
        data = file.read_bytes()
    except OSError as error:
        fail(f"{file} cannot be read: {error.strerror}", code=1)

    def keep(transaction: Transaction) -> tuple[tuple[str, ...], int]:
        found = _panel(transaction, panel)
        people = [transaction.members.get(member_id) for member_id in found.members]
        day_begins = found.primary.handoff_at if found.primary else time(8)
        rules = ReadingRules(time_zone=str(zone_of(found)), day_begins=day_begins, tier=tier)
        read = read_calendar(data, people=people, rules=rules)
        note_administered(transaction, "import_rota", found.id)
        added = sum(transaction.rotas.add_override(_override(found, shift)) for shift in read.shifts)
        return read.problems, added

    problems, added = _write(context, keep)
    if problems:
        fail(*problems, "nothing was imported", code=1)
    console.print(f"{added} shifts imported as overrides; those known already were left as they are.")


@rota.command("override")
def override(  # noqa: PLR0913 - one option a field
    context: typer.Context,
    panel: PanelName,
    *,
    begins: Annotated[datetime, typer.Option("--from", formats=list(_LOCAL), help="On the panel's clock.")],
    ends: Annotated[datetime, typer.Option("--until", formats=list(_LOCAL), help="On the panel's clock.")],
    member: Annotated[str, typer.Option(help="Who is on call; nobody where it is left out.")] = "",
    tier: Annotated[Tier, typer.Option()] = Tier.PRIMARY,
) -> None:
    """Put one person, or nobody, on call for some time, whatever the turns say."""
    if begins >= ends:
        fail("--until comes after --from", code=2)

    def keep(transaction: Transaction) -> Override:
        found = _panel(transaction, panel)
        zone = zone_of(found)
        if member and member not in found.members:
            fail(f"{member} is not on this panel: {', '.join(found.members)}", code=1)
        made = Override(
            id=derive_id("override", panel, tier, begins.isoformat(), ends.isoformat(), member, utc_now().isoformat())[
                :12
            ],
            panel_id=found.id,
            tier=tier,
            begins_at=begins.replace(tzinfo=zone),
            ends_at=ends.replace(tzinfo=zone),
            member_id=MemberId(member) if member else None,
            made_at=utc_now(),
        )
        transaction.rotas.add_override(made)
        note_administered(transaction, "add_override", found.id)
        return made

    made = _write(context, keep)
    console.print(
        f"{member or 'Nobody'} is {tier} on call from {begins} until {ends} (`hilum panels rota undo {made.id}`)."
    )


@rota.command("undo")
def undo(
    context: typer.Context, override_id: Annotated[str, typer.Argument(help="As `override` or `overrides` says.")]
) -> None:
    """Take an override away: turns and layers hold again."""

    def remove(transaction: Transaction) -> bool:
        note_administered(transaction, "remove_override", override_id)
        return transaction.rotas.remove_override(override_id)

    if not _write(context, remove):
        fail("no override by that id (`hilum panels rota overrides PANEL`)", code=1)
    console.print("Override removed.")


@rota.command("overrides")
def overrides(
    context: typer.Context, panel: PanelName, *, as_json: Annotated[bool, typer.Option("--json")] = False
) -> None:
    """List the overrides that hold now or later, swaps among them."""
    found = _read(context, lambda transaction: _panel(transaction, panel))
    zone, now = zone_of(found), utc_now()
    rows = [
        {
            "id": each.id,
            "tier": each.tier.value,
            "begins": each.begins_at.astimezone(zone).strftime(_MOMENT),
            "ends": each.ends_at.astimezone(zone).strftime(_MOMENT),
            "on call": each.member_id or "– nobody",
            "made by": each.made_by or "operator",
        }
        for each in found.overrides
        if each.ends_at > now
    ]
    show_rows(rows, as_json=as_json, empty="No overrides.")


@rota.command("layer")
def layer(  # noqa: PLR0913 - one option a field
    context: typer.Context,
    panel: PanelName,
    name: Annotated[str, typer.Argument(help="Such as night; a layer of that name is replaced.")],
    *,
    member: Annotated[list[str] | None, typer.Option(help="Who takes turns; once for each. Nobody removes it.")] = None,
    begins: Annotated[str, typer.Option(help="Local time, such as 22:00.")] = "22:00",
    ends: Annotated[str, typer.Option(help="Local time; the same as --begins is the whole day.")] = "08:00",
    days: Annotated[int, typer.Option(min=1, help="Days of one turn.")] = 7,
    tier: Annotated[Tier, typer.Option()] = Tier.PRIMARY,
    on_holidays: Annotated[bool, typer.Option("--on-holidays", help="On public holidays only.")] = False,
) -> None:
    """Give certain hours turns of their own, such as nights from 22:00 to 08:00, or public holidays."""
    people, hours = tuple(map(MemberId, member or ())), (_time(begins), _time(ends))

    def keep(transaction: Transaction) -> Panel:
        found = _panel(transaction, panel)
        strangers = [each for each in people if each not in found.members]
        if strangers:
            fail(f"not on this panel: {', '.join(strangers)}", code=1)
        others = tuple(each for each in found.layers if (each.name, each.tier) != (name, tier))
        turns = (
            Rotation(members=people, starts_on=_monday(), days=days, handoff_at=hours[0], time_zone=str(zone_of(found)))
            if people
            else None
        )
        made = (
            (Layer(tier=tier, name=name, rotation=turns, ends=hours[1], on_holidays_only=on_holidays),) if turns else ()
        )
        changed = replace(found, layers=(*others, *made))
        transaction.panels.save(changed)
        note_administered(transaction, "change_layer", found.id)
        return changed

    changed = _write(context, keep)
    names = ", ".join(f"{each.name} ({each.tier})" for each in changed.layers) or "none"
    console.print(
        f"Layers of {panel}, the last beats the others: {names}. Look at it: `hilum panels rota show {panel}`."
    )


def zone_of(panel: Panel) -> ZoneInfo:
    """Return the clock of a panel: that of its turns."""
    turns = panel.primary or panel.secondary
    return ZoneInfo(turns.time_zone if turns else "Asia/Seoul")


def _monday() -> date:
    today = utc_now().date()
    return today - timedelta(days=today.weekday())


def _time(text: str) -> time:
    try:
        return time.fromisoformat(text)
    except ValueError:
        fail(f"{text} is no time of day: write 22:00", code=2)


def _panel(transaction: Transaction, panel_id: str) -> Panel:
    try:
        return transaction.panels.get(PanelId(panel_id))
    except PermanentError:
        fail(f"no panel {panel_id} (`hilum panels list`)", code=1)


def _shifts(panel: Panel, weeks: int) -> list[Shift]:
    now = utc_now()
    return [
        shift
        for tier in Tier
        if panel.tier(tier).is_planned
        for shift in panel.whole_shifts(tier, now, now + timedelta(weeks=weeks))
    ]


def _note(panel: Panel, shift: Shift) -> str:
    """Return why nobody is on call."""
    if not shift.is_gap:
        return ""
    if shift.planned is None:
        return "nobody was entered"
    missing = "left, no test page passed in 30 days, or messages stopped"
    why = missing if panel.is_missing(shift.planned) else "is primary already"
    return f"{shift.planned}: {why}"


def _entry(transaction: Transaction, panel: Panel, shift: Shift) -> CalendarShift:
    assert shift.member_id is not None
    member = transaction.members.get(shift.member_id)
    title = f"{member.display_name} · {panel.name} ({shift.tier})"
    return calendar_shift(panel.id, shift, member=member, title=title)


def _override(panel: Panel, shift: ReadShift) -> Override:
    identity = (panel.id, shift.tier, shift.begins_at.isoformat(), shift.ends_at.isoformat(), shift.member_id)
    return Override(
        id=derive_id("import", *identity)[:12],
        panel_id=panel.id,
        tier=shift.tier,
        begins_at=shift.begins_at,
        ends_at=shift.ends_at,
        member_id=shift.member_id,
        made_at=utc_now(),
    )


def _read(context: typer.Context, work: Callable[[Transaction], T]) -> T:
    async def read(parts: Parts) -> T:
        return await parts.services.store.read(work)

    return with_parts(context, read)


def _write(context: typer.Context, work: Callable[[Transaction], T]) -> T:
    async def write(parts: Parts) -> T:
        return await parts.services.store.write(work)

    return with_parts(context, write)
