"""Stars on slices: whose they are, that they can be taken back, and who may not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.key_slices import MOST_KEY_SLICES, KeySlice
from domain.messages import Action
from domain.question import Question
from tests.fakes.society import COLLEAGUE, EDITOR, MEMBER, PANELIST, Society
from tests.fakes.watchful_door import Watched


async def _marks(society: Society, question: Question) -> list[tuple[str, int, bool]]:
    keys = await society.read(lambda transaction: transaction.key_slices.of_question(question.id))
    return [(key.member_id, key.frame, key.is_askers) for key in keys]


async def _star(society: Society, member, question: Question, **changes: str) -> None:
    (image,) = await society.images(question.id)
    fields = {"image": image.id, "frame": "0", "marked": "1", **changes}
    await society.press(member, Action.KEY_SLICE, question.id, fields)


async def test_asker_marks_a_slice_of_the_draft_once(watched: Watched) -> None:
    society, _ = watched
    draft = await society.write_draft("PE?", b"file")

    await _star(society, MEMBER, draft)
    await _star(society, MEMBER, draft)

    assert await _marks(society, draft) == [(MEMBER.id, 0, True)]


async def test_panel_marks_beside_the_asker(watched: Watched) -> None:
    society, _ = watched
    question = await society.ask("PE?", b"file")

    await _star(society, MEMBER, question)
    await _star(society, PANELIST, question, frame="1")

    assert await _marks(society, question) == [(MEMBER.id, 0, True), (PANELIST.id, 1, False)]


async def test_mark_is_taken_back_by_whoever_made_it(watched: Watched) -> None:
    society, _ = watched
    question = await society.ask("PE?", b"file")
    await _star(society, MEMBER, question)

    await _star(society, PANELIST, question, marked="0")
    assert len(await _marks(society, question)) == 1
    await _star(society, MEMBER, question, marked="0")

    assert await _marks(society, question) == []


@pytest.mark.parametrize("changes", [{"image": "unknown"}, {"frame": "99"}, {"frame": ""}, {"frame": "x"}])
async def test_slice_that_is_not_there_is_not_marked(watched: Watched, changes: dict[str, str]) -> None:
    society, _ = watched
    draft = await society.write_draft("PE?", b"file")

    await _star(society, MEMBER, draft, **changes)

    assert (await society.told(MEMBER))[-1] == "error.image_unknown"
    assert await _marks(society, draft) == []


async def test_slice_of_another_question_is_not_marked(watched: Watched) -> None:
    society, _ = watched
    question = await society.ask("PE?", b"file")
    other = await society.ask("Effusion?", b"file")
    (image,) = await society.images(question.id)

    await _star(society, MEMBER, other, image=image.id)

    assert (await society.told(MEMBER))[-1] == "error.image_unknown"


async def test_panel_cannot_mark_what_its_asker_has_not_looked_at(watched: Watched) -> None:
    society, _ = watched
    question = await society.ask("PE?", b"file")
    (image,) = await society.images(question.id)
    await society.change(lambda t: t.images.unconfirm_series(question.id, image.facts.series_uid))

    await _star(society, PANELIST, question)

    assert (await society.told(PANELIST))[-1] == "error.image_unknown"


async def test_reader_of_a_release_marks_nothing(watched: Watched) -> None:
    society, _ = watched
    question = await society.ask("PE?", b"file")

    for member in (COLLEAGUE, EDITOR):
        await _star(society, member, question)

    assert await _marks(society, question) == []


async def test_editor_who_sees_a_closed_case_marks_nothing(watched: Watched) -> None:
    society, _ = watched
    question = await society.ask("PE?", b"file")
    await society.settle(question.id)
    await society.press(MEMBER, Action.HELPED, question.id)

    await _star(society, MEMBER, question)

    assert (await society.told(MEMBER))[-1] == "error.not_now"
    assert await _marks(society, question) == []


async def test_images_of_a_wrong_patient_are_not_marked(watched: Watched) -> None:
    society, _ = watched
    question = await society.ask("PE?", b"file")
    await society.press(MEMBER, Action.WRONG_PATIENT, question.id)

    await _star(society, MEMBER, question)

    assert (await society.told(MEMBER))[-1] == "error.wrong_patient"


async def test_all_that_is_marked_is_too_much(watched: Watched) -> None:
    society, _ = watched
    draft = await society.write_draft("PE?", b"file")
    (image,) = await society.images(draft.id)
    key = KeySlice(
        question_id=draft.id, image_id=image.id, frame=0, member_id=MEMBER.id, is_askers=True, marked_at=society.now
    )
    marks = [replace(key, frame=1 + number) for number in range(MOST_KEY_SLICES)]
    await society.change(lambda t: [t.key_slices.add(mark) for mark in marks])

    await _star(society, MEMBER, draft)

    assert (await society.told(MEMBER))[-1] == "error.key_slices_full"
