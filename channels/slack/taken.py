"""Whoever presses "claim" in a room a moment too late learns it there, and nobody else does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from channels.slack.blocks import button, section
from channels.slack.calls import Calls
from channels.slack.mrkdwn import escaped
from channels.slack.presses import PRESS, Pressed, value_of
from domain.access import Capability, can
from domain.delivery import Value
from domain.errors import HilumError
from domain.handover import held_since
from domain.ids import QuestionId
from domain.member import Member
from domain.messages import Action, Press
from domain.ports.listening import ChannelServices
from domain.ports.store import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Taker:
    """Who has a question, and since when."""

    question_id: QuestionId
    label: str
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class TooLate:
    calls: Calls
    services: ChannelServices

    async def told(self, reader: Member, pressed: Pressed) -> bool:
        """Say, to whoever pressed alone, who has the question; False where nobody else has it.

        It is what the deed itself would answer, without the way through a conversation of their own. Whatever is
        not clear here is left to the deed.
        """
        if not pressed.origin.room or not can(reader, Capability.ANSWER):
            return False
        taker = await self.services.store.read(lambda transaction: _taker(transaction, reader, pressed.press))
        return taker is not None and await self._say(reader, pressed, taker=taker)

    async def _say(self, reader: Member, pressed: Pressed, *, taker: Taker) -> bool:
        """Say it in the channel, where the card stands.

        Source: Slack, *chat.postEphemeral*, `thread_ts`: "Ephemeral messages in threads are only shown if there is
        already an active thread", and a card has no replies at first.
        """
        wording = self.services.wording
        values: dict[str, Value] = {"label": taker.label, "name": taker.name, "at": taker.at}
        text = wording.text("error.already_taken", reader, values)
        follow = button(
            wording.label(Action.FOLLOW, reader.language),
            action=f"{PRESS}:0",
            value=value_of(Press(action=Action.FOLLOW, question_id=taker.question_id)),
        )
        try:
            await self.calls(
                "chat.postEphemeral",
                room=pressed.origin.room,
                channel=pressed.origin.room,
                user=pressed.user,
                text=escaped(text),
                blocks=[section(text), {"type": "actions", "elements": [follow]}],
            )
        except HilumError as error:
            self.services.log.warning("too_late_not_told", error=error.code)
            return False
        return True


def _taker(transaction: Transaction, reader: Member, press: Press) -> Taker | None:
    choice = transaction.choices.get(press.token) if press.token else None
    question_id = press.question_id if choice is None else choice.question_id
    if question_id is None:
        return None
    question = transaction.questions.get(question_id)
    if question.claimed_by in (None, reader.id) or not question.is_awaiting_panel:
        return None
    claimer = transaction.members.get(question.claimed_by)
    since = held_since(question, transaction.entries.of_question(question_id))
    if since is None:
        return None
    return Taker(question_id=question_id, label=question.label, name=claimer.display_name, at=since)
