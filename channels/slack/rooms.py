"""A panel's channel: a thread for each question under its card; the `RoomChannel` side."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from channels.slack.blocks import card_blocks, notice_of
from channels.slack.calls import Calls, pages
from channels.slack.outbound import Outbound, Post
from channels.slack.payloads import Payload, part_at, text_at
from channels.slack.references import channel_and_timestamp, joined
from channels.slack.strays import Strays
from domain.delivery import OutgoingMessage, SendingGate
from domain.errors import PermanentError, TransientError
from domain.ids import QuestionId
from domain.messages import Address
from domain.ports.channel import Placed, RoomView

_A_SECOND = timedelta(seconds=1.1)
"""Source: Slack, *Rate limits*: about one message a second in each channel; a little more, since networks bunch."""
_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Rooms:
    calls: Calls
    outbound: Outbound

    async def open_thread(self, room: Address, view: RoomView) -> Placed:
        post = Post(channel=room.external_id, room=room.external_id, title=view.title)
        posted = await self.outbound.post(post, view.card)
        card, *pictures = posted.references
        return Placed(thread=card, card=card, others=tuple(pictures), lacks_images=posted.lacks_images)

    async def show(self, room: Address, placed: Placed, view: RoomView) -> Placed:
        _, timestamp = channel_and_timestamp(placed.card)
        await self.calls(
            "chat.update",
            room=room.external_id,
            channel=room.external_id,
            ts=timestamp,
            text=notice_of(view.card, title=view.title),
            blocks=card_blocks(view.card, title=view.title),
        )
        return placed

    async def post(self, room: Address, placed: Placed, message: OutgoingMessage) -> str:
        _, timestamp = channel_and_timestamp(placed.thread)
        post = Post(channel=room.external_id, room=room.external_id, thread=timestamp)
        return joined((await self.outbound.post(post, message)).references)

    async def remove(self, room: Address, placed: Placed, references: tuple[str, ...]) -> None:
        """Delete the replies first: Slack keeps an empty stone where a message with replies was."""
        others = [each for each in dict.fromkeys(references) if each != placed.card]
        await self.outbound.take_back(joined((*others, placed.card)), room=room.external_id)

    async def take_out_strays(
        self, room: Address, placed: Placed, question_id: QuestionId, *, known: frozenset[str]
    ) -> None:
        await Strays(self.calls, self.outbound).take_out(room, placed, question_id, known=known)

    async def roster(self, room: Address) -> frozenset[str]:
        """Return the people in a channel, other apps among them: they read along as well.

        Raises:
            PermanentError("room_public"): it is public, so that everybody in the workspace reads along.
            TransientError: Slack answers without a list or without its end, which says of nobody that they are not
                there.
        """
        about = await self.calls("conversations.info", room=room.external_id, channel=room.external_id)
        if part_at(about, "channel").get("is_private") is not True:
            raise PermanentError("room_public")
        own = text_at(await self.calls("auth.test"), "user_id")
        place = {"room": room.external_id, "channel": room.external_id}
        answers = pages(self.calls, "conversations.members", **place, limit=_PAGE)
        people = [person async for answer in answers for person in _people_in(answer)]
        return frozenset(people) - {own}

    def gate(self, room: Address) -> SendingGate:
        return SendingGate(channel=f"slack|{room.external_id}", interval=_A_SECOND)


def _people_in(answer: Payload) -> set[str]:
    members = answer.get("members")
    people = {each for each in members if isinstance(each, str)} if isinstance(members, list) else set()
    if not people:
        # The app itself is always there.
        raise TransientError("slack_away")
    return people
