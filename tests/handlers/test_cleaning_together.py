"""The files of one question go through the door together, so that a series is searched as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from domain.errors import DeidentificationError, TransientError
from domain.ports.deidentifier import CleanedUpload
from domain.study import SealedSegment, UploadState
from tests.fakes.society import MEMBER, Society
from tests.fakes.watchful_door import Watched


@dataclass
class _CountingDoor:
    """Fails on whatever holds more files than it bears; keeps how many came at a time."""

    door: Any
    bears: int = 1000
    error: Exception = field(default_factory=lambda: DeidentificationError("refusal.image_kills_reader"))
    came: list[int] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.door, name)

    async def clean_uploads(
        self, uploads: Sequence[Sequence[SealedSegment]], *, secret: bytes
    ) -> tuple[CleanedUpload, ...]:
        self.came.append(len(uploads))
        if len(uploads) > self.bears:
            raise self.error
        found: tuple[CleanedUpload, ...] = await self.door.clean_uploads(uploads, secret=secret)
        return found


def _counted(watched: Watched, **changes: Any) -> tuple[Society, _CountingDoor]:
    society, door = watched
    counting = _CountingDoor(door, **changes)
    society.services = replace(society.services, deidentifier=counting)
    return society, counting


async def _send(society: Society, count: int) -> None:
    await society.write_draft("PE?", *(b"file %d" % number for number in range(count)))


async def _images(society: Society) -> int:
    draft = await society.draft(MEMBER)
    return len(await society.images(draft.id))


async def test_files_of_a_question_are_cleaned_in_one_call(watched: Watched) -> None:
    society, door = _counted(watched)

    await _send(society, 5)

    assert door.came == [5]
    assert await _images(society) == 5


async def test_no_call_takes_more_than_its_share(watched: Watched) -> None:
    society, door = _counted(watched)
    society.services = replace(society.services, rules=replace(society.services.rules, files_together=2))

    await _send(society, 5)

    assert door.came == [2, 2, 1]
    assert await _images(society) == 5


@pytest.mark.parametrize(
    "error", [DeidentificationError("refusal.image_kills_reader"), TransientError("image_process_died")]
)
async def test_file_that_breaks_the_door_spoils_no_other(watched: Watched, error: Exception) -> None:
    society, door = _counted(watched, bears=1, error=error)

    await _send(society, 3)

    assert door.came == [3, 1, 1, 1]
    assert await _images(society) == 3


async def test_names_of_a_series_are_kept_once(watched: Watched) -> None:
    society, door = watched
    door.named = [("Hong", "1958")] * 4

    await _send(society, 4)

    draft = await society.draft(MEMBER)
    found = await society.read(lambda transaction: transaction.identities.of_question(draft.id))
    kinds = sorted(mark.kind.value for marks in found.values() for mark in marks)
    assert kinds == ["birth_date"] * 4 + ["name"]


async def test_file_that_cannot_be_cleaned_alone_is_refused(watched: Watched) -> None:
    society, _ = _counted(watched, bears=0)

    await _send(society, 2)

    draft = await society.draft(MEMBER)
    states = await society.read(lambda transaction: transaction.uploads.of_question(draft.id))
    assert {upload.state for upload in states} == {UploadState.REFUSED}
