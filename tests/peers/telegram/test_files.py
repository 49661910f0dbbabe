"""getFile and the download behind it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from telegram.error import BadRequest, InvalidToken

from tests.peers.telegram.files import DOWNLOAD_LIMIT_BYTES


async def test_file_of_20_mb_is_prepared_and_a_larger_one_is_not(bot, ana):
    largest = ana.sends_document(bytes(DOWNLOAD_LIMIT_BYTES), name="ct.dcm").document
    larger = ana.sends_document(bytes(DOWNLOAD_LIMIT_BYTES + 1), name="ct.dcm").document

    assert (await bot.get_file(largest.file_id)).file_size == DOWNLOAD_LIMIT_BYTES
    with pytest.raises(BadRequest, match="File is too big"):
        await bot.get_file(larger.file_id)


async def test_link_ends_after_an_hour_and_is_given_again(peer, bot, ana):
    file_id = ana.sends_document(b"DICM", name="a.dcm").document.file_id
    link = await bot.get_file(file_id)
    peer.clock.advance(timedelta(hours=1))

    with pytest.raises(InvalidToken):
        await link.download_as_bytearray()

    assert await (await bot.get_file(file_id)).download_as_bytearray() == b"DICM"


async def test_unknown_file_is_refused(bot):
    with pytest.raises(BadRequest, match="Wrong file_id"):
        await bot.get_file("no-such-file")
