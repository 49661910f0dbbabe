"""What comes too late, twice or from the wrong person: one sentence in their language, no change, all in the audit.

Whoever has no rights is in `test_every_command.py`.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.demo_people import PEOPLE
from domain.audit import AuditEvent, AuditKind
from domain.ids import QuestionId
from domain.member import Language, Member
from domain.messages import Action, Address
from domain.ports.store import Transaction
from domain.question import EntryKind, Question, QuestionState
from domain.text import IdentifiableText
from tests.fakes.phones import connect_phones, with_phone
from tests.fakes.sms_channel import SmsChannel
from tests.fakes.society import MEMBER, PANELIST, SECOND, Society, found_society

CARD = "panel.card_urgent"


@dataclass(frozen=True, slots=True)
class World:
    """A society of one language."""

    society: Society
    language: Language

    async def audited(self, member: Member) -> Sequence[AuditEvent]:
        links = await self.society.read(lambda transaction: transaction.audit.after(0))
        return [link.event for link in links if link.event.actor_id == member.id]

    async def facts(self) -> list[Any]:
        """Return everything that was asked, said, planned and decided, and what members are."""

        def read(transaction: Transaction) -> list[Any]:
            questions = [each for member in PEOPLE for each in transaction.questions.of_asker(member.id)]
            entries = [transaction.entries.of_question(question.id) for question in questions]
            drafts = [transaction.questions.draft_of(member.id) for member in PEOPLE]
            rest = (transaction.surge.get(), transaction.enrolments.open_invites(self.society.now))
            return [questions, entries, drafts, transaction.panels.all(), transaction.members.all(), *rest]

        return await self.society.read(read)

    async def answered(self, member: Member, deed: Awaitable[None]) -> tuple[str, AuditEvent]:
        """Return the key of the one sentence by which somebody is answered, and what of it is in the audit."""
        lines, events = len(await self.society.lines(member)), len(await self.audited(member))
        await deed
        (line,) = (await self.society.lines(member))[lines:]
        (event,) = (await self.audited(member))[events:]
        assert reads_as(str(line.payload["text"]), self.language)
        return str(line.payload["key"]), event

    async def refused(self, member: Member, deed: Awaitable[None]) -> str:
        """Return why somebody was refused, once it is sure that nothing else has changed."""
        before = await self.facts()
        key, event = await self.answered(member, deed)
        assert await self.facts() == before
        assert (event.kind, f"error.{event.details['code']}") == (AuditKind.REFUSED, key)
        return str(event.details["code"])


def reads_as(sentence: str, language: Language) -> bool:
    return bool(re.search("[가-힣]", sentence)) == (language is Language.KOREAN)


@pytest.fixture(params=list(Language), ids=str)
async def world(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[World]:
    society = await found_society(tmp_path)
    for member in PEOPLE:
        await society.change_member(member, language=request.param)
    yield World(society, request.param)
    society.close()


async def test_two_who_claim_in_the_same_millisecond(world: World) -> None:
    society, question = world.society, await world.society.ask()
    before = {member: await world.audited(member) for member in (PANELIST, SECOND)}

    await asyncio.gather(*(society.press(member, Action.CLAIM, question.id) for member in before))
    await society.work()

    winner, loser = (PANELIST, SECOND) if await _has(society, question.id) == PANELIST.id else (SECOND, PANELIST)
    line = (await society.lines(loser))[-1]
    kinds = [entry.kind for entry in await society.entries(question.id)]
    assert kinds.count(EntryKind.CLAIMED) == 1
    assert line.payload["key"] == "error.already_taken"
    assert winner.display_name in str(line.payload["text"])
    assert reads_as(str(line.payload["text"]), world.language)
    assert [event.kind for event in await world.audited(winner)] == [AuditKind.DID]
    assert [event.details.get("code") for event in await world.audited(loser)] == ["already_taken"]


async def test_answer_that_arrives_after_withdrawal(world: World) -> None:
    society, question = world.society, await world.society.ask()
    await society.press(MEMBER, Action.WITHDRAW, question.id)

    code = await world.refused(PANELIST, society.press(PANELIST, Action.ANSWER, question.id, {"text": "CTPA."}))

    assert code == "question_withdrawn"
    assert not [key for key in await society.told(MEMBER) if key.startswith("question.answer")]


async def test_asker_who_edits_after_sending(world: World) -> None:
    society, question = world.society, await world.society.ask()
    said = await society.entries(question.id)

    deed = society.press(MEMBER, Action.EDIT_TEXT, question.id, {"text": "Something else?"})
    key, event = await world.answered(MEMBER, deed)

    (*former, added) = await society.entries(question.id)
    assert (await society.question(question.id), former) == (question, list(said))
    assert added.kind is EntryKind.INFORMATION
    assert (key, event.kind, event.action) == ("question.edit_appended", AuditKind.DID, "edit_text")


@pytest.mark.parametrize("action", [Action.CLAIM, Action.ASK_BACK])
async def test_panelist_who_left_presses_an_old_button(world: World, action: Action) -> None:
    society = world.society
    await society.ask()
    token = await society.token(PANELIST, CARD)
    await society.change_member(replace(PANELIST, language=world.language), roles=frozenset())

    code = await world.refused(PANELIST, society.press(PANELIST, action, fields={"text": "Prior CT?"}, token=token))

    assert code == "panel_only"


@pytest.mark.parametrize("digit", ["1", "７"])
async def test_digit_with_nothing_pending_by_text_message(world: World, digit: str) -> None:
    texts = await _phones(world)
    before = await world.facts()

    await _text(world.society, MEMBER, digit)

    (told,) = texts.to(MEMBER.id)
    (event,) = await world.audited(MEMBER)
    assert reads_as(told, world.language)
    assert await world.facts() == before
    assert (event.kind, event.details["code"]) == (AuditKind.REFUSED, "nothing_waits")


async def test_digit_with_nothing_pending_on_the_page(world: World) -> None:
    assert await world.refused(MEMBER, world.society.say(MEMBER, "7")) == "nothing_waits"


@pytest.mark.parametrize("action", [Action.CLAIM, Action.PASS])
async def test_button_of_ten_minutes_ago_pressed_twice(world: World, action: Action) -> None:
    society, question = world.society, await world.society.ask()
    token = await society.token(PANELIST, CARD)
    await society.advance(timedelta(minutes=10))
    await society.press(PANELIST, action, token=token)

    code = await world.refused(PANELIST, society.press(PANELIST, action, token=token))

    assert code == "choice_taken"
    assert (await society.question(question.id)).state in (QuestionState.CLAIMED, QuestionState.OPEN)


async def _has(society: Society, question_id: QuestionId) -> str | None:
    question: Question = await society.question(question_id)
    return question.claimed_by


async def _phones(world: World) -> SmsChannel:
    await connect_phones(world.society, with_phone(replace(MEMBER, language=world.language), "sms"))
    texts = SmsChannel()
    world.society.services = replace(world.society.services, channels={**world.society.services.channels, "sms": texts})
    return texts


async def _text(society: Society, member: Member, words: str) -> None:
    sender = Address(channel="sms", external_id=member.id)
    message = replace(society.message(member), channel="sms", sender=sender, text=IdentifiableText(words))
    await society.receive(message)
