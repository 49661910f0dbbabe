"""Ask-backs and claims: the clock stands still, silence is chased, and what is urgent is sent until it is read."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.commands import ChaseReply, RepeatUntilRead
from domain.delivery import DeliveryState
from domain.messages import Action
from domain.question import EntryKind, Question, QuestionState
from handlers.chase import may_extend
from handlers.reading import repeat_until_read
from handlers.waiting import chase_reply
from tests.fakes.phones import MINUTE, change, connect_phones, pages, with_phone
from tests.fakes.society import COORDINATOR, MEMBER, PANELIST, SECOND, Society

HOUR = timedelta(hours=1)


async def asked_back(society: Society, *, action: Action = Action.SEND_URGENT) -> Question:
    """A question that was asked back two minutes after it was sent."""
    question = await society.ask(action=action)
    await society.advance(2 * MINUTE)
    await society.press(PANELIST, Action.ASK_BACK, question.id, {"text": "Prior CT?"})
    return await society.question(question.id)


async def test_reply_moves_the_answers_target_by_the_pause(society):
    question = await asked_back(society)
    await society.advance(4 * MINUTE)

    await society.say(MEMBER, "5 days ago")

    resumed = await society.question(question.id)
    assert resumed.answer_due_at - question.answer_due_at == 4 * MINUTE
    assert resumed.state is QuestionState.CLAIMED


async def test_urgent_clock_stands_still_for_ten_minutes_at_most(society):
    question = await asked_back(society)
    await society.advance(25 * MINUTE)

    await society.say(MEMBER, "5 days ago")

    resumed = await society.question(question.id)
    assert resumed.answer_due_at - question.answer_due_at == 10 * MINUTE


async def test_end_of_the_chain_moves_with_the_clock(society: Society) -> None:
    question = await asked_back(society)
    await society.advance(4 * MINUTE)
    await society.say(MEMBER, "5 days ago")
    await society.press(PANELIST, Action.NOTE, question.id, {"text": "thinking"})

    await society.advance(57 * MINUTE)
    before = await society.told(MEMBER)
    await society.advance(2 * MINUTE)

    assert "question.no_answer" not in before
    assert "question.no_answer" in await society.told(MEMBER)


async def test_reply_left_lying_pages_the_next_person(society: Society) -> None:
    question = await asked_back(society)
    await society.say(MEMBER, "5 days ago")
    told = await society.told(PANELIST)

    await society.advance(4 * MINUTE)

    assert told[-1] == "panel.information"
    assert await society.told(SECOND) == ["panel.reply_waits"]
    assert (5, "second", "web") in await pages(society, question)


async def test_reply_that_names_the_patient_ends_the_waiting(society: Society) -> None:
    """What was learned of a reply must not bring back the question as it stood before it."""
    question = await society.ask("HN20311 65M COVID, PE?")
    await society.press(PANELIST, Action.ASK_BACK, question.id, {"text": "Prior CT?"})

    await society.say(MEMBER, "ID HN20311, CT in 2020")
    replied = await society.question(question.id)
    await society.advance(4 * MINUTE)

    assert (replied.state, "HN20311" in replied.text.value) == (QuestionState.CLAIMED, False)
    assert await society.told(SECOND) == ["panel.reply_waits"]


async def test_reply_by_form_that_names_the_patient_ends_the_waiting(society: Society) -> None:
    question = await society.ask("HN20311 65M COVID, PE?")
    await society.press(PANELIST, Action.ASK_BACK, question.id, {"text": "Prior CT?"})

    await society.press(MEMBER, Action.ADD_INFORMATION, question.id, {"text": "ID HN20311, CT in 2020"})

    replied = await society.question(question.id)
    assert (replied.state, "HN20311" in replied.text.value) == (QuestionState.CLAIMED, False)


async def test_reply_that_was_looked_at_pages_nobody(society: Society) -> None:
    question = await asked_back(society)
    await society.advance(MINUTE)
    await society.say(MEMBER, "5 days ago")
    await society.press(PANELIST, Action.NOTE, question.id, {"text": "No prior, then."})

    await society.advance(4 * MINUTE)
    await chase_reply(society.services, ChaseReply(question_id=question.id, reply=7))

    assert await society.told(SECOND) == []


async def test_asker_is_reminded_then_the_question_closes(society: Society) -> None:
    question = await asked_back(society)

    await society.advance(16 * MINUTE)
    reminded = await society.told(MEMBER)
    await society.advance(24 * HOUR)

    assert reminded.count("question.still_asked") == 1
    assert (await society.question(question.id)).state is QuestionState.CLOSED
    assert (await society.told(MEMBER))[-1] == "question.closed_unanswered"
    assert (await society.told(PANELIST))[-1] == "panel.closed_unanswered"


async def test_question_for_today_is_reminded_in_working_hours(society: Society) -> None:
    society.now += 5 * HOUR
    question = await asked_back(society, action=Action.SEND_TODAY)

    await society.advance(12 * HOUR)
    by_night = await society.told(MEMBER)
    await society.advance(72 * HOUR)

    assert "question.still_asked" not in by_night
    assert "question.still_asked" in await society.told(MEMBER)
    assert (await society.question(question.id)).state is QuestionState.CLOSED


async def test_claims_clock_stands_still_while_the_asker_is_asked(society: Society) -> None:
    question = await asked_back(society)
    await society.advance(30 * MINUTE)
    await society.say(MEMBER, "5 days ago")
    await society.press(PANELIST, Action.NOTE, question.id, {"text": "thinking"})

    await society.advance(14 * MINUTE)
    early = await society.told(PANELIST)
    await society.advance(12 * MINUTE)

    assert "panel.still_on_it" not in early
    assert (await society.told(PANELIST)).count("panel.still_on_it") == 1
    assert (await society.question(question.id)).state is QuestionState.OPEN


async def test_reply_after_the_reminder_leaves_the_rest_of_the_claim(society: Society) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.CLAIM, question.id)
    await society.advance(16 * MINUTE)
    await society.press(PANELIST, Action.ASK_BACK, question.id, {"text": "Prior CT?"})
    await society.advance(20 * MINUTE)
    await society.say(MEMBER, "5 days ago")

    await society.advance(8 * MINUTE)
    still = (await society.question(question.id)).state
    await society.advance(2 * MINUTE)

    assert (still, (await society.question(question.id)).state) == (QuestionState.CLAIMED, QuestionState.OPEN)
    assert (await society.told(PANELIST)).count("panel.still_on_it") == 1


async def test_claim_is_extended_once(society: Society) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.CLAIM, question.id)
    await society.advance(16 * MINUTE)
    await society.press(PANELIST, Action.EXTEND, question.id)
    await society.press(PANELIST, Action.EXTEND, question.id)
    await society.advance(20 * MINUTE)
    still = (await society.question(question.id)).state

    await society.advance(5 * MINUTE)

    assert (still, (await society.question(question.id)).state) == (QuestionState.CLAIMED, QuestionState.OPEN)
    assert [key for key in await society.told(PANELIST) if "extended" in key] == [
        "panel.extended",
        "error.extended_already",
    ]


async def test_extension_before_the_reminder_takes_its_button_away(society):
    question = await society.ask()
    free = await society.read(lambda transaction: may_extend(transaction, question))
    await society.press(PANELIST, Action.CLAIM, question.id)
    await society.press(PANELIST, Action.EXTEND, question.id)

    await society.advance(31 * MINUTE)

    line = next(line for line in await society.lines(PANELIST) if line.payload["key"] == "panel.still_on_it")
    assert not free
    assert [choice["action"] for choice in line.payload["choices"]] == ["release"]


async def test_only_the_claimer_extends(society: Society) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.CLAIM, question.id)

    await society.press(SECOND, Action.EXTEND, question.id)

    assert (await society.told(SECOND))[-1] == "error.not_claimed_by_you"


async def test_urgent_answer_is_sent_again_on_the_next_address(society: Society) -> None:
    texts = await connect_phones(society)
    question = await society.ask()
    await society.advance(MINUTE)
    await society.press(PANELIST, Action.ANSWER, question.id, {"text": "CTPA now."})

    await society.advance(20 * MINUTE)

    key = "question.answer_without_confidence"
    assert (await society.told(MEMBER)).count(key) == 2
    assert texts.keys().count(key) == 1
    assert (await society.told(PANELIST)).count("panel.not_yet_read") == 1


@pytest.mark.parametrize("how", ["button", "digit", "reply"])
async def test_answer_that_was_acknowledged_is_not_sent_again(society: Society, how: str) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.ANSWER, question.id, {"text": "CTPA now."})
    token = await society.token(MEMBER, "question.answer_without_confidence")
    await society.advance(MINUTE)
    if how == "button":
        await society.press(MEMBER, Action.READ, token=token)
    else:
        await society.say(MEMBER, "2" if how == "digit" else "Thank you", to=question.id if how == "reply" else None)

    await society.advance(20 * MINUTE)

    assert (await society.told(MEMBER)).count("question.answer_without_confidence") == 1
    assert "panel.not_yet_read" not in await society.told(PANELIST)


async def test_read_button_leaves_the_feedback_open(society: Society) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.ANSWER, question.id, {"text": "CTPA now."})
    token = await society.token(MEMBER, "question.answer_without_confidence")
    for _ in range(2):
        await society.press(MEMBER, Action.READ, token=token)

    await society.press(MEMBER, Action.HELPED, token=token)

    entries = await society.read(lambda transaction: transaction.entries.of_question(question.id))
    assert [entry.kind for entry in entries].count(EntryKind.READ) == 1
    assert (await society.question(question.id)).state is QuestionState.CLOSED
    assert (await society.told(PANELIST)).count("panel.read") == 1


async def test_new_draft_acknowledges_as_well(society: Society) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.ANSWER, question.id, {"text": "CTPA now."})
    await society.advance(MINUTE)

    await society.say(MEMBER, "and another one")
    await society.advance(10 * MINUTE)

    assert (await society.told(MEMBER)).count("question.answer_without_confidence") == 1


async def test_what_is_not_urgent_is_sent_once(society: Society) -> None:
    question = await society.ask(action=Action.SEND_TODAY)
    await society.press(PANELIST, Action.ANSWER, question.id, {"text": "Normal."})

    await society.advance(20 * MINUTE)

    assert (await society.told(MEMBER)).count("question.answer_without_confidence") == 1


async def test_full_phone_gets_the_answer_again_a_little_later(society: Society) -> None:
    only_phone = with_phone(MEMBER, "sms").addresses[1]
    texts = await connect_phones(society)
    question = await society.ask()
    await society.press(PANELIST, Action.ANSWER, question.id, {"text": "CTPA now."})
    await change(society, replace(MEMBER, addresses=(only_phone,)))
    (delivery,) = [d for d in await deliveries(society) if d.key.startswith("question.answer")]

    await society.advance(3 * MINUTE)
    await repeat_until_read(society.services, RepeatUntilRead(delivery_id=delivery.id, round=2))
    await society.advance(MINUTE)

    assert texts.keys().count("question.answer_without_confidence") == 2


async def test_reader_who_has_no_address_left_is_logged(society: Society) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.ANSWER, question.id, {"text": "CTPA now."})
    await change(society, replace(MEMBER, stopped=frozenset(MEMBER.addresses)))

    await society.advance(20 * MINUTE)

    assert "member_unreachable" in society.log.events


async def test_question_for_the_wrong_patient_is_not_repeated(society: Society) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.ANSWER, question.id, {"text": "CTPA now."})
    await society.press(PANELIST, Action.WRONG_PATIENT, question.id)

    await society.advance(5 * MINUTE)

    assert (await society.told(MEMBER)).count("question.answer_without_confidence") == 1


async def test_reply_waits_for_the_phone_of_the_next_person(society: Society) -> None:
    only_phone = replace(SECOND, addresses=(with_phone(SECOND, "sms").addresses[1],))
    texts = await connect_phones(society, only_phone, replace(COORDINATOR, active=False))
    await asked_back(society)
    await society.say(MEMBER, "5 days ago")
    await society.advance(timedelta(minutes=2, seconds=40))
    other = await society.ask("another")
    await society.press(PANELIST, Action.PASS, other.id)

    await society.advance(timedelta(seconds=40))
    early = texts.keys()
    await society.advance(MINUTE)

    assert early == ["panel.card_urgent"]
    assert texts.keys() == ["panel.card_urgent", "panel.reply_waits"]


async def test_repeat_that_runs_twice_sends_once(society: Society) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.ANSWER, question.id, {"text": "CTPA now."})
    (delivery,) = [d for d in await deliveries(society) if d.key.startswith("question.answer")]
    await society.advance(3 * MINUTE)

    await repeat_until_read(society.services, RepeatUntilRead(delivery_id=delivery.id, round=1))
    await society.work()

    assert (await society.told(MEMBER)).count(delivery.key) == 2


async def test_reply_after_the_end_sets_no_clock_anew(society: Society) -> None:
    question = await society.ask()
    await society.advance(61 * MINUTE)
    await society.press(SECOND, Action.ASK_BACK, question.id, {"text": "Prior CT?"})

    await society.say(MEMBER, "5 days ago")
    await society.advance(10 * MINUTE)

    assert (await society.told(MEMBER)).count("question.no_answer") == 1


async def test_reply_about_a_question_for_today_pages_nobody_else(society: Society) -> None:
    await asked_back(society, action=Action.SEND_TODAY)

    before = await society.told(SECOND)
    await society.say(MEMBER, "5 days ago")
    await society.advance(10 * MINUTE)

    assert await society.told(SECOND) == before


async def test_asker_who_insists_while_asked_back_still_stops_the_clock(society):
    question = await society.ask()
    await society.press(PANELIST, Action.DOWNGRADE, question.id, {"text": "Stable"})
    await society.press(PANELIST, Action.ASK_BACK, question.id, {"text": "Prior CT?"})
    await society.press(MEMBER, Action.INSIST, question.id)
    insisted = await society.question(question.id)
    await society.advance(4 * MINUTE)

    await society.say(MEMBER, "5 days ago")

    assert (await society.question(question.id)).answer_due_at - insisted.answer_due_at == 4 * MINUTE


async def test_answered_question_whose_asker_is_silent_closes_as_answered(society: Society) -> None:
    question = await society.ask()
    await society.press(MEMBER, Action.SECOND_OPINION, question.id)
    await society.press(PANELIST, Action.SECOND_OPINION, question.id)
    await society.press(PANELIST, Action.ANSWER, question.id, {"text": "CTPA."})
    await society.press(SECOND, Action.ASK_BACK, question.id, {"text": "Prior CT?"})

    await society.advance(25 * HOUR)

    assert (await society.question(question.id)).state is QuestionState.CLOSED
    assert "question.closed_unanswered" not in await society.told(MEMBER)
    assert "consent.offer" in await society.told(MEMBER)


async def deliveries(society: Society):
    return await society.read(lambda transaction: transaction.deliveries.in_state(DeliveryState.SENT))
