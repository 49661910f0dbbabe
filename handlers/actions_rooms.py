"""What a coordinator does about a panel's room, by the button under what they are told of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from domain.delivery import Value
from domain.errors import UserError
from domain.messages import Action
from domain.room import Room, Suspension
from handlers.deed import Deed
from handlers.delivered import channel_named
from handlers.outbox import Notice
from handlers.room_notes import note_mirror


def remove_room_images(deed: Deed) -> None:
    """Take out of a room every thread in which images lie: what is open is shown there anew, as far as it may be.

    The images come back by themselves once the people there are right again.

    Raises:
        UserError: "panels_coordinator_only"; "room_right" where nothing keeps the images from being shown.
    """
    room = _room(deed)
    if room.suspended is Suspension.NONE:
        raise UserError("room_right")
    threads = [each for each in deed.transaction.rooms.threads_in(room.address) if each.pictures]
    for thread in threads:
        locked = deed.transaction.rooms.lock_thread(thread.question_id, room.address)
        deed.transaction.rooms.save_thread(locked.outdated())
        question = deed.transaction.questions.get(thread.question_id)
        note_mirror(deed.services, deed.transaction, question, room=room.address, is_lost=True)
    panel = deed.transaction.panels.get(room.panel_id)
    values: dict[str, Value] = {
        "panel": panel.named(deed.actor.language),
        "channel": channel_named(deed.services, deed.actor, room.address.channel),
        "count": len(threads),
    }
    deed.tell(deed.actor, Notice(key="room.images_going", values=values))


def _room(deed: Deed) -> Room:
    for room in deed.transaction.rooms.all():
        if room.mark == deed.about and deed.transaction.panels.get(room.panel_id).coordinator_id == deed.actor.id:
            return room
    raise UserError("panels_coordinator_only")


DEEDS: Mapping[Action, Callable[[Deed], None]] = {Action.REMOVE_ROOM_IMAGES: remove_room_images}
