"""`hilum audit`: who did or saw what, and whether the record is whole; and what operators do, for the same record."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from bot.clock import utc_now
from bot.compose import Parts, new_token
from bot.session import with_parts
from bot.terminal import fail, show_rows
from domain.audit import AuditEvent, AuditKind, AuditLink
from domain.ids import derive_id
from domain.ports.store import Transaction
from handlers.auditing import verify_audit

audit = typer.Typer(help="Who did or saw what: each event chained to the one before.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(audit, name="audit")


def note_administered(transaction: Transaction, action: str, subject: str) -> None:
    """Put what an operator does at the command line into the audit, in the transaction that does it."""
    event = AuditEvent(
        key=f"administered:{derive_id(new_token())}",
        kind=AuditKind.ADMINISTERED,
        action=action,
        actor_id=None,
        channel="cli",
        at=utc_now(),
        subject=subject,
    )
    transaction.audit.add(event)


@audit.command("verify")
def verify(context: typer.Context) -> None:
    """Follow the chain from its first event; note the digest somewhere else, so that a cut-off end shows."""
    verdict = with_parts(context, lambda parts: verify_audit(parts.services.store))
    if verdict.broken_at is not None:
        fail(f"the chain breaks at event {verdict.broken_at}", code=1)
    sys.stdout.write(f"{verdict.events} {verdict.digest}\n")


@audit.command("show")
def show(
    context: typer.Context,
    *,
    number: Annotated[int | None, typer.Option("--question", help="Only about this question (417).")] = None,
    last: Annotated[int, typer.Option(help="How many events, the newest last.", min=1, max=10_000)] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a script.")] = False,
) -> None:
    """Show events: ids and codes, never words."""

    def read(transaction: Transaction) -> list[AuditLink]:
        if number is None:
            newest = transaction.audit.last()
            return [] if newest is None else list(transaction.audit.after(newest.number - last, limit=last))
        question = transaction.questions.by_number(number)
        return [] if question is None else list(transaction.audit.of_question(question.id))[-last:]

    async def rows(parts: Parts) -> list[dict[str, object]]:
        return [_row(link) for link in await parts.services.store.read(read)]

    show_rows(with_parts(context, rows), as_json=as_json, empty="No such event.")


def _row(link: AuditLink) -> dict[str, object]:
    event = link.event
    return {
        "number": link.number,
        "at": event.at.isoformat(timespec="seconds"),
        "who": event.actor_id,
        "from": event.channel,
        "what": f"{event.kind} {event.action}",
        "about": event.question_id or event.subject,
        "details": " ".join(f"{name}={value}" for name, value in sorted(event.details.items())),
    }
