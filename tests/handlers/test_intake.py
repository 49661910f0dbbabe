"""The one way in: limits, what is cut before the first commit, and files that come in pieces."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import UserError
from domain.ids import UploadId
from domain.messages import InboundMessage, Origin
from domain.ports.intake import IntakeLimits
from domain.study import UploadState
from domain.text import IdentifiableText
from tests.fakes.society import MEMBER, Society, chunked, found_society

SOON = timedelta(seconds=1)
LIMITS = IntakeLimits(text_characters=20, file_bytes=1_000_000, files_per_message=2, member_bytes=1_500_000)


@pytest.fixture
def society(society: Society) -> Society:
    """A society that takes so little that a test reaches its limits."""
    society.intake = replace(society.intake, limits=LIMITS)
    return society


async def _cut_off(reached: asyncio.Event) -> AsyncIterator[bytes]:
    """Send four bytes, and then nothing more for ever."""
    yield b"x" * 4
    reached.set()
    await asyncio.Event().wait()


async def _begin(society: Society, name: str, size_bytes: int) -> UploadId:
    return (await society.intake.begin_upload(MEMBER.id, external_id=name, size_bytes=size_bytes)).id


@pytest.mark.parametrize(("size_bytes", "code"), [(0, "file_empty"), (-1, "file_empty"), (1_000_001, "file_too_large")])
async def test_size_is_refused_before_anything_is_kept(society: Society, size_bytes: int, code: str) -> None:
    with pytest.raises(UserError, match=code):
        await _begin(society, "a", size_bytes)


async def test_one_member_cannot_fill_the_disk(society: Society) -> None:
    await _begin(society, "a", 900_000)

    with pytest.raises(UserError, match="uploads_full"):
        await _begin(society, "b", 900_000)

    assert await _begin(society, "a", 900_000)


async def test_images_are_not_announced_where_none_are_taken(society: Society) -> None:
    society.intake = replace(society.intake, takes_images=False)

    with pytest.raises(UserError, match="images_not_taken"):
        await _begin(society, "a", 10)


@pytest.mark.parametrize("field", ["text", "form"])
async def test_text_is_bounded_wherever_it_stands(society: Society, field: str) -> None:
    message = society.message(MEMBER, "a")
    long = IdentifiableText("x" * 21)
    message = replace(message, text=long) if field == "text" else replace(message, fields={"text": long})

    with pytest.raises(UserError, match="text_too_long"):
        await society.intake.accept(message)


async def test_files_of_a_message_are_bounded(society: Society) -> None:
    message = replace(society.message(MEMBER, "a"), uploads=(UploadId("a"), UploadId("b"), UploadId("c")))

    with pytest.raises(UserError, match="too_many_files"):
        await society.intake.accept(message)


async def test_resident_number_is_not_even_sealed(society: Society) -> None:
    words = IdentifiableText("800101-1234567")
    await society.intake.accept(replace(society.message(MEMBER, "a"), text=words, fields={"text": words}))
    (notice,) = await society.read(lambda t: t.inbox.unfinished(received_before=society.now.replace(year=2030)))

    message = await society.read(lambda transaction: transaction.inbox.open(notice.inbox_id))

    assert message.text is not None
    assert {message.text.value, message.fields["text"].value} == {"[resident number]"}


async def test_more_than_was_announced_is_left_out(society: Society) -> None:
    upload_id = await _begin(society, "a", 10)

    upload = await society.intake.receive(upload_id, chunked(b"x" * 30, size=7), offset=0)

    assert (upload.received_bytes, upload.state) == (10, UploadState.COMPLETE)


async def test_whole_file_is_not_taken_again(society: Society) -> None:
    upload_id = await society.upload(MEMBER, b"x" * 10, external_id="a")

    upload = await society.intake.receive(upload_id, chunked(b"y" * 10), offset=0)

    assert (upload.received_bytes, upload.state) == (10, UploadState.COMPLETE)


async def test_wrong_place_is_refused(society: Society) -> None:
    upload_id = await _begin(society, "a", 10)

    with pytest.raises(UserError, match="upload_offset"):
        await society.intake.receive(upload_id, chunked(b"x" * 5), offset=5)


async def test_later_connection_goes_on_for_the_one_that_hangs(society: Society) -> None:
    upload_id = await _begin(society, "a", 10)
    reached = asyncio.Event()
    first = asyncio.create_task(society.intake.receive(upload_id, _cut_off(reached), offset=0))
    await asyncio.wait_for(reached.wait(), 5)
    stands = (await society.intake.begin_upload(MEMBER.id, external_id="a", size_bytes=10)).received_bytes
    rest = chunked(b"x" * (10 - stands))

    upload = await asyncio.wait_for(society.intake.receive(upload_id, rest, offset=stands), 5)

    assert upload.state is UploadState.COMPLETE
    with pytest.raises((UserError, asyncio.CancelledError)):
        await first


@settings(deadline=None, max_examples=8)
@given(sizes=st.lists(st.integers(min_value=1, max_value=4), min_size=1, max_size=6))
async def test_pieces_of_any_size_make_the_whole(tmp_path_factory: pytest.TempPathFactory, sizes: list[int]) -> None:
    folder = tmp_path_factory.mktemp("pieces")
    society = await found_society(folder)
    upload_id = await _begin(society, "a", sum(sizes))

    upload = None
    for number, size in enumerate(sizes):
        upload = await society.intake.receive(upload_id, chunked(b"x" * size), offset=sum(sizes[:number]))

    assert upload is not None
    assert upload.is_complete
    society.close()


async def test_refused_upload_stays_refused_while_it_streams(society: Society) -> None:
    upload_id = await _begin(society, "a", 10)

    async def refused_meanwhile() -> AsyncIterator[bytes]:
        yield b"x" * 5
        upload = await society.read(lambda transaction: transaction.uploads.get(upload_id))
        refused = replace(upload, state=UploadState.REFUSED)
        await society.change(lambda transaction: transaction.uploads.save(refused))
        yield b"x" * 5

    upload = await society.intake.receive(upload_id, refused_meanwhile(), offset=0)

    assert upload.state is UploadState.REFUSED


async def test_connection_that_is_cut_ends_its_receiving(society: Society) -> None:
    upload_id = await _begin(society, "a", 10)
    reached = asyncio.Event()
    receiving = asyncio.create_task(society.intake.receive(upload_id, _cut_off(reached), offset=0))
    await asyncio.wait_for(reached.wait(), 5)
    receiving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await receiving
    stands = (await society.intake.begin_upload(MEMBER.id, external_id="a", size_bytes=10)).received_bytes
    upload = await society.intake.receive(upload_id, chunked(b"x" * (10 - stands)), offset=stands)

    assert upload.state is UploadState.COMPLETE


def _edited(society: Society) -> tuple[InboundMessage, InboundMessage]:
    """Return a message as it was found after an edit, and the edit by itself."""
    found = society.message(MEMBER, "m1")
    return found, replace(found, external_id="m1|edit", origin=Origin(reference="m1", is_edit=True))


async def test_edit_that_a_new_message_holds_is_known_with_it(society: Society) -> None:
    message, edit = _edited(society)

    taken = await society.intake.accept(message, edit=edit)

    assert (taken, await society.intake.accept(edit), await society.intake.accept(message)) == (True, False, False)


async def test_edit_of_a_known_message_is_taken_once(society: Society) -> None:
    message, edit = _edited(society)
    await society.intake.accept(message)

    taken = [await society.intake.accept(message, edit=edit) for _ in range(2)]

    assert taken == [True, False]


async def test_edit_that_came_before_its_message_stays_taken(society: Society) -> None:
    message, edit = _edited(society)
    await society.intake.accept(edit)

    assert await society.intake.accept(message, edit=edit)
    waiting = await society.read(lambda transaction: transaction.inbox.unfinished(received_before=society.now + SOON))
    assert len(waiting) == 2
