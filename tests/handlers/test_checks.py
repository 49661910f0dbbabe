"""What stops a question from being sent until its asker has looked."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.messages import Action
from domain.question import EntryKind, QuestionState
from domain.web import WebLine
from tests.fakes.society import MEMBER, PANELIST, Society
from tests.fakes.watchful_door import Watched

SLICES = (b"a", b"b", b"c")
"""What is in a file is the door's to say."""


async def _last(society: Society) -> list[str]:
    return _actions((await society.lines(MEMBER))[-1])


def _actions(line: WebLine) -> list[str]:
    choices = line.payload["choices"]
    assert isinstance(choices, list)
    return [str(choice["action"]) for choice in choices if isinstance(choice, dict)]


async def test_resident_number_stops_the_question_until_confirmed(society: Society) -> None:
    draft = await society.write_draft("주민번호 800101-1234567 PE?")
    await society.press(MEMBER, Action.SEND_URGENT, draft.id)
    told = await society.told(MEMBER)

    await society.press(MEMBER, Action.CONFIRM_CHECK, draft.id, {"check": "resident_number"})
    await society.press(MEMBER, Action.SEND_URGENT, draft.id)

    assert told[-3:] == ["draft.check_first", "draft.preview_held", "check.resident_number"]
    assert (await society.question(draft.id)).state is QuestionState.OPEN


async def test_next_resident_number_is_asked_again(society: Society) -> None:
    draft = await society.write_draft("주민번호 800101-1234567 PE?")
    await society.press(MEMBER, Action.NUMBER_REMOVED, draft.id)

    await society.say(MEMBER, "주민번호 810101-1234567")

    assert (await society.told(MEMBER))[-1] == "check.resident_number"


async def test_edited_text_without_the_number_needs_no_word(society: Society) -> None:
    draft = await society.write_draft("주민번호 800101-1234567 PE?")

    await society.press(MEMBER, Action.EDIT_TEXT, draft.id, {"text": "PE?"})
    clean = (await society.told(MEMBER))[-1]
    await society.press(MEMBER, Action.EDIT_TEXT, draft.id, {"text": "PE? 800101-1234567"})

    assert clean == "draft.preview"
    assert (await society.told(MEMBER))[-1] == "check.resident_number"


async def test_resident_number_keeps_further_words_from_the_panel(society: Society) -> None:
    question = await society.ask()

    await society.say(MEMBER, "800101-1234567, D8", to=question.id)

    entries = await society.entries(question.id)
    assert all(entry.kind is not EntryKind.INFORMATION for entry in entries)
    assert (await society.told(MEMBER))[-1] == "question.resident_number_cut"


@pytest.mark.parametrize("action", [Action.SEND_URGENT, Action.SEND_TODAY, Action.SEND_ROUTINE])
async def test_files_of_two_patients_are_not_sent(watched: Watched, action: Action) -> None:
    society, door = watched
    door.named = [("1958", "male"), ("1960", "male")]
    draft = await society.write_draft("PE?", *SLICES[:2])

    await society.press(MEMBER, action, draft.id)

    line = (await society.lines(MEMBER))[-1]
    assert (await society.question(draft.id)).state is QuestionState.DRAFT
    assert (line.payload["key"], "birth date" in str(line.payload["text"])) == ("check.two_patients", True)
    assert await _last(society) == ["same_patient", "remove_images", "discard"]


async def test_message_and_file_of_two_patients_are_not_sent(watched: Watched) -> None:
    society, door = watched
    door.named = [("1958", "male")]
    await society.write_draft("woman, PE?", SLICES[0])

    assert (await society.told(MEMBER))[-2:] == ["draft.preview_held", "check.two_patients"]


async def test_asker_who_checked_may_send_until_a_third_patient_comes(watched: Watched) -> None:
    society, door = watched
    door.named = [("1958",), ("1960",), ("1958", "woman"), ("male",)]
    draft = await society.write_draft("PE?", *SLICES[:2])
    await society.say(MEMBER, "1")
    checked = (await society.told(MEMBER))[-1]

    await society.write_draft(None, *SLICES[1:])

    entries = await society.entries(draft.id)
    confirmed = [entry.details["by"] for entry in entries if entry.kind is EntryKind.CHECK_CONFIRMED]
    assert (checked, (await society.told(MEMBER))[-1]) == ("draft.preview", "check.two_patients")
    assert confirmed == ["birth_date"]


async def test_outdated_word_is_asked_again(watched: Watched) -> None:
    society, door = watched
    door.named = [("1958",), ("1960",)]
    draft = await society.write_draft("PE?", *SLICES[:2])
    token = await society.token(MEMBER, "check.two_patients")
    await society.say(MEMBER, "woman")

    await society.press(MEMBER, Action.SAME_PATIENT, draft.id, token=token)

    assert (await society.told(MEMBER))[-3:] == ["draft.look_again", "draft.preview_held", "check.two_patients"]


