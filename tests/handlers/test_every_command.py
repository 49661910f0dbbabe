"""A member without rights tries everything: one sentence each in their language, no change, all of it in the audit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pytest

from domain.audit import AuditEvent
from domain.member import Language
from domain.messages import Action
from domain.ports.jobs import JobState
from domain.ports.store import Transaction
from domain.question import Question
from domain.requests import Request
from tests.fakes.society import COLLEAGUE, PANELIST, SECOND, Society

FIELDS = {"text": "mine", "member": PANELIST.id, "name": "Han Somi", "colleague": SECOND.id, "entry": "1"}


async def _facts(society: Society, question: Question) -> list[Any]:
    """Return everything that nobody without rights may change."""

    def read(transaction: Transaction) -> list[Any]:
        others = [member for member in transaction.members.all() if member.id != COLLEAGUE.id]
        return [
            transaction.questions.get(question.id),
            transaction.entries.of_question(question.id),
            transaction.panels.all(),
            transaction.surge.get(),
            transaction.enrolments.open_invites(society.now),
            others,
        ]

    return await society.read(read)


async def _audited(society: Society) -> Sequence[AuditEvent]:
    links = await society.read(lambda transaction: transaction.audit.after(0))
    return [link.event for link in links if link.event.actor_id == COLLEAGUE.id]


@pytest.mark.parametrize("action", Action)
async def test_every_button_is_answered_and_changes_nothing(society: Society, action: Action) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.CLAIM, question.id)
    await society.change_member(COLLEAGUE, language=Language.KOREAN)
    before = await _facts(society, question)

    await society.press(COLLEAGUE, action, question.id, {**FIELDS, "lead": question.label})

    (line,) = await society.lines(COLLEAGUE)
    assert re.search("[가-힣]", str(line.payload["text"]))
    assert await _facts(society, question) == before
    assert len(await _audited(society)) == 1
    assert await society.queue.rows(JobState.PARKED) == ()


@pytest.mark.parametrize("request_word", sorted(set(Request) - {Request.ASK}))
async def test_every_request_is_answered_and_changes_nothing(society: Society, request_word: Request) -> None:
    """But for "/ask", which begins a draft of one's own."""
    question = await society.ask()
    await society.change_member(COLLEAGUE, language=Language.KOREAN)
    before = await _facts(society, question)

    await society.say(COLLEAGUE, f"/{request_word} {question.label}")

    (line,) = await society.lines(COLLEAGUE)
    assert re.search("[가-힣]", str(line.payload["text"]))
    assert await _facts(society, question) == before
    assert len(await _audited(society)) == 1
