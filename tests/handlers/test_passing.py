"""Passing with a reason, saying that it can wait, and insisting that it cannot."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.messages import Action
from domain.question import EntryKind, Question, QuestionState, Urgency
from tests.fakes.society import MEMBER, PANELIST, SECOND, Society

CARD = "panel.card_urgent"


async def _kinds(society: Society, question: Question) -> list[EntryKind]:
    entries = await society.read(lambda transaction: transaction.entries.of_question(question.id))
    return [entry.kind for entry in entries]


async def _last(society: Society, member: object) -> str:
    return (await society.told(member))[-1]  # type: ignore[arg-type]


async def test_pass_with_a_reason_pages_the_next_at_once(society: Society) -> None:
    question = await society.ask()

    await society.press(PANELIST, Action.PASS, question.id, {"reason": "field"})

    assert await society.told(SECOND) == [CARD]
    entries = await society.read(lambda transaction: transaction.entries.of_question(question.id))
    passed = next(entry for entry in entries if entry.kind is EntryKind.PASSED)
    assert (passed.actor_id, passed.details) == (PANELIST.id, {"reason": "field"})


async def test_claimer_who_passes_gives_it_back(society: Society) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.CLAIM, question.id)

    await society.press(PANELIST, Action.PASS, question.id, {"reason": "conflict"})

    assert (await society.question(question.id)).state is QuestionState.OPEN
    assert await society.told(SECOND) == [CARD]
    assert "question.released" in await society.told(MEMBER)


async def test_button_of_the_card_passes_without_a_form(society: Society) -> None:
    await society.ask()
    token = await society.token(PANELIST, CARD)

    await society.press(PANELIST, Action.PASS, token=token)

    assert await _last(society, PANELIST) == "panel.passed"
    assert await society.told(SECOND) == [CARD]


async def test_pass_of_one_leaves_the_other_ones_button(society: Society) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.PASS, question.id)
    token = await society.token(SECOND, CARD)

    await society.press(SECOND, Action.CLAIM, token=token)

    assert (await society.question(question.id)).claimed_by == SECOND.id


@pytest.mark.parametrize(
    ("fields", "refusal"), [({}, "error.passed_already"), ({"reason": "tired"}, "error.reason_unknown")]
)
async def test_second_pass_or_no_reason_changes_nothing(society: Society, fields: dict[str, str], refusal: str) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.PASS, question.id)
    before = await _kinds(society, question)

    await society.press(PANELIST, Action.PASS, question.id, fields)

    assert await _last(society, PANELIST) == refusal
    assert await _kinds(society, question) == before


async def test_answered_question_cannot_be_passed(society: Society) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.ANSWER, question.id, {"text": "CTPA."})

    await society.press(SECOND, Action.PASS, question.id)

    assert await _last(society, SECOND) == "error.not_now"


async def test_panelist_says_that_it_can_wait_and_the_asker_is_told(society: Society) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.CLAIM, question.id)

    await society.press(PANELIST, Action.DOWNGRADE, question.id, {"text": "Stable, no decision waits."})

    lower = await society.question(question.id)
    assert (lower.urgency, lower.state) == (Urgency.TODAY, QuestionState.CLAIMED)
    line = (await society.lines(MEMBER))[-1]
    assert "Stable, no decision waits." in str(line.payload)


async def test_lower_urgency_follows_its_own_chain(society: Society) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.DOWNGRADE, question.id, {"text": "Can wait."})

    await society.advance(timedelta(hours=24))

    told = await society.told(SECOND)
    assert "panel.card_today" in told
    assert CARD not in told
    assert EntryKind.OWNED in await _kinds(society, question)


async def test_asker_insists_once_and_it_stays_urgent(society: Society) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.CLAIM, question.id)
    await society.press(PANELIST, Action.DOWNGRADE, question.id, {"text": "Can wait."})
    await society.advance(timedelta(minutes=5))

    await society.press(MEMBER, Action.INSIST, question.id)
    again = await society.question(question.id)
    await society.press(PANELIST, Action.DOWNGRADE, question.id, {"text": "Really."})

    assert (again.urgency, again.opened_at) == (Urgency.URGENT, society.now)
    assert "panel.insisted" in await society.told(PANELIST)
    assert await _last(society, PANELIST) == "error.stays_urgent"


async def test_insisting_pages_the_panel_anew(society: Society) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.DOWNGRADE, question.id, {"text": "Can wait."})
    await society.press(MEMBER, Action.INSIST, question.id)

    await society.advance(timedelta(minutes=6))

    assert CARD in await society.told(SECOND)


@pytest.mark.parametrize("action", [Action.INSIST, Action.DOWNGRADE])
async def test_neither_where_there_is_nothing_to_change(society: Society, action: Action) -> None:
    question = await society.ask(action=Action.SEND_TODAY)
    member = MEMBER if action is Action.INSIST else PANELIST

    await society.press(member, action, question.id, {"text": "-"})

    assert await _last(society, member) == "error.not_now"
    assert (await society.question(question.id)).urgency is Urgency.TODAY


async def test_claim_of_an_insisted_question_is_chased_as_an_urgent_one(society: Society) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.DOWNGRADE, question.id, {"text": "Stable"})
    await society.press(PANELIST, Action.CLAIM, question.id)
    await society.advance(timedelta(minutes=40))

    await society.press(MEMBER, Action.INSIST, question.id)
    await society.advance(timedelta(minutes=26))

    assert "panel.still_on_it" in await society.told(PANELIST)
    assert (await society.question(question.id)).state is QuestionState.OPEN
