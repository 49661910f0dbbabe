"""What a channel at a service is given, in memory: an intake that keeps, a store of a few tables, pictures drawn."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, TypeVar, cast

from PIL import Image as Picture

from domain.commands import Command
from domain.errors import PermanentError
from domain.ids import ImageId, ObjectId, QuestionId, UploadId
from domain.member import Member
from domain.messages import Address, InboundMessage
from domain.ports.archive import SealedObject
from domain.ports.deidentifier import FrameRequest, RenderedFrame
from domain.ports.listening import ChannelServices
from domain.study import Area, Image, ImageFacts
from tests.fakes.quiet_log import QuietLog
from wording.catalogue import load_catalogue

T = TypeVar("T")
_CATALOGUE = load_catalogue()
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass
class KeepingIntake:
    """`failures` happen to the next messages, one each."""

    accepted: list[InboundMessage] = field(default_factory=list)
    parked: dict[str, tuple[str, str]] = field(default_factory=dict)
    failures: list[Exception] = field(default_factory=list)
    refused: list[Address] = field(default_factory=list)
    """Who is told that their message was not taken in."""

    async def accept(self, message: InboundMessage) -> bool:
        if self.failures:
            raise self.failures.pop(0)
        if any(known.external_id == message.external_id for known in self.accepted):
            return False
        self.accepted.append(message)
        return True

    async def park(
        self, _channel: str, external_id: str, raw: str, *, reason: str, sender: Address | None = None
    ) -> bool:
        self.refused += [] if sender is None else [sender]
        return self.parked.setdefault(external_id, (raw, reason)) == (raw, reason)

    def texts(self) -> list[str]:
        return [each.text.value for each in self.accepted if each.text is not None]


@dataclass
class References:
    """What was kept of messages while they were still leaving."""

    noted: list[str] = field(default_factory=list)

    def note(self, _delivery_id: str, reference: str) -> None:
        self.noted.append(reference)


@dataclass
class FewTables:
    """The store, and the one transaction there is."""

    commands: list[Command] = field(default_factory=list)
    held: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    known: dict[ImageId, Image] = field(default_factory=dict)
    failures: list[Exception] = field(default_factory=list)
    sent: References = field(default_factory=References)
    waits: list[Mapping[str, Any]] = field(default_factory=list)
    """What each of the commands waits for."""
    no_rooms: set[str] = field(default_factory=set)
    """The groups that are no panel's."""
    people: dict[str, Member] = field(default_factory=dict)
    """Whom we know, by their ids at the service."""
    in_rooms: list[tuple[Address, str]] = field(default_factory=list)
    """What was kept of messages in groups while they were still leaving."""
    whole: list[str] = field(default_factory=list)
    """What is there of them for good."""

    async def write(self, work: Callable[[Any], T], **_how: bool) -> T:
        if self.failures:
            raise self.failures.pop(0)
        return work(self)

    read = write

    @property
    def jobs(self) -> FewTables:
        return self

    leases = images = objects = jobs

    @property
    def rooms(self) -> SimpleNamespace:
        return SimpleNamespace(
            get=lambda address: None if address.external_id in self.no_rooms else address,
            note_begun=lambda address, reference, _question_id, **_whose: self.in_rooms.append((address, reference)),
            note_message=lambda _address, reference, _question_id: self.whole.append(reference),
            forget_messages=self._forget,
            begun_in=lambda _question_id, address, _delivery_id: [part for to, part in self.in_rooms if to == address],
        )

    def _forget(self, _question_id: QuestionId, address: Address, *, only: list[str]) -> None:
        self.in_rooms = [(to, part) for to, part in self.in_rooms if to != address or part not in only]

    @property
    def members(self) -> SimpleNamespace:
        return SimpleNamespace(by_address=lambda address: self.people.get(address.external_id))

    def add(self, command: Command, **waits: Any) -> bool:
        self.commands.append(command)
        self.waits.append(waits)
        return True

    def take(self, name: str, *, owner: str, now: datetime, until: datetime) -> bool:
        holder, ends = self.held.get(name, (owner, now))
        if holder != owner and ends > now:
            return False
        self.held[name] = (owner, until)
        return True

    def release(self, name: str, *, owner: str) -> None:
        if self.held.get(name, ("",))[0] == owner:
            del self.held[name]

    def get(self, key: str) -> Any:
        if key.startswith("object-"):
            return cast(SealedObject, key)
        if key not in self.known:
            raise PermanentError("image_unknown")
        return self.known[ImageId(key)]

    def keep_image(self, name: str, **changes: Any) -> ImageId:
        """Keep an image with one masked corner."""
        facts = ImageFacts(
            study_uid="1",
            series_uid="2",
            instance_uid=name,
            modality="CR",
            media_type="application/dicom",
            frames=1,
            rows=48,
            columns=64,
            masks=(Area(x=0, y=0, width=8, height=8),),
        )
        image = Image(
            id=ImageId(name),
            question_id=QuestionId("q1"),
            upload_id=UploadId("u1"),
            object_id=ObjectId(f"object-{name}"),
            facts=facts,
            added_at=START,
        )
        self.known[image.id] = replace(image, **changes)
        return image.id


@dataclass
class SmallPictures:
    """Draws a grey picture of whatever is asked for."""

    asked: list[FrameRequest] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)
    body: bytes | None = None
    bodies: list[bytes | None] = field(default_factory=list)
    """Of the next pictures, one each."""

    async def frame(self, _sealed: SealedObject, request: FrameRequest) -> RenderedFrame:
        if self.failures:
            raise self.failures.pop(0)
        self.asked.append(request)
        written = io.BytesIO()
        Picture.new("L", (64, 48), 90).save(written, "JPEG")
        body = self.bodies.pop(0) if self.bodies else self.body
        return RenderedFrame(body=written.getvalue() if body is None else body, media_type="image/jpeg")


@dataclass
class TelegramWorld:
    intake: KeepingIntake = field(default_factory=KeepingIntake)
    store: FewTables = field(default_factory=FewTables)
    renderer: SmallPictures = field(default_factory=SmallPictures)
    log: QuietLog = field(default_factory=QuietLog)
    now: datetime = START

    def services(self, *, owner: str = "one") -> ChannelServices:
        parts: Mapping[str, Any] = {"intake": self.intake, "store": self.store, "renderer": self.renderer}
        return ChannelServices(
            **parts,
            wording=_CATALOGUE,
            clock=lambda: self.now,
            log=self.log,
            owner=owner,
            page_address="https://hilum.example.org",
        )

    def advance(self, by: timedelta) -> None:
        self.now += by
