"""Whatever asker and panel do, in whatever order: no question is left in a state without an exit."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Coroutine, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from domain.clock import since_opening
from domain.ids import QuestionId
from domain.messages import Action
from domain.opinions import answers_of, is_complete
from domain.ports.jobs import JobState
from domain.question import AWAITING_PANEL, Entry, EntryKind, Question, QuestionState
from handlers.timeline import OPENING
from tests.fakes.society import COLLEAGUE, COORDINATOR, MEMBER, PANELIST, SECOND, Society, found_society

T = TypeVar("T")

_ASKERS = (MEMBER, COLLEAGUE)
_PANEL = (PANELIST, SECOND, COORDINATOR)
_OF_PANEL = (
    *(Action.CLAIM, Action.PASS, Action.RELEASE, Action.EXTEND, Action.ASK_BACK, Action.ANSWER, Action.ANSWER),
    *(Action.OPINION, Action.SEAL, Action.SECOND_OPINION, Action.DOWNGRADE, Action.MERGE, Action.UNMERGE),
    *(Action.HAND_OVER, Action.ACCEPT_HANDOVER, Action.DECLINE_HANDOVER, Action.TAKE_OVER, Action.CLOSE, Action.NOTE),
)
_OF_ASKER = (
    *(Action.HELPED, Action.CHANGED_PLAN, Action.REOPEN, Action.REOPEN, Action.INSIST),
    *(Action.SECOND_OPINION, Action.READ),
)
_HAS_CLAIMER = frozenset({QuestionState.CLAIMED, QuestionState.NEEDS_INFO})
_FOLLOWS = frozenset({QuestionState.MERGED, QuestionState.ANSWERED, QuestionState.CLOSED, QuestionState.WITHDRAWN})
_CHASES = {QuestionState.CLAIMED: "ChaseClaimer", QuestionState.NEEDS_INFO: "ChaseAsker"}
_CHASING = frozenset({"NotifyStep", *_CHASES.values()})
_ENDS = frozenset({QuestionState.WITHDRAWN})
_place = st.integers(0, 1)


class AnyOrder(RuleBasedStateMachine):
    """Two questions of two askers, two panelists and the coordinator; the real handlers on SQLite."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name)
        self.society: Society = self.run(found_society(path, f"sqlite:///{path}/hilum.db"))
        urgencies = (Action.SEND_URGENT, Action.SEND_ROUTINE)
        asked = zip(_ASKERS, urgencies, strict=True)
        self.former: list[QuestionId] = []
        self.ids = [self.run(self.society.ask("PE?", member=who, action=how)).id for who, how in asked]

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    @rule(action=st.sampled_from(_OF_PANEL), who=st.integers(0, 2), which=_place)
    def panel_acts(self, action: Action, who: int, which: int) -> None:
        self.run(self.society.press(_PANEL[who], action, self.ids[which], self._fields(action, who, which)))

    @rule(action=st.sampled_from(_OF_ASKER), which=_place)
    def asker_acts(self, action: Action, which: int) -> None:
        self.run(self.society.press(_ASKERS[which], action, self.ids[which]))

    @rule(which=_place)
    def panel_merges(self, which: int) -> None:
        self.run(self.society.press(SECOND, Action.MERGE, self.ids[which], self._fields(Action.MERGE, 1, which)))

    @rule(which=_place)
    def asker_withdraws(self, which: int) -> None:
        self.run(self.society.press(_ASKERS[which], Action.WITHDRAW, self.ids[which]))

    @rule(which=_place)
    def asker_asks_anew(self, which: int) -> None:
        """In the place of a question that was withdrawn."""
        if self.run(self.society.question(self.ids[which])).state is QuestionState.WITHDRAWN:
            asked = self.run(self.society.ask("PE?", member=_ASKERS[which], action=Action.SEND_TODAY))
            self.former.append(self.ids[which])
            self.ids[which] = asked.id

    @rule(which=_place)
    def asker_writes(self, which: int) -> None:
        self.run(self.society.say(_ASKERS[which], "No prior.", to=self.ids[which]))

    @rule(wait=st.sampled_from([timedelta(minutes=4), timedelta(minutes=26), timedelta(hours=30)]))
    def time_passes(self, wait: timedelta) -> None:
        self.run(self.society.advance(wait))

    @invariant()
    def whoever_is_said_to_have_it_has_it(self) -> None:
        for question, entries in self._all():
            assert (question.claimed_by is not None) or question.state not in _HAS_CLAIMER
            assert (question.claimed_by is None) or question.state is not QuestionState.OPEN
            assert question.state is not QuestionState.ANSWERED or is_complete(question, entries)
            assert question.state is not QuestionState.ANSWERED or not question.is_sealed
            assert len({entry.actor_id for entry in answers_of(entries)}) == len(answers_of(entries))

    @invariant()
    def there_is_always_an_exit_and_somebody_to_take_it(self) -> None:
        due = self.run(self.society.queue.next_due())
        for question, entries in self._all():
            assert any(question.allows(state) for state in QuestionState) or question.state in _ENDS
            owned = any(entry.kind is EntryKind.OWNED for entry in since_opening(entries))
            assert question.state not in AWAITING_PANEL or due is not None or owned

    @invariant()
    def whoever_waits_has_a_next_event_of_their_own_or_an_owner(self) -> None:
        chased = self._chased()
        for question, entries in self._all():
            if question.state not in AWAITING_PANEL:
                continue
            opening = sum(entry.kind in OPENING for entry in entries)
            owned = any(entry.kind is EntryKind.OWNED for entry in since_opening(entries))
            following = {("NotifyStep", question.id, opening), (_CHASES.get(question.state), question.id, None)}
            assert owned or following & chased

    @invariant()
    def follower_waits_for_a_living_lead(self) -> None:
        questions = {question.id: question for question, _ in self._all()}
        for question in questions.values():
            assert question.merged_into is None or question.state in _FOLLOWS
            if question.state is QuestionState.MERGED:
                assert question.merged_into is not None
                assert questions[question.merged_into].state in AWAITING_PANEL

    @invariant()
    def nothing_is_parked(self) -> None:
        assert not self.run(self.society.queue.rows(JobState.PARKED))

    def teardown(self) -> None:
        self.society.close()
        self.loop.close()
        self.folder.cleanup()

    def _all(self) -> list[tuple[Question, list[Entry]]]:
        def read(transaction: Any) -> list[tuple[Question, list[Entry]]]:
            found = [transaction.questions.get(each) for each in (*self.ids, *self.former)]
            return [(question, list(transaction.entries.of_question(question.id))) for question in found]

        return self.run(self.society.read(read))

    def _chased(self) -> set[tuple[str | None, QuestionId, int | None]]:
        """Return what will look at which question again, and where it is an escalation, at which opening of it."""

        def read(connection: Any) -> list[tuple[str, Any]]:
            rows = connection.exec_driver_sql("SELECT command, arguments FROM job WHERE state = 'ready'").all()
            return [(command, json.loads(arguments)) for command, arguments in rows if command in _CHASING]

        waiting = self.run(self.society.storage.store.look(read))
        return {(command, QuestionId(given["question_id"]), given.get("opening")) for command, given in waiting}

    def _fields(self, action: Action, who: int, which: int) -> Mapping[str, str]:
        match action:
            case Action.MERGE:
                lead = self.run(self.society.question(self.ids[1 - which]))
                return {"lead": lead.label}
            case Action.HAND_OVER:
                return {"colleague": _PANEL[1 - who].id if who < 2 else SECOND.id}
            case Action.PASS:
                return {"reason": ("busy", "field", "conflict")[who]}
            case _:
                return {"text": "-"} if action in _WORDED else {}


_WORDED = frozenset({Action.ASK_BACK, Action.ANSWER, Action.OPINION, Action.DOWNGRADE, Action.NOTE})

TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(
    max_examples=16,
    stateful_step_count=24,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
