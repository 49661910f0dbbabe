"""Slack's events by HTTP or Socket Mode, over slack-bolt: committed in a global middleware, then acknowledged."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.signature import SignatureVerifier

from channels.marks import keyed_mark
from channels.slack.calls import Calls
from channels.slack.desk import Answer, Desk
from channels.slack.happenings import Happened, Happening, happened_in
from channels.slack.inbound import CHANNEL_NAME, edit_in, known_as, message_in
from channels.slack.options import SlackOptions
from channels.slack.payloads import Payload, UnreadableError, text_at
from domain.commands_services import WatchRooms
from domain.delivery import Priority
from domain.errors import HilumError, TransientError, UserError
from domain.messages import Address, InboundMessage
from domain.ports.listening import ChannelServices
from domain.ports.webhook import HookAnswer, HookRequest

Next = Callable[[], Awaitable[BoltResponse]]
_NOTHING: Answer = {}
_UNREADABLE = "request_unreadable"
_SECRET = frozenset({"token", "response_url", "response_urls", "trigger_id", "authorizations"})
_BOLTS_OWN = frozenset({"url_verification", "ssl_check"})
_KEPT_BACK = "app_rate_limited"
"""Slack says by it that it has kept events back for a minute: what was written is found in the history."""


class SlackApp:
    """The app as Slack speaks to it."""

    def __init__(self, options: SlackOptions, services: ChannelServices, calls: Calls, desk: Desk) -> None:  # noqa: PLR0917
        self._options = options
        self._services = services
        self._calls = calls
        self._desk = desk
        self._shown: set[asyncio.Task[None]] = set()
        self.removed = asyncio.Event()
        """That the app was taken out of the workspace."""
        self.missed = asyncio.Event()
        """That something may have been written which no event has brought, or that we could not take."""
        # Before the authorization, which asks Slack first: while Slack is away it would acknowledge and lose an event.
        self._bolt = AsyncApp(
            name="hilum",
            client=calls.client,
            signing_secret=options.signing_secret,
            before_authorize=_Commit(self._commit),
        )

    async def receive(self, request: HookRequest) -> HookAnswer:
        """The `Webhook` port: a request that is not signed by Slack, or over five minutes old, is refused."""
        if not self._is_signed(request):
            # Whether the address has a certificate is asked without a signature; nothing is taken from that.
            return HookAnswer(status=200 if b"ssl_check=1" in request.body.split(b"&") else 401)
        try:
            asked = AsyncBoltRequest(body=request.body.decode(), query=request.query, headers={**request.headers})
        except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError):
            await self._park_raw(request.body.decode(errors="replace"), _UNREADABLE)
            return HookAnswer()
        given = await self._bolt.async_dispatch(asked)
        if given.status >= 500:
            self._services.log.error("slack_event_not_taken", status=given.status)
        return HookAnswer(status=given.status, body=given.body.encode(), headers=given.first_headers())

    def _is_signed(self, request: HookRequest) -> bool:
        verifier = SignatureVerifier(self._options.signing_secret)
        try:
            return verifier.is_valid_request(request.body, {**request.headers})
        except (TypeError, ValueError):
            # The time is no number, or the signature has letters that none has.
            return False

    async def find(self, body: Payload) -> None:
        """Take in what was found in the history as if an event had brought it; what came before changes nothing.

        Raises:
            TransientError: not now; nothing was kept.
        """
        await self._taken(body)

    async def replay(self, raw: str, *, received_at: datetime) -> bool:
        """Take in an event that was parked; see `ReplayingChannel`. A press or a form is too old to be answered."""
        try:
            body = json.loads(raw)
            if text_at(body, "type") != "event_callback":
                return False
            message = None if happened_in(body) is not None else message_in(body, received_at)
            if message is not None:
                await self._services.intake.accept(message)
        except (ValueError, RecursionError, UserError):
            return False
        return True

    def socket(self) -> AsyncSocketModeHandler:
        """Return a connection by Socket Mode that is still to be opened; needs a running loop."""
        self._calls.session()
        return AsyncSocketModeHandler(self._bolt, self._options.app_token, web_client=self._calls.client)

    async def close(self) -> None:
        for task in self._shown:
            task.cancel()
        await asyncio.gather(*self._shown, return_exceptions=True)

    async def _commit(self, request: AsyncBoltRequest, go_on: Next) -> BoltResponse:
        """Take in what came and acknowledge it; nothing of Bolt's runs after this.

        What cannot be taken in now is not acknowledged: Slack brings an event again, and tells whoever pressed. What
        never can be is kept for an operator.
        """
        if text_at(request.body, "type") in _BOLTS_OWN:
            return await go_on()
        try:
            answer = await self._taken(request.body)
        except TransientError as error:
            self.missed.set()
            self._services.log.warning("slack_event_postponed", error=error.code)
            return BoltResponse(status=503)
        return BoltResponse(status=200, body=dict(answer) if answer else "")

    async def _taken(self, body: Payload) -> Answer:
        kind = "command" if "command" in body else text_at(body, "type")
        take = self._ways().get(kind)
        try:
            return _NOTHING if take is None else await take(body)
        except TransientError:
            raise
        except UnreadableError as error:
            await self._park(body, error.reason)
        except HilumError as error:
            # What a member can mend they are told, as soon as it can be; a fault of ours is an operator's.
            await self._park(body, error.code, sender=_sender_of(body) if isinstance(error, UserError) else None)
        return _NOTHING

    def _ways(self) -> Mapping[str, Callable[[Payload], Awaitable[Answer]]]:
        return {
            "event_callback": self._event,
            "command": self._desk.command,
            "shortcut": self._desk.shortcut,
            "message_action": self._desk.shortcut,
            "block_actions": self._desk.press,
            "view_submission": self._desk.submission,
            _KEPT_BACK: self._kept_back,
        }

    async def _event(self, body: Payload) -> Answer:
        happened = happened_in(body)
        if happened is not None:
            await self._note(body, happened)
            return _NOTHING
        now = self._services.clock()
        message, edit = message_in(body, now), edit_in(body, now)
        if message is None:
            return _NOTHING
        try:
            await self._services.intake.accept(message, edit=edit)
        except UserError:
            if not await self._is_for_us(message):
                # What others say among themselves is neither kept nor answered.
                return _NOTHING
            raise
        return _NOTHING

    async def _kept_back(self, _body: Payload) -> Answer:
        self.missed.set()
        self._services.log.warning("slack_events_kept_back")
        return _NOTHING

    async def _note(self, body: Payload, happened: Happened) -> None:
        if happened.what is Happening.HOME:
            task = asyncio.create_task(self._desk.show_home(happened.user))
            self._shown.add(task)
            task.add_done_callback(self._shown.discard)
            return
        if happened.room and not await self._is_ours(happened.room):
            # The app may be in channels that are no panel's.
            return
        if happened.what is not Happening.ROSTER:
            await self._park(body, happened.what.value)
        if happened.what is Happening.REMOVED:
            self.removed.set()
        if happened.room:
            room = Address(channel=CHANNEL_NAME, external_id=happened.room)
            watch, urgent = WatchRooms.soon(room, self._services.clock()), Priority.URGENT
            await self._services.store.write(
                lambda transaction: transaction.jobs.add(watch, due_at=watch.at, priority=urgent, gate=CHANNEL_NAME)
            )

    async def _is_for_us(self, message: InboundMessage) -> bool:
        """Return whether somebody has said it to the app alone, or is a member and has said it in a panel's channel."""
        room, sender = message.origin.room, message.sender
        if not room:
            return True
        member = await self._services.store.read(lambda transaction: transaction.members.by_address(sender))
        return member is not None and member.active and await self._is_ours(room)

    async def _is_ours(self, room: str) -> bool:
        address = Address(channel=CHANNEL_NAME, external_id=room)
        return await self._services.store.read(lambda transaction: transaction.rooms.get(address) is not None)

    async def _park(self, body: Payload, reason: str, *, sender: Address | None = None) -> None:
        """Keep what could not be taken in for an operator, who is told; where there is a sender, they are as well."""
        kept = {name: value for name, value in body.items() if name not in _SECRET}
        raw = json.dumps(kept, sort_keys=True, default=str)
        try:
            known = known_as(body)
        except UnreadableError:
            known = ""
        await self._park_raw(raw, reason, known=known, sender=sender)

    async def _park_raw(self, raw: str, reason: str, *, known: str = "", sender: Address | None = None) -> None:
        external_id = known or f"raw|{keyed_mark(raw, key=self._options.bot_token)}"
        self._services.log.warning("slack_event_parked", reason=reason)
        await self._services.intake.park(CHANNEL_NAME, external_id, raw, reason=reason, sender=sender)


class _Commit(AsyncMiddleware):
    """A middleware as a class: for a function Bolt would first make its own arguments out of what came.

    That is where a payload of an unknown form would fail, before it is kept.
    """

    def __init__(self, commit: Callable[[AsyncBoltRequest, Next], Awaitable[BoltResponse]]) -> None:
        self._commit = commit

    async def async_process(self, *, req: AsyncBoltRequest, resp: BoltResponse, next: Next) -> BoltResponse:
        _ = resp
        return await self._commit(req, next)


def _sender_of(body: Payload) -> Address | None:
    """Return who has written, edited, typed or chosen what came."""
    places = (("event", "user"), ("event", "message", "user"), ("user_id",), ("user", "id"))
    user = next((user for path in places if (user := text_at(body, *path))), "")
    return Address(channel=CHANNEL_NAME, external_id=user) if user else None
