"""Following a question that somebody else has: told of its answer and close, without a sound."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.delivery import Delivery, DeliveryState, Priority
from domain.member import Member, Role
from domain.messages import Action
from domain.question import EntryKind, Question, QuestionState
from tests.fakes.society import COORDINATOR, EDITOR, MEMBER, PANELIST, SECOND, Society

TAKEN = "error.already_taken"


async def _lost(society: Society) -> Question:
    """Return a question that the first has taken a moment before the second."""
    question = await society.ask()
    await society.press(PANELIST, Action.CLAIM, question.id)
    await society.press(SECOND, Action.CLAIM, question.id)
    return await society.question(question.id)


async def _followed(society: Society) -> Question:
    question = await _lost(society)
    await society.press(SECOND, Action.FOLLOW, token=await society.token(SECOND, TAKEN))
    return question


async def _news(society: Society, member: Member = SECOND) -> list[str]:
    return [key for key in await society.told(member) if key.startswith("following.")]


async def _sent(society: Society) -> list[Delivery]:
    return list(await society.read(lambda transaction: transaction.deliveries.in_state(DeliveryState.SENT)))


async def test_whoever_was_too_late_follows_by_the_button(society: Society) -> None:
    question = await _followed(society)

    await society.press(PANELIST, Action.ANSWER, question.id, {"text": "CTPA."})
    await society.press(MEMBER, Action.HELPED, question.id)

    assert await _news(society) == ["following.answered", "following.closed"]
    assert not await _news(society, PANELIST)
    told = [each for each in await _sent(society) if each.key.startswith(("following.", "panel.follows"))]
    assert {each.priority for each in told} == {Priority.NORMAL}
    assert not any("text" in each.values for each in told)


@pytest.mark.parametrize(("word", "kind"), [("7", "followed"), ("follow", "followed"), ("지켜보기", "followed")])
async def test_words_follow_as_the_button_does(society: Society, word: str, kind: str) -> None:
    question = await _lost(society)

    await society.say(SECOND, word)

    assert (await society.entries(question.id))[-1].kind == kind
    assert (await society.told(SECOND))[-1] == "panel.follows"


@pytest.mark.parametrize("word", ["unfollow", "그만 보기", "0", "/unfollow Q1"])
async def test_words_end_it_and_nothing_more_is_told(society: Society, word: str) -> None:
    question = await _followed(society)

    await society.say(SECOND, word)
    await society.press(PANELIST, Action.ANSWER, question.id, {"text": "CTPA."})

    assert not await _news(society)
    assert "panel.follows_no_more" in await society.told(SECOND)


async def test_button_of_one_leaves_that_of_another(society: Society) -> None:
    question = await _lost(society)
    await society.press(COORDINATOR, Action.CLAIM, question.id)
    await society.press(SECOND, Action.FOLLOW, token=await society.token(SECOND, TAKEN))

    await society.press(COORDINATOR, Action.FOLLOW, token=await society.token(COORDINATOR, TAKEN))

    assert (await society.told(COORDINATOR))[-1] == "panel.follows"


async def test_who_follows_already_is_not_asked_again(society: Society) -> None:
    question = await _followed(society)
    await society.press(SECOND, Action.FOLLOW, question.id)
    await society.press(SECOND, Action.CLAIM, question.id)

    line = (await society.lines(SECOND))[-1]
    kinds = [entry.kind for entry in await society.entries(question.id)]

    assert (line.payload["key"], line.payload["choices"]) == (TAKEN, [])
    assert kinds.count(EntryKind.FOLLOWED) == 1


async def test_who_does_not_follow_can_say_so_twice(society: Society) -> None:
    question = await _lost(society)

    await society.press(SECOND, Action.UNFOLLOW, question.id)

    assert (await society.told(SECOND))[-1] == "panel.follows_no_more"
    assert EntryKind.UNFOLLOWED not in [entry.kind for entry in await society.entries(question.id)]


async def test_own_and_untaken_questions_are_not_followed(society: Society) -> None:
    question = await society.ask()
    await society.press(SECOND, Action.FOLLOW, question.id)
    await society.press(PANELIST, Action.CLAIM, question.id)
    await society.press(PANELIST, Action.FOLLOW, question.id)
    await society.press(EDITOR, Action.FOLLOW, question.id)

    last = [(await society.told(member))[-1] for member in (SECOND, PANELIST, EDITOR)]

    assert last == ["error.not_now", "error.follow_own", "error.panel_only"]


async def test_news_of_the_night_waits_for_the_morning(society: Society) -> None:
    question = await _followed(society)
    await society.advance(timedelta(hours=11))
    await society.press(PANELIST, Action.ANSWER, question.id, {"text": "CTPA."})
    at_night = await _news(society)

    await society.advance(timedelta(hours=8, minutes=1))

    assert (at_night, await _news(society)) == ([], ["following.answered"])


async def test_withdrawal_is_told_without_a_button(society: Society) -> None:
    question = await _followed(society)

    await society.press(MEMBER, Action.WITHDRAW, question.id)

    line = (await society.lines(SECOND))[-1]
    assert (line.payload["key"], line.payload["choices"]) == ("following.withdrawn", [])


async def test_who_has_left_the_panel_is_told_nothing(society: Society) -> None:
    question = await _followed(society)
    await society.change_member(SECOND, roles=frozenset({Role.EDITOR}))

    await society.press(PANELIST, Action.ANSWER, question.id, {"text": "CTPA."})

    assert not await _news(society)
    assert (await society.question(question.id)).state is QuestionState.ANSWERED


async def test_answer_through_a_merged_question_is_told_too(society: Society) -> None:
    question = await _followed(society)
    await society.press(PANELIST, Action.RELEASE, question.id)
    await society.advance(timedelta(minutes=1))
    lead = await society.ask("Same patient group: PE?", member=MEMBER)
    await society.press(PANELIST, Action.MERGE, question.id, {"lead": lead.label})

    await society.press(PANELIST, Action.ANSWER, lead.id, {"text": "CTPA."})

    assert await _news(society) == ["following.answered"]
