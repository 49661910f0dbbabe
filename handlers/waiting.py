"""While an asker is asked back: the clock stands still, the asker is reminded, and a reply is not left lying."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from domain.clock import Clock
from domain.commands import ChaseAsker, ChaseReply, EraseImages
from domain.escalation import next_people
from domain.following import News
from domain.messages import Action
from domain.opinions import answers_of
from domain.paging import PageLater
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.question import Entry, EntryKind, Question, QuestionState, Urgency
from handlers.chase import resume_chase
from handlers.closing import close
from handlers.following import tell_followers
from handlers.merging import free_followers
from handlers.notify import clock_resumed
from handlers.outbox import Notice, notice_about, priority_of, tell
from handlers.paging import page_about, paging_of
from handlers.people import people_of
from handlers.standing import Standing, policy_of, standing_of
from handlers.timeline import add_entry, closings, count_of, own_entry

REPLY_UNSEEN = timedelta(minutes=3)
"""After so long the next person is paged about a reply that its claimer has not looked at."""
REMINDER, CLOSE = 0, 1


def begin_waiting(services: Services, transaction: Transaction, question: Question) -> None:
    """The asker has just been asked back: set the clock that reminds them."""
    assert question.urgency is not None
    chase = ChaseAsker(
        question_id=question.id, asking=count_of(transaction, question.id, EntryKind.ASKED_BACK), round=REMINDER
    )
    policy = policy_of(services, transaction, question.urgency)
    due_at = Clock(started_at=services.clock(), hours=policy.hours).due(policy.remind_asker_after)
    transaction.jobs.add(chase, due_at=due_at, priority=priority_of(question))


def end_waiting(services: Services, transaction: Transaction, question: Question, *, cause: str) -> Question:
    """The asker has replied: the clock runs again, the targets move, and the claimer has a little while to look.

    Returns:
        the question, claimed again, as it was saved.
    """
    now = services.clock()
    add_entry(services, transaction, own_entry(question, EntryKind.RESUMED, key=f"{cause}:{EntryKind.RESUMED}", at=now))
    standing = standing_of(services, transaction, question)
    due_at = standing.clock.due(standing.policy.answer_within)
    resumed = replace(question, state=QuestionState.CLAIMED, answer_due_at=due_at)
    transaction.questions.save(resumed)
    resume_chase(services, transaction, standing)
    clock_resumed(services, transaction, standing)
    if question.urgency is Urgency.URGENT:
        reply = ChaseReply(question_id=question.id, reply=count_of(transaction, question.id, EntryKind.RESUMED))
        transaction.jobs.add(reply, due_at=now + REPLY_UNSEEN, priority=priority_of(question))
    return resumed


async def chase_asker(services: Services, command: ChaseAsker) -> None:
    """Remind an asker who has not replied, and close the question in the end."""

    def chase(transaction: Transaction) -> None:
        question = transaction.questions.lock(command.question_id)
        is_same = count_of(transaction, question.id, EntryKind.ASKED_BACK) == command.asking
        if question.state is not QuestionState.NEEDS_INFO or not is_same:
            return
        cause = f"waiting:{question.id}:{command.asking}:{command.round}"
        if command.round == CLOSE:
            _close(services, transaction, question, cause=cause)
            return
        _tell_asker(services, transaction, question, cause=cause, notice=notice_about(question, "question.still_asked"))
        assert question.urgency is not None
        policy = policy_of(services, transaction, question.urgency)
        due_at = services.clock() + policy.close_unanswered_after - policy.remind_asker_after
        transaction.jobs.add(replace(command, round=CLOSE), due_at=due_at, priority=priority_of(question))

    await services.store.write(chase)


async def chase_reply(services: Services, command: ChaseReply) -> None:
    """Page the next person, unless the claimer has done anything since the reply came."""

    def chase(transaction: Transaction) -> None:
        transaction.pages.lock()
        question = transaction.questions.lock(command.question_id)
        standing = standing_of(services, transaction, question)
        replies = [entry for entry in standing.entries if entry.kind is EntryKind.RESUMED]
        if question.state is not QuestionState.CLAIMED or len(replies) != command.reply:
            return
        if not _has_acted(standing, since=replies[-1]):
            _page_next(services, transaction, standing, command=command)

    await services.store.write(chase)


def is_reply_unseen(services: Services, transaction: Transaction, question: Question) -> bool:
    """Return whether an urgent reply lies with a silent claimer for so long that the next person was paged about it."""
    standing = standing_of(services, transaction, question)
    replies = [entry for entry in standing.entries if entry.kind is EntryKind.RESUMED]
    if question.urgency is not Urgency.URGENT or not replies or services.clock() - replies[-1].at < REPLY_UNSEEN:
        return False
    return not _has_acted(standing, since=replies[-1])


def _has_acted(standing: Standing, *, since: Entry) -> bool:
    claimer = standing.question.claimed_by
    return any(entry.actor_id == claimer and entry.id > since.id for entry in standing.entries)


def _page_next(services: Services, transaction: Transaction, standing: Standing, *, command: ChaseReply) -> None:
    question = standing.question
    people = [each for each in people_of(services, transaction, standing) if each.id != question.claimed_by]
    paging = paging_of(services, transaction)
    pages = next_people(standing.position(standing.last_step), services.clock(), people, paging=paging)
    assert question.claimed_by is not None
    name = transaction.members.get(question.claimed_by).display_name
    notice = notice_about(question, "panel.reply_waits", values={"name": name})
    page_about(services, transaction, question, pages=pages, cause=f"reply:{command.reply}", notice=notice)
    later = [planned.until for planned in pages if isinstance(planned, PageLater)]
    if later and len(later) == len(pages):
        again = replace(command, moved_to=min(later))
        transaction.jobs.add(again, due_at=again.moved_to, priority=priority_of(question))


def _close(services: Services, transaction: Transaction, question: Question, *, cause: str) -> None:
    """Close what its asker left alone; where one of two answers is there already, as any answered question."""
    assert question.claimed_by is not None
    claimer = transaction.members.get(question.claimed_by)
    tell(services, transaction, claimer, cause=cause, notice=notice_about(question, "panel.closed_unanswered"))
    if answers_of(transaction.entries.of_question(question.id)):
        close(services, transaction, question, cause=cause, actor_id=None)
        return
    now = services.clock()
    closed = replace(question, state=QuestionState.CLOSED, closed_at=now, is_sealed=False, unsealed_at=now)
    transaction.questions.save(closed)
    add_entry(
        services,
        transaction,
        own_entry(closed, EntryKind.CLOSED, key=f"{cause}:{EntryKind.CLOSED}", at=now, details={"unanswered": 1}),
    )
    erasing = EraseImages(question_id=closed.id, closing=closings(transaction, closed.id))
    transaction.jobs.add(erasing, due_at=now + services.rules.consult_images_kept)
    told = notice_about(closed, "question.closed_unanswered", choices=(Action.REOPEN,))
    _tell_asker(services, transaction, closed, cause=cause, notice=told)
    free_followers(services, transaction, closed, cause=cause)
    tell_followers(services, transaction, closed, news=News.CLOSED, by=None, cause=cause)


def _tell_asker(
    services: Services,
    transaction: Transaction,
    question: Question,
    *,
    cause: str,
    notice: Notice,
) -> None:
    tell(services, transaction, transaction.members.get(question.asker_id), cause=cause, notice=notice)
