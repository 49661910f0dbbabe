"""What stands in a room of a message that is not whole: noted as it is posted, taken out by whoever begins it anew.

A process that is killed between two parts forgets which it has posted; the next one finds them here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass

from domain.delivery import OutgoingMessage
from domain.errors import PermanentError
from domain.messages import Address
from domain.ports.services import Log
from domain.ports.store import Store, Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A message on its way into a room; of one that is about no question nothing is kept."""

    store: Store
    log: Log
    room: Address
    message: OutgoingMessage

    async def note(self, parts: Sequence[str]) -> None:
        """Note parts of it until the rest is there."""
        question_id, delivery_id = self.message.question_id, self.message.delivery_id
        if question_id is None:
            return

        def note(transaction: Transaction) -> None:
            for part in parts:
                transaction.rooms.note_begun(self.room, part, question_id, delivery_id=delivery_id)

        await self.store.write(note)

    async def take_out(
        self,
        take_back: Callable[[Sequence[str]], Awaitable[None]],
        *,
        lasting: Collection[str],
        kept: Sequence[str] = (),
    ) -> None:
        """Take out what earlier tries have left, before another.

        Args:
            lasting: the errors by which a part stays for good: it goes with everything else about its question.
            kept: the parts behind which this process goes on.
        Raises:
            HilumError: as `take_back` says; it stands there still, and nothing may be posted beside it.
        """
        question_id, delivery_id = self.message.question_id, self.message.delivery_id
        if question_id is None:
            return
        noted = await self.store.read(
            lambda transaction: transaction.rooms.begun_in(question_id, self.room, delivery_id)
        )
        left = [part for part in noted if part not in kept]
        if not left:
            return
        is_gone = await self._are_gone(left, take_back, lasting=lasting)

        def settle(transaction: Transaction) -> None:
            if is_gone:
                transaction.rooms.forget_messages(question_id, self.room, only=left)
                return
            for part in left:
                transaction.rooms.note_message(self.room, part, question_id)

        await self.store.write(settle)

    async def _are_gone(
        self, parts: Sequence[str], take_back: Callable[[Sequence[str]], Awaitable[None]], *, lasting: Collection[str]
    ) -> bool:
        try:
            await take_back(parts)
        except PermanentError as error:
            if error.code not in lasting:
                raise
            self.log.error("parts_left_behind", channel=self.room.channel, error=error.code, count=len(parts))
            return False
        return True
