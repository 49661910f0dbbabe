"""Where a question stands in its escalation: policy, clock, and what was done so far, read once in a transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from domain.clock import Clock, capped, pauses_of, since_opening
from domain.escalation import Position
from domain.ids import MemberId
from domain.opinions import who_is_done
from domain.policies import EscalationPolicy
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.question import Entry, EntryKind, Question, Urgency
from handlers.timeline import OPENING

_GAVE_IT_BACK = frozenset({EntryKind.PASSED, EntryKind.RELEASED_CLAIM})


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    question: Question
    entries: Sequence[Entry]
    policy: EscalationPolicy

    @property
    def opening(self) -> int:
        """How often it was laid before the panel; each opening has an escalation of its own."""
        return sum(entry.kind in OPENING for entry in self.entries)

    @property
    def clock(self) -> Clock:
        """Of the question since it was opened; an ask-back stops it, for an urgent question not for long."""
        assert self.question.opened_at is not None
        pauses = capped(pauses_of(self.entries), self.policy.pause_at_most)
        return Clock(started_at=self.question.opened_at, pauses=pauses, hours=self.policy.hours)

    @property
    def last_step(self) -> int:
        return len(self.policy.steps) - 1

    @property
    def is_owned(self) -> bool:
        """Whether the chain has ended with the coordinator."""
        return any(entry.kind is EntryKind.OWNED for entry in since_opening(self.entries))

    @property
    def has_called(self) -> bool:
        """Whether anybody was paged, or is to be, since it was last opened: a later step may then find nobody new."""
        notified = (entry for entry in since_opening(self.entries) if entry.kind is EntryKind.NOTIFIED)
        return any(entry.details.get("people") for entry in notified)

    def position(self, step: int) -> Position:
        notified = (entry for entry in since_opening(self.entries) if entry.kind is EntryKind.NOTIFIED)
        called = max((int(entry.details["step"]) for entry in notified), default=-1)
        return Position(policy=self.policy, clock=self.clock, step=step, called=called)

    @property
    def passed(self) -> frozenset[MemberId]:
        """Who passed on it or had it taken from them since it was last opened; and who has done their part."""
        entries = [entry for entry in since_opening(self.entries) if entry.kind in _GAVE_IT_BACK]
        gone = (MemberId(str(entry.actor_id or entry.details.get("member", ""))) for entry in entries)
        return frozenset(gone) | who_is_done(self.entries)

    def has(self, key: str) -> bool:
        return any(entry.key == key for entry in self.entries)


def policy_of(services: Services, transaction: Transaction, urgency: Urgency) -> EscalationPolicy:
    """Return the policy in force for an urgency, the surge considered."""
    in_surge = transaction.surge.get().is_on(services.clock())
    return services.escalation.policy(urgency, in_surge=in_surge)


def standing_of(services: Services, transaction: Transaction, question: Question) -> Standing:
    assert question.urgency is not None
    return Standing(
        question=question,
        entries=transaction.entries.of_question(question.id),
        policy=policy_of(services, transaction, question.urgency),
    )
