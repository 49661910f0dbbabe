"""The Slack channel with fakes around it: a store in memory, an intake that keeps what it is handed, a renderer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, TypeVar

from aiohttp import web

from channels.slack.channel import SlackChannel
from channels.slack.options import SlackOptions
from channels.slack.pace import Pace
from domain.delivery import ChoiceShape, OfferedChoice, OutgoingMessage
from domain.errors import PermanentError
from domain.history import ReadMark
from domain.ids import DeliveryId, ImageId, MemberId, ObjectId, PanelId, QuestionId, UploadId
from domain.member import Language, Member, Role
from domain.messages import Action, Address, InboundMessage
from domain.ports.archive import SealedObject
from domain.ports.deidentifier import FrameRequest, RenderedFrame
from domain.ports.listening import ChannelServices
from domain.ports.webhook import HookRequest
from domain.question import Question, QuestionState, Urgency
from domain.room import Room
from domain.study import Area, Image, ImageFacts
from domain.text import DeidentifiedText
from tests.fakes.quiet_log import QuietLog
from tests.peers.slack.peer import Slack
from wording.catalogue import load_catalogue

T = TypeVar("T")
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
QUESTION = QuestionId("a" * 32)


@dataclass
class Clock:
    now: datetime = START

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Intake:
    """Keeps what it is handed, once; each of `troubles` happens to one message."""

    messages: list[InboundMessage] = field(default_factory=list)
    parked: list[tuple[str, str]] = field(default_factory=list)
    troubles: list[Exception] = field(default_factory=list)
    raw: dict[str, str] = field(default_factory=dict)
    refused: list[Address] = field(default_factory=list)
    """Who is told that their message was not taken in."""
    held: set[str] = field(default_factory=set)
    """Edits that were in their message when it was found."""

    async def accept(self, message: InboundMessage, *, edit: InboundMessage | None = None) -> bool:
        if self.troubles:
            raise self.troubles.pop(0)
        if message.external_id in {*self.held, *(known.external_id for known in self.messages)}:
            return edit is not None and await self.accept(edit)
        self.messages.append(message)
        self.held |= set() if edit is None else {edit.external_id}
        return True

    async def park(
        self, _channel: str, external_id: str, raw: str, *, reason: str, sender: Address | None = None
    ) -> bool:
        is_new = external_id not in self.raw
        if is_new:
            self.parked.append((external_id, reason))
            self.refused += [] if sender is None else [sender]
        self.raw[external_id] = raw
        return is_new


class Renderer:
    def __init__(self) -> None:
        self.asked: list[FrameRequest] = []
        self.troubles: list[Exception] = []

    async def frame(self, _sealed: SealedObject, request: FrameRequest) -> RenderedFrame:
        if self.troubles:
            raise self.troubles.pop(0)
        self.asked.append(request)
        return RenderedFrame(body=f"picture {len(self.asked)}".encode(), media_type="image/jpeg")


@dataclass
class Rows:
    """What the store holds."""

    members: list[Member] = field(default_factory=list)
    questions: dict[str, Question] = field(default_factory=dict)
    choices: dict[str, Any] = field(default_factory=dict)
    entries: list[Any] = field(default_factory=list)
    panels: list[Any] = field(default_factory=list)
    sent: list[tuple[Any, str]] = field(default_factory=list)
    images: dict[str, Image] = field(default_factory=dict)
    jobs: list[Any] = field(default_factory=list)
    waits: list[Mapping[str, Any]] = field(default_factory=list)
    """What each of the jobs waits for."""
    rooms: list[Room] = field(default_factory=list)
    marks: dict[str, ReadMark] = field(default_factory=dict)
    readers: list[str] = field(default_factory=list)
    """Who has the lease to read back."""
    noted: list[str] = field(default_factory=list)
    """References that were kept while a message was still leaving."""
    in_rooms: list[tuple[Address, str]] = field(default_factory=list)
    """What lies in rooms, beside what the handlers note."""
    begun: list[tuple[Address, DeliveryId, str]] = field(default_factory=list)
    """The same by its message, as long as nobody says that this is whole."""
    when_noted: Callable[[], object] = lambda: None
    when_kept: Callable[[], object] = lambda: None


class Store:
    """Runs work over rows in memory."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows

    async def read(self, work: Callable[[Any], T]) -> T:
        return work(self._transaction())

    async def write(self, work: Callable[[Any], T], **_how: bool) -> T:
        return work(self._transaction())

    def _transaction(self) -> Any:
        rows = self.rows
        return SimpleNamespace(
            members=SimpleNamespace(
                all=lambda: rows.members,
                by_address=lambda address: next((m for m in rows.members if address in m.addresses), None),
                get=lambda member_id: next(m for m in rows.members if m.id == member_id),
            ),
            questions=SimpleNamespace(
                get=rows.questions.__getitem__,
                of_asker=lambda member_id: [q for q in rows.questions.values() if q.asker_id == member_id],
            ),
            choices=SimpleNamespace(get=rows.choices.get),
            entries=SimpleNamespace(of_question=lambda _: rows.entries),
            panels=SimpleNamespace(all=lambda: rows.panels),
            sent=SimpleNamespace(
                first_at=self._first_at,
                note=self._note,
            ),
            jobs=SimpleNamespace(add=self._add),
            rooms=SimpleNamespace(
                all=lambda: rows.rooms,
                get=lambda address: next((room for room in rows.rooms if room.address == address), None),
                note_begun=self._keep,
                note_message=self._is_whole,
                begun_in=self._begun_in,
                forget_messages=self._forget,
            ),
            leases=SimpleNamespace(take=self._take, release=self._release),
            read_marks=SimpleNamespace(of=lambda _: tuple(rows.marks.values()), move=self._move),
            images=SimpleNamespace(get=self._image),
            objects=SimpleNamespace(get=_sealed),
        )

    def _add(self, command: Any, **waits: Any) -> None:
        self.rows.jobs.append(command)
        self.rows.waits.append(waits)

    def _first_at(self, address: Address, question_id: str, *, besides: str, unlike: tuple[str, ...]) -> str | None:
        for each, reference in sorted(self.rows.sent, key=lambda sent: sent[0].created_at):
            is_there = (each.question_id, each.address) == (question_id, address)
            if is_there and each.id != besides and not each.key.startswith(unlike):
                return str(reference)
        return None

    def _take(self, _name: str, *, owner: str, **_times: datetime) -> bool:
        if not self.rows.readers:
            self.rows.readers.append(owner)
        return self.rows.readers == [owner]

    def _release(self, _name: str, *, owner: str) -> None:
        if self.rows.readers == [owner]:
            self.rows.readers.clear()

    def _move(self, mark: ReadMark) -> None:
        self.rows.marks[mark.place] = max(self.rows.marks.get(mark.place, mark), mark, key=lambda each: each.until)

    def _note(self, _delivery_id: Any, reference: str) -> None:
        self.rows.noted.append(reference)
        self.rows.when_noted()

    def _keep(self, room: Address, reference: str, _question_id: QuestionId, *, delivery_id: DeliveryId) -> None:
        self.rows.in_rooms.append((room, reference))
        self.rows.begun.append((room, delivery_id, reference))
        self.rows.when_kept()

    def _begun_in(self, _question_id: QuestionId, room: Address, delivery_id: DeliveryId) -> list[str]:
        return [reference for *whose, reference in self.rows.begun if whose == [room, delivery_id]]

    def _is_whole(self, _room: Address, reference: str, _question_id: QuestionId) -> None:
        self.rows.begun = [each for each in self.rows.begun if each[2] != reference]

    def _forget(self, _question_id: QuestionId, room: Address, *, only: list[str]) -> None:
        self.rows.begun = [each for each in self.rows.begun if each[2] not in only]
        self.rows.in_rooms = [each for each in self.rows.in_rooms if each[1] not in only]

    def _image(self, image_id: ImageId) -> Image:
        if image_id not in self.rows.images:
            raise PermanentError("image_unknown")
        return self.rows.images[image_id]


