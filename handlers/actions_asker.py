"""What an asker does with a question that was sent: withdraw, give feedback."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial

from domain.errors import UserError
from domain.following import News
from domain.messages import Action
from domain.opinions import answers_of, seals_from_the_start
from domain.question import EntryKind, Question, QuestionState
from handlers.actions_draft import tell_claimer
from handlers.closing import close
from handlers.deed import Deed
from handlers.following import tell_followers
from handlers.listings import take_back_lists
from handlers.merging import free_followers
from handlers.notify import begin_escalation
from handlers.shredding import remove_images
from handlers.standing import policy_of

REOPEN_WITHIN = timedelta(days=7)


def withdraw(deed: Deed) -> None:
    """Take the question back: the panel no longer sees it, its images are shredded."""
    question = deed.own_question()
    withdrawn = deed.move(question, QuestionState.WITHDRAWN, closed_at=deed.now)
    deed.record(withdrawn, EntryKind.WITHDRAWN)
    remove_images(deed.services, deed.transaction, question.id, cause=deed.inbox_id)
    take_back(deed, question)
    tell_claimer(deed, withdrawn, "panel.withdrawn")
    free_followers(deed.services, deed.transaction, withdrawn, cause=deed.inbox_id)
    tell_followers(
        deed.services, deed.transaction, withdrawn, news=News.WITHDRAWN, by=deed.actor.id, cause=deed.inbox_id
    )
    deed.tell_about(withdrawn, deed.actor, "question.withdrawn")


def give_feedback(deed: Deed, *, kind: EntryKind) -> None:
    """The answer helped: close, thank, and only now offer wider use (safety rule 6)."""
    question = deed.own_question()
    deed.record(question, kind)
    tell_claimer(deed, question, f"panel.{kind}")
    close_question(deed, question)


def read(deed: Deed) -> None:
    """Acknowledge what the panel has written; it is not sent again."""
    question = deed.own_question()
    entries = deed.transaction.entries.of_question(question.id)
    if any(entry.kind is EntryKind.READ and entry.actor_id == deed.actor.id for entry in entries[-1:]):
        return
    deed.record(question, EntryKind.READ)
    tell_claimer(deed, question, "panel.read", values={"at": deed.now})


def close_question(deed: Deed, question: Question) -> None:
    """Close an answered question in the name of whoever acts."""
    if not question.allows(QuestionState.CLOSED) or not _has_answer(deed, question):
        raise UserError("not_now", label=question.label, state=question.state)
    close(deed.services, deed.transaction, question, cause=deed.inbox_id, actor_id=deed.actor.id, channel=deed.channel)


def _has_answer(deed: Deed, question: Question) -> bool:
    """A question is closed with its answer; while a second opinion is sought, by its asker alone."""
    if not question.is_awaiting_panel:
        return True
    answers = answers_of(deed.transaction.entries.of_question(question.id))
    return bool(answers) and question.asker_id == deed.actor.id


def reopen(deed: Deed) -> None:
    """The answer did not help: the question goes back to the panel, with new targets."""
    question = deed.own_question()
    if question.closed_at is not None and deed.now - question.closed_at > REOPEN_WITHIN:
        raise UserError("too_late_to_reopen", label=question.label, days=REOPEN_WITHIN.days)
    if question.urgency is None or question.state not in (QuestionState.ANSWERED, QuestionState.CLOSED):
        raise UserError("not_now", label=question.label, state=question.state)
    policy = policy_of(deed.services, deed.transaction, question.urgency)
    claim_due, answer_due = policy.targets(deed.now)
    reopened = deed.move(
        question,
        QuestionState.OPEN,
        claimed_by=None,
        closed_at=None,
        released_at=None,
        needs=1,
        is_sealed=seals_from_the_start(question.urgency),
        merged_into=None,
        opened_at=deed.now,
        claim_due_at=claim_due,
        answer_due_at=answer_due,
    )
    if question.released_at is not None:
        take_back(deed, question)
    tell_claimer(deed, question, "panel.reopened")
    deed.record(reopened, EntryKind.REOPENED)
    begin_escalation(deed.transaction, reopened)
    deed.tell_about(reopened, deed.actor, "question.reopened", values={"claim_due": claim_due})


def take_back(deed: Deed, question: Question) -> None:
    """Strike a case out of the lists that told members of it, and take those back that lie at a service."""
    take_back_lists(deed.services, deed.transaction, question)
    deed.transaction.deliveries.strike_out(question.label)
    deed.transaction.web.strike_out(question.label)


DEEDS: Mapping[Action, Callable[[Deed], None]] = {
    Action.WITHDRAW: withdraw,
    Action.READ: read,
    Action.HELPED: partial(give_feedback, kind=EntryKind.HELPED),
    Action.CHANGED_PLAN: partial(give_feedback, kind=EntryKind.CHANGED_PLAN),
    Action.REOPEN: reopen,
}
