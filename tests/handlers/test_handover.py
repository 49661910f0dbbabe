"""Questions that change hands: offered, accepted or declined, and taken over from somebody who is silent."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.member import Member
from domain.messages import Action
from domain.question import EntryKind, Question, QuestionState
from tests.fakes.society import COLLEAGUE, COORDINATOR, EDITOR, MEMBER, PANELIST, SECOND, Society


async def _last(society: Society, member: object) -> str:
    return (await society.told(member))[-1]  # type: ignore[arg-type]


async def _offered(society: Society) -> Question:
    question = await society.ask()
    await society.press(PANELIST, Action.CLAIM, question.id)
    await society.press(PANELIST, Action.HAND_OVER, question.id, {"colleague": SECOND.display_name})
    return await society.question(question.id)


async def test_giver_keeps_it_until_it_is_accepted(society: Society) -> None:
    question = await _offered(society)
    assert question.claimed_by == PANELIST.id
    token = await society.token(SECOND, "panel.handover_offered")

    await society.press(SECOND, Action.ACCEPT_HANDOVER, token=token)

    taken = await society.question(question.id)
    assert (taken.claimed_by, taken.state) == (SECOND.id, QuestionState.CLAIMED)
    assert await _last(society, PANELIST) == "panel.handed_over"


async def test_declined_question_stays_with_its_giver(society: Society) -> None:
    question = await _offered(society)

    await society.press(SECOND, Action.DECLINE_HANDOVER, question.id)
    await society.press(SECOND, Action.ACCEPT_HANDOVER, question.id)

    assert (await society.question(question.id)).claimed_by == PANELIST.id
    assert "panel.handover_declined" in await society.told(PANELIST)
    assert await _last(society, SECOND) == "error.handover_gone"


async def test_both_are_told_again_after_ten_minutes(society: Society) -> None:
    await _offered(society)

    await society.advance(timedelta(minutes=11))

    assert "panel.handover_waits" in await society.told(PANELIST)
    assert "panel.handover_waits" in await society.told(SECOND)


async def test_answered_offer_is_not_told_again(society: Society) -> None:
    question = await _offered(society)
    await society.press(SECOND, Action.ACCEPT_HANDOVER, question.id)

    await society.advance(timedelta(minutes=11))

    assert "panel.handover_waits" not in await society.told(PANELIST)


async def test_new_claim_has_its_own_clock(society: Society) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.CLAIM, question.id)
    await society.advance(timedelta(minutes=14))
    await society.press(PANELIST, Action.HAND_OVER, question.id, {"colleague": SECOND.id})
    await society.press(SECOND, Action.ACCEPT_HANDOVER, question.id)

    await society.advance(timedelta(minutes=12))

    assert (await society.question(question.id)).claimed_by == SECOND.id


async def test_ask_back_survives_a_handover(society: Society) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.ASK_BACK, question.id, {"text": "Prior?"})
    await society.press(PANELIST, Action.HAND_OVER, question.id, {"colleague": SECOND.id})

    await society.press(SECOND, Action.ACCEPT_HANDOVER, question.id)
    await society.say(MEMBER, "No prior.", to=question.id)

    taken = await society.question(question.id)
    assert (taken.claimed_by, taken.state) == (SECOND.id, QuestionState.CLAIMED)
    assert "panel.information" in await society.told(SECOND)


async def test_offer_ends_with_the_claim(society: Society) -> None:
    question = await _offered(society)
    await society.press(PANELIST, Action.RELEASE, question.id)
    await society.press(PANELIST, Action.CLAIM, question.id)

    await society.press(SECOND, Action.ACCEPT_HANDOVER, question.id)

    assert await _last(society, SECOND) == "error.handover_gone"


@pytest.mark.parametrize(
    ("colleague", "refusal"),
    [
        (SECOND.id, "error.handover_waits"),
        (MEMBER.id, "error.handover_waits"),
    ],
)
async def test_one_offer_at_a_time(society: Society, colleague: str, refusal: str) -> None:
    question = await _offered(society)

    await society.press(PANELIST, Action.HAND_OVER, question.id, {"colleague": colleague})

    assert await _last(society, PANELIST) == refusal


@pytest.mark.parametrize("colleague", ["", "nobody", MEMBER.id, PANELIST.id, EDITOR.id])
async def test_only_another_of_the_panel_can_take_it(society: Society, colleague: str) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.CLAIM, question.id)

    await society.press(PANELIST, Action.HAND_OVER, question.id, {"colleague": colleague} if colleague else {})

    assert await _last(society, PANELIST) == "error.colleague_unknown"


@pytest.mark.parametrize("shown", ["Dr Yun", "Prof. Yun", "Yun 선생님", "Yun교수", "Yun"])
async def test_colleague_is_known_without_a_title(society: Society, shown: str) -> None:
    await society.change_member(SECOND, display_name=shown)
    question = await society.ask()
    await society.press(PANELIST, Action.CLAIM, question.id)

    await society.press(PANELIST, Action.HAND_OVER, question.id, {"colleague": "@yun"})

    assert await _last(society, PANELIST) == "panel.handover_sent"


async def test_name_that_two_share_is_nobodys(society: Society) -> None:
    for member, shown in ((SECOND, "Dr Yun"), (COORDINATOR, "Yun 교수")):
        await society.change_member(member, display_name=shown)
    question = await society.ask()
    await society.press(PANELIST, Action.CLAIM, question.id)

    await society.press(PANELIST, Action.HAND_OVER, question.id, {"colleague": "Yun"})

    assert await _last(society, PANELIST) == "error.colleague_unknown"


async def test_who_answered_does_not_get_the_second_opinion(society: Society) -> None:
    question = await society.ask()
    await society.press(SECOND, Action.ANSWER, question.id, {"text": "First."})
    await society.press(MEMBER, Action.SECOND_OPINION, question.id)
    await society.press(PANELIST, Action.CLAIM, question.id)

    await society.press(PANELIST, Action.HAND_OVER, question.id, {"colleague": SECOND.id})

    assert await _last(society, PANELIST) == "error.second_by_another"


async def test_nothing_to_give_is_not_given(society: Society) -> None:
    question = await society.ask()

    await society.press(SECOND, Action.HAND_OVER, question.id, {"colleague": PANELIST.id})

    assert await _last(society, SECOND) == "error.not_claimed_by_you"


async def test_asker_hands_over_to_a_colleague(society: Society) -> None:
    question = await society.ask()
    await society.press(MEMBER, Action.HAND_OVER, question.id, {"colleague": COLLEAGUE.display_name})
    token = await society.token(COLLEAGUE, "question.handover_offered")
    await society.press(COLLEAGUE, Action.ACCEPT_HANDOVER, token=token)

    await society.press(PANELIST, Action.ANSWER, question.id, {"text": "CTPA."})

    assert (await society.question(question.id)).asker_id == COLLEAGUE.id
    assert "question.answer_without_confidence" in await society.told(COLLEAGUE)
    assert await _last(society, MEMBER) == "question.handed_over"


async def test_silent_claimer_can_be_taken_over_from(society: Society) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.CLAIM, question.id)
    await society.press(SECOND, Action.TAKE_OVER, question.id)
    early = await _last(society, SECOND)
    await society.advance(timedelta(minutes=16))

    await society.press(SECOND, Action.TAKE_OVER, question.id)

    assert early == "error.take_over_early"
    assert (await society.question(question.id)).claimed_by == SECOND.id
    assert await _last(society, PANELIST) == "panel.taken_over"
    assert await _last(society, MEMBER) == "question.taken_over"


async def test_claimer_who_acted_keeps_it(society: Society) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.CLAIM, question.id)
    await society.advance(timedelta(minutes=16))
    await society.press(PANELIST, Action.NOTE, question.id, {"text": "Reading."})

    await society.press(SECOND, Action.TAKE_OVER, question.id)

    assert await _last(society, SECOND) == "error.take_over_early"


async def test_coordinator_takes_over_at_any_time(society: Society) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.ASK_BACK, question.id, {"text": "Prior?"})

    await society.press(COORDINATOR, Action.TAKE_OVER, question.id)

    taken = await society.question(question.id)
    assert (taken.claimed_by, taken.state) == (COORDINATOR.id, QuestionState.NEEDS_INFO)


async def test_nobody_takes_over_what_nobody_has(society: Society) -> None:
    question = await society.ask()

    await society.press(COORDINATOR, Action.TAKE_OVER, question.id)

    assert await _last(society, COORDINATOR) == "error.not_now"
    entries = await society.read(lambda transaction: transaction.entries.of_question(question.id))
    assert EntryKind.TAKEN_OVER not in {entry.kind for entry in entries}


@pytest.mark.parametrize(("minutes", "taker"), [(1, PANELIST), (4, SECOND)])
async def test_reply_that_lies_unseen_can_be_taken_over(society: Society, minutes: int, taker: Member) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.CLAIM, question.id)
    await society.press(PANELIST, Action.ASK_BACK, question.id, {"text": "Since when?"})
    await society.say(MEMBER, "Since yesterday.", to=question.id)
    await society.advance(timedelta(minutes=minutes))

    await society.press(SECOND, Action.TAKE_OVER, question.id)

    assert (await society.question(question.id)).claimed_by == taker.id


async def test_who_has_taken_it_meanwhile_does_not_become_its_asker(society: Society) -> None:
    question = await society.ask()
    await society.press(MEMBER, Action.HAND_OVER, question.id, {"colleague": PANELIST.display_name})
    await society.press(PANELIST, Action.CLAIM, question.id)

    await society.press(PANELIST, Action.ACCEPT_HANDOVER, question.id)

    assert (await society.question(question.id)).asker_id == MEMBER.id
    assert await _last(society, PANELIST) == "error.handover_gone"


async def test_taken_over_while_asked_back_the_claim_has_its_own_clock(society: Society) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.CLAIM, question.id)
    await society.advance(timedelta(minutes=14))
    await society.press(PANELIST, Action.ASK_BACK, question.id, {"text": "Prior CT?"})
    await society.press(COORDINATOR, Action.TAKE_OVER, question.id)
    await society.say(MEMBER, "5 days ago")

    await society.advance(timedelta(minutes=12))

    taken = await society.question(question.id)
    assert (taken.state, taken.claimed_by) == (QuestionState.CLAIMED, COORDINATOR.id)
    assert "panel.still_on_it" not in await society.told(COORDINATOR)
