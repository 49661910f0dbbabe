"""Escalation: paging the next people of a question that nobody has taken."""

from __future__ import annotations

from datetime import datetime

from domain.clock import since_opening
from domain.commands import UNMOVED, NotifyStep
from domain.delivery import Value
from domain.escalation import Position, Turn, after, passed_on
from domain.ids import MemberId
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.question import EntryKind, Question, QuestionState
from handlers.outbox import Notice, priority_of, tell
from handlers.paging import OTHER, paging_of, send_or_hold
from handlers.people import people_of
from handlers.standing import Standing, standing_of
from handlers.timeline import add_entry, count_of, openings, own_entry

__all__ = ["begin_escalation", "continue_escalation", "notify_step", "page_next_if_all_passed"]


async def notify_step(services: Services, command: NotifyStep) -> None:
    """Page the people of a step and note the next one; the last step leaves the question with the coordinator.

    While somebody has the question only the last step counts: an answer is due by then.
    """

    def notify(transaction: Transaction) -> None:
        # Before the question, as everywhere: two who lock in another order would wait for each other.
        transaction.pages.lock()
        question = transaction.questions.lock(command.question_id)
        if not question.is_awaiting_panel or question.wrong_patient_at is not None:
            return
        standing = standing_of(services, transaction, question)
        key = _key(command)
        if standing.opening != command.opening or standing.has(key):
            return
        if question.state is QuestionState.OPEN or command.step == standing.last_step:
            _act(services, transaction, standing, command=command)
        elif not command.at_once:
            last = standing.position(standing.last_step)
            _note_next(services, transaction, standing, turn=Turn(position=last, next_at=_due(last)))

    await services.store.write(notify)


def begin_escalation(transaction: Transaction, question: Question) -> None:
    """Note the first step for a question that has just been laid before the panel."""
    first = NotifyStep(question_id=question.id, opening=openings(transaction, question.id), step=0)
    transaction.jobs.add(first, priority=priority_of(question))


def continue_escalation(transaction: Transaction, question: Question) -> None:
    """Page the next people at once: whoever had the question has given it back, or had it taken away."""
    opening = openings(transaction, question.id)
    following = NotifyStep(question_id=question.id, opening=opening, step=0, at_once=True)
    transaction.jobs.add(following, priority=priority_of(question))


def page_next_if_all_passed(transaction: Transaction, question: Question) -> None:
    """Somebody has passed on an open question: page the next people at once where nobody asked so far is left."""
    entries = since_opening(transaction.entries.of_question(question.id))
    pages = (entry for entry in entries if entry.kind is EntryKind.PAGED and entry.details["step"] != OTHER)
    paged = {MemberId(str(entry.details["member"])) for entry in pages}
    passed = {entry.actor_id for entry in entries if entry.kind is EntryKind.PASSED}
    if question.state is not QuestionState.OPEN or paged - passed:
        return
    following = NotifyStep(
        question_id=question.id,
        opening=openings(transaction, question.id),
        step=count_of(transaction, question.id, EntryKind.PASSED),
        at_once=True,
    )
    transaction.jobs.add(following, priority=priority_of(question))


def clock_resumed(services: Services, transaction: Transaction, standing: Standing) -> None:
    """Note the end of the chain at its new time, once the question's clock runs again."""
    last = standing.position(standing.last_step)
    if not standing.is_owned:
        _note_next(services, transaction, standing, turn=Turn(position=last, next_at=_due(last)), has_moved=True)


def _act(services: Services, transaction: Transaction, standing: Standing, *, command: NotifyStep) -> None:
    people = people_of(services, transaction, standing)
    paging = paging_of(services, transaction)
    position, now = standing.position(command.step), services.clock()
    turn = (passed_on if command.at_once else after)(position, now, people, paging=paging)
    if not turn.has_acted:
        _note_next(services, transaction, standing, turn=turn, has_moved=True)
        return
    step = turn.position.called if command.at_once and turn.position is not None else command.step
    send_or_hold(services, transaction, standing, pages=turn.pages, step=max(step, 0))
    if not turn.pages and (turn.position is None or not standing.has_called):
        services.log.error("nobody_to_page", question_id=standing.question.id, step=command.step)
    _tell_asker(services, transaction, standing, command=command, notice=turn.notice)
    audience = "next" if command.at_once else standing.policy.steps[command.step].audiences[-1].value
    people_paged = len({planned.member_id for planned in turn.pages})
    details: dict[str, str | int] = {"step": step, "audience": audience, "people": people_paged}
    entry = own_entry(standing.question, EntryKind.NOTIFIED, key=_key(command), at=now, details=details)
    add_entry(services, transaction, entry)
    if turn.position is None:
        _leave_with_coordinator(services, transaction, standing)
    _note_next(services, transaction, standing, turn=turn)


def _note_next(
    services: Services, transaction: Transaction, standing: Standing, *, turn: Turn, has_moved: bool = False
) -> None:
    """Note when to look again; nothing while the clock stands still, since its resuming will."""
    if turn.position is None or turn.next_at is None:
        return
    due_at = max(turn.next_at, services.clock())
    following = NotifyStep(
        question_id=standing.question.id,
        opening=standing.opening,
        step=turn.position.step,
        moved_to=turn.next_at if has_moved else UNMOVED,
    )
    transaction.jobs.add(following, due_at=due_at, priority=priority_of(standing.question))


def _tell_asker(
    services: Services, transaction: Transaction, standing: Standing, *, command: NotifyStep, notice: str | None
) -> None:
    question = standing.question
    if notice is None or standing.is_owned:
        return
    minutes = int(standing.policy.steps[command.step].after.total_seconds() // 60)
    values: dict[str, Value] = {
        "label": question.label,
        "minutes": minutes,
        "telephone": services.rules.fallback_telephone or "-",
    }
    told = Notice(key=notice, values=values, question_id=question.id, priority=priority_of(question))
    tell(services, transaction, transaction.members.get(question.asker_id), cause=_key(command), notice=told)


def _leave_with_coordinator(services: Services, transaction: Transaction, standing: Standing) -> None:
    """The chain has ended: from here on the question is the coordinator's, whoever may still take it."""
    question = standing.question
    assert question.panel_id is not None
    details: dict[str, str | int] = {"member": transaction.panels.get(question.panel_id).coordinator_id}
    key = f"owned:{question.id}:{standing.opening}"
    add_entry(
        services, transaction, own_entry(question, EntryKind.OWNED, key=key, at=services.clock(), details=details)
    )


def _due(position: Position) -> datetime | None:
    return position.clock.due(position.policy.steps[position.step].after)


def _key(command: NotifyStep) -> str:
    at_once = ":at_once" if command.at_once else ""
    return f"notify:{command.question_id}:{command.opening}:{command.step}{at_once}"
