"""Those who answer: they take what they are paged about, or pass, or do not see it; some fall silent."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import partial

from bot.simulation.person import HOUR, MINUTE, Heard, Person, weighted
from domain.ids import QuestionId
from domain.messages import Action
from domain.question import Question, QuestionState, Urgency

_LABEL = re.compile(r"Q(\d+)")
_ON_PAGE = {"take": 66, "pass": 12, "ignore": 20, "downgrade": 2}
_ON_TAKEN = {"answer": 83, "ask_back": 9, "silent": 5, "hand_over": 3}
_ON_REMINDER = {"answer": 55, "extend": 20, "release": 10, "silent": 15}
_ON_OFFER = {"accept_handover": 70, "decline_handover": 20, "nothing": 10}
_TAKES_OVER, _TESTS_PHONE, _LOOKS_AT_DESK, _LOOKS_FIRST = 0.4, 0.9, 0.5, 0.7
_HANDS = 3
_REACTS = {Urgency.URGENT: 2 * MINUTE, Urgency.TODAY: 20 * MINUTE, Urgency.ROUTINE: 2 * HOUR}
_THINKS = {Urgency.URGENT: 9 * MINUTE, Urgency.TODAY: 45 * MINUTE, Urgency.ROUTINE: 2 * HOUR}
_DESK_EVERY = 5 * HOUR
_OPINION = "Progression, OP pattern. CTPA if D-dimer is rising."
_BACK = "Prior CT? D-dimer?"


class Panelist(Person):
    """One of the panel; takes no more than a few questions at a time, an urgent one all the same."""

    _asked_back: frozenset[QuestionId] = frozenset()
    _in_hand: frozenset[QuestionId] = frozenset()

    def begin(self) -> None:
        """Look at the desk now and then, from here on."""
        self.later(_DESK_EVERY, self._look_at_desk)

    def hear(self, heard: Heard) -> None:
        question_id = heard.message.question_id
        if heard.key == "panel.bundle":
            self._bundled(heard)
        elif heard.offers(Action.CLAIM) and self.sees(heard):
            self.later(_REACTS[_urgency_of(heard)], partial(self._decide, heard))
        elif heard.offers(Action.TEST_RANG) and self.chance(_TESTS_PHONE):
            self.later(HOUR, partial(self.press, heard, Action.TEST_RANG))
        elif heard.offers(Action.EXTEND) or heard.offers(Action.RELEASE):
            self._reminded(heard)
        elif heard.offers(Action.ACCEPT_HANDOVER):
            self._offered(heard)
        elif heard.key == "panel.reply_waits" and question_id and self.sees(heard) and self.chance(_TAKES_OVER):
            self.later(3 * MINUTE, partial(self._take_over, question_id))
        elif heard.key == "panel.information" and question_id in self._in_hand:
            self.later(5 * MINUTE, partial(self._work, question_id))

    def _bundled(self, heard: Heard) -> None:
        labels = tuple(int(number) for number in _LABEL.findall(heard.message.text))
        if labels and self.sees(heard):
            self.later(HOUR, partial(self._choose_from, labels))

    async def _choose_from(self, labels: tuple[int, ...]) -> None:
        await self._take_first(await self.world.labelled(labels))

    async def _look_at_desk(self) -> None:
        self.later(_DESK_EVERY, self._look_at_desk)
        if not self.is_asleep() and self.chance(_LOOKS_AT_DESK):
            await self._take_first(await self.world.desk())

    async def _take_first(self, questions: tuple[Question, ...]) -> None:
        waiting = [q for q in questions if q.state is QuestionState.OPEN and q.asker_id != self.id]
        if waiting and len(self._in_hand) < _HANDS:
            await self.do(Action.CLAIM, waiting[0].id)
            self._taken(waiting[0].id, waiting[0].urgency)

    async def _decide(self, heard: Heard) -> None:
        """Mostly it is looked first whether it is still open; an urgent page is often answered on the spot."""
        question_id, urgency = heard.message.question_id, _urgency_of(heard)
        assert question_id is not None
        choice = weighted(self.dice, _ON_PAGE)
        is_urgent = urgency is Urgency.URGENT
        looks = not is_urgent or self.chance(_LOOKS_FIRST)
        if looks and (await self.world.look_at(question_id)).state is not QuestionState.OPEN:
            return
        if choice == "pass" or (choice == "take" and len(self._in_hand) >= _HANDS and not is_urgent):
            await self.press(heard, Action.PASS)
        elif choice == "take":
            await self.press(heard, Action.CLAIM)
            self._taken(question_id, urgency)
        elif choice == "downgrade" and is_urgent:
            await self.do(Action.DOWNGRADE, question_id, text="Can wait until the afternoon.")

    def _taken(self, question_id: QuestionId, urgency: Urgency | None) -> None:
        self._in_hand |= {question_id}
        self.later(_THINKS[urgency or Urgency.TODAY], partial(self._work, question_id))

    async def _work(self, question_id: QuestionId) -> None:
        question = await self.world.look_at(question_id)
        if question.claimed_by != self.id or question.state is not QuestionState.CLAIMED:
            self._done(question_id)
            return
        choice = weighted(self.dice, _ON_TAKEN)
        if choice == "ask_back" and question_id not in self._asked_back:
            self._asked_back |= {question_id}
            await self.do(Action.ASK_BACK, question_id, text=_BACK)
        elif choice == "hand_over":
            colleague = self.world.colleague_of(self.member, self.dice)
            await self.do(Action.HAND_OVER, question_id, text=colleague.id)
            self.later(20 * MINUTE, partial(self._work, question_id))
        elif choice != "silent":
            await self._answer(question_id)

    async def _answer(self, question_id: QuestionId) -> None:
        self._done(question_id)
        await self.do(Action.ANSWER, question_id, text=_OPINION)

    def _done(self, question_id: QuestionId) -> None:
        self._in_hand -= {question_id}

    def _reminded(self, heard: Heard) -> None:
        question_id = heard.message.question_id
        choice = weighted(self.dice, _ON_REMINDER)
        if question_id is None or choice == "silent" or not self.sees(heard):
            return
        if choice == "answer":
            self.later(3 * MINUTE, partial(self._answer, question_id))
        elif heard.offers(Action(choice)):
            self.later(2 * MINUTE, partial(self._give_way, heard, Action(choice)))

    async def _give_way(self, heard: Heard, action: Action) -> None:
        question_id = heard.message.question_id
        assert question_id is not None
        await self.press(heard, action)
        if action is Action.EXTEND:
            self.later(8 * MINUTE, partial(self._work, question_id))
        else:
            self._done(question_id)

    def _offered(self, heard: Heard) -> None:
        choice = weighted(self.dice, _ON_OFFER)
        if choice != "nothing" and self.sees(heard):
            self.later(3 * MINUTE, partial(self._reply_to_offer, heard, Action(choice)))

    async def _reply_to_offer(self, heard: Heard, action: Action) -> None:
        question_id = heard.message.question_id
        assert question_id is not None
        await self.press(heard, action)
        if action is Action.ACCEPT_HANDOVER:
            self._taken(question_id, None)

    async def _take_over(self, question_id: QuestionId) -> None:
        await self.do(Action.TAKE_OVER, question_id)
        self._taken(question_id, Urgency.URGENT)


class Coordinator(Panelist):
    """The last owner: finds somebody by telephone, and enters what they say; confirms a surge."""

    def begin(self) -> None:
        """A coordinator's desk is their pages."""

    def hear(self, heard: Heard) -> None:
        if heard.offers(Action.SURGE):
            self.later(2 * MINUTE, partial(self.press, heard, Action.SURGE))
        elif heard.offers(Action.CLAIM) and heard.message.question_id is not None:
            if self.sees(heard):
                self.later(15 * MINUTE, partial(self._step_in, heard.message.question_id))
        else:
            super().hear(heard)

    async def _step_in(self, question_id: QuestionId) -> None:
        if (await self.world.look_at(question_id)).state is QuestionState.OPEN:
            await self.do(Action.CLAIM, question_id)
            self.later(15 * MINUTE, partial(self._work, question_id))


def _urgency_of(heard: Heard) -> Urgency:
    _, _, name = heard.key.rpartition("_")
    return Urgency(name) if name in {urgency.value for urgency in Urgency} else Urgency.TODAY


def propose_surge(coordinator: Coordinator, at: timedelta) -> None:
    """Have a coordinator propose a surge after a while."""

    async def propose() -> None:
        await coordinator.world.press(coordinator.member, Action.SURGE, question_id=None, token=None)

    coordinator.world.at(coordinator.world.now + at, propose)
