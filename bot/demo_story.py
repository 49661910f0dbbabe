"""The demo's past: a few cases, told through the same handlers that real ones go through."""

from __future__ import annotations

import secrets
import tomllib
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Any

from bot.compose import Parts, make_worker
from bot.demo_people import EDITOR, PANEL, PEOPLE, tested_phones
from domain.ids import QuestionId, UploadId
from domain.member import Member
from domain.messages import Action, InboundMessage, Press
from domain.ports.store import Transaction
from domain.question import Question
from domain.study import Series, group_into_series
from domain.text import IdentifiableText

MIB = 1024 * 1024
_PEOPLE = {member.id.removeprefix("demo-"): member for member in PEOPLE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tale:
    """One past case, as `demo_tales.toml` has it. It goes as far as its words go."""

    asker: Member
    panelist: Member
    days_ago: int
    urgency: Action
    question: str
    files: tuple[str, ...] = ()
    answer: str = ""
    confidence: int = 0
    feedback: Action | None = None
    consent: Action | None = None
    published: str = ""


@dataclass(slots=True, kw_only=True)
class Teller:
    """Tells the past: `now` is moved from step to step, and the parts run under it."""

    parts: Parts
    now: datetime
    time_zone: str
    samples: Path

    async def tell(self) -> None:
        """Add the people, the panel and the tales to an empty society."""
        await self.parts.services.store.write(self._found)
        end = self.now
        for tale in read_tales():
            self.now = end - timedelta(days=tale.days_ago, hours=1)
            await self._tell(tale)
        self.now = end

    def _found(self, transaction: Transaction) -> None:
        for member in PEOPLE:
            transaction.members.save(replace(member, time_zone=self.time_zone))
        transaction.panels.save(PANEL)
        for page in tested_phones(self.now):
            transaction.phones.add(page)

    async def _tell(self, tale: Tale) -> None:
        question = await self._ask(tale)
        if not tale.answer:
            return
        await self._press(tale.panelist, Action.CLAIM, question)
        fields = {"text": tale.answer, "confidence": str(tale.confidence)}
        await self._press(tale.panelist, Action.ANSWER, question, fields=fields)
        for action in (tale.feedback, tale.consent):
            if action is not None:
                await self._press(tale.asker, action, question)
        if tale.published:
            await self._press(EDITOR, Action.PUBLISH, question, fields={"text": tale.published})

    async def _ask(self, tale: Tale) -> QuestionId:
        uploads = [await self._upload(tale.asker, self._file(name)) for name in tale.files]
        await self._send(tale.asker, text=IdentifiableText(tale.question), uploads=tuple(uploads))
        draft = await self._draft_of(tale.asker)
        images = await self.parts.services.store.read(lambda transaction: transaction.images.of_question(draft.id))
        for series in group_into_series(images):
            await self._press(tale.asker, Action.CONFIRM_SERIES, draft.id, fields=_shown(series))
        await self._press(tale.asker, tale.urgency, draft.id)
        return draft.id

    def _file(self, name: str) -> bytes:
        drawn = self.samples / name
        return drawn.read_bytes() if drawn.is_file() else read_sample(name)

    async def _draft_of(self, member: Member) -> Question:
        draft = await self.parts.services.store.read(lambda transaction: transaction.questions.draft_of(member.id))
        assert draft is not None, "the tale's question has just been written"
        return draft

    async def _upload(self, member: Member, data: bytes) -> UploadId:
        upload = await self.parts.intake.begin_upload(member.id, external_id=secrets.token_hex(8), size_bytes=len(data))
        await self.parts.intake.receive(upload.id, _chunks(data), offset=0)
        return upload.id

    async def _press(
        self, member: Member, action: Action, question: QuestionId, *, fields: Mapping[str, str] | None = None
    ) -> None:
        wrapped = {name: IdentifiableText(value) for name, value in (fields or {}).items()}
        await self._send(member, press=Press(action=action, question_id=question), fields=wrapped)

    async def _send(self, member: Member, **content: object) -> None:
        message = InboundMessage(
            channel="web",
            external_id=secrets.token_hex(8),
            sender=member.addresses[0],
            received_at=self.now,
            **content,  # type: ignore[arg-type]  # the callers above give fields of the message
        )
        await self.parts.intake.accept(message)
        await make_worker(self.parts).drain()
        self.now += timedelta(minutes=1)


def _shown(series: Series) -> Mapping[str, str]:
    return {"series": series.uid, "images": " ".join(image.id for image in series.images)}


def read_tales() -> tuple[Tale, ...]:
    rows = tomllib.loads(resources.files("bot").joinpath("demo_tales.toml").read_text(encoding="utf-8"))["tale"]
    return tuple(_tale(row) for row in rows)


def _tale(row: Mapping[str, Any]) -> Tale:
    people = {part: _PEOPLE[row[part]] for part in ("asker", "panelist")}
    actions = {part: Action(row[part]) for part in ("urgency", "feedback", "consent") if part in row}
    return Tale(**{**row, **people, **actions, "files": tuple(row.get("files", ()))})


async def tell_story(parts: Parts, *, clock: Callable[[], datetime], time_zone: str, samples: Path) -> None:
    """Fill an empty demo; the handlers run under a clock that stands in the past. `samples` holds the drawn studies."""
    teller = Teller(parts=parts, now=clock(), time_zone=time_zone, samples=samples)
    teller.parts = parts.with_clock(lambda: teller.now)
    await teller.tell()


def read_sample(name: str) -> bytes:
    """Return one of the DICOM files that pydicom ships for tests; they show no real patient by name."""
    return resources.files("pydicom").joinpath("data", "test_files", name).read_bytes()


async def _chunks(data: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(data), MIB):
        yield data[start : start + MIB]
