"""How far each place at a service was read back."""

from __future__ import annotations

from dataclasses import replace

from domain.history import ReadMark
from tests.contracts.samples import MINUTE, NOW

MARK = ReadMark(channel="chat", place="D1", person="U1", until=NOW)


async def test_mark_moves_forward_and_never_back(store):
    def move(transaction):
        for until in (NOW, NOW + MINUTE, NOW - MINUTE):
            transaction.read_marks.move(replace(MARK, until=until))
        return transaction.read_marks.of("chat")

    assert await store.write(move) == (replace(MARK, until=NOW + MINUTE),)


async def test_marks_are_those_of_one_channel(store):
    whole = ReadMark(channel="chat", place="", until=NOW)

    def move(transaction):
        for mark in (MARK, whole, replace(MARK, channel="other")):
            transaction.read_marks.move(mark)

    await store.write(move)

    assert await store.read(lambda transaction: transaction.read_marks.of("chat")) == (whole, MARK)
