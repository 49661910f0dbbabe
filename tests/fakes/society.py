"""A small society that lives in a test: real storage, real door, a clock that is moved by hand."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

from bot.demo_people import COLLEAGUE, COORDINATOR, EDITOR, MEMBER, PANEL, PANELIST, PEOPLE, SECOND, tested_phones
from bot.dispatcher import abandon, dispatch, tell_refused
from bot.image_work import Places, PooledDeidentifier
from bot.pool import ImagePool
from bot.worker import Worker, WorkerOptions
from channels.web.channel import WebChannel
from deidentify.limits import Limits
from deidentify.samples import thorax_ct
from digests.compose import DigestComposer
from domain.ids import QuestionId, UploadId
from domain.member import Member
from domain.messages import Action, InboundMessage, Press
from domain.ports.channel import Channel
from domain.ports.services import Rules, Services
from domain.ports.store import Store, Transaction
from domain.question import Entry, Question
from domain.study import Image, group_into_series
from domain.text import IdentifiableText
from domain.web import WebLine
from handlers.accept import SealedIntake
from storage.compose import Storage, StorageOptions, open_storage
from storage.job_queue import SqlJobQueue
from storage.keyring import create_keys
from storage.migrate import prepare
from tests.fakes.faults import Faults, FaultyDatabase
from tests.fakes.quiet_log import QuietLog
from wording.catalogue import load_catalogue

P = ParamSpec("P")
T = TypeVar("T")

__all__ = [
    "COLLEAGUE",
    "COORDINATOR",
    "EDITOR",
    "MEMBER",
    "PANELIST",
    "SECOND",
    "SLICE",
    "Society",
    "again",
    "found_society",
]

CATALOGUE = load_catalogue()
MONDAY_NOON = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
"""Noon in Seoul."""
AT_A_GATE = timedelta(milliseconds=250)
"""What stands before a gate is looked after so often."""
SLICE = next(iter(thorax_ct(1, edge=32)))
"""A file of a chest CT, with its fictional patient's name."""


