"""The pages on the real storage, with fakes around them: intake, renderer, clock, log."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import httpx
from starlette.applications import Starlette

from domain.consent import ConsentScope
from domain.errors import UserError
from domain.ids import ImageId, MemberId, ObjectId, QuestionId, UploadId, derive_id
from domain.member import Language, Member, Role
from domain.messages import Address, InboundMessage
from domain.ports.archive import SealedObject
from domain.ports.deidentifier import FrameRequest, RenderedFrame, Values
from domain.ports.intake import IntakeLimits
from domain.question import Entry, EntryKind, Question, QuestionState, Urgency
from domain.study import Image, ImageFacts, Upload, UploadState
from domain.text import DeidentifiedText
from domain.web import Direction, SignInLink, WebLine, WebSession, hash_token
from handlers.auditing import verify_audit
from rota.writing import write_calendar
from storage.compose import Storage, StorageOptions, open_storage
from storage.keyring import create_keys
from web.app import create_app
from web.services import WebOptions, WebServices
from wording.catalogue import load_catalogue

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOST = "hilum.test"


def member(name: str, *roles: Role, language: Language = Language.ENGLISH) -> Member:
    return Member(
        id=MemberId(name),
        display_name=f"Dr {name.title()}",
        alias=f"Member-{name}",
        language=language,
        roles=frozenset(roles),
        addresses=(Address(channel="web", external_id=name),),
    )


ASKER = member("asker")
COLLEAGUE = member("colleague")
PANELIST = member("panelist", Role.PANELIST)
EDITOR = member("editor", Role.EDITOR)
COORDINATOR = member("coordinator", Role.COORDINATOR)
PEOPLE = (ASKER, COLLEAGUE, PANELIST, EDITOR, COORDINATOR)


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **parts: float) -> None:
        self.now += timedelta(**parts)


@dataclass
class Log:
    events: list[tuple[str, Mapping[str, str | int | float]]] = field(default_factory=list)

    def info(self, event: str, **fields: str | int | float) -> None:
        self.events.append((event, fields))

    warning = error = info


class Renderer:
    """Draws nothing: says what was asked for, and keeps it."""

    def __init__(self) -> None:
        self.asked: list[FrameRequest] = []

    async def frame(self, sealed: SealedObject, request: FrameRequest) -> RenderedFrame:
        self.asked.append(request)
        kind = "image/png" if request.lossless else "image/jpeg"
        return RenderedFrame(body=f"{sealed.object_id} {request.frame} {request.window}".encode(), media_type=kind)

    async def values(self, sealed: SealedObject, request: FrameRequest) -> Values | None:
        self.asked.append(request)
        assert request.area is not None
        return ((40,) * request.area.width,) * request.area.height

    async def projection(self, slices: Sequence[tuple[SealedObject, FrameRequest]]) -> RenderedFrame:
        self.asked += [request for _, request in slices]
        frames = " ".join(str(request.frame) for _, request in slices)
        return RenderedFrame(body=f"projection of {frames}".encode(), media_type="image/png")


@dataclass
class Intake:
    """Keeps what it is handed in memory, and uploads in the real database."""

    storage: Storage
    clock: Clock
    limits: IntakeLimits = field(default_factory=lambda: IntakeLimits(text_characters=1000, file_bytes=1000))
    messages: list[InboundMessage] = field(default_factory=list)
    bytes_received: dict[str, bytes] = field(default_factory=dict)
    failure: Exception | None = None
    """What goes wrong with the next message, if anything."""

    async def accept(self, message: InboundMessage, *, edit: InboundMessage | None = None) -> bool:
        if self.failure is not None:
            raise self.failure
        if any(known.external_id == message.external_id for known in self.messages):
            return False
        self.messages.append(message)
        return True

    async def park(
        self, channel: str, external_id: str, raw: str, *, reason: str, sender: Address | None = None
    ) -> bool:
        raise AssertionError(f"pages park nothing: {channel} {external_id} {reason} {len(raw)} {sender}")

    async def begin_upload(self, member_id: MemberId, *, external_id: str, size_bytes: int) -> Upload:
        if size_bytes > self.limits.file_bytes:
            raise UserError("file_too_large", megabytes=500)
        upload = Upload(
            id=UploadId(derive_id(member_id, external_id)),
            member_id=member_id,
            declared_bytes=size_bytes,
            created_at=self.clock(),
        )
        await self.storage.store.write(lambda transaction: transaction.uploads.add(upload))
        return await self._upload(upload.id)

    async def receive(self, upload_id: UploadId, chunks: AsyncIterator[bytes], *, offset: int) -> Upload:
        upload = await self._upload(upload_id)
        if upload.received_bytes != offset:
            raise UserError("upload_offset")
        async for chunk in chunks:
            self.bytes_received[upload_id] = self.bytes_received.get(upload_id, b"") + chunk
        received = len(self.bytes_received.get(upload_id, b""))
        state = UploadState.COMPLETE if received == upload.declared_bytes else upload.state
        saved = replace(upload, received_bytes=received, state=state)
        await self.storage.store.write(lambda transaction: transaction.uploads.save(saved))
        return saved

    async def _upload(self, upload_id: UploadId) -> Upload:
        return await self.storage.store.read(lambda transaction: transaction.uploads.get(upload_id))


class WebWorld:
    """Members, questions and browsers around one application."""

    def __init__(self, folder: Path, *, options: WebOptions | None = None) -> None:
        self.clock = Clock()
        self.log = Log()
        self.renderer = Renderer()
        self.health: dict[str, bool | str] = {"database": True}
        create_keys(folder / "keys")
        self.storage = open_storage(
            StorageOptions(
                database_url=f"sqlite:///{folder}/hilum.db",
                linkage_url=f"sqlite:///{folder}/linkage.db",
                data_folder=folder / "data",
                keys_folder=folder / "keys",
                clock=self.clock,
            )
        )
        self.store = self.storage.store
        self.intake = Intake(storage=self.storage, clock=self.clock)
        self._numbers = itertools.count(1)
        self.options = options or WebOptions(base_url=f"https://{HOST}")
        self.starts: dict[str, str] = {}
        """By channel what stands before the payload of a link that opens Hilum there."""
        self.app: Starlette = create_app(self._services())

    async def settle(self) -> None:
        """Let the society move in."""

        def save(transaction):
            for person in PEOPLE:
                transaction.members.save(person)

        await self.store.write(save)

    def close(self) -> None:
        self.app.state.close_streams()
        self.storage.close()

    def new_token(self) -> str:
        return f"token-{next(self._numbers):032d}"

    def browser(self, token: str | None = None, **headers: str) -> httpx.AsyncClient:
        """Return a browser on a page of ours, signed in where it is given a session's token."""
        cookies = {} if token is None else {self.cookie: token}
        ours = {"origin": self.origin, "accept-language": "en", **headers}
        transport = httpx.ASGITransport(app=self.app, client=("203.0.113.7", 4711), raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url=self.origin, cookies=cookies, headers=ours)

    @property
    def origin(self) -> str:
        return "http://127.0.0.1:8080" if self.options.is_demo else f"https://{HOST}"

    @property
    def cookie(self) -> str:
        return "hilum_session" if self.options.is_demo else "__Host-hilum"

    async def signed_in(self, person: Member) -> httpx.AsyncClient:
        return self.browser(await self.session(person))

    async def session(self, person: Member) -> str:
        """Return the token of a fresh session."""
        token, now = self.new_token(), self.clock()
        session = WebSession(
            token_hash=hash_token(token),
            member_id=person.id,
            created_at=now,
            seen_at=now,
            expires_at=now + self.options.session_life,
        )
        await self.store.write(lambda transaction: transaction.web.add_session(session))
        return token

    async def link(self, person: Member) -> str:
        """Return the token of a fresh sign-in link."""
        token = self.new_token()
        link = SignInLink(
            token_hash=hash_token(token), member_id=person.id, expires_at=self.clock() + timedelta(minutes=15)
        )
        await self.store.write(lambda transaction: transaction.web.add_sign_in_link(link))
        return token

    async def question(self, state: QuestionState = QuestionState.OPEN, **changes: object) -> Question:
        """Add a question of the asker's; a draft has no number."""
        number = next(self._numbers)
        question = Question(
            id=QuestionId(derive_id("question", number)),
            asker_id=ASKER.id,
            text=DeidentifiedText(value="New effusion? PE?"),
            created_at=self.clock(),
            state=state,
            number=None if state is QuestionState.DRAFT else number,
            urgency=None if state is QuestionState.DRAFT else Urgency.URGENT,
            opened_at=None if state is QuestionState.DRAFT else self.clock(),
        )
        question = replace(question, **changes)  # type: ignore[arg-type]  # checked by the dataclass's own fields
        await self.store.write(lambda transaction: transaction.questions.add(question))
        return question

    async def released_question(self) -> Question:
        question = await self.question(
            QuestionState.CLOSED, consent=ConsentScope.TEACHING, released_at=self.clock(), closed_at=self.clock()
        )
        await self.entry(question, EntryKind.ANSWER, actor=PANELIST, text="Organising pneumonia in a 54M.")
        await self.entry(question, EntryKind.PUBLISHED, actor=EDITOR, text="Organising pneumonia")
        return question

    async def entry(
        self,
        question: Question,
        kind: EntryKind,
        *,
        actor: Member | None = None,
        text: str | None = None,
        details: Mapping[str, str | int] | None = None,
    ) -> None:
        entry = Entry(
            key=f"entry-{next(self._numbers)}",
            question_id=question.id,
            kind=kind,
            actor_id=None if actor is None else actor.id,
            channel="web",
            at=self.clock(),
            text=None if text is None else DeidentifiedText(value=text),
            details=details or {},
        )
        await self.store.write(lambda transaction: transaction.entries.add(entry))

    async def upload(self, question: Question, state: UploadState, *, refusal: str | None = None) -> Upload:
        """Add a file of the asker's to a question."""
        upload = Upload(
            id=UploadId(derive_id("upload", next(self._numbers))),
            member_id=ASKER.id,
            declared_bytes=9,
            state=state,
            question_id=question.id,
            refusals=() if refusal is None else (refusal,),
            created_at=self.clock(),
        )
        await self.store.write(lambda transaction: transaction.uploads.add(upload))
        return upload

    async def image(
        self, question: Question, *, confirmed: bool = True, removed: bool = False, **facts: object
    ) -> Image:
        """Add an image of two frames to a question; `facts` differ from the plain ones."""
        number = next(self._numbers)
        upload = await self.upload(question, UploadState.CLEANED)
        sealed = SealedObject(
            object_id=ObjectId(derive_id("object", number)), size_bytes=9, wrapped_key=b"key", key_id="archive-0001"
        )
        image = Image(
            id=ImageId(derive_id("image", number)),
            question_id=question.id,
            upload_id=upload.id,
            object_id=sealed.object_id,
            facts=replace(_facts(number), **facts),  # type: ignore[arg-type]  # checked by the dataclass's own fields
            added_at=self.clock(),
            confirmed_at=self.clock() if confirmed else None,
            removed_at=self.clock() if removed else None,
        )

        def add(transaction):
            transaction.objects.add(sealed)
            transaction.images.add(image)

        await self.store.write(add)
        return image

    async def line(self, person: Member, text: str = "Hello", *, key: str = "note", token: str | None = None) -> None:
        """Add a line to a member's conversation."""
        line = WebLine(
            cause=f"line-{next(self._numbers)}",
            member_id=person.id,
            direction=Direction.OUT,
            payload={"key": key, "text": text, "token": token},
            at=self.clock(),
        )
        await self.store.write(lambda transaction: transaction.web.add_line(line))

    async def save(self, person: Member) -> None:
        await self.store.write(lambda transaction: transaction.members.save(person))

    def _services(self) -> WebServices:
        async def health() -> Mapping[str, bool | str]:
            return self.health

        return WebServices(
            store=self.store,
            intake=self.intake,
            renderer=self.renderer,
            wording=load_catalogue(),
            clock=self.clock,
            log=self.log,
            new_token=self.new_token,
            health=health,
            write_calendar=write_calendar,
            verify_audit=partial(verify_audit, self.store),
            options=self.options,
            start_links=lambda payload: {name: f"{link}{payload}" for name, link in self.starts.items()},
        )


def _facts(number: int) -> ImageFacts:
    return ImageFacts(
        study_uid="2.25.1",
        series_uid=f"2.25.1.{number}",
        instance_uid=f"2.25.1.{number}.1",
        modality="CT",
        media_type="application/dicom",
        frames=2,
        rows=64,
        columns=64,
        window=(40.0, 400.0),
        detail={"pixel_unit": "HU"},
    )
