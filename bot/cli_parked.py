"""`hilum parked`: what came by a channel and could not be read, without a word of it; and taking it in again."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer

from bot.cli_audit import note_administered
from bot.compose import Parts
from bot.session import with_parts
from bot.terminal import console, fail, show_rows
from domain.ports.store import Transaction
from handlers.parking import Replayed, replay_parked, shape_of

parked = typer.Typer(help="What came by a channel and could not be read.", no_args_is_help=True)

_ALL_OF_A_DAY = 100_000
"""What is still unreadable stays first, and must not hide the rest."""
_SAYS = {
    Replayed.TAKEN: "taken in: a running worker does the rest",
    Replayed.UNREADABLE: "still cannot be read; it stays until its day is over",
    Replayed.GONE: "is not kept (any more)",
}


def register(app: typer.Typer) -> None:
    app.add_typer(parked, name="parked")


@parked.command("list")
def list_parked(
    context: typer.Context, *, as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a script.")] = False
) -> None:
    """List what is kept, oldest first: where it came from, when and why, never what it says."""

    async def read(parts: Parts) -> list[dict[str, object]]:
        found = await parts.services.store.read(lambda transaction: transaction.parked.kept())
        return [
            {"id": each.id, "channel": each.channel, "received": each.received_at, "reason": each.reason}
            for each in found
        ]

    show_rows(with_parts(context, read), as_json=as_json, empty="Nothing is parked.")


@parked.command("show")
def show(context: typer.Context, parked_id: Annotated[str, typer.Argument(help="As listed.")]) -> None:
    """Show its fields and what kind of thing stands in each, for a report to the makers; no word, no number of it."""

    def read(transaction: Transaction) -> object:
        found = transaction.parked.open(parked_id)
        return None if found is None else shape_of(found[1])

    async def look(parts: Parts) -> object:
        return await parts.services.store.read(read)

    found = with_parts(context, look)
    if found is None:
        fail(f"{parked_id} {_SAYS[Replayed.GONE]}", code=1)
    sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=2) + "\n")


@parked.command("replay")
def replay(
    context: typer.Context,
    parked_id: Annotated[str | None, typer.Argument(help="As listed; everything that is kept unless given.")] = None,
) -> None:
    """Try again to take it in, after a newer version was installed: nothing is taken in twice."""

    async def again(parts: Parts) -> dict[str, Replayed]:
        found = await parts.services.store.read(lambda transaction: transaction.parked.kept(limit=_ALL_OF_A_DAY))
        wanted = [each.id for each in found] if parked_id is None else [parked_id]
        outcomes = {each: await replay_parked(parts.services, each) for each in wanted}
        await parts.services.store.write(lambda transaction: _note(transaction, outcomes))
        return outcomes

    outcomes = with_parts(context, again)
    for each, outcome in outcomes.items():
        console.print(f"{each} {_SAYS[outcome]}", soft_wrap=True)
    if any(outcome is not Replayed.TAKEN for outcome in outcomes.values()):
        raise SystemExit(1)


def _note(transaction: Transaction, outcomes: dict[str, Replayed]) -> None:
    for each, outcome in outcomes.items():
        if outcome is Replayed.TAKEN:
            note_administered(transaction, "replay_parked", each)
