"""Telling a member, in one sentence, why what they asked for was not done."""

from __future__ import annotations

from domain.commands import GatherDraft, RelayInformation, TakeAction
from domain.errors import UserError
from domain.ports.services import Services
from domain.ports.store import Transaction
from handlers.inbound import open_received
from handlers.outbox import Notice, tell

FromMember = GatherDraft | RelayInformation | TakeAction


async def refuse(services: Services, command: FromMember, error: UserError) -> None:
    """Tell the sender and finish the message: nothing else was changed."""
    received = await open_received(services, command.inbox_id)
    if received is None:
        return

    def answer(transaction: Transaction) -> None:
        notice = Notice(key=f"error.{error.code}", values=dict(error.values))
        tell(services, transaction, received.sender, cause=received.inbox_id, notice=notice)
        transaction.inbox.finish(received.inbox_id)

    await services.store.write(answer)
