"""Images grouped into series, in reading order."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from domain.ids import ImageId, ObjectId, QuestionId, UploadId, derive_id
from domain.study import Image, ImageFacts, group_into_series

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
