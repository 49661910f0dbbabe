"""Questions that were merged: the follower gets the lead's answers, and comes back when there will be none.

Of the lead nothing but the text of its answers reaches the follower: not its
number, its text or its images.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from domain.delivery import Value
from domain.following import News
from domain.member import Member
from domain.messages import Action
from domain.opinions import SEAL, is_sealed, since_asking
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.question import Entry, EntryKind, Question, QuestionState
from domain.text import DeidentifiedText
from handlers.closing import close_later
from handlers.following import tell_followers
from handlers.laying import lay_before_panel
from handlers.outbox import notice_about
from handlers.reading import tell_until_read
from handlers.timeline import add_entry

FEEDBACK = (Action.HELPED, Action.CHANGED_PLAN, Action.REOPEN, Action.READ)
_STILL_TOLD = frozenset({QuestionState.MERGED, QuestionState.ANSWERED, QuestionState.CLOSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """An answer, as it goes to those who follow a question."""

    text: DeidentifiedText
    short: DeidentifiedText
    details: Mapping[str, str | int]
    author: Member


def pass_on(  # noqa: PLR0913 - an answer, in its transaction
    services: Services, transaction: Transaction, lead: Question, *, given: Given, cause: str, channel: str
) -> None:
    """Give an answer of the lead to every question that follows it."""
    for follower in _followers(transaction, lead):
        answer_follower(
            services,
            transaction,
            replace(follower, unsealed_at=lead.unsealed_at),
            given=given,
            cause=cause,
            channel=channel,
        )


def answer_follower(  # noqa: PLR0913 - as above
    services: Services, transaction: Transaction, follower: Question, *, given: Given, cause: str, channel: str
) -> Question:
    """Answer one follower in its own thread, as if it had been asked alone."""
    state = QuestionState.ANSWERED if follower.state is QuestionState.MERGED else follower.state
    answered = replace(follower, state=state, claimed_by=given.author.id, is_sealed=False)
    transaction.questions.save(answered)
    key = f"{cause}:{follower.id}"
    add_entry(services, transaction, _entry(services, answered, given, key=key, kind=EntryKind.ANSWER, channel=channel))
    if given.short.value:
        add_entry(
            services,
            transaction,
            _entry(services, answered, given, key=key, kind=EntryKind.SHORT_LINE, channel=channel),
        )
    values: dict[str, Value] = {"name": given.author.display_name, "text": given.text, "short": given.short}
    notice = notice_about(answered, "question.answer_merged", values=values, choices=FEEDBACK)
    asker = transaction.members.get(answered.asker_id)
    tell_until_read(services, transaction, asker, cause=key, notice=notice)
    tell_followers(services, transaction, answered, news=News.ANSWERED, by=given.author.id, cause=key)
    if state is QuestionState.ANSWERED:
        close_later(services, transaction, answered)
    return answered


def follow_answers(
    services: Services, transaction: Transaction, follower: Question, *, lead: Question, cause: str
) -> Question:
    """Give a follower the answers that its lead has already."""
    entries = transaction.entries.of_question(lead.id)
    for answer in since_asking(entries):
        if answer.kind is not EntryKind.ANSWER or answer.text is None or answer.actor_id is None:
            continue
        author = transaction.members.get(answer.actor_id)
        details = answer.details if is_sealed(lead, answer) else _unsealed(answer.details)
        given = Given(text=answer.text, short=DeidentifiedText(value=""), details=details, author=author)
        follower = answer_follower(
            services,
            transaction,
            replace(follower, unsealed_at=lead.unsealed_at),
            given=given,
            cause=f"{cause}:{answer.id}",
            channel=answer.channel,
        )
    return follower


def free_followers(services: Services, transaction: Transaction, lead: Question, *, cause: str) -> None:
    """The lead will not be answered any more: each question that waits for it goes to the panel by itself."""
    for follower in _followers(transaction, lead):
        if follower.state is QuestionState.MERGED:
            free(services, transaction, follower, cause=cause, key="question.unmerged")


def void_followers(services: Services, transaction: Transaction, lead: Question, *, cause: str) -> None:
    """The lead was of a wrong patient: what was answered by its images is not to be used for any other."""
    for follower in _followers(transaction, lead):
        if follower.state is QuestionState.MERGED:
            free(services, transaction, follower, cause=cause, key="question.unmerged")
        elif follower.state is QuestionState.ANSWERED:
            free(services, transaction, follower, cause=cause, key="question.answer_void")
        else:
            notice = notice_about(follower, "question.answer_void", choices=(Action.READ, Action.REOPEN))
            asker = transaction.members.get(follower.asker_id)
            tell_until_read(services, transaction, asker, cause=f"{cause}:{follower.id}", notice=notice)


def free(services: Services, transaction: Transaction, follower: Question, *, cause: str, key: str) -> Question:
    """Lay a follower before the panel by itself, and tell its asker."""
    alone = replace(follower, state=QuestionState.OPEN, merged_into=None, claimed_by=None)
    unmerged = f"{cause}:{follower.id}:{EntryKind.UNMERGED}"
    laid = lay_before_panel(services, transaction, alone, kind=EntryKind.UNMERGED, key=unmerged)
    notice = notice_about(laid, key, choices=(Action.READ,))
    asker = transaction.members.get(laid.asker_id)
    tell_until_read(services, transaction, asker, cause=f"{cause}:{follower.id}", notice=notice)
    return laid


def _unsealed(details: Mapping[str, str | int]) -> Mapping[str, str | int]:
    """What the lead's panel may read by now is under seal in no follower."""
    return {name: value for name, value in details.items() if name != SEAL}


def _followers(transaction: Transaction, lead: Question) -> list[Question]:
    found = (transaction.questions.lock(each.id) for each in transaction.questions.merged_into(lead.id))
    return [each for each in found if each.state in _STILL_TOLD and each.merged_into == lead.id]


def _entry(  # noqa: PLR0913 - one row
    services: Services, question: Question, given: Given, *, key: str, kind: EntryKind, channel: str
) -> Entry:
    is_answer = kind is EntryKind.ANSWER
    return Entry(
        key=f"{key}:{kind}",
        question_id=question.id,
        kind=kind,
        actor_id=given.author.id,
        channel=channel,
        at=services.clock(),
        text=given.text if is_answer else given.short,
        details={name: value for name, value in given.details.items() if name != "of"},
    )
