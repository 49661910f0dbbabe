"""A society whose chest panel has a room at a service, in which its people write."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from domain.ids import PanelId, QuestionId
from domain.member import Language, Member
from domain.messages import Action, Address, Origin, Press
from domain.room import Room, RoomThread
from domain.text import IdentifiableText
from tests.fakes.room_channel import RoomChannel, Thread
from tests.fakes.society import COORDINATOR, PANELIST, SECOND, Society

CHEST = Address(channel="chat", external_id="-100")
OF_PANEL = (PANELIST, SECOND, COORDINATOR)
A_MOMENT = timedelta(seconds=30)


@dataclass(slots=True, kw_only=True)
class PanelRoom:
    """`write` and `press` are what somebody does in the room; what was noted is shown a moment later."""

    society: Society
    chat: RoomChannel

    async def write(self, member: Member, text: str, **where: Any) -> str:
        """Write into a thread of the room, or into its main place; returns what the service calls the message."""
        reference = f"typed-{next(self.society.numbers)}"
        origin = Origin(**{"room": CHEST.external_id, "reference": reference, **where})
        await self._receive(member, origin, text=IdentifiableText(text))
        return reference

    async def say(self, member: Member, text: str) -> None:
        """Write into one's own conversation at the service."""
        await self._receive(member, Origin(), text=IdentifiableText(text))

    async def post(self, member: Member, **what: Any) -> str:
        """Post something that is no words, or not words alone; returns what the service calls the message."""
        where: dict[str, Any] = {name: what.pop(name) for name in ("room", "thread", "group") if name in what}
        reference = f"typed-{next(self.society.numbers)}"
        origin = Origin(**{"room": CHEST.external_id, "reference": reference, **where})
        given: dict[str, Any] = {"text": None, **what}
        await self._receive(member, origin, **given)
        return reference

    async def press(self, member: Member, action: Action, *, thread: Thread | None = None, token: str = "") -> None:
        """Press a button under a card, of the only thread unless another is named; or that with this token."""
        token = token or (thread or self.chat.only).view.card.token or ""
        press = Press(action=action, token=token)
        await self._receive(member, Origin(room=CHEST.external_id), text=None, press=press)

    def told(self, member: Member) -> list[str]:
        """Return the keys of what a member was told in their own conversation at the service."""
        return self.chat.keys_to(address_of(member).external_id)

    async def later(self, wait: timedelta = A_MOMENT) -> None:
        await self.society.advance(wait)

    async def ask(
        self, text: str = "M50s COVID D8, O2 2->5 L. New effusion? PE?", *files: bytes, **how: Any
    ) -> QuestionId:
        """Ask and let the room show it."""
        question = await self.society.ask(text, *files, **how)
        await self.later()
        return question.id

    async def room(self) -> Room | None:
        return await self.society.read(lambda transaction: transaction.rooms.get(CHEST))

    async def thread_of(self, question_id: QuestionId) -> RoomThread:
        (thread,) = await self.society.read(lambda transaction: transaction.rooms.threads_of(question_id))
        return thread

    async def _receive(self, member: Member, origin: Origin, **what: Any) -> None:
        message = replace(self.society.message(member), channel="chat", sender=address_of(member), origin=origin)
        await self.society.receive(replace(message, **what))
        await self.later()


def address_of(member: Member) -> Address:
    return Address(channel="chat", external_id=f"chat-{member.id}")


async def open_room(
    society: Society, *, language: Language | None = Language.ENGLISH, kind: type[RoomChannel] = RoomChannel
) -> PanelRoom:
    """Give everybody of the panel an address at the service, and the panel its room."""
    chat = kind(people=frozenset(address_of(member).external_id for member in OF_PANEL))
    services = society.services
    society.services = replace(services, channels={**services.channels, "chat": chat})

    def begin(transaction: Any) -> None:
        for member in OF_PANEL:
            transaction.members.save(replace(member, addresses=(*member.addresses, address_of(member))))
        transaction.rooms.save(Room(panel_id=PanelId("chest"), address=CHEST, language=language))

    await society.change(begin)
    return PanelRoom(society=society, chat=chat)
