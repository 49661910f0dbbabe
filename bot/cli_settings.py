"""`hilum members set` and `settings`: hospital, quiet hours, time zone and opt-ins, as members set them themselves."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from bot.cli_audit import note_administered
from bot.compose import Parts
from bot.session import with_parts
from bot.terminal import console, fail, show_rows
from domain.hours import QuietHours
from domain.member import Facility, Grade, Member
from domain.ports.store import Transaction
from domain.requests import hours_in

_SOCIETY = "society"


def register(app: typer.Typer) -> None:
    app.command("set")(set_member)
    app.command("settings")(show_settings)


def set_member(  # noqa: PLR0913 - one option a field
    context: typer.Context,
    member_id: Annotated[str, typer.Argument()],
    *,
    hospital: Annotated[str | None, typer.Option(help="Never shown to a peer; empty takes it back.")] = None,
    has: Annotated[list[Facility] | None, typer.Option(help="What it has; may be given several times.")] = None,
    grade: Annotated[Grade | None, typer.Option(help="Seen by the panel beside the alias.")] = None,
    quiet: Annotated[str | None, typer.Option(help="Such as 23-7, off, or society for its own hours.")] = None,
    awake_pool: Annotated[
        bool | None, typer.Option("--awake-pool/--no-awake-pool", help="May be asked while awake, also off call.")
    ] = None,
    wake: Annotated[
        bool | None, typer.Option("--wake/--no-wake", help="An urgent question may wake them, also off call.")
    ] = None,
    time_zone: Annotated[str | None, typer.Option(help="Such as Asia/Seoul.")] = None,
) -> None:
    """Change what a member has set; what is not given stays as it is."""
    changes: dict[str, object] = {
        "hospital": hospital,
        "hospital_has": None if has is None else frozenset(has),
        "grade": grade,
        "awake_pool": awake_pool,
        "pages_at_night": wake,
        "time_zone": None if time_zone is None else _zone(time_zone),
    }
    given = {field: value for field, value in changes.items() if value is not None}
    if quiet is not None:
        given["quiet"] = _hours(quiet)

    def save(transaction: Transaction) -> bool:
        known = next((member for member in transaction.members.all() if member.id == member_id), None)
        if known is None:
            return False
        member = transaction.members.lock(known.id)
        transaction.members.save(replace(member, **given))  # type: ignore[arg-type]  # checked option by option
        note_administered(transaction, "set_member", member_id)
        return True

    async def keep(parts: Parts) -> bool:
        return await parts.services.store.write(save)

    if not with_parts(context, keep):
        fail(f"no member {member_id}: `hilum members list` shows them", code=1)
    console.print(f"{member_id} is kept. `hilum members settings` shows it.")


def show_settings(context: typer.Context, *, as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """List what members have set about being called; empty quiet hours are the society's."""

    async def read(parts: Parts) -> list[dict[str, object]]:
        found = await parts.services.store.read(lambda transaction: transaction.members.all())
        return [_row(member) for member in found]

    show_rows(with_parts(context, read), as_json=as_json, empty="No members yet: `hilum members add`.")


def _row(member: Member) -> dict[str, object]:
    quiet = member.quiet
    return {
        "id": member.id,
        "zone": member.time_zone,
        "quiet": None if quiet is None else f"{quiet.begins:%H:%M}-{quiet.ends:%H:%M}",
        "awake pool": member.awake_pool,
        "may be woken": member.pages_at_night,
        "hospital": member.hospital,
        "grade": member.grade,
        "has": None if member.hospital_has is None else " ".join(sorted(member.hospital_has)),
    }


def _hours(text: str) -> QuietHours | None:
    if text == _SOCIETY:
        return None
    hours = hours_in(text)
    if hours is None:
        fail(f"{text} are no hours such as 23-7", code=2)
    return hours


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        fail(f"{name} is no time zone such as Asia/Seoul", code=2)
    return name