async def test_removed_images_settle_it(watched: Watched) -> None:
    society, door = watched
    door.named = [("1958",), ("1960",)]
    draft = await society.write_draft("PE?", *SLICES[:2])

    await society.press(MEMBER, Action.REMOVE_IMAGES, draft.id)

    images = await society.images(draft.id)
    assert all(image.removed_at for image in images)
    assert (await society.told(MEMBER))[-1] == "draft.preview"


async def test_removed_series_of_the_other_patient_settles_it(watched: Watched) -> None:
    society, door = watched
    door.named = [("1958",)]
    draft = await society.write_draft("1960, PE?", SLICES[0])
    (image,) = await society.images(draft.id)

    await society.press(MEMBER, Action.REMOVE_SERIES, draft.id, {"series": image.facts.series_uid})

    assert (await society.told(MEMBER))[-1] == "draft.preview"


async def test_edited_text_forgets_whom_the_first_one_named(watched: Watched) -> None:
    society, door = watched
    door.named = [("male",)]
    draft = await society.write_draft("woman, PE?", SLICES[0])

    await society.press(MEMBER, Action.EDIT_TEXT, draft.id, {"text": "male, PE?"})

    assert (await society.told(MEMBER))[-1] == "draft.preview"


async def test_edited_text_that_hides_a_number_keeps_what_it_hides(watched: Watched) -> None:
    society, door = watched
    door.named = [("1958",)]
    draft = await society.write_draft("1960, call 010-1234-5678", SLICES[0])

    await society.press(MEMBER, Action.EDIT_TEXT, draft.id, {"text": "call 010-1234-5678"})

    assert (await society.told(MEMBER))[-1] == "check.two_patients"


async def test_two_messages_of_two_patients_have_no_images_to_remove(watched: Watched) -> None:
    society, _ = watched
    await society.say(MEMBER, "woman, PE?")

    await society.say(MEMBER, "male, D8")

    assert await _last(society) == ["same_patient", "discard"]


async def test_late_image_of_another_patient_waits(watched: Watched) -> None:
    society, door = watched
    question = await society.ask("woman, PE?")
    door.named = [("male",)]
    await society.say(MEMBER, None, uploads=[await society.upload(MEMBER, SLICES[0])], to=question.id)
    asked = await _last_check(society)
    await society.confirm_all(MEMBER, question.id)
    (waiting,) = await society.images(question.id)

    await society.press(MEMBER, Action.SAME_PATIENT, question.id)
    await society.confirm_all(MEMBER, question.id)

    (shown,) = await society.images(question.id)
    assert asked == ["same_patient", "remove_images", "wrong_patient"]
    assert (waiting.is_visible, shown.is_visible) == (False, True)


async def _last_check(society: Society) -> list[str]:
    asked = [line for line in await society.lines(MEMBER) if line.payload["key"] == "check.two_patients"]
    return _actions(asked[-1])


async def test_reminder_repeats_the_question(society: Society) -> None:
    await society.say(MEMBER, "주민번호 800101-1234567 PE?")

    await society.advance(timedelta(minutes=4))

    assert (await society.told(MEMBER))[-1] == "check.resident_number"


@pytest.mark.parametrize("fields", [{}, {"check": "two_patients"}])
async def test_nothing_to_confirm_is_said(society: Society, fields: dict[str, str]) -> None:
    draft = await society.write_draft("PE?")

    await society.press(MEMBER, Action.CONFIRM_CHECK, draft.id, fields)

    assert (await society.told(MEMBER))[-1] == "error.check_unknown"


async def test_text_that_nobody_was_shown_is_not_sent(society: Society) -> None:
    draft = await society.write_draft("PE?")
    token = await society.token(MEMBER, "draft.preview")
    upload = await society.intake.begin_upload(MEMBER.id, external_id="slow", size_bytes=9)
    await society.say(MEMBER, "call Dr Hong", uploads=[upload.id])

    await society.press(MEMBER, Action.SEND_URGENT, draft.id, token=token)
    first = (await society.question(draft.id)).state
    await society.press(MEMBER, Action.SEND_URGENT, draft.id, token=await society.token(MEMBER, "draft.preview"))

    assert (await society.told(MEMBER))[3:6] == ["draft.checking", "draft.look_again", "draft.preview"]
    assert (first, (await society.question(draft.id)).state) == (QuestionState.DRAFT, QuestionState.OPEN)


async def test_older_preview_does_not_send_what_came_after_it(society: Society) -> None:
    draft = await society.write_draft("PE?")
    token = await society.token(MEMBER, "draft.preview")
    await society.say(MEMBER, "D8")

    await society.press(MEMBER, Action.SEND_URGENT, draft.id, token=token)

    assert (await society.question(draft.id)).state is QuestionState.DRAFT
    assert (await society.told(MEMBER))[-2:] == ["draft.look_again", "draft.preview"]


async def test_panel_is_not_asked_what_the_asker_must_confirm(society: Society) -> None:
    question = await society.ask()

    await society.press(PANELIST, Action.CONFIRM_CHECK, question.id, {"check": "two_patients"})

    assert (await society.told(PANELIST))[-1] == "error.not_yours"
