"""What is learned of whom a case names: kept as fingerprints, compared, and taken out of what was said before.

What the door is told of it with every text is `handlers.known_names`'.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from domain.checks import Check, checks_of, live_sources
from domain.identity import TELLING, Fingerprint, IdentityKind, telling_two_patients
from domain.ids import QuestionId
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.question import Question, QuestionState
from domain.text import DeidentifiedText
from handlers.known_names import SOUGHT, known_of
from handlers.listings import take_back_lists
from handlers.rewording import take_out_names

NAMED = "named"
"""The source of names and numbers, which stay sought when the image that named them is removed."""
MESSAGE = "message:"
"""Before the id of the message in the name of a source; the source of an image is its id."""


def learn(
    services: Services,
    transaction: Transaction,
    question: Question,
    *,
    sources: Mapping[str, frozenset[Fingerprint]],
    secret: bytes,
) -> Question:
    """Note whom sources name; what is new is taken out of everything that was said of the question so far.

    Args:
        question: locked; it is read anew, as what a reply has changed of it is saved by now.
    """
    question = transaction.questions.get(question.id)
    former = transaction.identities.marks_of(question.id)
    fresh = frozenset(mark for marks in sources.values() for mark in marks) - former
    for source, marks in sources.items():
        transaction.identities.add(question.id, source, frozenset(mark for mark in marks if mark.kind in TELLING))
    # Every slice of a series names the same persons, in hundreds of spellings: each is kept once.
    transaction.identities.add(question.id, NAMED, frozenset(mark for mark in fresh if mark.kind not in TELLING))
    if any(mark.kind in SOUGHT for mark in fresh):
        question = _clean_again(services, transaction, question, secret=secret)
    if any(mark.kind in TELLING for mark in fresh) and telling_two_patients(_sources(transaction, question.id)):
        question = outdate(transaction, question)
    return question


def outdate(transaction: Transaction, question: Question) -> Question:
    """Note that a draft is no longer what its asker was shown: it is shown again before it can be sent."""
    if question.state is not QuestionState.DRAFT:
        return question
    transaction.choices.outdate(question.id)
    outdated = replace(question, previewed_at=None)
    transaction.questions.save(outdated)
    return outdated


def checks_for(transaction: Transaction, question: Question) -> tuple[Check, ...]:
    """Return what is to be confirmed before a question, or its late images, may go."""
    entries = transaction.entries.of_question(question.id)
    return checks_of(question.text, _sources(transaction, question.id), entries)


def replace_message_sources(transaction: Transaction, question_id: QuestionId, text: DeidentifiedText) -> None:
    """Forget whom the messages named, as their text was written anew; a placeholder that is left still hides it."""
    for source, marks in transaction.identities.of_question(question_id).items():
        if not source.startswith(MESSAGE):
            continue
        transaction.identities.forget(question_id, source)
        if text.replacements:
            hidden = frozenset(mark for mark in marks if mark.kind is not IdentityKind.SEX)
            transaction.identities.add(question_id, source, hidden)


def _clean_again(services: Services, transaction: Transaction, question: Question, *, secret: bytes) -> Question:
    asker = transaction.members.get(question.asker_id)
    known = known_of(services, transaction, question, secret=secret)
    today = asker.local(question.created_at).date()

    @cache
    def clean(text: DeidentifiedText) -> DeidentifiedText:
        return services.deidentifier.clean_again(text, today=today, known=known)

    for each in (question, *transaction.questions.merged_into(question.id)):
        # First, as whoever is just quoting an incident is waited for here, and then found among what was sent.
        transaction.incidents.reword(each.id, clean)
        # Whoever follows it has its answers. What was sent goes as long as it still reads as it was sent.
        take_out_names(services, transaction, each, clean=clean)
        transaction.deliveries.reword(each.id, clean)
        transaction.web.reword(each.id, clean)
        transaction.entries.reword(each.id, clean)
    if question.number is not None:
        # What others found of it stands in messages that are about no question alone.
        take_back_lists(services, transaction, question)
        transaction.deliveries.strike_out(question.label)
        transaction.web.strike_out(question.label)
    text = clean(question.text)
    if text == question.text:
        return question
    question = replace(question, text=text)
    transaction.questions.save(question)
    return outdate(transaction, question)


def _sources(transaction: Transaction, question_id: QuestionId) -> frozenset[frozenset[Fingerprint]]:
    return live_sources(transaction.identities.of_question(question_id), transaction.images.of_question(question_id))
