"""Finding again what was posted in a room when Slack's answer was lost: each post there says what it is about.

Source: Slack, *Message metadata*: an app may put data of its own into a message, which its history brings back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from channels.slack.calls import Calls
from channels.slack.history import timestamp_of
from channels.slack.outbound import EVENT, Outbound
from channels.slack.payloads import Payload, part_at, parts_at, text_at
from channels.slack.references import channel_and_timestamp, joined, message_reference
from domain.ids import QuestionId
from domain.messages import Address
from domain.ports.channel import Placed

_LOOKED_BACK = timedelta(days=1)
"""Longer ago nobody waits for the answer to a call."""
_PAGE = 200
_MOST_PAGES = 20


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
            for message in await self._written(room, thread)
            if (timestamp := text_at(message, "ts")) not in kept and _is_about(message, question_id)
        ]
        # What was posted of it before the line was cut goes as well: it is posted anew as a whole.
        self.outbound.forget(room.external_id, thread)
        references = joined(message_reference(room.external_id, each) for each in found)
        await self.outbound.take_back(references, room=room.external_id)

    async def _written(self, room: Address, thread: str) -> list[Payload]:
        method = "conversations.replies" if thread else "conversations.history"
        oldest = timestamp_of(self.calls.now - _LOOKED_BACK)
        where: Mapping[str, object] = {"ts": thread} if thread else {"oldest": oldest}
        found: list[Payload] = []
        cursor = ""
        for _ in range(_MOST_PAGES):
            answer = await self.calls(
                method,
                room=room.external_id,
                channel=room.external_id,
                limit=_PAGE,
                cursor=cursor or None,
                include_all_metadata=True,
                **where,
            )
            found += parts_at(answer, "messages")
            cursor = text_at(answer, "response_metadata", "next_cursor")
            if not cursor:
                break
        return found


def _is_about(message: Payload, question_id: QuestionId) -> bool:
    metadata = part_at(message, "metadata")
    return text_at(metadata, "event_type") == EVENT and text_at(metadata, "event_payload", "question") == question_id
