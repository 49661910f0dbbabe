"""Delivered is not read (safety rule 11): what is urgent is sent again until its reader has acknowledged it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from domain.commands import UNMOVED, RepeatUntilRead
from domain.delivery import Delivery, Priority
from domain.member import Member
from domain.paging import PageLater, Person, Way, page
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.question import Entry, Question
from domain.reading import has_acted
from handlers.outbox import Notice, notice_again, tell
from handlers.paging import page_about, paging_of


def tell_until_read(
    services: Services, transaction: Transaction, member: Member, *, cause: str, notice: Notice
) -> None:
    """Tell a member something about a question; where it is urgent, again until they acknowledge it."""
    delivery_id = tell(services, transaction, member, cause=cause, notice=notice)
    if delivery_id is not None and notice.priority is Priority.URGENT:
        _note(services, transaction, RepeatUntilRead(delivery_id=delivery_id, round=1))


async def repeat_until_read(services: Services, command: RepeatUntilRead) -> None:
    """Send it again on the next address of its reader, and tell whoever wrote it that it is not yet read."""

    def repeat(transaction: Transaction) -> None:
        transaction.pages.lock()
        delivery = transaction.deliveries.get(command.delivery_id)
        assert delivery.question_id is not None
        question = transaction.questions.lock(delivery.question_id)
        entries = transaction.entries.of_question(question.id)
        if is_acknowledged(transaction, delivery, entries) or question.wrong_patient_at is not None:
            return
        _send_again(services, transaction, question, delivery=delivery, command=command)
        if command.round == 1:
            _tell_author(services, transaction, question, delivery=delivery)

    await services.store.write(repeat)


def is_acknowledged(transaction: Transaction, delivery: Delivery, entries: Sequence[Entry]) -> bool:
    """Return whether its reader has pressed, replied or written anything since."""
    since, reader = delivery.created_at, delivery.member_id
    draft = transaction.questions.draft_of(reader)
    if draft is not None and draft.created_at > since:
        return True
    return has_acted(entries, reader, since=since)


def _send_again(
    services: Services, transaction: Transaction, question: Question, *, delivery: Delivery, command: RepeatUntilRead
) -> None:
    paging, now = paging_of(services, transaction), services.clock()
    reader = transaction.members.get(delivery.member_id)
    chain = tuple(address for address in reader.chain if address.channel in services.channels)
    start = command.round % max(1, len(chain))
    person = Person(id=reader.id, chain=(*chain[start:], *chain[:start]), time_zone=reader.time_zone)
    planned = page(person, Way.FIRST, now, sent=paging.sent, limits=paging.limits)
    if planned is None:
        services.log.warning("member_unreachable", member_id=reader.id)
        return
    if isinstance(planned, PageLater):
        later = replace(command, moved_to=planned.until)
        transaction.jobs.add(later, due_at=planned.until, priority=Priority.URGENT)
        return
    cause = f"read:{delivery.id}:{command.round}"
    page_about(services, transaction, question, pages=(planned,), cause=cause, notice=notice_again(delivery))
    _note(services, transaction, replace(command, round=command.round + 1, moved_to=UNMOVED), delivery=delivery)


def _tell_author(services: Services, transaction: Transaction, question: Question, *, delivery: Delivery) -> None:
    """The panelist's card says that it is not yet read."""
    if question.claimed_by is None:
        return
    notice = Notice(
        key="panel.not_yet_read",
        values={"label": question.label, "at": delivery.created_at},
        question_id=question.id,
        priority=Priority.NORMAL,
    )
    claimer = transaction.members.get(question.claimed_by)
    tell(services, transaction, claimer, cause=f"unread:{delivery.id}", notice=notice)


def _note(
    services: Services, transaction: Transaction, command: RepeatUntilRead, *, delivery: Delivery | None = None
) -> None:
    """Note the next round, if there is one."""
    waits = services.escalation.read_again_after
    if command.round <= len(waits):
        created_at = services.clock() if delivery is None else delivery.created_at
        due_at = max(services.clock(), created_at + waits[command.round - 1])
        transaction.jobs.add(command, due_at=due_at, priority=Priority.URGENT)
