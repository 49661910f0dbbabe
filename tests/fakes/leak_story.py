"""Marked patients sent through every flow, and everything that is left behind, place by place."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import httpx
import sqlalchemy as sa

from bot.logs import get_log
from domain.commands import StartDigest, SweepInbox
from domain.errors import UserError
from domain.ids import ObjectId
from domain.messages import Action, InboundMessage, Press
from domain.ports.archive import SealedObject
from domain.ports.store import Transaction
from domain.text import DeidentifiedText, IdentifiableText
from storage.tables import job, metadata, sealed_object
from tests.fakes import marked_patient as patient
from tests.fakes.event_reader import EventReader
from tests.fakes.real_log import real_log
from tests.fakes.society import COLLEAGUE, EDITOR, MEMBER, PANELIST, SECOND, Society, found_society
from tests.fakes.society_web import ORIGIN, SocietyWeb

READERS = (MEMBER, PANELIST, SECOND, EDITOR, COLLEAGUE)


@dataclass(slots=True)
class Remains:
    """Bytes by place: log, job rows, tables, files, file names, images, pages, and what was sealed in mid-story."""

    places: dict[str, bytes] = field(default_factory=dict)
    count: dict[str, int] = field(default_factory=dict)
    """How much there was to search, so that a test of nothing does not pass for one of everything."""


class DeadDoor:
    """A door with a defect that says in its error what it was given."""

    def __init__(self, door: Any) -> None:
        self._door = door

    def __getattr__(self, name: str) -> Any:
        return getattr(self._door, name)

    def clean_text(self, text: IdentifiableText, **_: Any) -> DeidentifiedText:
        raise ValueError(f"cannot clean {text.value}")


async def tell(folder: Path, database_url: str) -> Remains:
    """Tell the whole story and return what it left."""
    remains = Remains()
    with real_log() as log:
        society = await found_society(folder, database_url, searches_pixels=True)
        society.log = get_log()  # type: ignore[assignment]  # the real one in place of the quiet one
        society.services = replace(society.services, log=get_log())
        web = SocietyWeb(society)
        await _seal(society, remains)
        await _ask_and_answer(society, web)
        await _go_wrong(society, web)
        await _end_badly(society)
        await _collect(society, web, log, remains)
        web.close()
        society.close()
        remains.places["files"] = b"".join(path.read_bytes() for path in _files(folder))
    return remains


async def _seal(society: Society, remains: Remains) -> None:
    """Let a message, a form and files arrive while nobody works, look at what lies there, then go on."""
    uploads = [await society.upload(COLLEAGUE, data) for data in (patient.marked_dicom(), patient.WORDS.encode())]
    words = IdentifiableText(patient.WORDS)
    message = InboundMessage(
        channel="web",
        external_id=patient.FILE_NAME,
        sender=COLLEAGUE.addresses[0],
        received_at=society.now,
        text=words,
        uploads=tuple(uploads),
    )
    await society.intake.accept(message)
    form = replace(message, external_id="form", press=Press(action=Action.EDIT_TEXT), fields={"text": words})
    await society.intake.accept(form)
    files = _files(society.folder)
    remains.places["sealed"] = dump_of(society.database_url) + b"".join(path.read_bytes() for path in files)
    remains.count["sealed"] = sum("uploads" in path.parts for path in files)
    await society.work()


async def _ask_and_answer(society: Society, web: SocietyWeb) -> None:
    member = await web.browser(MEMBER)
    made = (patient.marked_dicom(), patient.marked_photo(), patient.marked_zip(), patient.marked_text_file())
    files = [await web.upload(member, data, name=f"{number}-{patient.FILE_NAME}") for number, data in enumerate(made)]
    await web.say(member, patient.WORDS, uploads=files)
    draft = await society.draft(MEMBER)
    for seen in (patient.WORDS, draft.text.value):
        await web.act(member, "edit_text", draft.id, text=f"{patient.WORDS} edited", seen=seen)
    await society.confirm_all(MEMBER, draft.id)
    for check in ("resident_number", "two_patients"):
        await web.act(member, "confirm_check", draft.id, check=check)
    await web.act(member, "send_urgent", draft.id)
    panelist = await web.browser(PANELIST)
    for action in ("claim", "note", "ask_back"):
        await web.act(panelist, action, draft.id, **({} if action == "claim" else {"text": patient.WORDS}))
    await web.say(member, patient.WORDS)
    await web.say(panelist, patient.WORDS, in_reply_to=draft.id)
    await web.act(panelist, "answer", draft.id, text=patient.WORDS, confidence="4")
    await web.act(member, "helped", draft.id)
    await web.act(member, "consent_teaching", draft.id)
    editor = await web.browser(EDITOR)
    await web.act(editor, "publish", draft.id, text=patient.RELEASABLE)
    await web.act(editor, "send_digest", None)


async def _go_wrong(society: Society, web: SocietyWeb) -> None:
    """Refusals, a defect that talks, and pages asked for what is not there."""
    member, colleague = await web.browser(MEMBER), await web.browser(COLLEAGUE)
    question = (await society.read(lambda transaction: transaction.questions.of_asker(MEMBER.id)))[0]
    await society.press(COLLEAGUE, Action.ANSWER, question.id, {"text": patient.WORDS})
    await society.press(COLLEAGUE, Action.REMOVE_SERIES, question.id, {"series": patient.WORDS})
    await society.press(PANELIST, Action.ANSWER, question.id, {"text": patient.WORDS, "confidence": patient.WORDS})
    digits = {"series": patient.PHONE.replace("-", ""), "images": patient.CHART_NUMBER}
    for action in (Action.REMOVE_SERIES, Action.CONFIRM_SERIES):
        await society.press(MEMBER, action, question.id, digits)
    for body in ({"client_id": "x", "text": patient.WORDS * 1000}, {"client_id": patient.WORDS, "text": patient.WORDS}):
        await colleague.post("/api/messages", json=body)
    for path in (f"/api/questions/{patient.EMAIL}", f"/sign-in/{patient.PHONE}", f"/{patient.NAMES[0]}"):
        await member.get(path)
    with suppress(UserError):
        await society.say(SECOND, patient.WORDS * 1000)
    door = society.services.deidentifier
    society.services = replace(society.services, deidentifier=DeadDoor(door))
    await society.say(SECOND, patient.WORDS)
    await society.advance(timedelta(hours=2))
    society.services = replace(society.services, deidentifier=door)


async def _end_badly(society: Society) -> None:
    """A draft that expires, one that is discarded, a question that is withdrawn; then the sweep of the next day."""
    await society.advance(timedelta(hours=25))
    for action in (Action.DISCARD, Action.SEND_TODAY):
        upload = await society.upload(COLLEAGUE, patient.marked_photo())
        await society.say(COLLEAGUE, patient.WORDS, uploads=[upload])
        draft = await society.draft(COLLEAGUE)
        for confirmed in (Action.NUMBER_REMOVED, Action.SAME_PATIENT):
            await society.press(COLLEAGUE, confirmed, draft.id)
        await society.press(COLLEAGUE, action, draft.id)
    await society.press(COLLEAGUE, Action.WITHDRAW, draft.id)
    await society.advance(timedelta(hours=25))

    def tick(transaction: Transaction) -> None:
        transaction.jobs.add(SweepInbox(at=society.now))
        transaction.jobs.add(StartDigest(name="daily", at=society.now))

    await society.change(tick)
    await society.work()


async def _collect(society: Society, web: SocietyWeb, log: StringIO, remains: Remains) -> None:
    pages = [await _read_pages(society, web, member) for member in READERS]
    remains.places["pages"] = b"\n".join(pages)
    remains.places["log"] = log.getvalue().encode()
    remains.places["tables"] = dump_of(society.database_url)
    remains.places["job rows"] = dump_of(society.database_url, only=job)
    names = [str(path.relative_to(society.folder)) for path in _files(society.folder)]
    remains.places["file names"] = "\n".join(names).encode()
    objects = _sealed_objects(society)
    remains.places["images"] = b"".join(objects)
    remains.count |= {"images": len(objects), "log": log.getvalue().count("\n"), "pages": len(pages)}


def kept_by(society: Society) -> bytes:
    """Return everything that a society's database and log hold."""
    return b"\n".join((dump_of(society.database_url), repr(society.log.lines).encode()))


