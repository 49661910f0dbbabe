"""Where panels meet at services: their rooms, and the thread of each question in them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

from domain.ids import DeliveryId, PanelId, QuestionId
from domain.messages import Address
from domain.room import Room, RoomThread


class RoomRepository(Protocol):
    def save(self, room: Room) -> None:
        """Keep a panel's room in the place of the one that it had on the same channel."""

    def remove(self, address: Address) -> None:
        """Make a place nobody's room; what is known of its threads stays, so that they can be taken out of it."""

    def get(self, address: Address) -> Room | None: ...
    def of_panel(self, panel_id: PanelId) -> Sequence[Room]: ...
    def all(self) -> Sequence[Room]: ...
    def left(self) -> Sequence[Address]:
        """Return the places that are nobody's room any more, and in which something of a question stands."""

    def moved(self, address: Address, to: Address) -> None:
        """The service has given a room another id: its threads go with it; nothing where there is no such room."""

    def lock_thread(self, question_id: QuestionId, room: Address) -> RoomThread:
        """Return a question's thread, locked until this transaction ends; nothing is shown of a new one."""

    def save_thread(self, thread: RoomThread) -> None: ...
    def threads_of(self, question_id: QuestionId) -> Sequence[RoomThread]: ...
    def threads_in(self, room: Address) -> Sequence[RoomThread]:
        """Return the threads of a room that were not removed."""

    def thread_at(self, room: Address, thread: str) -> RoomThread | None: ...
    def thread_of_message(self, room: Address, reference: str) -> RoomThread | None:
        """Return the thread that a message of ours belongs to: its card, or anything posted in it."""

    def note_message(self, room: Address, reference: str, question_id: QuestionId, *, entry: int = 0) -> None:
        """Note what was posted about a question; `entry` is that of its timeline which it tells."""

    def note_begun(self, room: Address, reference: str, question_id: QuestionId, *, delivery_id: DeliveryId) -> None:
        """Note a part of a message whose rest is still to come, until `note_message` says that it is whole."""

    def begun_in(self, question_id: QuestionId, room: Address, delivery_id: DeliveryId) -> Sequence[str]:
        """Return what was noted of a message before it was whole, if nobody has said since that it is."""

    def has_begun(self, question_id: QuestionId, room: Address) -> bool:
        """Return whether parts of any message about a question stand in a room that never became whole."""

    def entries_in(self, question_id: QuestionId, room: Address) -> frozenset[int]:
        """Return which entries were posted in a room."""

    def messages_in(self, question_id: QuestionId, room: Address) -> Sequence[str]:
        """Return what was posted about a question in a room and not taken out since; a lost card's place among it."""

    def forget_messages(self, question_id: QuestionId, room: Address, *, only: Collection[str] | None = None) -> None:
        """Forget what was posted about a question in a room: all of it, or these references."""
