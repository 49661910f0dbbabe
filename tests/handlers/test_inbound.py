"""Who sent a message, as of the transaction that acts on it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from domain.errors import UserError
from domain.ids import InboxId
from domain.member import Language
from domain.ports.store import Transaction
from handlers.inbound import Received, as_of_now, lock_sender
from tests.fakes.society import MEMBER, Society


async def test_sender_is_as_they_are_now(society: Society) -> None:
    received = Received(inbox_id=InboxId("i"), message=society.message(MEMBER), sender=MEMBER)
    await society.change_member(MEMBER, language=Language.KOREAN, alias="Member-1")

    now = await society.read(lambda transaction: as_of_now(transaction, received))

    assert (now.sender.language, now.sender.alias) == (Language.KOREAN, "Member-1")


async def test_who_has_left_meanwhile_does_nothing_more(society: Society) -> None:
    received = Received(inbox_id=InboxId("i"), message=society.message(MEMBER), sender=MEMBER)

    def leave(transaction: Transaction) -> None:
        transaction.members.save(replace(MEMBER, active=False))

    await society.change(leave)

    for seen in (as_of_now, lock_sender):
        with pytest.raises(UserError, match="former_member"):
            await society.change(partial(seen, received=received))
