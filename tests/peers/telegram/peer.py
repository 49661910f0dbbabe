"""A loopback peer of the Telegram Bot API: the server, and the handle by which a test plays the people around the bot.

    async with TelegramPeer() as peer:
        ana = peer.person("Ana")
        ana.starts("code")
        async with Bot(peer.token, base_url=peer.base_url, base_file_url=peer.base_file_url) as bot:
            ...

For a bot in another process, `with TelegramPeer().in_thread() as peer:` serves from a thread. Requests are validated by
aiogram's method types and answers written by its types, so that the schema is not of our own making; each behaviour
names the sentence of the Bot API it stands for. What the peer does not play, it refuses.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from types import TracebackType

from aiogram.methods import GetUpdates
from aiogram.types import Chat, ChatMemberMember
from aiohttp import web

from tests.peers.telegram import chats, editing, files, profile, sending, topics, webhook
from tests.peers.telegram.calls import Handlers, Method, read_call, write_result
from tests.peers.telegram.faults import Fault, Faults, Kind, Limits
from tests.peers.telegram.groups import Group, found_group
from tests.peers.telegram.journal import Call, Journal
from tests.peers.telegram.people import Person
from tests.peers.telegram.refusals import RefusedError, bad_request, busy
from tests.peers.telegram.service import Service

PATIENCE_SECONDS = 30.0
_LARGEST_BODY_BYTES = 64 * 1024 * 1024
_PAGE = "<html><head><title>{0} Bad Gateway</title></head><body><center>nginx</center></body></html>"
_HANDLERS: Handlers = {
    **chats.HANDLERS,
    **editing.HANDLERS,
    **files.HANDLERS,
    **profile.HANDLERS,
    **sending.HANDLERS,
    **topics.HANDLERS,
    **webhook.HANDLERS,
}
_KINDS: tuple[type[Method], ...] = (*_HANDLERS, GetUpdates)
_METHODS = {kind.__api_method__.lower(): kind for kind in _KINDS}


class TelegramPeer:
    """One bot's Telegram. `service` is its state; everything else is what a test takes in hand."""

    def __init__(self) -> None:
        self.service = Service()
        self.journal = Journal()
        self.faults = Faults()
        self.limits = Limits()
        self.clock = self.service.clock
        self.updates = self.service.updates
        self.token = self.service.token
        self.port = 0
        self._runner: web.AppRunner | None = None
        self._courier: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """The address that a bot takes for https://api.telegram.org."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def base_url(self) -> str:
        return f"{self.url}/bot"

    @property
    def base_file_url(self) -> str:
        return f"{self.url}/file/bot"

    def person(self, first_name: str, *, username: str | None = None, language_code: str = "en") -> Person:
        """Return somebody new, who has not written to the bot yet."""
        with self.service.lock:
            user = self.service.new_user(first_name, username=username, language_code=language_code)
            chat = Chat(id=user.id, type="private", first_name=first_name, username=username)
            room = self.service.new_room(chat, is_open=False)
            room.members = {each.id: ChatMemberMember(user=each) for each in (user, self.service.bot)}
            return Person(service=self.service, user=user, room=room)

    def group(self, title: str, *members: Person) -> Group:
        return self._found(title, members, kind="group")

    def supergroup(self, title: str, *members: Person) -> Group:
        """Return a supergroup without topics that the bot is a plain member of."""
        return self._found(title, members, kind="supergroup")

    def forum(self, title: str, *members: Person) -> Group:
        """Return a supergroup with topics where the bot is administrator with the rights it needs."""
        found = self._found(title, members, kind="supergroup", is_forum=True)
        found.promotes_bot()
        return found

    def malformed_update(self) -> int:
        """Send an update that no library can read: its message has no number, no date, no chat."""
        return self.updates.add_raw({"message": {"message_id": None, "text": ["not", "a", "text"]}})

    async def until(self, condition: Callable[[], object], *, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait, within a bound, until something has come about; in the peer's own event loop."""
        async with asyncio.timeout(seconds):
            while not condition():  # noqa: ASYNC110 - a test asks for anything, not only for what the peer sees
                await asyncio.sleep(0.01)

    async def start(self) -> None:
        app = web.Application(client_max_size=_LARGEST_BODY_BYTES)
        app.router.add_route("*", "/bot{token}/{method}", self._take)
        app.router.add_get("/file/bot{token}/{path:.+}", self._hand_over)
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        self.updates.open(asyncio.get_running_loop())
        self._courier = asyncio.create_task(webhook.Courier(self.service).run())

    async def stop(self) -> None:
        """Stop serving; what is known is kept, and `start` serves it again at the same port."""
        assert self._runner is not None
        assert self._courier is not None
        self.updates.loop = None
        self._courier.cancel()
        with suppress(asyncio.CancelledError):
            await self._courier
        self.updates.end_poll(RefusedError(502, "Bad Gateway"))
        await self._runner.cleanup()

    @contextmanager
    def in_thread(self) -> Iterator[TelegramPeer]:
        """Serve from a thread, for a bot in another process and a test that waits for it."""
        ready, done = Event(), Event()
        thread = Thread(target=lambda: asyncio.run(self._serve(ready, done)), name="telegram-peer")
        thread.start()
        try:
            assert ready.wait(PATIENCE_SECONDS), "the peer did not start"
            yield self
        finally:
            done.set()
            thread.join(PATIENCE_SECONDS)

    async def __aenter__(self) -> TelegramPeer:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def _serve(self, ready: Event, done: Event) -> None:
        await self.start()
        ready.set()
        await asyncio.to_thread(done.wait)
        await self.stop()

    def _found(self, title: str, members: tuple[Person, ...], *, kind: str, is_forum: bool = False) -> Group:
        with self.service.lock:
            return found_group(self.service, title, kind=kind, is_forum=is_forum, members=members)

    async def _take(self, request: web.Request) -> web.StreamResponse:
        """Answer one call.

        Source: Making requests: "The response contains a JSON object, which always has a Boolean field 'ok'"; "If 'ok'
        equals True, the request was successful and the result of the query can be found in the 'result' field".
        """
        call = Call(at=self.clock.now(), method=request.match_info["method"])
        try:
            self._check_token(request)
            call.request = await read_call(request, _METHODS)
            call.at = self.clock.now()  # A call counts from when it was whole: an upload may take its time.
            call.method, call.chat_id = call.request.__api_method__, getattr(call.request, "chat_id", None)
            return await self._answer(request, call)
        except RefusedError as error:
            call.status = error.code
            return web.json_response(error.answer(), status=error.code)
        finally:
            self.journal.entries.append(call)

    async def _answer(self, request: web.Request, call: Call) -> web.StreamResponse:
        fault = self.faults.take(call)
        if (failed := self._fail(request, call, fault)) is not None:
            return failed
        self.limits.check(call, self.journal, self.clock.now())
        result = await self._perform(call.request)
        if fault is not None and fault.kind is Kind.CUT_AFTER:
            return _cut(request)
        call.status = 200
        return web.json_response({"ok": True, "result": result if fault is None else {}})

    async def _perform(self, request: Method | None) -> object:
        if isinstance(request, GetUpdates):
            return await self.updates.answer(request)
        assert request is not None
        with self.service.lock:
            return write_result(request, _HANDLERS[type(request)](self.service, request))

    async def _hand_over(self, request: web.Request) -> web.StreamResponse:
        """Source: getFile: "The file can then be downloaded via the link
        https://api.telegram.org/file/bot<token>/<file_path>".
        """
        call = Call(at=self.clock.now(), method="download")
        try:
            self._check_token(request)
            data = self.service.files.download(request.match_info["path"])
            fault = self.faults.take(call)
            if (failed := self._fail(request, call, fault)) is not None:
                return failed
            if fault is not None:
                return await _half(request, data)
            call.status = 200
            return web.Response(body=data, content_type="application/octet-stream")
        except RefusedError as error:
            call.status = error.code
            return web.json_response(error.answer(), status=error.code)
        finally:
            self.journal.entries.append(call)

    def _fail(self, request: web.Request, call: Call, fault: Fault | None) -> web.StreamResponse | None:
        """Play a fault that strikes before anything was done."""
        if fault is None or fault.kind in (Kind.CUT_AFTER, Kind.NONSENSE):
            return None
        if fault.kind is Kind.BUSY:
            raise busy(fault.retry_after)
        if fault.kind is Kind.REFUSED:
            raise bad_request("the message is refused")
        if fault.kind is Kind.CUT_BEFORE:
            return _cut(request)
        call.status = fault.code
        return web.Response(status=fault.code, text=_PAGE.format(fault.code), content_type="text/html")

    def _check_token(self, request: web.Request) -> None:
        """Source: Authorizing your bot: "Each bot is given a unique authentication token when it is created"; what is
        no token at all is not found, one that is not valid is unauthorized.
        """
        token = request.match_info["token"]
        number, colon, secret = token.partition(":")
        if not (number.isdigit() and colon and len(secret) >= 30):
            raise RefusedError(404, "Not Found")
        if token != self.token:
            raise RefusedError(401, "Unauthorized")


def _cut(request: web.Request) -> web.StreamResponse:
    """End the connection without an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _half(request: web.Request, data: bytes) -> web.StreamResponse:
    """Begin a download, and end the connection in its middle."""
    answer = web.StreamResponse(headers={"Content-Length": str(len(data))})
    await answer.prepare(request)
    await answer.write(data[: len(data) // 2])
    if request.transport is not None:
        request.transport.close()
    return answer
