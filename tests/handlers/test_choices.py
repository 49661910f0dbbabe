"""Buttons, digits and plain words: which press they are, and which they are not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.consent import ConsentScope
from domain.messages import Action
from domain.question import QuestionState
from domain.text import IdentifiableText
from tests.fakes.society import MEMBER, PANELIST, SECOND, Society


async def _asked(society: Society) -> tuple[str, str]:
    """Write a draft; return its id and the token of its preview's buttons."""
    await society.say(MEMBER, "PE?")
    return (await society.draft(MEMBER)).id, await society.token(MEMBER, "draft.preview")


async def test_token_that_nobody_gave_is_refused(society: Society) -> None:
    await society.press(MEMBER, Action.SEND_URGENT, token="guessed")

    assert await society.told(MEMBER) == ["error.choice_unknown"]


async def test_somebody_elses_button_is_refused(society: Society) -> None:
    _, token = await _asked(society)

    await society.press(SECOND, Action.SEND_URGENT, token=token)

    assert await society.told(SECOND) == ["error.choice_unknown"]


async def test_button_does_only_what_it_says(society: Society) -> None:
    _, token = await _asked(society)

    await society.press(MEMBER, Action.WITHDRAW, token=token)

    assert (await society.told(MEMBER))[-1] == "error.choice_unknown"


async def test_old_button_has_expired(society: Society) -> None:
    question = await society.ask()
    token = await society.token(MEMBER, "question.receipt_urgent")
    await society.advance(timedelta(days=31))

    await society.press(MEMBER, Action.WITHDRAW, token=token)

    assert (await society.told(MEMBER))[-1] == "error.choice_expired"
    assert (await society.question(question.id)).state is QuestionState.OPEN


@pytest.mark.parametrize("text", ["7", "12", "２nd", "½"])
async def test_number_that_is_no_choice_is_part_of_the_question(society: Society, text: str) -> None:
    await _asked(society)

    await society.say(MEMBER, text)

    assert (await society.draft(MEMBER)).text.value == f"PE?\n{text}"


async def test_nought_discards(society: Society) -> None:
    question_id, _ = await _asked(society)

    await society.say(MEMBER, "0")

    assert (await society.question(question_id)).state is QuestionState.DISCARDED  # type: ignore[arg-type]


async def test_digit_means_the_newest_buttons_only(society: Society) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.ANSWER, question.id, {"text": "CTPA."})
    await society.press(MEMBER, Action.HELPED, question.id)
    told = await society.told(MEMBER)

    await society.say(MEMBER, "1")

    assert told[-1] == "consent.offer"
    assert (await society.question(question.id)).consent is ConsentScope.CONSULT_ONLY
    assert (await society.told(MEMBER))[-1] == "error.nothing_waits"


async def test_digit_pressed_twice_at_once_counts_once(society: Society) -> None:
    question_id, _ = await _asked(society)
    message = society.message(MEMBER, "digit")
    await society.intake.accept(replace(message, text=IdentifiableText("1")))
    await society.intake.accept(replace(message, external_id="again", text=IdentifiableText("1")))

    await society.work()

    assert (await society.question(question_id)).urgency == "urgent"  # type: ignore[arg-type]
    assert (await society.told(MEMBER)).count("question.receipt_urgent") == 1


async def test_two_questions_asked_back_leave_plain_words_a_new_question(society: Society) -> None:
    for question in [await society.ask("PE?"), await society.ask("Effusion?")]:
        await society.press(PANELIST, Action.ASK_BACK, question.id, {"text": "Prior CT?"})

    await society.say(MEMBER, "5 days ago")

    assert (await society.draft(MEMBER)).text.value == "5 days ago"


async def test_reply_to_the_draft_joins_it(society: Society) -> None:
    question_id, _ = await _asked(society)

    await society.say(MEMBER, "no allergy", to=question_id)  # type: ignore[arg-type]

    assert (await society.draft(MEMBER)).text.value == "PE?\nno allergy"
