"""Files are streamed from the service; what it does not hand out is explained."""

from __future__ import annotations

from dataclasses import replace
from unittest.mock import AsyncMock

import pytest

from channels.telegram.client import Client
from domain.errors import TransientError, UserError
from domain.messages import Attachment, AttachmentKind

HALF_MEBIBYTE = bytes(range(256)) * 2048


def attachment(reference: str) -> Attachment:
    return Attachment(reference=reference, kind=AttachmentKind.FILE)


async def fetched(channel, reference: str) -> bytes:
    return b"".join([chunk async for chunk in channel.fetch(attachment(reference))])


async def test_file_comes_as_it_was_sent(channel, ana):
    sent = ana.sends_document(HALF_MEBIBYTE, name="image.dcm")

    assert await fetched(channel, sent.document.file_id) == HALF_MEBIBYTE


async def test_file_beyond_the_services_limit(channel, ana):
    sent = ana.sends_document(bytes(20 * 1024 * 1024 + 1), name="image.dcm")

    with pytest.raises(UserError, match="file_too_large_here"):
        await fetched(channel, sent.document.file_id)


async def test_file_that_the_service_does_not_know(channel):
    with pytest.raises(UserError, match="file_gone"):
        await fetched(channel, "nothing")


@pytest.mark.parametrize("method", ["getFile", "download"])
@pytest.mark.parametrize("fault", ["broken", "cut_before", "cut_after"])
async def test_broken_line_is_tried_again_later(peer, channel, ana, method, fault):
    sent = ana.sends_document(HALF_MEBIBYTE, name="image.dcm")
    getattr(peer.faults, fault)(method=method)

    with pytest.raises(TransientError, match="telegram_away"):
        await fetched(channel, sent.document.file_id)

    assert await fetched(channel, sent.document.file_id) == HALF_MEBIBYTE


@pytest.mark.parametrize("path", ["/var/lib/telegram/file_1.dcm", "../file_1.dcm", None, 5])
async def test_path_that_is_no_download_is_not_followed(client, path):
    client.call = AsyncMock(return_value={"file_path": path})

    with pytest.raises(UserError, match="file_not_given"):
        await anext(client.fetch(attachment("x")))


async def test_refused_token_loses_no_file(options):
    client = Client(replace(options, token=f"1:{'a' * 35}"))

    with pytest.raises(TransientError):
        await anext(client.fetch(attachment("x")))
    client.call = AsyncMock(return_value={"file_path": "documents/file_1.dcm"})
    with pytest.raises(TransientError):
        await anext(client.fetch(attachment("x")))
    await client.close()


async def test_link_that_has_run_out(peer, client):
    client.call = AsyncMock(return_value={"file_path": "documents/file_999.dcm"})

    with pytest.raises(UserError, match="file_gone"):
        await anext(client.fetch(attachment("x")))