def dump_of(url: str, *, only: sa.Table | None = None) -> bytes:
    """Return every value of every table, texts and bytes as they are, the rest as Python writes it."""
    engine = _engine(url)
    parts: list[bytes] = []
    with engine.connect() as connection:
        for table in [only] if only is not None else metadata.sorted_tables:
            for row in connection.execute(sa.text(f"SELECT * FROM {table.name}")):  # noqa: S608 - our own names
                parts += [value if isinstance(value, bytes) else str(value).encode() for value in row]
    engine.dispose()
    return b"\n".join(parts)


async def _read_pages(society: Society, web: SocietyWeb, member: Any) -> bytes:
    browser = await web.browser(member)
    paths = ["/", "/api/lines", "/api/digests", "/api/desk", "/api/editor", "/api/me"]
    questions = await society.read(lambda transaction: [each.id for each in _questions(transaction)])
    paths += [f"/api/questions/{each}" for each in questions]
    answers = [await browser.get(path) for path in paths]
    return b"\n".join([*(answer.content for answer in answers), await _stream(web, browser)])


def _questions(transaction: Any) -> Iterator[Any]:
    for member in READERS:
        yield from transaction.questions.of_asker(member.id)


async def _stream(web: SocietyWeb, browser: httpx.AsyncClient) -> bytes:
    """Return the events that a page gets which was never told anything: the first few."""
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    async with EventReader(web.app, f"{ORIGIN}/api/stream?line=0&entry=0", headers={"cookie": cookie}) as reader:
        events = [await reader.next() for _ in range(3)]
    return json.dumps([event.data for event in events], ensure_ascii=False).encode()


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def _sealed_objects(society: Society) -> list[bytes]:
    """Open every object whose key is kept."""
    engine = _engine(society.database_url)
    with engine.connect() as connection:
        rows = connection.execute(sa.select(sealed_object).where(sealed_object.c.wrapped_key.is_not(None))).all()
    engine.dispose()
    kept = [
        SealedObject(
            object_id=ObjectId(row.id), size_bytes=row.size_bytes, wrapped_key=row.wrapped_key, key_id=row.key_id
        )
        for row in rows
    ]
    return [society.storage.archive.read(sealed) for sealed in kept]


def _engine(url: str) -> sa.Engine:
    return sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
