"""Those who ask: they write, send, reply when they are asked back, and say whether it helped."""

from __future__ import annotations

from functools import partial

from bot.simulation.person import HOUR, MINUTE, Heard, Person, weighted
from bot.simulation.plan import Arrival
from domain.messages import Action
from domain.question import Urgency

_SENDS = {
    Urgency.URGENT: Action.SEND_URGENT,
    Urgency.TODAY: Action.SEND_TODAY,
    Urgency.ROUTINE: Action.SEND_ROUTINE,
}
_AFTER_ANSWER = {"helped": 55, "changed_plan": 20, "read": 8, "nothing": 11, "reopen": 3, "second_opinion": 3}
_FORGETS_DRAFT, _WITHDRAWS, _NEVER_REPLIES, _INSISTS = 0.02, 0.01, 0.05, 0.4


class Asker(Person):
    """One who asks; `_wants` is how urgent the question is that they have in mind."""

    _wants: Urgency = Urgency.TODAY

    async def ask(self, arrival: Arrival) -> None:
        self._wants = arrival.urgency
        await self.world.say(self.member, arrival.text)

    def hear(self, heard: Heard) -> None:
        if heard.offers(_SENDS[self._wants]):
            self._decide_on_draft(heard)
        elif heard.key.startswith("question.receipt_"):
            self._decide_on_withdrawal(heard)
        elif heard.key == "question.asked_back":
            self._decide_on_reply(heard)
        elif heard.offers(Action.INSIST) and self.chance(_INSISTS):
            self.later(2 * MINUTE, partial(self.press, heard, Action.INSIST))
        elif heard.offers(Action.HELPED) and self.sees(heard):
            self._decide_on_feedback(heard)

    def _decide_on_draft(self, heard: Heard) -> None:
        is_reminder = heard.key == "draft.reminder"
        if (is_reminder and self.chance(0.5)) or (not is_reminder and self.chance(_FORGETS_DRAFT)):
            return
        self.later(MINUTE / 2, partial(self.press, heard, _SENDS[self._wants]))

    def _decide_on_withdrawal(self, heard: Heard) -> None:
        if self.chance(_WITHDRAWS):
            self.later(10 * MINUTE, partial(self.press, heard, Action.WITHDRAW))

    def _decide_on_reply(self, heard: Heard) -> None:
        question_id = heard.message.question_id
        if not self.chance(_NEVER_REPLIES):
            self.later(5 * MINUTE, partial(self.world.say, self.member, "CT 5 days ago, no effusion.", to=question_id))

    def _decide_on_feedback(self, heard: Heard) -> None:
        choice = weighted(self.dice, _AFTER_ANSWER)
        if choice != "nothing" and heard.offers(Action(choice)):
            self.later(HOUR, partial(self.press, heard, Action(choice)))