class InlinePool:
    """The image pool without processes."""

    async def run(self, _name: str, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return work(*args, **kwargs)


@dataclass(slots=True, kw_only=True, repr=False)  # asyncio represents what a fixture returns: all of storage
class Society:
    """`tell` and `press` are what members do; nothing happens until the worker runs, which both see to."""

    folder: Path
    database_url: str
    storage: Storage
    services: Services
    intake: SealedIntake
    queue: SqlJobQueue
    log: QuietLog
    now: datetime = MONDAY_NOON
    faults: Faults = field(default_factory=Faults)
    numbers: Any = field(default_factory=lambda: count(1))
    rules: Rules = field(default_factory=Rules)
    channels: Mapping[str, Channel] | None = None
    searches_pixels: bool = False
    """Looking for burned-in text takes its time: only journeys that are about it do."""
    door_of: Callable[[PooledDeidentifier], Any] = lambda door: door

    def clock(self) -> datetime:
        return self.now

    async def work(self) -> int:
        """Run everything that is due now; returns how much that was."""
        return await self.worker().drain()

    def worker(self) -> Worker:
        options = WorkerOptions(owner=f"worker-{next(self.numbers)}", concurrency=4)
        return Worker(
            services=self.services,
            queue=self.queue,
            dispatch=dispatch,
            tell_refused=tell_refused,
            abandon=abandon,
            options=options,
        )

    async def advance(self, wait: timedelta) -> None:
        """Let time pass, doing what falls due on the way at its own time."""
        end = self.now + wait
        await self.work()
        while (due := await self.queue.next_due()) is not None and due <= end:
            # What is due and was not done stands before a gate.
            self.now = due if due > self.now else min(end, self.now + AT_A_GATE)
            if not await self.work() and self.now >= end:
                break
        self.now = end

    async def receive(self, message: InboundMessage) -> bool:
        accepted = await self.intake.accept(message)
        await self.work()
        return accepted

    async def say(
        self,
        member: Member,
        text: str | None,
        *,
        uploads: Sequence[UploadId] = (),
        to: QuestionId | None = None,
        message_id: str | None = None,
    ) -> None:
        words = None if text is None else IdentifiableText(text)
        message = self.message(member, message_id)
        await self.receive(replace(message, text=words, uploads=tuple(uploads), press=None, in_reply_to=to))

    async def press(
        self,
        member: Member,
        action: Action,
        question: QuestionId | None = None,
        fields: Mapping[str, str] | None = None,
        *,
        token: str | None = None,
        message_id: str | None = None,
    ) -> None:
        wrapped = {name: IdentifiableText(value) for name, value in (fields or {}).items()}
        press = Press(action=action, question_id=question, token=token)
        await self.receive(replace(self.message(member, message_id), text=None, press=press, fields=wrapped))

    async def upload(self, member: Member, data: bytes, *, external_id: str | None = None) -> UploadId:
        name = external_id or f"file-{next(self.numbers)}"
        upload = await self.intake.begin_upload(member.id, external_id=name, size_bytes=len(data))
        upload = await self.intake.receive(upload.id, chunked(data), offset=upload.received_bytes)
        return upload.id

    async def write_draft(self, text: str | None = "PE?", *files: bytes, member: Member = MEMBER) -> Question:
        """Write and attach what is not sent yet; returns the draft, which may have been begun before."""
        await self.say(member, text, uploads=[await self.upload(member, data) for data in files])
        return await self.draft(member)

    async def ask(
        self, text: str = "PE?", *files: bytes, action: Action = Action.SEND_URGENT, member: Member = MEMBER
    ) -> Question:
        """Write, look at the images, confirm them and send at once; returns the open question."""
        draft = await self.write_draft(text, *files, member=member)
        await self.confirm_all(member, draft.id)
        await self.press(member, action, draft.id)
        return await self.question(draft.id)

    async def settle(self, question_id: QuestionId, answer: str = "CTPA.") -> Question:
        """Have the panelist answer and the asker close; returns the closed question."""
        await self.press(PANELIST, Action.ANSWER, question_id, {"text": answer})
        await self.press(MEMBER, Action.HELPED, question_id)
        return await self.question(question_id)

    async def confirm_all(self, member: Member, question_id: QuestionId) -> None:
        for series in group_into_series(await self.images(question_id)):
            shown = " ".join(image.id for image in series.images)
            await self.press(member, Action.CONFIRM_SERIES, question_id, {"series": series.uid, "images": shown})

    async def draft(self, member: Member) -> Question:
        draft = await self.read(lambda transaction: transaction.questions.draft_of(member.id))
        assert draft is not None
        return draft

    async def question(self, question_id: QuestionId) -> Question:
        return await self.read(lambda transaction: transaction.questions.get(question_id))

    async def images(self, question_id: QuestionId) -> tuple[Image, ...]:
        return await self.read(lambda transaction: transaction.images.of_question(question_id))

    async def entries(self, question_id: QuestionId) -> Sequence[Entry]:
        return await self.read(lambda transaction: transaction.entries.of_question(question_id))

    async def lines(self, member: Member) -> Sequence[WebLine]:
        return await self.read(lambda transaction: transaction.web.lines(member.id))

    async def told(self, member: Member) -> list[str]:
        """Return the keys of what a member was told, in order."""
        return [str(line.payload["key"]) for line in await self.lines(member)]

    async def token(self, member: Member, key: str) -> str:
        """Return the token of the buttons under the latest line of a key."""
        found = [line for line in await self.lines(member) if line.payload["key"] == key]
        return str(found[-1].payload["token"])

    async def read(self, work: Callable[[Transaction], T]) -> T:
        return await self.storage.store.read(work)

    async def change(self, work: Callable[[Transaction], T]) -> T:
        return await self.storage.store.write(work)

    async def change_member(self, member: Member, **changes: Any) -> None:
        await self.change(lambda transaction: transaction.members.save(replace(member, **changes)))

    def message(self, member: Member, message_id: str | None = None) -> InboundMessage:
        """Return a message that has yet to be received."""
        return InboundMessage(
            channel="web",
            external_id=message_id or f"message-{next(self.numbers)}",
            sender=member.addresses[0],
            received_at=self.now,
            text=IdentifiableText("-"),
        )

    def restart(self) -> None:
        """Start anew on the same data, as after a crash, once the leases of the dead have run out."""
        self.close()
        self.now += timedelta(seconds=61)
        _open(self)

    async def restarted(self) -> None:
        self.restart()
        await self.queue.return_expired(self.now)
        await self.work()

    def close(self) -> None:
        self.storage.close()


async def found_society(folder: Path, database_url: str | None = None, **given: Any) -> Society:
    """Open storage in a folder, there on SQLite if nothing else is said, and add the people and the panel."""
    if database_url is None and not (folder / "hilum.db").exists():
        shutil.copy(_empty_database(), folder / "hilum.db")
    keys = folder / "keys"
    if not keys.exists():
        create_keys(keys)
    society = Society(
        folder=folder,
        database_url=database_url or f"sqlite:///{folder}/hilum.db",
        storage=cast(Storage, None),
        services=cast(Services, None),
        intake=cast(SealedIntake, None),
        queue=cast(SqlJobQueue, None),
        log=QuietLog(),
        rules=Rules(takes_images=True, fallback_telephone="02-000-0000"),
        **given,
    )
    _open(society)

    def found(transaction: Transaction) -> None:
        for member in PEOPLE:
            transaction.members.save(member)
        transaction.panels.save(PANEL)
        for page in tested_phones(society.now):
            transaction.phones.add(page)

    await society.change(found)
    return society


@cache
def _empty_database() -> Path:
    """Return a database with its tables, once for each process: making them takes longer than many a test."""
    file = Path(tempfile.mkdtemp(prefix="hilum-empty-")) / "hilum.db"
    prepare(f"sqlite:///{file}")
    return file


def again(society: Society, folder: Path) -> Society:
    """Return another society that goes on where a closed one stopped, in a folder of its own."""
    shutil.copytree(society.folder, folder)
    copied = replace(society, folder=folder, database_url=f"sqlite:///{folder}/hilum.db", numbers=count(10_000))
    _open(copied)
    return copied


def _open(society: Society) -> None:
    options = StorageOptions(
        database_url=society.database_url,
        linkage_url=f"sqlite:///{society.folder}/linkage.db",
        data_folder=society.folder / "data",
        keys_folder=society.folder / "keys",
        clock=society.clock,
    )
    storage = open_storage(options)
    society.faults = Faults()
    database = FaultyDatabase(storage.store, society.faults)
    society.storage = storage
    society.queue = SqlJobQueue(cast(Any, database))
    places = Places(uploads=options.uploads_path, archive=options.archive_path, keys=options.keys_folder)
    door = PooledDeidentifier(
        pool=cast(ImagePool, InlinePool()), places=places, limits=Limits(), searches_pixels=society.searches_pixels
    )
    deidentifier = society.door_of(door)
    store = cast(Store, database)
    society.services = Services(
        store=store,
        deidentifier=deidentifier,
        uploads=storage.vault,
        archive=storage.archive,
        linkage=storage.linkage,
        wording=CATALOGUE,
        digests=DigestComposer(wording=CATALOGUE),
        channels=society.channels or {"web": WebChannel(store=store, clock=society.clock)},
        log=society.log,
        clock=society.clock,
        new_token=lambda: f"token-{next(society.numbers)}",
        rules=society.rules,
    )
    society.intake = SealedIntake(store=store, uploads=storage.vault, deidentifier=deidentifier, clock=society.clock)


async def chunked(data: bytes, size: int = 1024 * 1024) -> AsyncIterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]
