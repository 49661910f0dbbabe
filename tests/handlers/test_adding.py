"""What an asker adds to a question that was sent, in its corners: late images, late edits, numbers, names, threads."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.ids import QuestionId
from domain.messages import Action
from domain.question import EntryKind, QuestionState
from tests.fakes.society import MEMBER, PANELIST, SLICE, Society
from tests.fakes.watchful_door import Watched

NUMBER = "900101-1234567 and more"


async def _late(society: Society) -> None:
    """Send an image without a word."""
    await society.say(MEMBER, None, uploads=[await society.upload(MEMBER, SLICE)])


async def _told(society: Society) -> str:
    return (await society.told(MEMBER))[-1]


async def _kinds(society: Society, question_id: QuestionId) -> list[EntryKind]:
    return [entry.kind for entry in await society.entries(question_id)]


async def test_words_are_added_by_the_button(society: Society) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.CLAIM, question.id)

    await society.press(MEMBER, Action.ADD_INFORMATION, question.id, {"text": "D-dimer 3.1"})

    assert await _told(society) == "question.information_sent"
    assert (await society.told(PANELIST))[-1] == "panel.information"


@pytest.mark.parametrize("action", [Action.ADD_INFORMATION, Action.EDIT_TEXT])
async def test_resident_number_goes_to_nobody(society: Society, action: Action) -> None:
    question = await society.ask()

    await society.press(MEMBER, action, question.id, {"text": NUMBER})

    assert await _told(society) == "question.resident_number_cut"
    assert EntryKind.INFORMATION not in await _kinds(society, question.id)


async def test_what_was_withdrawn_or_not_sent_takes_no_more(society: Society) -> None:
    draft = await society.write_draft("PE?")
    await society.press(MEMBER, Action.ADD_INFORMATION, draft.id, {"text": "more"})
    unsent = await _told(society)
    await society.press(MEMBER, Action.SEND_TODAY, draft.id)
    await society.press(MEMBER, Action.WITHDRAW, draft.id)

    await society.press(MEMBER, Action.ADD_INFORMATION, draft.id, {"text": "more"})
    withdrawn = await _told(society)
    await society.press(MEMBER, Action.EDIT_TEXT, draft.id, {"text": "more"})

    assert (unsent, withdrawn) == ("error.question_unknown", "error.question_withdrawn")
    assert await _told(society) == "error.already_sent"


async def test_whoever_is_named_late_is_taken_out_everywhere(watched: Watched) -> None:
    society, _ = watched
    question = await society.ask("seen with Minji", b"file")

    await society.press(MEMBER, Action.ADD_INFORMATION, question.id, {"text": "her name is Minji"})

    assert await _told(society) == "question.information_sent"
    assert EntryKind.INFORMATION in await _kinds(society, question.id)


async def test_images_long_after_sending_begin_another_question(society: Society) -> None:
    question = await society.ask()
    await society.advance(timedelta(minutes=11))

    await _late(society)

    assert (await society.draft(MEMBER)).id != question.id


async def test_images_after_two_questions_begin_another(society: Society) -> None:
    await society.ask()
    await society.ask("effusion?")

    await _late(society)

    assert len(await society.images((await society.draft(MEMBER)).id)) == 1


async def test_images_while_a_draft_is_written_belong_to_it(society: Society) -> None:
    await society.ask()
    draft = await society.write_draft("effusion?")

    await _late(society)

    assert len(await society.images(draft.id)) == 1


@pytest.mark.parametrize("action", [Action.ADD_IMAGES, Action.NEW_QUESTION])
async def test_choice_without_waiting_images_is_unknown(society: Society, action: Action) -> None:
    question = await society.ask()

    await society.press(MEMBER, action, question.id)

    assert await _told(society) == "error.choice_unknown"


@pytest.mark.parametrize("word", ["1", "add images", "영상 추가"])
async def test_late_images_are_added_by_a_word(society: Society, word: str) -> None:
    question = await society.ask()
    await _late(society)

    await society.say(MEMBER, word)

    assert len(await society.images(question.id)) == 1


async def test_choice_that_waits_is_taken_in_the_thread(society: Society) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.ANSWER, question.id, {"text": "CTPA."})

    await society.say(MEMBER, "2", to=question.id)

    assert (await society.question(question.id)).state is QuestionState.CLOSED


async def test_reply_to_an_ask_back_is_words_for_the_panel(society: Society) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.ASK_BACK, question.id, {"text": "how many days?"})

    await society.say(MEMBER, "8", to=question.id)

    assert await _told(society) == "question.information_resumed"


async def test_images_in_a_thread_are_no_words_of_command(society: Society) -> None:
    question = await society.ask()
    upload = await society.upload(MEMBER, SLICE)

    await society.say(MEMBER, "claim", uploads=[upload], to=question.id)

    assert len(await society.images(question.id)) == 1
    assert (await society.question(question.id)).state is QuestionState.OPEN


async def test_reply_to_a_draft_belongs_to_it(society: Society) -> None:
    draft = await society.write_draft("PE?")

    await society.say(MEMBER, "claim", to=draft.id)

    assert (await society.draft(MEMBER)).text.value == "PE?\nclaim"
