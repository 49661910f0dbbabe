"""Masking more and cropping: by whom, what becomes of the object, and that it is looked at again."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest

from bot.dispatcher import dispatch
from domain.commands import MaskImages, ShredObject
from domain.errors import PermanentError
from domain.member import Member
from domain.messages import Action
from domain.question import EntryKind, Question
from domain.study import Area, Concern
from tests.fakes.faults import CrashError
from tests.fakes.society import EDITOR, MEMBER, PANELIST, SECOND, Society
from tests.fakes.watchful_door import Watched

BOX = {"x": "1", "y": "2", "width": "10", "height": "4", "frame": "1"}


async def _shown(society: Society) -> Question:
    """Return a question whose image the panel sees and somebody has taken."""
    question = await society.ask("PE?", b"file")
    await society.press(PANELIST, Action.CLAIM, question.id)
    return await society.question(question.id)


async def test_box_is_blanked_and_the_former_object_shredded(watched: Watched) -> None:
    society, door = watched
    draft = await society.write_draft("PE?", b"file")
    (former,) = await society.images(draft.id)

    await society.press(MEMBER, Action.MASK_MORE, draft.id, {"image": former.id, **BOX})

    (image,) = await society.images(draft.id)
    area = Area(x=1, y=2, width=10, height=4, frame=1)
    assert (door.masked, image.facts.masks, image.object_id != former.object_id) == ([(area,)], (area,), True)
    with pytest.raises(PermanentError, match="object_shredded"):
        await society.read(lambda transaction: transaction.objects.get(former.object_id))
    assert (await society.told(MEMBER))[-1] == "draft.preview"


async def test_box_through_every_frame_needs_no_frame(watched: Watched) -> None:
    society, door = watched
    draft = await society.write_draft("PE?", b"file")
    (image,) = await society.images(draft.id)

    await society.press(MEMBER, Action.MASK_MORE, draft.id, {"image": image.id, **BOX, "frame": ""})

    assert door.masked == [(Area(x=1, y=2, width=10, height=4),)]


async def test_corner_of_a_whole_series_is_blanked(watched: Watched) -> None:
    society, _ = watched
    draft = await society.write_draft("PE?", b"file", b"file")
    await society.confirm_all(MEMBER, draft.id)

    await society.press(MEMBER, Action.MASK_MORE, draft.id, {"series": "2.25.2", "preset": "bottom_right"})

    images = await society.images(draft.id)
    assert [image.facts.masks for image in images] == [(Area(x=48, y=24, width=16, height=8),)] * 2
    assert [image.confirmed_at for image in images] == [None, None]


@pytest.mark.parametrize(("words", "count"), [("mask 1", 1), ("가리기 ５", 1), ("Mask 1 6", 1), ("mask 2 1", 0)])
async def test_word_and_digits_blank_a_corner(watched: Watched, words: str, count: int) -> None:
    society, door = watched
    draft = await society.write_draft("PE?", b"file")

    await society.say(MEMBER, words)

    assert len(door.masked) == count
    assert ((await society.told(MEMBER))[-1] == "error.series_unknown") == (count == 0)
    assert (await society.draft(MEMBER)).text == draft.text


@pytest.mark.parametrize("words", ["mask", "가리기", "mask 9", "mask 0 1", "mask 0"])
async def test_word_alone_asks_where(watched: Watched, words: str) -> None:
    society, _ = watched
    await society.write_draft("PE?", b"file")

    await society.say(MEMBER, words)

    assert (await society.told(MEMBER))[-1] == "error.mask_where"


async def test_word_about_an_open_question_is_a_reply_to_it(watched: Watched) -> None:
    society, door = watched
    question = await society.ask()
    await society.say(MEMBER, None, uploads=[await society.upload(MEMBER, b"file")], to=question.id)

    await society.say(MEMBER, "mask 1", to=question.id)
    await society.say(MEMBER, "mask 1")

    assert len(door.masked) == 1
    assert (await society.told(MEMBER))[-1] == "error.question_unknown"


async def test_photo_of_a_screen_is_cut_to_its_picture(watched: Watched) -> None:
    society, door = watched
    door.crop_to = Area(x=4, y=4, width=20, height=10)
    draft = await society.write_draft("PE?", b"file")
    (former,) = await society.images(draft.id)

    await society.press(MEMBER, Action.CROP, draft.id, {"image": former.id})
    await society.press(MEMBER, Action.CROP, draft.id, {"image": former.id})

    (image,) = await society.images(draft.id)
    assert (door.cut, image.facts.rows, image.facts.columns) == ([door.crop_to], 10, 20)
    assert (image.facts.crop, image.facts.media_type) == (None, "image/png")
    assert "error.area_unknown" in await society.told(MEMBER)


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({}, "area_unknown"),
        ({"preset": "middle"}, "area_unknown"),
        ({"preset": "top", "series": "2.25.9"}, "series_unknown"),
        ({"image": "0", **BOX}, "image_unknown"),
        ({"image": "*", **BOX, "width": "0"}, "area_unknown"),
        ({"image": "*", **BOX, "x": "60"}, "area_unknown"),
        ({"image": "*", **BOX, "y": ""}, "area_unknown"),
        ({"image": "*", "x": "1"}, "area_unknown"),
    ],
)
async def test_place_that_there_is_not_is_refused(watched: Watched, fields: dict[str, str], error: str) -> None:
    society, door = watched
    draft = await society.write_draft("PE?", b"file")
    (image,) = await society.images(draft.id)
    given = {name: image.id if value == "*" else value for name, value in fields.items()}

    await society.press(MEMBER, Action.MASK_MORE, draft.id, given)

    assert (door.masked, (await society.told(MEMBER))[-1]) == ([], f"error.{error}")


async def test_image_of_another_question_is_not_masked(watched: Watched) -> None:
    society, door = watched
    draft = await society.write_draft("PE?", b"file")
    (image,) = await society.images(draft.id)
    await society.press(MEMBER, Action.SEND_URGENT, draft.id)
    await society.say(MEMBER, "another")
    other = await society.draft(MEMBER)

    await society.press(MEMBER, Action.MASK_MORE, other.id, {"image": image.id, **BOX})

    assert (door.masked, (await society.told(MEMBER))[-1]) == ([], "error.image_unknown")


async def test_claimer_masks_what_the_panel_sees(watched: Watched) -> None:
    society, _ = watched
    question = await _shown(society)
    (image,) = await society.images(question.id)

    await society.press(PANELIST, Action.MASK_MORE, question.id, {"image": image.id, **BOX})
    (hidden,) = await society.images(question.id)
    await society.confirm_all(MEMBER, question.id)

    (again,) = await society.images(question.id)
    assert (hidden.is_visible, again.is_visible, len(again.facts.masks)) == (False, True, 1)
    assert (await society.told(MEMBER))[-2:] == ["images.masked_by_panel", "draft.images_held"]


@pytest.mark.parametrize("member", [SECOND, EDITOR])
async def test_whoever_has_no_part_in_it_masks_nothing(watched: Watched, member: Member) -> None:
    society, door = watched
    question = await _shown(society)
    (image,) = await society.images(question.id)

    await society.press(member, Action.MASK_MORE, question.id, {"image": image.id, **BOX})

    assert door.masked == []
    assert (await society.told(member))[-1] in ("error.not_yours", "error.question_unknown")


async def test_editor_masks_a_case_for_teaching_and_its_asker_looks_again(watched: Watched) -> None:
    society, _ = watched
    question = await _shown(society)
    await society.settle(question.id)
    await society.press(MEMBER, Action.CONSENT_TEACHING, question.id)
    (image,) = await society.images(question.id)

    await society.press(EDITOR, Action.MASK_MORE, question.id, {"image": image.id, **BOX})
    await society.confirm_all(MEMBER, question.id)

    assert (await society.images(question.id))[0].is_visible


async def test_asker_takes_back_what_the_panel_saw(watched: Watched) -> None:
    society, _ = watched
    question = await _shown(society)

    await society.press(MEMBER, Action.MASK_MORE, question.id, {"series": "2.25.2", "preset": "top"})

    assert not (await society.images(question.id))[0].is_visible
    assert (await society.told(PANELIST))[-1] == "panel.images_taken_back"


async def test_image_that_cannot_be_masked_stays_hidden(watched: Watched) -> None:
    society, door = watched
    question = await _shown(society)
    (image,) = await society.images(question.id)
    door.is_stuck = True

    await society.press(MEMBER, Action.MASK_MORE, question.id, {"image": image.id, **BOX})

    assert not (await society.images(question.id))[0].is_visible
    assert "images.not_masked" in await society.told(MEMBER)


async def test_second_run_masks_nothing_anew(watched: Watched) -> None:
    society, door = watched
    draft = await society.write_draft("PE?", b"file")
    (image,) = await society.images(draft.id)
    command = MaskImages(question_id=draft.id, cause="again", image_id=image.id, x=1, y=1, width=2, height=2)

    for _ in range(2):
        await dispatch(society.services, command)
    await dispatch(society.services, ShredObject(object_id=image.object_id))

    assert len(door.masked) == 1


@pytest.mark.parametrize("commits", range(1, 14))
async def test_crash_after_any_commit_masks_once(watched: Watched, commits: int) -> None:
    society, _ = watched
    draft = await society.write_draft("PE?", b"file")
    (former,) = await society.images(draft.id)
    society.faults.crash_after = society.faults.commits + commits

    with suppress(CrashError):
        await society.press(MEMBER, Action.MASK_MORE, draft.id, {"image": former.id, **BOX}, message_id="mask")
    await society.restarted()

    (image,) = await society.images(draft.id)
    assert (len(image.facts.masks), image.object_id != former.object_id) == (1, True)
    assert (await society.told(MEMBER)).count("draft.preview") == 2


async def test_series_is_masked_in_few_trips(watched: Watched) -> None:
    society, door = watched
    draft = await society.write_draft("PE?", *[b"file"] * 20)

    await society.press(MEMBER, Action.MASK_MORE, draft.id, {"series": "2.25.2", "preset": "top"})

    assert door.trips == [16, 4]
    assert [len(image.facts.masks) for image in await society.images(draft.id)] == [1] * 20


async def test_trips_before_a_crash_are_not_made_again(watched: Watched) -> None:
    society, door = watched
    draft = await society.write_draft("PE?", *[b"file"] * 33)
    society.faults.crash_after = society.faults.commits + 1

    with suppress(CrashError):
        await dispatch(society.services, MaskImages(question_id=draft.id, cause="1", series_uid="2.25.2", preset="top"))
    society.restart()
    await dispatch(society.services, MaskImages(question_id=draft.id, cause="1", series_uid="2.25.2", preset="top"))

    assert door.trips == [16, 16, 1]
    assert [len(image.facts.masks) for image in await society.images(draft.id)] == [1] * 33


async def test_image_that_kills_its_reader_fails_alone(watched: Watched) -> None:
    society, door = watched
    draft = await society.write_draft("PE?", *[b"file"] * 3)
    killer = (await society.images(draft.id))[1]
    door.killers = frozenset({killer.object_id})

    await society.press(MEMBER, Action.MASK_MORE, draft.id, {"series": "2.25.2", "preset": "top"})
    await society.advance(timedelta(minutes=5))

    assert [len(image.facts.masks) for image in await society.images(draft.id)] == [1, 0, 1]
    assert "images.not_masked" in await society.told(MEMBER)


async def test_removed_image_is_not_masked(watched: Watched) -> None:
    society, door = watched
    draft = await society.write_draft("PE?", b"file")
    (image,) = await society.images(draft.id)
    await society.press(MEMBER, Action.REMOVE_SERIES, draft.id, {"series": "2.25.2"})

    await dispatch(society.services, MaskImages(question_id=draft.id, cause="late", series_uid="2.25.2", preset="top"))
    await society.press(MEMBER, Action.CROP, draft.id, {"image": image.id})

    assert (door.masked, (await society.told(MEMBER))[-1]) == ([], "error.image_unknown")


async def test_image_removed_in_between_leaves_no_object(watched: Watched) -> None:
    society, door = watched
    draft = await society.write_draft("PE?", b"file")
    (image,) = await society.images(draft.id)
    mask = door.mask_more

    async def slow(*given: object) -> object:
        await society.press(MEMBER, Action.REMOVE_SERIES, draft.id, {"series": "2.25.2"})
        return await mask(*given)  # type: ignore[arg-type]  # what it was given

    door.mask_more = slow  # type: ignore[assignment,method-assign]  # the fake's own
    command = MaskImages(question_id=draft.id, cause="late", image_id=image.id, x=1, y=1, width=2, height=2)
    await dispatch(society.services, command)
    await society.work()

    (left,) = await society.images(draft.id)
    assert (left.object_id, left.facts.masks) == (image.object_id, ())


async def test_concerns_are_confirmed_by_name_and_told_to_everybody(watched: Watched) -> None:
    society, door = watched
    door.concerns = (Concern.SCREEN_PHOTO, Concern.MASK_OVER_LUNG)
    question = await _shown(society)
    await society.press(PANELIST, Action.ANSWER, question.id, {"text": "No."})

    entries = await society.entries(question.id)
    (confirmed,) = [entry for entry in entries if entry.kind is EntryKind.SERIES_CONFIRMED]
    lines = [*await society.lines(MEMBER), *await society.lines(PANELIST)]
    said = {str(line.payload["key"]): str(line.payload["text"]) for line in lines}
    assert confirmed.details["concerns"] == "mask_over_lung"
    assert "over the lung" in said["images.confirmed_with"]
    assert "1 of 1 are photos of a screen" in said["draft.preview"]
    for key in ("panel.card_urgent", "question.answer_without_confidence"):
        assert "nodules, effusion and nodes are unreliable" in said[key]


async def test_nothing_removable_is_said(watched: Watched) -> None:
    society, _ = watched
    question = await _shown(society)

    await society.press(MEMBER, Action.REMOVE_IMAGES, question.id)
    await society.press(MEMBER, Action.REMOVE_SERIES, question.id)

    assert (await society.told(MEMBER))[-2:] == ["error.series_unknown"] * 2
    assert (await society.images(question.id))[0].is_visible


async def test_image_that_is_being_masked_cannot_be_confirmed(watched: Watched) -> None:
    society, door = watched
    draft = await society.write_draft("PE?", b"file")
    (image,) = await society.images(draft.id)
    door.is_busy = True
    await society.press(MEMBER, Action.MASK_MORE, draft.id, {"image": image.id, **BOX})

    await society.confirm_all(MEMBER, draft.id)

    (image,) = await society.images(draft.id)
    assert (image.confirmed_at, bool(image.facts.changing)) == (None, True)
    assert "error.images_changing" in await society.told(MEMBER)


async def test_masked_image_can_be_confirmed_again(watched: Watched) -> None:
    society, _ = watched
    draft = await society.write_draft("PE?", b"file")
    (image,) = await society.images(draft.id)
    for _ in range(2):
        await society.press(MEMBER, Action.MASK_MORE, draft.id, {"image": image.id, **BOX})

    await society.confirm_all(MEMBER, draft.id)

    (image,) = await society.images(draft.id)
    assert (image.confirmed_at is not None, image.facts.changing) == (True, ())


async def test_mask_over_lung_and_marker_is_a_concern(watched: Watched) -> None:
    society, door = watched
    door.covers_lung = True
    door.kept_text = (Area(x=4, y=3, width=2, height=2),)
    draft = await society.write_draft("PE?", b"file")
    (image,) = await society.images(draft.id)

    await society.press(MEMBER, Action.MASK_MORE, draft.id, {"image": image.id, **BOX})

    (image,) = await society.images(draft.id)
    assert image.facts.concerns == (Concern.MASK_OVER_LUNG, Concern.MARKER_LOST)
    assert image.facts.kept_text == ()
