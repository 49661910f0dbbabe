"""Buttons pressed too late, twice, or by the wrong person: one sentence, nothing changed, and in the audit."""

from __future__ import annotations

from datetime import timedelta

from domain.audit import AuditEvent, AuditKind
from domain.messages import Action
from domain.question import EntryKind, Question, QuestionState
from tests.fakes.society import PANELIST, SECOND, Society

CARD = "panel.card_urgent"


async def _last_event(society: Society) -> AuditEvent:
    links = await society.read(lambda transaction: transaction.audit.after(0))
    return links[-1].event


async def _thread(society: Society, question: Question) -> tuple[Question, list[EntryKind]]:
    entries = await society.read(lambda transaction: transaction.entries.of_question(question.id))
    return await society.question(question.id), [entry.kind for entry in entries]


async def _assert_refused(society: Society, code: str) -> None:
    event = await _last_event(society)
    assert (event.kind, event.details["code"]) == (AuditKind.REFUSED, code)


async def test_claim_of_what_was_answered_meanwhile_says_so(society: Society) -> None:
    question = await society.ask()
    token = await society.token(PANELIST, CARD)
    await society.advance(timedelta(minutes=10))
    await society.press(SECOND, Action.ANSWER, question.id, {"text": "CTPA."})
    before = await _thread(society, question)

    await society.press(PANELIST, Action.CLAIM, token=token)

    assert await _thread(society, question) == before
    assert (await society.told(PANELIST))[-1].startswith("error.")


async def test_asker_of_the_panel_answers_no_question_of_their_own(society: Society) -> None:
    question = await society.ask(member=SECOND)

    for action in (Action.CLAIM, Action.ANSWER, Action.DOWNGRADE, Action.MERGE):
        await society.press(SECOND, action, question.id, {"text": "Mine.", "lead": "1"})
        await _assert_refused(society, "own_question")

    assert (await society.question(question.id)).state is QuestionState.OPEN
