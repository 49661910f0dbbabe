"""A service with rooms: its threads with everything that was said in them, and what goes wrong there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

from domain.delivery import OutgoingMessage, SendingGate
from domain.errors import PermanentError, TransientError
from domain.ids import QuestionId
from domain.messages import Address
from domain.ports.channel import Capabilities, Copies, Placed, RoomView

_CHAT = Capabilities(
    text_limit=4096,
    has_buttons=True,
    has_images=True,
    shows_own_messages=True,
    repeats_are_harmless=False,
    copies=Copies.RETRACTABLE,
)


@dataclass(slots=True)
class Thread:
    """One thread as people in the room see it; `views` are all that were shown, the newest last."""

    views: list[RoomView]
    posts: list[OutgoingMessage] = field(default_factory=list)

    @property
    def view(self) -> RoomView:
        return self.views[-1]

    @property
    def keys(self) -> list[str]:
        return [post.key for post in self.posts]


@dataclass(slots=True)
class RoomChannel:
    """`people` are in each room; each of `troubles` happens to one call; a thread that is deleted is gone."""

    name: str = "chat"
    gate: SendingGate | None = None
    capabilities: Capabilities = _CHAT
    threads: dict[str, Thread] = field(default_factory=dict)
    sent: list[tuple[str, OutgoingMessage]] = field(default_factory=list)
    retracted: list[str] = field(default_factory=list)
    removed: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    people: frozenset[str] | None = None
    troubles: list[Exception] = field(default_factory=list)
    lost: list[Exception] = field(default_factory=list)
    """Each happens to one call after it was done: its answer does not arrive."""
    busy: int = 0
    """So many times it has no time to say who is in a room."""
    blocked: set[str] = field(default_factory=set)
    opens_first: bool = False
    """Whether a thread is opened by a call of its own, and its card comes with the next."""
    lacks_images: bool = False
    """Whether pictures cannot come with a card."""
    meanwhile: Callable[[], Awaitable[None]] | None = None
    """What happens while a call is on its way."""

    async def send(self, address: Address, message: OutgoingMessage) -> str:
        if address.external_id in self.blocked:
            raise PermanentError("address_blocked")
        self.sent.append((address.external_id, message))
        return f"message-{len(self.sent)}"

    async def retract(self, _address: Address, reference: str) -> None:
        await self._call("retract")
        self.retracted.append(reference)

    async def open_thread(self, room: Address, view: RoomView) -> Placed:
        await self._call(f"open {room.external_id}")
        thread = f"thread-{len(self.calls)}"
        self.threads[thread] = Thread([view])
        placed = replace(_carded(thread), lacks_images=self.lacks_images)
        self._answer()
        return Placed(thread=thread, card="") if self.opens_first else placed

    async def show(self, room: Address, placed: Placed, view: RoomView) -> Placed:
        await self._call(f"show {room.external_id}")
        self._at(placed).views.append(view)
        return placed if placed.card else _carded(placed.thread)

    async def post(self, room: Address, placed: Placed, message: OutgoingMessage) -> str:
        await self._call(f"post {room.external_id}")
        posts = self._at(placed).posts
        posts.append(message)
        self._answer()
        return f"{placed.thread}-post-{len(posts)}"

    async def remove(self, room: Address, placed: Placed, references: tuple[str, ...]) -> None:
        await self._call(f"remove {room.external_id}")
        self.removed.append((placed.thread, references))
        self.threads.pop(placed.thread, None)

    async def roster(self, room: Address, known: frozenset[str] = frozenset()) -> frozenset[str] | None:
        if self.busy:
            self.busy -= 1
            raise TransientError("busy", retry_after=timedelta(seconds=20))
        await self._call(f"roster {room.external_id} {len(known)}")
        return self.people

    def room_gate(self, room: Address) -> SendingGate | None:
        return SendingGate(channel=f"{room.channel}|{room.external_id}", interval=timedelta(seconds=3), burst=20)

    @property
    def only(self) -> Thread:
        """The one thread that there is."""
        (thread,) = self.threads.values()
        return thread

    def keys_to(self, external_id: str) -> list[str]:
        return [message.key for to, message in self.sent if to == external_id]

    async def _call(self, name: str) -> None:
        self.calls.append(name)
        if self.meanwhile is not None:
            await self.meanwhile()
        if self.troubles:
            raise self.troubles.pop(0)

    def _answer(self) -> None:
        if self.lost:
            raise self.lost.pop(0)

    def _at(self, placed: Placed) -> Thread:
        if placed.thread not in self.threads:
            raise PermanentError("thread_gone")
        return self.threads[placed.thread]


@dataclass(slots=True)
class DeletingRoomChannel(RoomChannel):
    """One in whose rooms Hilum may delete what people wrote, but for what is `kept`; `deleted` by room and message."""

    deleted: list[str] = field(default_factory=list)
    kept: set[str] = field(default_factory=set)

    async def delete_received(self, address: Address, reference: str) -> bool:
        if reference not in self.kept:
            self.deleted.append(f"{address.external_id} {reference}")
        return reference not in self.kept


@dataclass(slots=True)
class TracingRoomChannel(RoomChannel):
    """One that finds its own cards and posts again; `blind` is why it does not."""

    blind: Exception | None = None
    strays: list[str] = field(default_factory=list)
    """The posts that were taken out, as nobody knew them."""

    async def take_out_strays(
        self, _room: Address, placed: Placed, question_id: QuestionId, *, known: frozenset[str]
    ) -> None:
        if self.blind is not None:
            raise self.blind
        mine = [name for name, thread in self.threads.items() if thread.view.card.question_id == question_id]
        for name in mine:
            if not any(each.startswith(f"{name}-") for each in known):
                del self.threads[name]
        posts = self.threads[placed.thread].posts if placed.thread in self.threads else []
        posted = (f"{placed.thread}-post-{number}" for number, _ in enumerate(posts, start=1))
        self.strays += [each for each in posted if each not in known]


def _carded(thread: str) -> Placed:
    return Placed(thread=thread, card=f"{thread}-card", others=(f"{thread}-album",))
