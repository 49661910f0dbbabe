"""A panel with a room at a service, whose people are told there, and a door that learns names late."""

from __future__ import annotations

from dataclasses import dataclass

from domain.delivery import OutgoingMessage
from domain.ids import QuestionId
from domain.member import Member
from tests.fakes.panel_room import PanelRoom, address_of
from tests.fakes.room_channel import RoomChannel
from tests.fakes.society import MEMBER, Society
from tests.fakes.watchful_door import WatchfulDoor

NAME = "gildong"


@dataclass(slots=True, kw_only=True)
class ToldLate:
    society: Society
    door: WatchfulDoor
    room: PanelRoom

    @property
    def chat(self) -> RoomChannel:
        return self.room.chat

    async def learn(self, question_id: QuestionId, member: Member = MEMBER) -> None:
        """Have a file of the question bring the patient's name."""
        self.door.named = [(NAME,)]
        upload = await self.society.upload(member, b"file")
        await self.society.say(member, None, uploads=[upload], to=question_id)
        await self.room.later()

    def lying(self, key: str = "", *, to: Member | None = None) -> list[OutgoingMessage]:
        """Return the messages that were not taken back, oldest first."""
        sent = [(f"message-{number}", at, message) for number, (at, message) in enumerate(self.chat.sent, start=1)]
        theirs = [each for each in sent if to is None or each[1] == address_of(to).external_id]
        return [m for name, _, m in theirs if name not in self.chat.retracted and m.key.startswith(key)]
