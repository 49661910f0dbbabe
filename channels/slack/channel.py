"""Slack as a channel: everything in this folder put together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta

from channels.drawing import Drawing
from channels.slack.app import SlackApp
from channels.slack.blocks import MOST_BUTTONS, TEXT_LIMIT
from channels.slack.calls import Calls
from channels.slack.desk import Desk
from channels.slack.failures import CUT_OFF, MENDED_WITHIN, SCOPE_MISSING
from channels.slack.files import Files
from channels.slack.forms import Forms
from channels.slack.inbound import CHANNEL_NAME
from channels.slack.line import LOST, Line
from channels.slack.options import SlackOptions
from channels.slack.outbound import Outbound
from channels.slack.pace import Pace
from channels.slack.pictures import Pictures
from channels.slack.reading_back import ReadingBack
from channels.slack.rooms import Rooms
from channels.slack.strays import Strays
from domain.delivery import OutgoingMessage, SendingGate
from domain.errors import PermanentError, TransientError
from domain.ids import QuestionId
from domain.messages import Address, Attachment
from domain.outage import Outage
from domain.ports.channel import Capabilities, Copies, ImagesIn, Placed, RoomView
from domain.ports.listening import ChannelServices
from domain.ports.webhook import Webhook

_GATE = SendingGate(channel=CHANNEL_NAME, interval=timedelta(seconds=0.25), burst=4)
"""Source: Slack, *Rate limits*: several hundred messages a minute in a workspace; a little below."""
_CAPABILITIES = Capabilities(
    text_limit=TEXT_LIMIT,
    has_buttons=True,
    has_images=True,
    shows_own_messages=True,
    repeats_are_harmless=False,
    copies=Copies.RETRACTABLE,
    most_buttons=MOST_BUTTONS,
    address_interval=timedelta(seconds=1),
    address_burst=3,
    has_forms=True,
    command_lead="/hilum ",
)
_PAUSE = timedelta(seconds=5)


class SlackChannel:
    """Reaches members by their user id, which stays when they change their name; has rooms, files and forms."""

    def __init__(self, options: SlackOptions, services: ChannelServices, *, pace: Pace | None = None) -> None:
        self._options = options
        self._services = services
        self._pace = pace or Pace()
        self._outage = Outage()
        self._calls = Calls(options, clock=services.clock, log=services.log)
        drawing = Drawing(services.renderer, services.log)
        pictures = Pictures(options, services, self._calls, drawing)
        self._outbound = Outbound(self._calls, services, pictures)
        self._rooms = Rooms(self._calls, self._outbound)
        self._files = Files(options, self._calls, services.log)
        forms = Forms(wording=services.wording, images_in=options.images_in)
        desk = Desk(calls=self._calls, services=services, forms=forms, secret=options.bot_token)
        self._app = app = SlackApp(options, services, self._calls, desk)
        self._reading = ReadingBack(
            calls=self._calls, services=services, find=app.find, missed=app.missed, pace=self._pace
        )

    @property
    def name(self) -> str:
        return CHANNEL_NAME

    @property
    def capabilities(self) -> Capabilities:
        return replace(_CAPABILITIES, passes_abroad=self._options.images_in is ImagesIn.LINK)

    @property
    def gate(self) -> SendingGate | None:
        return _GATE

    @property
    def webhook(self) -> Webhook | None:
        """Where Slack posts events; without a signing secret nothing that is posted could be believed."""
        return self._app.receive if self._options.signing_secret else None

    async def replay(self, raw: str, *, received_at: datetime) -> bool:
        return await self._app.replay(raw, received_at=received_at)

    @property
    def trouble(self) -> str:
        return self._outage.shown(self._services.clock()) or self._reading.trouble

    async def listen(self) -> None:
        """Connect by Socket Mode where there is an app token, else only see that Slack knows us; until cancelled.

        Beside it what nobody has brought is read back.

        Raises:
            TransientError: the connection was lost, and is to be begun anew.
            PermanentError: Slack does not take our tokens, or the app was taken out of the workspace.
        """
        self._app.removed.clear()
        await self._greet()
        await self._reading.begin()
        hearing = self._line().hold() if self._options.app_token else self._by_post()
        parts = [asyncio.ensure_future(each) for each in (hearing, self._reading.run(), self._until_removed())]
        try:
            ended, _ = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
            for each in ended:
                each.result()
        finally:
            for each in parts:
                each.cancel()
            await asyncio.gather(*parts, return_exceptions=True)

    async def close(self) -> None:
        await self._app.close()
        await self._calls.close()

    async def send(self, address: Address, message: OutgoingMessage) -> str:
        """Send a message; what an operator has left out of the app's rights is waited for, and nothing is lost."""
        try:
            return await self._outbound.send(address, message)
        except PermanentError as error:
            if error.code != SCOPE_MISSING:
                raise
            raise TransientError(SCOPE_MISSING, retry_after=MENDED_WITHIN, is_local=True) from error

    async def look_for(self, address: Address, message: OutgoingMessage) -> bool:
        return await Strays(self._calls, self._outbound).look_for(address, message)

    async def retract(self, address: Address, reference: str) -> None:
        """Delete a message, which its reference names whoever has it."""
        _ = address
        await self._outbound.take_back(reference)

    def fetch(self, attachment: Attachment) -> AsyncIterator[bytes]:
        return self._files.fetch(attachment)

    async def open_thread(self, room: Address, view: RoomView) -> Placed:
        return await self._rooms.open_thread(room, view)

    async def show(self, room: Address, placed: Placed, view: RoomView) -> Placed:
        return await self._rooms.show(room, placed, view)

    async def post(self, room: Address, placed: Placed, message: OutgoingMessage) -> str:
        return await self._rooms.post(room, placed, message)

    async def remove(self, room: Address, placed: Placed, references: tuple[str, ...]) -> None:
        await self._rooms.remove(room, placed, references)

    async def take_out_strays(
        self, room: Address, placed: Placed, question_id: QuestionId, *, known: frozenset[str]
    ) -> None:
        await self._rooms.take_out_strays(room, placed, question_id, known=known)

    async def roster(self, room: Address, known: frozenset[str] = frozenset()) -> frozenset[str] | None:
        """Return everybody in a channel; Slack lists them, so nobody has to be asked for."""
        _ = known
        return await self._rooms.roster(room)

    def room_gate(self, room: Address) -> SendingGate | None:
        return self._rooms.gate(room)

    async def _greet(self) -> None:
        """Wait until Slack answers.

        Raises:
            PermanentError: it does not take our tokens.
        """
        while True:
            try:
                await self._calls("auth.test")
                if self._options.app_token:
                    await self._calls("apps.connections.open", token=self._options.app_token)
            except TransientError as error:
                if error.code == CUT_OFF:
                    raise PermanentError(CUT_OFF) from error
                self._heard(is_well=False, code=error.code)
                await asyncio.sleep((error.retry_after or _PAUSE).total_seconds())
            else:
                return

    def _line(self) -> Line:
        return Line(
            socket=self._app.socket(),
            heard=lambda is_open: self._heard(is_well=is_open, code=LOST),
            missed=self._app.missed,
            log=self._services.log,
            pace=self._pace,
        )

    async def _by_post(self) -> None:
        """Wait for what Slack posts, after what it has posted in vain."""
        self._heard(is_well=True)
        self._app.missed.set()
        await asyncio.Event().wait()

    async def _until_removed(self) -> None:
        await self._app.removed.wait()
        raise PermanentError(CUT_OFF)

    def _heard(self, *, is_well: bool, code: str = "") -> None:
        self._outage = Outage() if is_well else self._outage.failed(code, self._services.clock())
