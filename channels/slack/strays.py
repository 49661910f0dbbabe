"""Finding again what was posted when Slack's answer was lost: a post in a room says what it is about, and a message to
somebody of which delivery it is.

Source: Slack, *Message metadata*: an app may put data of its own into a message, which its history brings back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from channels.slack.calls import Calls, pages
from channels.slack.history import timestamp_of
from channels.slack.outbound import EVENT, Outbound
from channels.slack.payloads import Payload, part_at, parts_at, text_at
from channels.slack.references import channel_and_timestamp, joined, message_reference
from domain.delivery import OutgoingMessage
from domain.errors import HilumError
from domain.ids import QuestionId
from domain.messages import Address
from domain.ports.channel import Placed

_LOOKED_BACK = timedelta(days=7)
"""Longer ago nobody waits for the answer to a call, nor is Hilum down."""
_PAGE = 200


@dataclass(frozen=True, slots=True)
class Strays:
    calls: Calls
    outbound: Outbound

    async def take_out(self, room: Address, placed: Placed, question_id: QuestionId, *, known: frozenset[str]) -> None:
        """Delete what stands of a question in its thread, or in a room where it has none, but for what is known."""
        _, thread = channel_and_timestamp(placed.thread)
        kept = {channel_and_timestamp(each)[1] for each in known}
        found = [
            timestamp
            for message in await self._written(room.external_id, thread, room=room.external_id)
            if (timestamp := text_at(message, "ts")) not in kept
            and text_at(_carried_by(message), "question") == question_id
        ]
        references = [message_reference(room.external_id, each) for each in found]
        self.outbound.forget(references)
        await self.outbound.take_back(joined(references), room=room.external_id)

    async def look_for(self, address: Address, message: OutgoingMessage) -> bool:
        """Find what stands of a message with a member whose acceptance was never heard of; False where nobody can look.

        Words wait for no look: where Slack does not let us, they are sent once more.
        """
        try:
            await self._resume(address, message)
        except HilumError as error:
            self.outbound.services.log.warning("copies_not_found", delivery_id=message.delivery_id, error=error.code)
            return False
        # Pictures carry nothing.
        return not message.images

    async def _resume(self, address: Address, message: OutgoingMessage) -> None:
        channel = text_at(await self.calls("conversations.open", users=address.external_id), "channel", "id")
        post = await self.outbound.place_of(address, message)
        written = await self._written(channel, "")
        if post.thread:
            written += await self._written(channel, post.thread)
        found = {
            message_reference(channel, text_at(each, "ts")): carried
            for each in written
            if text_at(carried := _carried_by(each), "delivery") == message.delivery_id
        }
        await self.outbound.resume(post, message, found)

    async def _written(self, channel: str, thread: str, *, room: str = "") -> list[Payload]:
        method = "conversations.replies" if thread else "conversations.history"
        oldest = timestamp_of(self.calls.now - _LOOKED_BACK)
        where = {"ts": thread} if thread else {"oldest": oldest}
        asked = {"room": room, "channel": channel, "limit": _PAGE, "include_all_metadata": True, **where}
        answers = pages(self.calls, method, **asked)
        return [message async for answer in answers for message in parts_at(answer, "messages")]


def _carried_by(message: Payload) -> Payload:
    """Return what a post of ours carries unseen; nothing where it is none."""
    metadata = part_at(message, "metadata")
    return part_at(metadata, "event_payload") if text_at(metadata, "event_type") == EVENT else {}
