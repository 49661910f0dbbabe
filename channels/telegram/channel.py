"""Telegram as a channel: private conversations with members, and supergroups of panels."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

from channels.drawing import Drawing
from channels.telegram.client import Client
from channels.telegram.flood import Flood
from channels.telegram.hook import TelegramHook
from channels.telegram.icons import Icons
from channels.telegram.inbound import CHANNEL_NAME
from channels.telegram.listening import Listening, Pace
from channels.telegram.options import TelegramOptions
from channels.telegram.outbound import TEXT_LIMIT
from channels.telegram.pictures import Pictures
from channels.telegram.posting import Place, Posting, numbers_in
from channels.telegram.reception import Reception
from channels.telegram.removing import Removing
from channels.telegram.rooms import Rooms, chat_id_of
from channels.telegram.topics import Topics
from domain.delivery import OutgoingMessage, SendingGate
from domain.errors import PermanentError, RoomMovedError, TransientError
from domain.messages import Address, Attachment
from domain.ports.channel import Capabilities, Copies, ImagesIn, Placed, RoomView
from domain.ports.listening import ChannelServices
from domain.ports.webhook import Webhook

PER_SECOND = 27.8
"""Source: Bots FAQ: "about 30 messages per second"; a little below it, since the line bunches them."""
_AT_ONCE = 2
"""What comes late to its turn is made up for by the next: otherwise some 22 a second leave. 27.8 + 2 in any second."""
_PRIVATE_INTERVAL = timedelta(seconds=1)
"""Source: Bots FAQ: "avoid sending more than one message per second" in a chat."""
_ROOM_INTERVAL, _ROOM_BURST = timedelta(seconds=4), 4
"""19 in any minute at the most. Source: Bots FAQ: "not able to send more than 20 messages per minute" to a group."""
_TOKEN_MENDED_WITHIN = timedelta(minutes=1)
_UNREACHABLE = frozenset({"address_blocked", "chat_gone", "room_gone"})


class TelegramChannel:
    """A `ListeningChannel` that fetches, deletes, retracts, and has rooms."""

    def __init__(self, options: TelegramOptions, services: ChannelServices, *, pace: Pace | None = None) -> None:
        self._options = options
        self._client = Client(options)
        self._flood = Flood(services.clock)
        pace = pace or Pace()
        drawing = Drawing(services.renderer, services.log)
        self._posting = Posting(
            client=self._client,
            flood=self._flood,
            pictures=Pictures(store=services.store, drawing=drawing, images_out=options.images_out),
            log=services.log,
            page_address=services.page_address,
            between=pace.between,
        )
        self._rooms = Rooms(posting=self._posting, topics=Topics(self._client, Icons(self._client)))
        self._reception = Reception(self._client, services, options.token)
        self._listening = Listening(self._client, options, services, self._reception, pace)

    @property
    def name(self) -> str:
        return CHANNEL_NAME

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(
            text_limit=TEXT_LIMIT,
            has_buttons=True,
            has_images=True,
            shows_own_messages=True,
            repeats_are_harmless=False,
            copies=Copies.RETRACTABLE,
            most_buttons=12,
            has_prompts=True,
            address_interval=_PRIVATE_INTERVAL,
            # A Bot API server of one's own makes no difference: behind it are the same data centres.
            passes_abroad=self._options.images_in is ImagesIn.LINK,
        )

    @property
    def gate(self) -> SendingGate | None:
        return SendingGate(channel=CHANNEL_NAME, interval=timedelta(seconds=1) / PER_SECOND, burst=_AT_ONCE)

    @property
    def webhook(self) -> Webhook | None:
        if not self._options.webhook_url:
            return None
        return TelegramHook(self._reception, self._options.webhook_secret)

    def start_link(self, payload: str) -> str | None:
        """Source: Bot features, Deep linking: https://t.me/<bot>?start=<parameter>, 64 characters at most."""
        username = self._reception.username
        return f"https://t.me/{username}?start={payload}" if username else None

    async def replay(self, raw: str, *, received_at: datetime) -> bool:
        return await self._reception.replay(raw, received_at=received_at)

    @property
    def trouble(self) -> str:
        return self._listening.trouble

    async def listen(self) -> None:
        await self._listening.run()

    async def close(self) -> None:
        await self._reception.close()
        await self._client.close()

    async def send(self, address: Address, message: OutgoingMessage) -> str:
        try:
            said = await self._posting.say(Place(chat_id=chat_id_of(address)), message)
        except PermanentError as error:
            raise _about_person(error) from error
        return said.reference

    async def retract(self, address: Address, reference: str) -> None:
        chat_id = chat_id_of(address)
        try:
            with self._flood.minding(chat_id):
                await Removing(self._client).remove(chat_id, numbers_in(reference))
        except PermanentError as error:
            raise _about_person(error) from error

    def fetch(self, attachment: Attachment) -> AsyncIterator[bytes]:
        return self._client.fetch(attachment)

    async def delete_received(self, address: Address, reference: str) -> bool:
        """Delete a member's own message; False where it is older than 48 hours, or they have blocked us."""
        chat_id = chat_id_of(address)
        try:
            with self._flood.minding(chat_id):
                return all([await Removing(self._client).delete(chat_id, each) for each in numbers_in(reference)])
        except PermanentError as error:
            raised = _about_person(error)
            if raised.code != "address_blocked":
                raise raised from error
            return False

    async def open_thread(self, room: Address, view: RoomView) -> Placed:
        return await self._rooms.open_thread(room, view)

    async def show(self, room: Address, placed: Placed, view: RoomView) -> Placed:
        return await self._rooms.show(room, placed, view)

    async def post(self, room: Address, placed: Placed, message: OutgoingMessage) -> str:
        return await self._rooms.post(room, placed, message)

    async def remove(self, room: Address, placed: Placed, references: tuple[str, ...]) -> None:
        await self._rooms.remove(room, placed, references)

    async def roster(self, room: Address, known: frozenset[str] = frozenset()) -> frozenset[str] | None:
        return await self._rooms.roster(room, known)

    def room_gate(self, room: Address) -> SendingGate | None:
        name = f"{room.channel}|{room.external_id}"
        return SendingGate(channel=name, interval=_ROOM_INTERVAL, burst=_ROOM_BURST)


def _about_person(error: PermanentError) -> PermanentError | TransientError:
    """Return what an error means for one person; a token that is refused is an operator's matter, nobody's loss."""
    if error.code == "telegram_token":
        return TransientError(error.code, retry_after=_TOKEN_MENDED_WITHIN)
    if isinstance(error, RoomMovedError) or error.code in _UNREACHABLE:
        return PermanentError("address_blocked")
    return error
