"""What a member may not do, or not now: one sentence says so, and nothing is changed."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from domain.member import Member
from domain.messages import Action
from domain.ports.jobs import JobState
from domain.question import Question, QuestionState
from tests.fakes.society import COLLEAGUE, COORDINATOR, EDITOR, MEMBER, PANELIST, SECOND, SLICE, Society


async def _closed(society: Society) -> Question:
    question = await society.ask()
    return await society.settle(question.id)


async def _last(society: Society, member: Member) -> str:
    return (await society.told(member))[-1]


async def test_empty_draft_cannot_be_sent(society: Society) -> None:
    draft = await society.write_draft(None, b"no image at all" * 30)

    await society.press(MEMBER, Action.SEND_URGENT, draft.id)

    assert await _last(society, MEMBER) == "error.nothing_to_send"
    assert (await society.question(draft.id)).state is QuestionState.DRAFT


async def test_image_alone_is_confirmed_before_it_is_sent(society: Society) -> None:
    draft = await society.write_draft(None, SLICE)

    await society.press(MEMBER, Action.SEND_URGENT, draft.id)
    refused = await _last(society, MEMBER)
    await society.confirm_all(MEMBER, draft.id)
    await society.press(MEMBER, Action.SEND_URGENT, draft.id)

    assert refused == "error.confirm_first"
    assert (await society.question(draft.id)).state is QuestionState.OPEN


async def test_draft_is_kept_where_there_is_no_panel(society: Society) -> None:
    await society.say(MEMBER, "PE?")
    with closing(sqlite3.connect(society.folder / "hilum.db")) as connection, connection:
        connection.execute("DELETE FROM panel")
    draft = await society.draft(MEMBER)

    await society.press(MEMBER, Action.SEND_URGENT, draft.id)

    assert await _last(society, MEMBER) == "error.no_panel"
    assert (await society.question(draft.id)).state is QuestionState.DRAFT


@pytest.mark.parametrize("action", [Action.SEND_URGENT, Action.DISCARD, Action.EDIT_TEXT])
async def test_draft_that_has_expired_never_passes_for_sent(society: Society, action: Action) -> None:
    draft = await society.write_draft("PE?")
    await society.advance(timedelta(hours=25))

    await society.press(MEMBER, action, draft.id, {"text": "PE?"} if action is Action.EDIT_TEXT else None)

    assert await _last(society, MEMBER) == "error.draft_gone"


async def test_reminders_button_does_not_pass_for_sent_either(society: Society) -> None:
    await society.say(MEMBER, "PE?")
    await society.advance(timedelta(minutes=6))
    token = await society.token(MEMBER, "draft.reminder")
    await society.advance(timedelta(hours=25))

    await society.press(MEMBER, Action.SEND_URGENT, token=token)

    assert await _last(society, MEMBER) == "error.draft_gone"


@pytest.mark.parametrize(
    ("action", "fields", "told"),
    [
        (Action.ANSWER, {"text": "  "}, "error.text_missing"),
        (Action.NOTE, {}, "error.text_missing"),
        (Action.ANSWER, {"text": "CTPA.", "confidence": "6"}, "error.confidence_unknown"),
        (Action.ANSWER, {"text": "CTPA.", "confidence": "much"}, "error.confidence_unknown"),
        (Action.RELEASE, {}, "error.not_claimed_by_you"),
        (Action.CLOSE, {}, "error.not_now"),
        (Action.WITHDRAW, {}, "error.not_yours"),
        (Action.REMOVE_SERIES, {"series": "2.25.1"}, "error.not_yours"),
        (Action.HOLD_BACK, {}, "error.editor_only"),
        (Action.SEND_DIGEST, {}, "error.editor_only"),
        (Action.ADD_INFORMATION, {}, "error.not_yours"),
    ],
)
async def test_panelist_is_told_what_is_not_possible(
    society: Society, action: Action, fields: dict[str, str], told: str
) -> None:
    question = await society.ask()

    await society.press(PANELIST, action, question.id, fields)

    assert await _last(society, PANELIST) == told
    assert await society.question(question.id) == question
    assert await society.queue.rows(JobState.PARKED) == ()


@pytest.mark.parametrize("action", [Action.ANSWER, Action.ASK_BACK, Action.CLAIM])
async def test_question_of_a_colleague_is_not_taken_over(society: Society, action: Action) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.CLAIM, question.id)

    await society.press(SECOND, action, question.id, {"text": "mine"})

    assert await _last(society, SECOND) == "error.already_taken"
    assert (await society.question(question.id)).claimed_by == PANELIST.id


@pytest.mark.parametrize("action", [Action.ANSWER, Action.ASK_BACK])
async def test_closed_question_takes_no_more_from_the_others(society: Society, action: Action) -> None:
    question = await _closed(society)

    await society.press(SECOND, action, question.id, {"text": "late"})

    assert await _last(society, SECOND) == "error.not_now"


@pytest.mark.parametrize("action", [Action.CONFIRM_SERIES, Action.REMOVE_SERIES])
async def test_series_is_named(society: Society, action: Action) -> None:
    draft = await society.write_draft("PE?")

    await society.press(MEMBER, action, draft.id)

    assert await _last(society, MEMBER) == "error.series_unknown"


async def test_series_of_a_closed_question_is_not_confirmed(society: Society) -> None:
    question = await _closed(society)

    await society.press(MEMBER, Action.CONFIRM_SERIES, question.id, {"series": "2.25.1"})

    assert await _last(society, MEMBER) == "error.not_now"


async def test_series_is_confirmed_once(society: Society) -> None:
    draft = await society.write_draft("PE?", SLICE)
    await society.confirm_all(MEMBER, draft.id)
    await society.confirm_all(MEMBER, draft.id)

    entries = await society.entries(draft.id)

    assert [entry.kind.value for entry in entries].count("series_confirmed") == 1


async def test_form_about_nothing_is_refused(society: Society) -> None:
    await society.press(PANELIST, Action.ANSWER, None, {"text": "CTPA."})

    assert await _last(society, PANELIST) == "error.question_unknown"


async def test_reopening_ends_after_a_week(society: Society) -> None:
    question = await _closed(society)
    await society.advance(timedelta(days=8))

    await society.press(MEMBER, Action.REOPEN, question.id)

    assert await _last(society, MEMBER) == "error.too_late_to_reopen"


@pytest.mark.parametrize("action", [Action.REOPEN, Action.CONSENT_TEACHING, Action.HELPED])
async def test_open_question_has_no_end_yet(society: Society, action: Action) -> None:
    question = await society.ask()

    await society.press(MEMBER, action, question.id)

    assert await _last(society, MEMBER) == "error.not_now"
    assert (await society.question(question.id)).state is QuestionState.OPEN


async def test_case_is_released_once(society: Society) -> None:
    question = await _closed(society)
    await society.press(MEMBER, Action.CONSENT_TEACHING, question.id)
    await society.press(EDITOR, Action.PUBLISH, question.id, {"text": "Embolism"})

    await society.press(EDITOR, Action.PUBLISH, question.id, {"text": "Embolism again"})

    assert await _last(society, EDITOR) == "error.already_published"


async def test_stranger_to_a_question_cannot_add_to_it(society: Society) -> None:
    question = await society.ask()

    await society.say(COLLEAGUE, "mine is like that", to=question.id)

    assert await society.told(COLLEAGUE) == ["error.question_unknown"]


async def test_withdrawn_question_takes_no_words(society: Society) -> None:
    question = await society.ask()
    await society.press(MEMBER, Action.WITHDRAW, question.id)

    await society.say(MEMBER, "one more thing", to=question.id)

    assert await _last(society, MEMBER) == "error.question_withdrawn"


async def test_reply_to_a_draft_that_is_gone_says_so(society: Society) -> None:
    draft = await society.write_draft("PE?")
    await society.press(MEMBER, Action.DISCARD, draft.id)

    await society.say(MEMBER, "no allergy", to=draft.id)

    assert await _last(society, MEMBER) == "error.question_unknown"


async def test_closed_question_takes_words_but_no_files(society: Society) -> None:
    question = await _closed(society)
    upload = await society.upload(MEMBER, SLICE)

    await society.say(MEMBER, "thank you", to=question.id)
    thanked = await _last(society, MEMBER)
    await society.say(MEMBER, "and the control", to=question.id, uploads=[upload])

    assert thanked == "question.information_sent"
    assert (await society.told(MEMBER))[-2:] == ["question.file_refused", "question.information_sent"]
    assert [entry.text.value for entry in await society.entries(question.id) if entry.text][-1] == "and the control"
    assert await society.images(question.id) == ()


async def test_file_alone_for_a_closed_question_is_refused_in_one_sentence(society: Society) -> None:
    question = await _closed(society)
    before = await society.told(MEMBER)

    await society.say(MEMBER, None, to=question.id, uploads=[await society.upload(MEMBER, SLICE)])

    assert (await society.told(MEMBER))[len(before) :] == ["echo", "question.file_refused"]


async def test_text_that_changed_meanwhile_is_not_replaced(society: Society) -> None:
    draft = await society.write_draft("PE?")
    await society.say(MEMBER, "no allergy")

    await society.press(MEMBER, Action.EDIT_TEXT, draft.id, {"text": "PE??", "seen": "PE?"})

    assert await _last(society, MEMBER) == "error.text_changed"
    assert (await society.draft(MEMBER)).text.value == "PE?\nno allergy"


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        (Action.CONFIRM_SERIES, {"series": "2.25.1"}),
        (Action.REMOVE_SERIES, {"series": "2.25.1"}),
        (Action.REMOVE_SERIES, {"series": "01098765432"}),
    ],
)
async def test_series_that_is_not_there_is_unknown(society: Society, action: Action, fields: dict[str, str]) -> None:
    draft = await society.write_draft("PE?")

    await society.press(MEMBER, action, draft.id, fields)

    entries = await society.entries(draft.id)
    assert await _last(society, MEMBER) == "error.series_unknown"
    assert entries == ()


async def test_consult_only_question_is_nothing_to_hold_back(society: Society) -> None:
    question = await society.ask()

    await society.press(EDITOR, Action.HOLD_BACK, question.id)

    assert await _last(society, EDITOR) == "error.consent_missing"


async def test_panel_sends_no_files(society: Society) -> None:
    question = await society.ask()
    upload = await society.upload(PANELIST, SLICE)

    await society.say(PANELIST, "like this", to=question.id, uploads=[upload])

    assert await _last(society, PANELIST) == "error.panel_files"


async def test_images_alone_are_information_too(society: Society) -> None:
    question = await society.ask()
    upload = await society.upload(MEMBER, SLICE)

    await society.say(MEMBER, None, to=question.id, uploads=[upload])

    entries = await society.entries(question.id)
    assert "information" not in [entry.kind.value for entry in entries]
    assert len(await society.images(question.id)) == 1


async def test_case_for_teaching_is_not_offered_again(society: Society) -> None:
    question = await _closed(society)
    await society.press(MEMBER, Action.CONSENT_TEACHING, question.id)
    await society.press(MEMBER, Action.REOPEN, question.id)

    await society.settle(question.id)

    assert (await society.told(MEMBER)).count("consent.offer") == 1
    assert (await society.told(MEMBER)).count("question.closed_asks") == 2


async def test_editor_without_an_address_holds_nobody_up(society: Society) -> None:
    question = await _closed(society)
    await society.change_member(EDITOR, addresses=())

    await society.press(MEMBER, Action.CONSENT_TEACHING, question.id)

    assert await _last(society, MEMBER) == "consent.teaching"
    assert "member_unreachable" in society.log.events


async def test_panel_without_anybody_is_an_operators_matter(society: Society) -> None:
    for member in (PANELIST, SECOND, COORDINATOR):
        await society.change_member(member, active=False)

    await society.ask()

    assert "nobody_to_page" in society.log.events


async def test_draft_of_a_member_is_not_the_panels(society: Society) -> None:
    draft = await society.write_draft("PE?")

    await society.press(PANELIST, Action.CLAIM, draft.id)

    assert await _last(society, PANELIST) == "error.panel_only"
    assert (await society.question(draft.id)).state is QuestionState.DRAFT
