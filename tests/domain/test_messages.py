"""What comes by a channel: the same file is known again, however it is fetched."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.messages import Attachment, AttachmentKind

PHOTO = Attachment(reference="a", kind=AttachmentKind.PHOTO)


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        (PHOTO, PHOTO, True),
        (PHOTO, replace(PHOTO, reference="b"), False),
        (replace(PHOTO, unique="U1"), replace(PHOTO, reference="b", unique="U1"), True),
        (replace(PHOTO, unique="U1"), replace(PHOTO, unique="U2"), False),
        (replace(PHOTO, unique="U1"), replace(PHOTO, reference="b"), True),
    ],
)
def test_file_is_known_by_what_its_service_says(one: Attachment, other: Attachment, is_same: bool) -> None:
    assert (one.is_same(other), other.is_same(one)) == (is_same, is_same)
