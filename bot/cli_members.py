"""`hilum members`: who belongs to the society, and how they first get in."""

from __future__ import annotations

import re
import secrets
from dataclasses import replace
from datetime import time
from typing import Annotated

import typer

from bot import cli_enrolment, cli_settings
from bot.cli_audit import note_administered
from bot.clock import utc_now
from bot.compose import Parts, new_token
from bot.session import with_parts
from bot.terminal import console, fail, show_rows
from config.settings import Settings
from domain.ids import MemberId
from domain.member import Language, Member, Role
from domain.messages import Address
from domain.ports.store import Transaction
from domain.web import SignInLink, hash_token

members = typer.Typer(help="Members and their sign-in links.", no_args_is_help=True)
_ID = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")


def register(app: typer.Typer) -> None:
    cli_enrolment.register(members)
    cli_settings.register(members)
    app.add_typer(members, name="members")


@members.command("add")
def add(  # noqa: PLR0913 - one option a field
    context: typer.Context,
    member_id: Annotated[str, typer.Argument(help="Short id: small letters, digits, dots, dashes.")],
    *,
    name: Annotated[str | None, typer.Option(help="Name as colleagues see it; needed for a new member.")] = None,
    alias: Annotated[str | None, typer.Option(help="What the panel sees of an asker; carries no place.")] = None,
    language: Annotated[Language | None, typer.Option()] = None,
    time_zone: Annotated[str | None, typer.Option(help="Such as Asia/Seoul.")] = None,
    role: Annotated[list[Role] | None, typer.Option(help="May be given several times; replaces the roles.")] = None,
    digest_at: Annotated[str | None, typer.Option(help="Local time of the digest, such as 07:30, or off.")] = None,
    active: Annotated[
        bool | None, typer.Option("--active/--inactive", help="Inactive ends every session; see also `leave`.")
    ] = None,
) -> None:
    """Add a member, or change one: what is not given stays as it is."""
    if not _ID.fullmatch(member_id):
        fail("the id is made of small letters, digits, dots and dashes", code=2)
    settings: Settings = context.obj()
    changes: dict[str, object] = {
        "display_name": name,
        "alias": alias,
        "language": language,
        "time_zone": None if time_zone is None else _zone(time_zone),
        "roles": None if role is None else frozenset(role),
        "active": active,
    }
    given = {field: value for field, value in changes.items() if value is not None}
    if digest_at is not None:
        given["digest_at"] = _time(digest_at)

    def save(transaction: Transaction) -> bool:
        known = _find(transaction, member_id)
        if known is None and name is None:
            return False
        former = _newcomer(member_id, settings.digest.clock) if known is None else transaction.members.lock(known.id)
        member = replace(former, **given)  # type: ignore[arg-type]
        transaction.members.save(member)
        note_administered(transaction, "save_member", member.id)
        if not member.active:
            transaction.web.revoke_sessions_of(member.id)
        return True

    async def keep(parts: Parts) -> bool:
        return await parts.services.store.write(save)

    if not with_parts(context, keep):
        fail("a new member needs a --name", code=2)
    console.print(f"{member_id} is a member. `hilum members link {member_id}` makes a sign-in link.")


def _newcomer(member_id: str, digest_at: time) -> Member:
    return Member(
        id=MemberId(member_id),
        display_name=member_id,
        alias=f"Member-{secrets.randbelow(9000) + 1000}",
        addresses=(Address(channel="web", external_id=member_id),),
        digest_at=digest_at,
    )


def _find(transaction: Transaction, member_id: str) -> Member | None:
    return next((member for member in transaction.members.all() if member.id == member_id), None)


@members.command("list")
def show(context: typer.Context, *, as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """List the members."""

    async def read(parts: Parts) -> list[dict[str, object]]:
        found = await parts.services.store.read(lambda transaction: transaction.members.all())
        return [
            {
                "id": member.id,
                "name": member.display_name,
                "alias": member.alias,
                "roles": " ".join(sorted(member.roles)),
                "language": member.language.value,
                "zone": member.time_zone,
                "active": member.active,
            }
            for member in found
        ]

    show_rows(with_parts(context, read), as_json=as_json, empty="No members yet: `hilum members add`.")


@members.command("link")
def link(context: typer.Context, member_id: Annotated[str, typer.Argument()]) -> None:
    """Print a one-time sign-in link for a member."""
    settings: Settings = context.obj()
    token = new_token()

    def keep(transaction: Transaction) -> bool:
        if _find(transaction, member_id) is None:
            return False
        expires_at = utc_now() + settings.web.sign_in_link_time_to_live
        made = SignInLink(token_hash=hash_token(token), member_id=MemberId(member_id), expires_at=expires_at)
        transaction.web.add_sign_in_link(made)
        note_administered(transaction, "make_sign_in_link", member_id)
        return True

    async def make(parts: Parts) -> bool:
        return await parts.services.store.write(keep)

    if not with_parts(context, make):
        fail(f"no member {member_id}: `hilum members list` shows them", code=1)
    console.print(f"{settings.web.base_url}/sign-in/{token}", soft_wrap=True)


def _zone(name: str) -> str:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        fail(f"{name} is no time zone such as Asia/Seoul", code=2)
    return name


def _time(text: str) -> time | None:
    if text == "off":
        return None
    try:
        return time.fromisoformat(text)
    except ValueError:
        fail(f"{text} is no time such as 07:30", code=2)
