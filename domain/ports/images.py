"""What the one database keeps of images and uploads; the transactions that these are part of are in `store.py`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from domain.ids import ImageId, MemberId, ObjectId, QuestionId, UploadId
from domain.ports.archive import SealedObject
from domain.study import Image, ImageFacts, SealedSegment, Upload


class ImageRepository(Protocol):
    def add(self, image: Image) -> bool: ...
    def get(self, image_id: ImageId) -> Image:
        """Raises PermanentError("image_unknown")."""

    def of_question(self, question_id: QuestionId) -> tuple[Image, ...]:
        """In order of arrival, removed ones included."""

    def confirm_series(
        self, question_id: QuestionId, series_uid: str, *, images: frozenset[ImageId], at: datetime
    ) -> int:
        """Mark those images of a series that its asker was shown as looked at; returns how many changed."""

    def unconfirm_series(self, question_id: QuestionId, series_uid: str) -> int:
        """Take back that a series was looked at; returns how many of its images changed."""

    def change(self, image_id: ImageId, *, former: ObjectId, object_id: ObjectId, facts: ImageFacts) -> bool:
        """Put another object in an image's place, to be looked at again; False where `former` is not its object."""

    def remove_series(self, question_id: QuestionId, series_uid: str, at: datetime) -> Sequence[ObjectId]:
        """Mark a series as removed; returns the objects to shred."""

    def remove_upload(self, question_id: QuestionId, upload_id: UploadId, at: datetime) -> Sequence[ObjectId]:
        """Take out what one file became."""

    def remove_all(self, question_id: QuestionId, at: datetime) -> Sequence[ObjectId]: ...


class ObjectRepository(Protocol):
    """Keys of the archive's sealed objects: without its row an object is noise."""

    def add(self, sealed: SealedObject) -> None: ...
    def get(self, object_id: ObjectId) -> SealedObject:
        """Raises PermanentError("object_shredded")."""

    def shred(self, object_id: ObjectId) -> None:
        """Forget the key and note the erasure, which a restore from backup applies again."""


class UploadRepository(Protocol):
    def add(self, upload: Upload) -> bool: ...
    def get(self, upload_id: UploadId) -> Upload:
        """Raises PermanentError("upload_unknown")."""

    def lock(self, upload_id: UploadId) -> Upload:
        """Return an upload that nobody else changes before this transaction ends: `save` writes the whole of it.

        Raises:
            PermanentError("upload_unknown"): there is none.
        """

    def save(self, upload: Upload) -> None: ...
    def add_segment(self, segment: SealedSegment) -> None: ...
    def segments(self, upload_id: UploadId) -> tuple[SealedSegment, ...]: ...
    def forget_segments(self, upload_id: UploadId) -> None: ...
    def of_question(self, question_id: QuestionId) -> tuple[Upload, ...]: ...
    def bytes_held(self, member_id: MemberId) -> int:
        """Return how many bytes a member has announced that are not shredded yet."""

    def begun_before(self, instant: datetime) -> Sequence[Upload]:
        """Uploads not shredded that began before an instant."""
