"""The demo's post: a letter is a file, and nothing leaves the machine."""

from __future__ import annotations

import os
from pathlib import Path

from channels.outbox.channel import OutboxChannel
from domain.delivery import OutgoingMessage
from domain.ids import DeliveryId
from domain.messages import Address

TO = Address(channel="mail", external_id="somi@example.org")
LETTER = OutgoingMessage(
    delivery_id=DeliveryId("d1"), key="join.code", text="Your code is 123456.", reply="Reply 1=yes"
)


async def test_letter_is_a_file_with_its_reader_on_top(tmp_path: Path) -> None:
    channel = OutboxChannel(tmp_path / "outbox")

    await channel.send(TO, LETTER)

    file = tmp_path / "outbox" / "d1.txt"
    assert file.read_text(encoding="utf-8") == "somi@example.org\nYour code is 123456.\nReply 1=yes\n"


async def test_letter_sent_again_is_still_one(tmp_path: Path) -> None:
    channel = OutboxChannel(tmp_path)

    references = [await channel.send(TO, LETTER) for _ in range(2)]

    assert references == ["d1", "d1"]
    assert [file.name for file in os.scandir(tmp_path)] == ["d1.txt"]


def test_post_takes_any_length_and_waits_for_nobody(tmp_path: Path) -> None:
    channel = OutboxChannel(tmp_path)

    assert (channel.name, channel.gate, channel.capabilities.has_buttons) == ("mail", None, False)
    assert not channel.capabilities.is_short