class SlackWorld:
    """One app against the peer; by HTTP once it is served."""

    def __init__(self, slack: Slack, *, pace: Pace | None = None, rows: Rows | None = None, **options: Any) -> None:
        app = slack.installation
        tokens: dict[str, Any] = {"bot_token": app.bot_token, "signing_secret": app.signing_secret}
        self.slack = slack
        self.rows = Rows() if rows is None else rows
        self.intake = Intake()
        self.renderer = Renderer()
        self.log = QuietLog()
        self.clock = Clock()
        self.services = ChannelServices(
            store=Store(self.rows),  # type: ignore[arg-type]  # has the rows that a channel looks at
            intake=self.intake,  # type: ignore[arg-type]  # takes no uploads
            renderer=self.renderer,  # type: ignore[arg-type]  # draws single frames
            wording=load_catalogue(),
            clock=self.clock,
            log=self.log,
            owner="test",
            page_address="https://hilum.example.org",
        )
        self.options = SlackOptions(**{**tokens, "api_url": slack.api_url, **options})
        self.channel = SlackChannel(self.options, self.services, pace=pace)

    async def serve(self) -> web.AppRunner:
        """Mount the webhook where the peer's courier brings events."""
        served = web.Application()
        served.router.add_post("/hooks/slack", self._hook)
        runner = web.AppRunner(served, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.slack.courier.address = f"http://127.0.0.1:{runner.addresses[0][1]}/hooks/slack"
        return runner

    async def settled(self) -> None:
        """Wait until a Home was shown, which holds up no acknowledgement."""
        await self.until(lambda: self.slack.record.count("views.publish") > 0)

    async def greeted(self) -> None:
        """Wait until the channel has seen that Slack knows it."""
        await self.until(lambda: self.slack.record.count("auth.test") > 0)

    async def logged(self, event: str) -> None:
        """Wait until something was logged."""
        await self.until(lambda: event in self.log.events)

    async def until(self, is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not is_so():
                await asyncio.wait(asyncio.all_tasks() - {asyncio.current_task()}, timeout=0.01)

    def enrol(self, user_id: str, *roles: Role, name: str = "Kim", language: Language = Language.ENGLISH) -> Member:
        member = Member(
            id=MemberId(name.lower()),
            display_name=f"Dr {name}",
            alias="Member-1",
            language=language,
            roles=frozenset(roles),
            addresses=(Address(channel="slack", external_id=user_id),),
        )
        self.rows.members.append(member)
        return member

    def has_room(self, channel_id: str) -> None:
        """Make a channel the room of a panel."""
        address = Address(channel="slack", external_id=channel_id)
        self.rows.rooms.append(Room(panel_id=PanelId("chest"), address=address))

    def question(self, **changes: Any) -> Question:
        values: dict[str, Any] = {
            "id": QUESTION,
            "asker_id": MemberId("kim"),
            "text": DeidentifiedText(value="New effusion?"),
            "created_at": START,
            "state": QuestionState.OPEN,
            "number": 417,
            "urgency": Urgency.URGENT,
        }
        question = Question(**{**values, **changes})
        self.rows.questions[question.id] = question
        return question

    def image(self, name: str, *, removed: bool = False, masks: tuple[Area, ...] = ()) -> ImageId:
        facts = ImageFacts(
            study_uid="2.25.1",
            series_uid="2.25.2",
            instance_uid=f"2.25.{len(self.rows.images)}",
            modality="CT",
            media_type="application/dicom",
            frames=5,
            rows=64,
            columns=64,
            masks=masks,
        )
        image = Image(
            id=ImageId(name),
            question_id=QUESTION,
            upload_id=UploadId("upload"),
            object_id=ObjectId(name),
            facts=facts,
            added_at=START,
            removed_at=START if removed else None,
        )
        self.rows.images[name] = image
        return image.id

    def was_sent(self, reference: str, user_id: str, *, key: str = "question.receipt_urgent", minute: int = 0) -> None:
        delivery = SimpleNamespace(
            id=DeliveryId(reference),
            key=key,
            question_id=QUESTION,
            address=Address(channel="slack", external_id=user_id),
            created_at=START + timedelta(minutes=minute),
        )
        self.rows.sent.append((delivery, reference))

    async def _hook(self, request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        assert self.channel.webhook is not None
        answer = await self.channel.webhook(HookRequest(body=await request.read(), headers=headers))
        return web.Response(status=answer.status, body=answer.body, headers=dict(answer.headers))


def message(text: str = "Q417", *actions: Action, **changes: Any) -> OutgoingMessage:
    """Return a rendered message with buttons of these actions."""
    labels: Mapping[Action, str] = {action: action.value.replace("_", " ").title() for action in actions}
    choices = tuple(OfferedChoice(action=action, label=labels[action], digit="1") for action in actions)
    values: dict[str, Any] = {
        "delivery_id": DeliveryId("delivery"),
        "key": "question.claimed",
        "text": text,
        "choices": choices,
        "shape": ChoiceShape.BUTTONS,
        "token": "token-1" if actions else None,
    }
    return OutgoingMessage(**{**values, **changes})


def _sealed(object_id: ObjectId) -> SealedObject:
    return SealedObject(object_id=object_id, size_bytes=9, wrapped_key=b"key", key_id="archive-0001")
