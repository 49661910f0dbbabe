"""Pictures of a message that leaves: what is drawn in time, what may come later, and what never comes."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from channels.drawing import Drawing, Wanted, wanted_of
from domain.errors import PermanentError, TransientError, UserError
from domain.ids import ImageId, ObjectId
from domain.ports.archive import SealedObject
from domain.ports.deidentifier import FrameRequest, RenderedFrame
from tests.fakes.quiet_log import QuietLog
from tests.fakes.telegram_world import START, FewTables

SEALED = SealedObject(object_id=ObjectId("o"), size_bytes=9, wrapped_key=b"key", key_id="archive-0001")
PICTURE = RenderedFrame(body=b"picture", media_type="image/jpeg")


class Painter:
    """Draws what it is told, one after another; an event is waited for."""

    def __init__(self, *outcomes: RenderedFrame | Exception | asyncio.Event) -> None:
        self.outcomes = list(outcomes)

    async def frame(self, _sealed: SealedObject, _request: FrameRequest) -> RenderedFrame:
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, asyncio.Event):
            await outcome.wait()
            return PICTURE
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


def drawing(
    *outcomes: RenderedFrame | Exception | asyncio.Event, patience: timedelta = timedelta(seconds=9)
) -> Drawing:
    return Drawing(Painter(*outcomes), QuietLog(), patience=patience)  # type: ignore[arg-type]  # draws frames alone


def images(count: int) -> list[Wanted]:
    request = FrameRequest(frame=0, longest_edge=320)
    return [Wanted(image_id=ImageId(str(number)), sealed=SEALED, request=request) for number in range(count)]


@pytest.mark.parametrize(
    ("trouble", "is_late", "said"),
    [
        (TransientError("image_process_died"), True, {"error": "image_process_died"}),
        (UserError("frame_unknown"), False, {"error": "frame_unknown"}),
        (PermanentError("object_gone"), False, {"error": "object_gone"}),
        (MemoryError(), False, {"error_type": "MemoryError"}),
        (OSError(), False, {"error_type": "OSError"}),
        (KeyError("PatientName"), False, {"error_type": "KeyError"}),
    ],
)
async def test_what_cannot_be_drawn_is_left_out_and_logged(trouble, is_late, said):
    drawer = drawing(PICTURE, trouble, PICTURE)

    drawn = await drawer.of(images(3))

    assert (drawn.frames, drawn.is_late) == ((PICTURE, PICTURE), is_late)
    assert drawer.log.lines == [("picture_not_made", {"image_id": "1", **said})]


async def test_picture_that_takes_too_long_is_not_waited_for():
    busy = asyncio.Event()
    drawer = drawing(PICTURE, busy, PICTURE, patience=timedelta(milliseconds=20))

    drawn = await drawer.of(images(3))
    busy.set()

    assert (drawn.frames, drawn.is_late) == ((PICTURE,), True)
    assert drawer.log.lines == [("picture_not_made", {"image_id": "1", "error": "picture_late"})]


async def test_pictures_behind_the_last_in_time_are_late():
    drawn = await drawing(PICTURE, PICTURE, patience=timedelta(0)).of(images(2))

    assert drawn.is_late


async def test_nothing_to_draw_is_nothing():
    drawn = await drawing().of(())

    assert (drawn.frames, drawn.is_late) == ((), False)


@pytest.mark.parametrize(("most", "kept"), [(10, ["a", "c"]), (3, ["a"]), (1, ["a"])])
def test_first_images_are_drawn_but_for_what_is_gone(most, kept):
    tables = FewTables()
    names = [tables.keep_image("a"), ImageId("unknown"), tables.keep_image("b", removed_at=START)]

    wanted = wanted_of(tables, [*names, tables.keep_image("c")], edge=320, most=most)

    assert [each.image_id for each in wanted] == kept
    assert {(each.request.longest_edge, len(each.request.hatched)) for each in wanted} == {(320, 1)}
