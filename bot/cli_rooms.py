"""`hilum panels room`: where a panel meets at a service."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli_audit import note_administered
from bot.compose import Parts
from bot.session import with_parts
from bot.terminal import console, fail, show_rows
from domain.errors import HilumError, PermanentError
from domain.member import Language
from domain.messages import Address
from domain.ports.store import Transaction
from domain.room import Room, Suspension
from handlers.room_words import leave_room, panel_of, save_room

_SAYS = {
    Suspension.NONE: "",
    Suspension.NEW: "not seen yet that only people of the panel are there: nothing is shown",
    Suspension.ROSTER: "somebody of the panel is not there: no images",
    Suspension.STRANGERS: "somebody there is not of the panel: no words, no images",
    Suspension.UNSEEN: "not seen yet who is there since somebody was cut off or left: nothing is shown",
    Suspension.PUBLIC: "it is public: nothing is shown",
    Suspension.RIGHTS: "Hilum lacks rights there",
    Suspension.GONE: "it is gone, or Hilum was put out of it",
}
_NEGATIVE_NUMBERS = {"ignore_unknown_options": True}
"""The id of a Telegram group begins with a dash."""


def register(panels: typer.Typer) -> None:
    panels.command("room", context_settings=_NEGATIVE_NUMBERS)(set_room)
    panels.command("rooms")(list_rooms)


def set_room(  # noqa: PLR0913, PLR0917 - one option a field
    context: typer.Context,
    panel_id: Annotated[str, typer.Argument(help="Id of the panel, such as chest.")],
    channel: Annotated[str, typer.Argument(help="Name of the channel: telegram or slack.")],
    room_id: Annotated[str, typer.Argument(help="The service's id of the group or channel, such as -100123 or C0123.")],
    *,
    language: Annotated[Language | None, typer.Option(help="Of what is said there; both unless given.")] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Show nothing there any more.")] = False,
) -> None:
    """Make a group or channel a panel's room; what is open is shown there, each question in a thread of its own."""
    address = Address(channel=channel, external_id=room_id)

    async def save(parts: Parts) -> str | None:
        def change(transaction: Transaction) -> None:
            panel = panel_of(transaction, panel_id)
            if remove and not leave_room(parts.services, transaction, address):
                raise PermanentError("room_unknown")
            if not remove:
                save_room(parts.services, transaction, Room(panel_id=panel.id, address=address, language=language))
            note_administered(transaction, "remove_room" if remove else "set_room", panel.id)

        try:
            await parts.services.store.write(change)
        except HilumError as error:
            return error.code
        return None

    problems = {
        "panel_unknown": f"there is no panel {panel_id} (`hilum panels list`)",
        "room_unknown": f"{room_id} on {channel} is no panel's room (`hilum panels rooms`)",
        "rooms_unknown": f"{channel} is not connected, or has no rooms (`hilum doctor`)",
    }
    problem = with_parts(context, save)
    if problem is not None:
        fail(problems[problem], code=1)
    console.print(f"Panel {panel_id}: room {room_id} on {channel} {'removed' if remove else 'set'}.")


def list_rooms(context: typer.Context, *, as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """List the rooms of all panels, and what is wrong with them."""

    async def read(parts: Parts) -> list[dict[str, object]]:
        found = await parts.services.store.read(lambda transaction: transaction.rooms.all())
        return [
            {
                "panel": room.panel_id,
                "channel": room.address.channel,
                "room": room.address.external_id,
                "language": room.language or "both",
                "trouble": _SAYS[room.suspended],
            }
            for room in found
        ]

    show_rows(with_parts(context, read), as_json=as_json, empty="No room yet: `hilum panels room`.")
