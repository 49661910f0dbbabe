"""The panel's side: claim, ask back, answer, close; and who is told of what."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from domain.errors import TransientError
from domain.messages import Action, Address
from domain.question import QuestionState
from tests.fakes.paper_channel import PaperChannel
from tests.fakes.society import COLLEAGUE, COORDINATOR, MEMBER, PANELIST, SECOND, Society


async def test_second_claimer_is_told_who_was_first(society: Society) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.CLAIM, question.id)

    await society.press(SECOND, Action.CLAIM, question.id)

    assert (await society.question(question.id)).claimed_by == PANELIST.id
    line = (await society.lines(SECOND))[-1]
    assert PANELIST.display_name in str(line.payload["text"])


async def test_silence_goes_up_to_the_coordinator_and_ends(society: Society) -> None:
    await society.ask()

    await society.advance(timedelta(hours=3))

    # Nobody is in the awake pool, so what it would be told goes to everybody awake.
    assert (await society.told(SECOND)).count("panel.card_urgent") == 4
    assert (await society.told(COORDINATOR)).count("panel.card_urgent") == 2
    assert [key for key in await society.told(MEMBER) if key.startswith("question.")][-1] == "question.no_answer"
    assert "02-000-0000" in str((await society.lines(MEMBER))[-1].payload["text"])


async def test_claimed_question_is_not_escalated(society: Society) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.CLAIM, question.id)

    await society.advance(timedelta(minutes=14))

    assert await society.told(COORDINATOR) == []
    assert await society.told(SECOND) == []


async def test_silent_claimer_is_asked_then_the_next_person(society: Society) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.CLAIM, question.id)

    await society.advance(timedelta(minutes=26))

    assert (await society.told(PANELIST))[-2:] == ["panel.still_on_it", "panel.claim_released"]
    assert await society.told(SECOND) == ["panel.card_urgent"]
    assert (await society.question(question.id)).state is QuestionState.OPEN
    assert (await society.told(MEMBER))[-1] == "question.released"


async def test_claimer_who_answered_is_not_asked_after(society: Society) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.CLAIM, question.id)
    await society.press(PANELIST, Action.ANSWER, question.id, {"text": "CTPA."})

    await society.advance(timedelta(minutes=26))

    assert "panel.still_on_it" not in await society.told(PANELIST)
    assert (await society.question(question.id)).state is QuestionState.ANSWERED


async def test_waiting_ask_back_reminds_its_asker(society: Society) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.ASK_BACK, question.id, {"text": "Prior CT?"})

    await society.advance(timedelta(minutes=69))
    before = await society.told(MEMBER)
    await society.advance(timedelta(minutes=2))

    assert (await society.question(question.id)).state is QuestionState.NEEDS_INFO
    assert "question.no_answer" not in before
    assert "question.still_asked" in await society.told(MEMBER)
    assert "question.no_answer" in await society.told(MEMBER)
    assert "panel.card_urgent" in await society.told(COORDINATOR)


async def test_answer_left_alone_closes_by_itself(society: Society) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.ANSWER, question.id, {"text": "CTPA now."})

    await society.advance(timedelta(days=4))

    assert (await society.question(question.id)).state is QuestionState.CLOSED
    assert (await society.told(MEMBER))[-2:] == ["question.closed_asks", "consent.offer"]


async def test_digit_while_asked_back_is_the_answer(society: Society) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.ASK_BACK, question.id, {"text": "How many litres?"})

    await society.say(MEMBER, "1")

    assert (await society.question(question.id)).state is QuestionState.CLAIMED
    assert (await society.told(PANELIST))[-1] == "panel.information"


async def test_inactive_expert_leaves_the_page_to_the_others(society: Society) -> None:
    await society.change_member(PANELIST, active=False)

    await society.ask()

    assert await society.told(SECOND) == ["panel.card_urgent"]


async def test_ask_back_and_reply_go_both_ways(society: Society) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.ASK_BACK, question.id, {"text": "Prior CT?"})
    asked = await society.question(question.id)

    await society.say(MEMBER, "5 days ago, none")

    assert asked.state is QuestionState.NEEDS_INFO
    assert (await society.question(question.id)).state is QuestionState.CLAIMED
    assert (await society.told(PANELIST))[-1] == "panel.information"


async def test_answer_reaches_the_asker_and_feedback_closes(society: Society) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.ANSWER, question.id, {"text": "CTPA now.", "confidence": "4"})
    token = await society.token(MEMBER, "question.answer")

    await society.press(MEMBER, Action.CHANGED_PLAN, token=token)

    assert (await society.question(question.id)).state is QuestionState.CLOSED
    assert (await society.told(MEMBER))[-2:] == ["question.closed_asks", "consent.offer"]
    assert "panel.changed_plan" in await society.told(PANELIST)


async def test_button_works_once(society: Society) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.ANSWER, question.id, {"text": "CTPA now."})
    token = await society.token(MEMBER, "question.answer_without_confidence")
    await society.press(MEMBER, Action.HELPED, token=token)

    await society.press(MEMBER, Action.REOPEN, token=token)

    assert (await society.question(question.id)).state is QuestionState.CLOSED
    assert (await society.told(MEMBER))[-1] == "error.choice_taken"


async def test_unhelpful_answer_goes_back_to_the_panel(society: Society) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.ANSWER, question.id, {"text": "Normal."})

    await society.press(MEMBER, Action.REOPEN, question.id)

    reopened = await society.question(question.id)
    assert (reopened.state, reopened.claimed_by) == (QuestionState.OPEN, None)
    assert (await society.told(PANELIST)).count("panel.card_urgent") == 2


async def test_released_claim_asks_the_next_person_at_once(society: Society) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.CLAIM, question.id)

    await society.press(PANELIST, Action.RELEASE, question.id)

    assert (await society.told(PANELIST)).count("panel.card_urgent") == 1
    assert await society.told(SECOND) == ["panel.card_urgent"]
    assert (await society.told(MEMBER))[-1] == "question.released"


async def test_members_without_rights_change_nothing(society: Society) -> None:
    question = await society.ask()

    for action in (Action.CLAIM, Action.ANSWER, Action.NOTE, Action.CLOSE, Action.PUBLISH, Action.SEND_DIGEST):
        await society.press(COLLEAGUE, action, question.id, {"text": "x"})

    assert (await society.question(question.id)).state is QuestionState.OPEN
    assert set(await society.told(COLLEAGUE)) == {"error.panel_only", "error.editor_only"}


async def test_withdrawn_question_takes_no_answer(society: Society) -> None:
    question = await society.ask()
    await society.press(MEMBER, Action.WITHDRAW, question.id)

    await society.press(PANELIST, Action.ANSWER, question.id, {"text": "late"})

    assert (await society.question(question.id)).state is QuestionState.WITHDRAWN
    assert (await society.told(PANELIST))[-1] == "error.question_withdrawn"


async def test_plain_words_of_the_panel_stay_internal(society: Society) -> None:
    question = await society.ask()
    before = await society.told(MEMBER)

    await society.say(PANELIST, "looks like OP to me", to=question.id)

    assert await society.told(MEMBER) == before
    entries = await society.entries(question.id)
    assert entries[-1].kind == "note"


async def test_author_is_told_when_and_where_the_answer_was_accepted(society: Society) -> None:
    question = await society.ask()
    society.now += timedelta(minutes=19)

    await society.press(PANELIST, Action.ANSWER, question.id, {"text": "CTPA."})
    await society.advance(timedelta(minutes=10))

    sent = [line.payload for line in await society.lines(PANELIST) if line.payload["key"] == "panel.answer_sent"]
    assert len(sent) == 1, "sent again until it is read, and told once"
    assert str(sent[0]["text"]).endswith("(accepted by web page; 19 min after asking)")


async def test_author_is_told_of_delivery_once_there_was_one(society: Society) -> None:
    question = await society.ask()
    pigeons = PaperChannel(name="pigeon", troubles=[TransientError("pigeon_tired")])
    society.services = replace(society.services, channels={**society.services.channels, "pigeon": pigeons})
    await society.change_member(MEMBER, addresses=(Address(channel="pigeon", external_id="m"),))

    await society.press(PANELIST, Action.ANSWER, question.id, {"text": "CTPA."})
    before = await society.told(PANELIST)
    await society.advance(timedelta(minutes=2))

    assert "panel.answer_sent" not in before
    assert "accepted by pigeon" in str((await society.lines(PANELIST))[-1].payload["text"])
