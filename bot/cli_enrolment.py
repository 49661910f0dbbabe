"""`hilum members invite | invites | waiting | leave | lost`: letting people in and out at the command line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, TypeVar

import typer

from bot.cli_audit import note_administered
from bot.clock import utc_now
from bot.compose import Parts, new_token
from bot.session import with_parts
from bot.terminal import console, fail, show_rows
from config.settings import Settings
from domain.delivery import Value
from domain.enrolment import INVITE_LASTS, Invite, clean_name
from domain.errors import PermanentError, UserError
from domain.ids import MemberId, derive_id
from domain.member import Language, Member, Role
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.web import hash_token
from handlers.losing import cut_off
from handlers.offboarding import offboard

T = TypeVar("T")
_MemberId = Annotated[str, typer.Argument(help="Id of the member: `hilum members list`.")]
_AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a script.")]


def register(members: typer.Typer) -> None:
    members.command("invite")(invite)
    members.command("invites")(invites)
    members.command("waiting")(waiting)
    members.command("leave")(leave)
    members.command("lost")(lost)


def invite(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Name as colleagues will see it.")],
    *,
    role: Annotated[list[Role] | None, typer.Option(help="Beyond asking; may be given several times.")] = None,
    language: Annotated[Language, typer.Option()] = Language.KOREAN,
) -> None:
    """Print a link that makes one person a member: it works once, for three days."""
    settings: Settings = context.obj()
    token, now = new_token(), utc_now()

    def keep(_services: Services, transaction: Transaction) -> None:
        made = Invite(
            id=derive_id("invite", token),
            name=clean_name(name),
            language=language,
            roles=frozenset(role or ()),
            made_by=None,
            made_at=now,
            expires_at=now + INVITE_LASTS,
            token_hash=hash_token(token),
        )
        transaction.enrolments.add_invite(made)
        note_administered(transaction, "invite", made.id)

    _change(context, keep)
    console.print(f"{settings.web.base_url}/join/{token}", soft_wrap=True)


def invites(context: typer.Context, *, as_json: _AsJson = False) -> None:
    """List the invites that nobody has taken yet."""

    async def read(parts: Parts) -> list[dict[str, object]]:
        found = await parts.services.store.read(lambda transaction: transaction.enrolments.open_invites(utc_now()))
        return [
            {"id": each.id, "name": each.name, "roles": " ".join(sorted(each.roles)), "until": each.expires_at}
            for each in found
        ]

    show_rows(with_parts(context, read), as_json=as_json, empty="No open invite: `hilum members invite`.")


def waiting(context: typer.Context, *, as_json: _AsJson = False) -> None:
    """List who has applied; a coordinator approves or refuses in chat, or on the page of members."""

    async def read(parts: Parts) -> list[dict[str, object]]:
        found = await parts.services.store.read(lambda transaction: transaction.enrolments.waiting(utc_now()))
        return [
            {"name": each.name, "society number": each.society_number, "e-mail": each.email, "since": each.made_at}
            for each in found
        ]

    show_rows(with_parts(context, read), as_json=as_json, empty="Nobody is waiting.")


def leave(context: typer.Context, member_id: _MemberId) -> None:
    """Offboard a member in one action: sessions, links, pages; what they had open goes to others."""

    def let_go(services: Services, transaction: Transaction) -> dict[str, Value]:
        return dict(offboard(services, transaction, _member(transaction, member_id), by=None, channel="cli"))

    counts = _change(context, let_go)
    handed = f"{counts['claims']} taken and {counts['questions']} asked questions handed over"
    console.print(f"{member_id} has left: {handed}, {counts['shifts']} shifts of the next four weeks are gaps.")


def lost(context: typer.Context, member_id: _MemberId) -> None:
    """Cut off every phone, session and link of a member whose phone is lost."""

    def cut(services: Services, transaction: Transaction) -> None:
        member = _member(transaction, member_id)
        cut_off(services, transaction, member, cause=f"cli:{utc_now().isoformat()}")
        note_administered(transaction, "cut_off", member.id)

    _change(context, cut)
    console.print(f"{member_id} is cut off. `hilum members link {member_id}` lets them in again.")


def _change(context: typer.Context, work: Callable[[Services, Transaction], T]) -> T:
    async def keep(parts: Parts) -> T:
        try:
            return await parts.services.store.write(lambda transaction: work(parts.services, transaction))
        except UserError as error:
            fail(f"{error.code.replace('_', ' ')}: nothing was changed", code=1)

    return with_parts(context, keep)


def _member(transaction: Transaction, member_id: str) -> Member:
    try:
        return transaction.members.get(MemberId(member_id))
    except PermanentError as error:
        raise UserError("member_unknown") from error
