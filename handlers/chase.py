"""A question that somebody took and did not answer: asked after, extended once, then given to the next people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from domain.clock import Clock, pauses_of
from domain.commands import UNMOVED, ChaseClaimer
from domain.handover import Side
from domain.member import Member
from domain.messages import Action
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.question import Entry, EntryKind, Question, QuestionState
from handlers.notify import continue_escalation
from handlers.outbox import notice_about, priority_of, tell
from handlers.standing import Standing, policy_of, standing_of
from handlers.timeline import add_entry, count_of, own_entry

REMINDER, RELEASE = 0, 1
_ANEW = frozenset({EntryKind.DOWNGRADED, EntryKind.INSISTED, EntryKind.TAKEN_OVER})


def begin_chase(services: Services, transaction: Transaction, question: Question, *, now: datetime) -> None:
    """Set the clock of a claim that has just been made."""
    assert question.urgency is not None
    chase = ChaseClaimer(
        question_id=question.id, claim=count_of(transaction, question.id, EntryKind.CLAIMED), round=REMINDER
    )
    policy = policy_of(services, transaction, question.urgency)
    due_at = Clock(started_at=now, hours=policy.hours).due(policy.remind_claimer_after)
    transaction.jobs.add(chase, due_at=due_at, priority=priority_of(question))


async def chase_claimer(services: Services, command: ChaseClaimer) -> None:
    """First ask the claimer, then release the claim; while an ask-back waits, the claim's clock stands still."""

    def chase(transaction: Transaction) -> None:
        question = transaction.questions.lock(command.question_id)
        standing = standing_of(services, transaction, question)
        claims = [entry for entry in standing.entries if entry.kind is EntryKind.CLAIMED]
        if question.state is not QuestionState.CLAIMED or len(claims) != command.claim:
            return
        now, due = services.clock(), _due(standing, claims[-1], command.round)
        cause = f"chase:{question.id}:{command.claim}:{command.round}"
        assert due is not None
        if due > now:
            _note(transaction, question, command=replace(command, moved_to=due), due_at=due)
        elif command.round == RELEASE:
            _release(services, transaction, question, cause=cause)
        else:
            choices = (
                (Action.RELEASE,) if _extensions(standing.entries, claims[-1]) else (Action.EXTEND, Action.RELEASE)
            )
            reminder = notice_about(question, "panel.still_on_it", choices=choices)
            tell(services, transaction, _claimer(transaction, question), cause=cause, notice=reminder)
            following = replace(command, round=RELEASE, moved_to=UNMOVED)
            release_at = _due(standing, claims[-1], RELEASE)
            assert release_at is not None
            _note(transaction, question, command=following, due_at=release_at)

    await services.store.write(chase)


def resume_chase(services: Services, transaction: Transaction, standing: Standing) -> None:
    """Set a claim's clock anew, once its asker has replied."""
    claims = [entry for entry in standing.entries if entry.kind is EntryKind.CLAIMED]
    for number in (REMINDER, RELEASE):
        due = _due(standing, claims[-1], number) if claims else None
        if due is not None and due > services.clock():
            again = ChaseClaimer(question_id=standing.question.id, claim=len(claims), round=number, moved_to=due)
            _note(transaction, standing.question, command=again, due_at=due)


def may_extend(transaction: Transaction, question: Question) -> bool:
    """Return whether the present claim has not been extended yet."""
    entries = transaction.entries.of_question(question.id)
    claims = [entry for entry in entries if entry.kind is EntryKind.CLAIMED]
    return bool(claims) and not _extensions(entries, claims[-1])


def is_silent(services: Services, transaction: Transaction, question: Question) -> bool:
    """Return whether the claimer was reminded and has done nothing since."""
    standing = standing_of(services, transaction, question)
    claims = [entry for entry in standing.entries if entry.kind is EntryKind.CLAIMED]
    due = _due(standing, claims[-1], REMINDER) if claims else None
    if due is None or due > services.clock():
        return False
    return not any(entry.actor_id == question.claimed_by and entry.at >= due for entry in standing.entries)


def _due(standing: Standing, claim: Entry, number: int) -> datetime | None:
    """Return when the claim has been silent for so long; None while its asker is being asked back."""
    policy = standing.policy
    wait = policy.remind_claimer_after if number == REMINDER else policy.release_claim_after
    begins = _begins(standing.entries, claim)
    clock = Clock(started_at=begins.at, pauses=pauses_of(standing.entries), hours=policy.hours)
    return clock.due(wait + _extensions(standing.entries, claim) * policy.extend_claim_by)


def _begins(entries: Sequence[Entry], claim: Entry) -> Entry:
    """Return what a claim's time is counted from: it, or what gave it another holder or another urgency since."""
    later = [entry for entry in entries if entry.id > claim.id and (entry.kind in _ANEW or _is_given_on(entry))]
    return later[-1] if later else claim


def _is_given_on(entry: Entry) -> bool:
    return entry.kind is EntryKind.HANDED_OVER and entry.details.get("side") == Side.PANEL


def _extensions(entries: Sequence[Entry], claim: Entry) -> int:
    begins = _begins(entries, claim)
    return sum(entry.kind is EntryKind.EXTENDED and entry.id > begins.id for entry in entries)


def _note(transaction: Transaction, question: Question, *, command: ChaseClaimer, due_at: datetime) -> None:
    transaction.jobs.add(command, due_at=due_at, priority=priority_of(question))


def _release(services: Services, transaction: Transaction, question: Question, *, cause: str) -> None:
    claimer, asker = _claimer(transaction, question), transaction.members.get(question.asker_id)
    released = replace(question, state=QuestionState.OPEN, claimed_by=None)
    transaction.questions.save(released)
    details: dict[str, str | int] = {"member": claimer.id}
    entry = own_entry(released, EntryKind.RELEASED_CLAIM, key=cause, at=services.clock(), details=details)
    add_entry(services, transaction, entry)
    continue_escalation(transaction, released)
    tell(services, transaction, claimer, cause=cause, notice=notice_about(released, "panel.claim_released"))
    tell(services, transaction, asker, cause=cause, notice=notice_about(released, "question.released"))


def _claimer(transaction: Transaction, question: Question) -> Member:
    assert question.claimed_by is not None
    return transaction.members.get(question.claimed_by)
