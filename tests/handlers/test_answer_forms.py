"""The answer form, corrections and additions, second opinions, and what is sealed until all are in."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.access import may_see_entry
from domain.member import Member
from domain.messages import Action
from domain.question import Entry, EntryKind, Question, QuestionState
from tests.fakes.society import MEMBER, PANELIST, SECOND, Society

FORM = {
    "diagnoses": "1) OP pattern\n2) PE not excluded",
    "text": "CTPA now, item #G6.",
    "confidence": "4",
    "ct_severity": "9",
    "co_rads": "4",
    "citations": "#G7",
    "short": "OP favoured; CTPA if D-dimer up.",
}


async def _entries(society: Society, question: Question, kind: EntryKind) -> list[Entry]:
    entries = await society.read(lambda transaction: transaction.entries.of_question(question.id))
    return [entry for entry in entries if entry.kind is kind]


async def _reads(society: Society, member: Member, question: Question) -> list[str]:
    """Return the words of the thread that a member may read."""
    now = await society.question(question.id)
    entries = await society.read(lambda transaction: transaction.entries.of_question(question.id))
    return [entry.text.value for entry in entries if entry.text and may_see_entry(member, now, entry)]


async def _last(society: Society, member: Member) -> str:
    return (await society.told(member))[-1]


async def test_form_becomes_one_answer_with_its_numbers(society: Society) -> None:
    question = await society.ask()

    await society.press(PANELIST, Action.ANSWER, question.id, FORM)

    answer = (await _entries(society, question, EntryKind.ANSWER))[0]
    lines = ["1) OP pattern", "2) PE not excluded", "CTPA now, item #G6.", "CT-SS 9/25 · CO-RADS 4", "#G7"]
    assert answer.text is not None
    assert answer.text.value.splitlines() == lines
    numbers = {"confidence": 4, "ct_severity": 9, "co_rads": 4, "diagnoses": 2, "citations": "G6 G7"}
    assert answer.details == numbers
    short = (await _entries(society, question, EntryKind.SHORT_LINE))[0]
    assert short.text is not None
    assert short.text.value == FORM["short"]


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"text": "a", "ct_severity": "26"}, "error.ct_severity_unknown"),
        ({"text": "a", "co_rads": "x"}, "error.co_rads_unknown"),
        ({"text": "a", "confidence": "4000"}, "error.confidence_unknown"),
        ({"text": "a", "citations": "six"}, "error.citation_unknown"),
        ({"diagnoses": "a\nb\nc\nd"}, "error.too_many_diagnoses"),
        ({"confidence": "4"}, "error.text_missing"),
    ],
)
async def test_form_out_of_range_is_not_sent(society: Society, fields: dict[str, str], refusal: str) -> None:
    question = await society.ask()

    await society.press(PANELIST, Action.ANSWER, question.id, fields)

    assert await _last(society, PANELIST) == refusal
    assert (await society.question(question.id)).state is QuestionState.OPEN


@pytest.mark.parametrize("is_closed", [False, True])
async def test_correction_adds_and_says_that_it_is_one(society: Society, is_closed: bool) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.ANSWER, question.id, {"text": "Left effusion."})
    if is_closed:
        await society.press(MEMBER, Action.HELPED, question.id)
    before = (await society.question(question.id)).state

    await society.press(PANELIST, Action.ANSWER, question.id, {"text": "Right effusion."})

    answers = await _entries(society, question, EntryKind.ANSWER)
    assert [str(answer.text) for answer in answers] == ["Left effusion.", "Right effusion."]
    assert answers[1].details["as"] == "correction"
    assert "question.answer_correction" in await society.told(MEMBER)
    assert (await society.question(question.id)).state is before


async def test_answer_of_another_is_an_additional_opinion(society: Society) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.ANSWER, question.id, {"text": "CTPA."})

    await society.press(SECOND, Action.ANSWER, question.id, {"text": "Agree."})

    assert await _last(society, MEMBER) == "question.answer_addition"
    assert (await society.question(question.id)).claimed_by == PANELIST.id


async def test_second_opinion_is_asked_of_another(society: Society) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.ANSWER, question.id, {"text": "CTPA."})
    before = await society.told(PANELIST)

    await society.press(MEMBER, Action.SECOND_OPINION, question.id)
    await society.advance(timedelta(minutes=1))

    wanted = await society.question(question.id)
    assert (wanted.state, wanted.needs) == (QuestionState.OPEN, 2)
    assert await society.told(SECOND) == ["panel.card_urgent"]
    assert (await society.told(PANELIST))[len(before) :] == ["panel.second_wanted"]


async def test_both_opinions_reach_the_asker_in_order(society: Society) -> None:
    question = await society.ask()
    await society.press(MEMBER, Action.SECOND_OPINION, question.id)
    await society.press(PANELIST, Action.ANSWER, question.id, {"text": "First."})
    halfway = (await society.question(question.id)).state

    await society.press(SECOND, Action.ANSWER, question.id, {"text": "Second."})

    assert halfway is QuestionState.OPEN
    assert (await society.question(question.id)).state is QuestionState.ANSWERED
    assert [text for text in await _reads(society, MEMBER, question) if text.endswith(".")] == ["First.", "Second."]
    assert await _last(society, MEMBER) == "question.answer_second"


async def test_who_answered_cannot_give_the_second(society: Society) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.ANSWER, question.id, {"text": "First."})
    await society.press(MEMBER, Action.SECOND_OPINION, question.id)

    await society.press(PANELIST, Action.CLAIM, question.id)
    refused = await _last(society, PANELIST)
    await society.press(PANELIST, Action.ASK_BACK, question.id, {"text": "?"})
    await society.press(PANELIST, Action.ANSWER, question.id, {"text": "Better."})

    assert refused == "error.second_by_another"
    assert (await society.question(question.id)).state is QuestionState.OPEN
    assert "question.answer_correction" in await society.told(MEMBER)


async def test_asker_may_close_with_the_first_alone(society: Society) -> None:
    question = await society.ask()
    await society.press(MEMBER, Action.SECOND_OPINION, question.id)
    await society.press(PANELIST, Action.ANSWER, question.id, {"text": "First."})

    await society.press(SECOND, Action.CLOSE, question.id)
    refused = await _last(society, SECOND)
    await society.press(MEMBER, Action.HELPED, question.id)

    assert refused == "error.not_now"
    assert (await society.question(question.id)).state is QuestionState.CLOSED


async def test_panel_asks_for_a_second_after_the_answer(society: Society) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.ANSWER, question.id, {"text": "CTPA."})

    await society.press(SECOND, Action.SECOND_OPINION, question.id)

    wanted = await society.question(question.id)
    assert (wanted.state, wanted.needs) == (QuestionState.OPEN, 2)


async def test_second_opinion_is_asked_for_once(society: Society) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.CLAIM, question.id)
    await society.press(PANELIST, Action.SECOND_OPINION, question.id)

    await society.press(MEMBER, Action.SECOND_OPINION, question.id)
    await society.press(SECOND, Action.SECOND_OPINION, question.id)

    assert await _last(society, MEMBER) == "error.second_already"
    assert await _last(society, SECOND) == "error.not_claimed_by_you"


async def test_two_answers_are_second_opinions_already(society: Society) -> None:
    question = await society.ask()
    for member in (PANELIST, SECOND):
        await society.press(member, Action.ANSWER, question.id, {"text": "CTPA."})

    await society.press(MEMBER, Action.SECOND_OPINION, question.id)

    assert await _last(society, MEMBER) == "error.second_already"


async def test_closed_question_asks_for_no_second(society: Society) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.ANSWER, question.id, {"text": "CTPA."})
    await society.press(MEMBER, Action.HELPED, question.id)

    await society.press(MEMBER, Action.SECOND_OPINION, question.id)
    await society.press(SECOND, Action.OPINION, question.id, {"text": "Mine."})

    assert await _last(society, MEMBER) == "error.not_now"
    assert await _last(society, SECOND) == "error.not_now"


async def test_routine_opinions_stay_sealed_until_the_answer(society: Society) -> None:
    question = await society.ask(action=Action.SEND_ROUTINE)
    await society.press(SECOND, Action.OPINION, question.id, {"text": "Sarcoid."})
    before = [await _reads(society, member, question) for member in (PANELIST, SECOND, MEMBER)]

    await society.press(PANELIST, Action.ANSWER, question.id, {"text": "Lymphoma."})

    assert ["Sarcoid." in read for read in before] == [False, True, False]
    assert "Sarcoid." in await _reads(society, PANELIST, question)
    assert "Sarcoid." not in await _reads(society, MEMBER, question)


async def test_urgent_opinions_are_sealed_on_request(society: Society) -> None:
    question = await society.ask()
    await society.press(SECOND, Action.OPINION, question.id, {"text": "Open one."})
    await society.press(PANELIST, Action.CLAIM, question.id)
    await society.press(PANELIST, Action.SEAL, question.id)

    await society.press(SECOND, Action.OPINION, question.id, {"text": "Sealed one."})
    await society.press(PANELIST, Action.SEAL, question.id)

    read = await _reads(society, PANELIST, question)
    assert ("Open one." in read, "Sealed one." in read) == (True, False)
    assert await _last(society, PANELIST) == "error.sealed_already"


@pytest.mark.parametrize(("is_answered", "refusal"), [(False, "error.not_claimed_by_you"), (True, "error.not_now")])
async def test_seal_is_the_claimers(society: Society, is_answered: bool, refusal: str) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.CLAIM, question.id)
    if is_answered:
        await society.press(PANELIST, Action.ANSWER, question.id, {"text": "CTPA."})

    await society.press(PANELIST if is_answered else SECOND, Action.SEAL, question.id)

    assert await _last(society, PANELIST if is_answered else SECOND) == refusal


async def test_first_of_two_sealed_answers_is_the_askers_alone(society: Society) -> None:
    question = await society.ask(action=Action.SEND_ROUTINE)
    await society.press(MEMBER, Action.SECOND_OPINION, question.id)
    await society.press(PANELIST, Action.ANSWER, question.id, {"text": "Lymphoma.", "short": "Lymphoma?"})
    hidden = [await _reads(society, member, question) for member in (MEMBER, PANELIST, SECOND)]
    found = await society.read(lambda transaction: transaction.search.find(SECOND, "lymphoma"))

    await society.press(SECOND, Action.ANSWER, question.id, {"text": "Sarcoid."})

    assert ["Lymphoma." in read for read in hidden] == [True, True, False]
    assert not found
    assert {"Lymphoma.", "Lymphoma?"} <= set(await _reads(society, SECOND, question))


async def test_note_is_released_to_the_asker_by_its_author(society: Society) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.ANSWER, question.id, {"text": "CTPA."})
    await society.press(SECOND, Action.NOTE, question.id, {"text": "Look at RV/LV ratio."})
    note = (await _entries(society, question, EntryKind.NOTE))[0]

    await society.press(PANELIST, Action.RELEASE_OPINION, question.id, {"entry": str(note.id)})
    refused = await _last(society, PANELIST)
    await society.press(SECOND, Action.RELEASE_OPINION, question.id, {"entry": str(note.id)})

    assert refused == "error.not_your_words"
    assert "Look at RV/LV ratio." in await _reads(society, MEMBER, question)
    assert await _last(society, MEMBER) == "question.answer_addition"


@pytest.mark.parametrize(
    ("fields", "refusal"), [({"text": "Mine."}, "error.answer_first"), ({"entry": "1"}, "error.entry_unknown")]
)
async def test_nothing_is_released_before_the_answer(society: Society, fields: dict[str, str], refusal: str) -> None:
    question = await society.ask()

    await society.press(SECOND, Action.RELEASE_OPINION, question.id, fields)

    assert await _last(society, SECOND) == refusal


@pytest.mark.parametrize("says", [False, True])
async def test_words_behind_two_arrows_go_to_the_asker(society: Society, says: bool) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.ANSWER, question.id, {"text": "CTPA."})

    if says:
        await society.say(SECOND, ">> agree, look at RV/LV ratio", to=question.id)
    else:
        await society.press(SECOND, Action.NOTE, question.id, {"text": ">> agree, look at RV/LV ratio"})

    assert "agree, look at RV/LV ratio" in await _reads(society, MEMBER, question)


async def test_words_without_them_stay_with_the_panel(society: Society) -> None:
    question = await society.ask()

    await society.say(SECOND, "RV/LV > 1?", to=question.id)

    assert "RV/LV > 1?" not in await _reads(society, MEMBER, question)
    assert "RV/LV > 1?" in await _reads(society, PANELIST, question)
