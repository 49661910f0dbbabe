"""Images grouped into series, in reading order."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ids import ImageId, ObjectId, QuestionId, UploadId, derive_id
from domain.study import (
    Area,
    Concern,
    Image,
    ImageFacts,
    Preset,
    Series,
    concerns_of,
    days_before_newest,
    group_into_series,
)

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def _image(number: int, *, series: str = "s", position_mm: float | None = None) -> Image:
    facts = ImageFacts(
        study_uid="1",
        series_uid=series,
        instance_uid=f"1.{number}",
        modality="CT",
        media_type="application/dicom",
        frames=1,
        rows=2,
        columns=2,
        instance_number=number,
        position_mm=position_mm,
    )
    return Image(
        id=ImageId(f"i{number}"),
        question_id=QuestionId("q"),
        upload_id=UploadId("u"),
        object_id=ObjectId("o"),
        facts=facts,
        added_at=NOW,
    )


def test_ct_is_read_from_the_head_down() -> None:
    images = tuple(_image(n, position_mm=5.0 * n) for n in (2, 1, 3))

    (series,) = group_into_series(images)

    assert [image.facts.instance_number for image in series.images] == [3, 2, 1]
    assert series.slices == 3


def test_removed_images_are_left_out() -> None:
    images = (_image(1), replace(_image(2), removed_at=NOW), _image(3, series="t"))

    grouped = group_into_series(images)

    assert [len(series.images) for series in grouped] == [1, 1]
    assert not grouped[0].is_confirmed


def test_image_without_pixels_is_refused() -> None:
    with pytest.raises(ValueError, match="pixel"):
        replace(_image(1).facts, rows=0)


def test_derived_ids_depend_on_every_part() -> None:
    assert derive_id("a", 1) == derive_id("a", 1)
    assert len({derive_id("a", 1), derive_id("a", 2), derive_id("a1"), derive_id("", "a1")}) == 4


FACTS = _image(1).facts
AREAS = st.builds(
    Area,
    x=st.integers(0, 300),
    y=st.integers(0, 300),
    width=st.integers(1, 300),
    height=st.integers(1, 300),
    frame=st.none() | st.integers(0, 9),
)


@pytest.mark.parametrize("place", [{"x": -1}, {"y": -1}, {"width": 0}, {"height": 0}])
def test_area_has_pixels_within_the_image(place: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="at least one pixel"):
        Area(**{"x": 0, "y": 0, "width": 1, "height": 1, **place})


@given(rows=st.integers(1, 4000), columns=st.integers(1, 4000), preset=st.sampled_from(Preset))
def test_named_part_lies_within_every_image(rows: int, columns: int, preset: Preset) -> None:
    facts = replace(FACTS, rows=rows, columns=columns)

    assert facts.area_of(preset).is_within(facts)


@pytest.mark.parametrize(
    ("preset", "place"),
    [
        (Preset.TOP_LEFT, (0, 0, 50, 25)),
        (Preset.TOP_RIGHT, (150, 0, 50, 25)),
        (Preset.BOTTOM_LEFT, (0, 75, 50, 25)),
        (Preset.BOTTOM_RIGHT, (150, 75, 50, 25)),
        (Preset.TOP, (0, 0, 200, 12)),
        (Preset.BOTTOM, (0, 88, 200, 12)),
    ],
)
def test_named_part_is_where_its_name_says(preset: Preset, place: tuple[int, ...]) -> None:
    area = replace(FACTS, rows=100, columns=200).area_of(preset)

    assert (area.x, area.y, area.width, area.height, area.frame) == (*place, None)


@given(area=AREAS, frames=st.integers(1, 9))
def test_area_is_within_what_holds_its_last_pixel(area: Area, frames: int) -> None:
    facts = replace(FACTS, rows=area.y + area.height, columns=area.x + area.width, frames=frames)

    assert area.is_within(facts) == (area.frame is None or area.frame < frames)
    assert not area.is_within(replace(facts, rows=max(1, facts.rows - 1))) or facts.rows == 1


@given(area=AREAS, cut=AREAS)
def test_crop_moves_what_it_leaves_and_drops_the_rest(area: Area, cut: Area) -> None:
    seen = area.seen_in(cut)

    if seen is not None:
        assert seen.x + seen.width <= cut.width
        assert seen.y + seen.height <= cut.height
        assert (seen.width <= area.width, seen.frame) == (True, area.frame)
    else:
        assert (
            area.x >= cut.x + cut.width
            or cut.x >= area.x + area.width
            or area.y >= cut.y + cut.height
            or cut.y >= (area.y + area.height)
        )


def test_mask_through_all_frames_is_in_each() -> None:
    one, all_frames = Area(x=0, y=0, width=1, height=1, frame=1), Area(x=5, y=5, width=1, height=1)
    facts = replace(FACTS, frames=3).masked((one, all_frames, one), media_type="image/png")

    assert [facts.masks_of(frame) for frame in range(3)] == [(all_frames,), (one, all_frames), (all_frames,)]
    assert facts.media_type == "image/png"


def test_cropped_facts_tell_of_what_is_left() -> None:
    cut = Area(x=10, y=20, width=30, height=40)
    masks = (Area(x=0, y=0, width=15, height=25), Area(x=0, y=0, width=5, height=5))
    facts = replace(FACTS, rows=100, columns=100, masks=masks, kept_text=masks, crop=cut)

    cropped = facts.cropped(media_type="image/png")

    assert (cropped.rows, cropped.columns, cropped.crop) == (40, 30, None)
    assert cropped.masks == cropped.kept_text == (Area(x=0, y=0, width=5, height=5),)
    with pytest.raises(ValueError, match="nothing to cut"):
        cropped.cropped(media_type="image/png")


def test_concerns_are_those_of_what_the_panel_sees() -> None:
    concerns = (Concern.BLURRED, Concern.MARKER_LOST)
    shown = replace(_image(1), facts=replace(FACTS, concerns=concerns), confirmed_at=NOW)
    hidden = replace(_image(2), facts=replace(FACTS, concerns=(Concern.CLIPPED,)))

    assert concerns_of((shown, hidden)) == (Concern.MARKER_LOST, Concern.BLURRED)
    assert Series(uid="s", images=(shown, hidden)).concerns == (Concern.MARKER_LOST, Concern.CLIPPED, Concern.BLURRED)


def test_areas_of_different_frames_do_not_meet() -> None:
    first, second = (Area(x=1, y=1, width=4, height=4, frame=frame) for frame in (0, 1))

    assert not first.meets(second)
    assert first.meets(replace(second, frame=None))
    assert not first.meets(Area(x=5, y=1, width=2, height=2))


def _of_study(uid: str, day: int | None) -> Image:
    image = _image(1)
    return replace(image, facts=replace(image.facts, study_uid=uid, study_day=day))


def test_prior_is_so_many_days_before_the_newest() -> None:
    images = (_of_study("now", 1034), _of_study("prior", 1001), _of_study("prior", 1000), _of_study("photo", None))

    assert days_before_newest(images) == {"prior": 34}
    assert days_before_newest(()) == {}


@given(st.lists(st.integers(1, 3_000_000), min_size=1, max_size=6), st.integers(-400, 400))
def test_distance_in_days_survives_every_shift_of_dates(days: list[int], shift: int) -> None:
    images, shifted = (tuple(_of_study(str(number), day + by) for number, day in enumerate(days)) for by in (0, shift))

    assert days_before_newest(images) == days_before_newest(shifted)
    assert all(days > 0 for days in days_before_newest(images).values())
