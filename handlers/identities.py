"""Whom a case names: what the door is told of it with every text, and what becomes of texts when more is learned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from domain.checks import Check, checks_of, live_sources
from domain.errors import PermanentError
from domain.identity import TELLING, Fingerprint, IdentityKind, KnownIdentities, telling_two_patients
from domain.ids import QuestionId
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.question import OVER, Question, QuestionState
from domain.study import subject_of
from domain.text import DeidentifiedText, IdentifiableText
from handlers.listings import take_back_lists

SOUGHT = frozenset({IdentityKind.NAME, IdentityKind.NUMBER, IdentityKind.PATIENT_ID, IdentityKind.BIRTH_DATE})
"""What is looked for in every text of a case once it is known."""
NAMED = "named"
"""The source of names and numbers, which stay sought when the image that named them is removed."""
MESSAGE = "message:"
"""Before the id of the message in the name of a source; the source of an image is its id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What the door is told with a text; the day alone where it belongs to no question, or to one that is over."""

    today: date
    known: KnownIdentities | None = None

    def clean(self, services: Services, text: IdentifiableText) -> DeidentifiedText:
        return services.deidentifier.clean_text(text, today=self.today, known=self.known)

    def named_in(self, services: Services, text: IdentifiableText | None) -> frozenset[Fingerprint]:
        if text is None or self.known is None:
            return frozenset()
        return services.deidentifier.identities_in(text, secret=self.known.secret)

    def is_named_in(self, services: Services, text: IdentifiableText) -> bool:
        """Return whether a text names somebody whom the case is known to name: the patient, or its asker."""
        return self.known is not None and services.deidentifier.names_known(text, known=self.known)


async def case_of(services: Services, question_id: QuestionId | None, *, today: date) -> Case:
    """Return what is known of the question that a text belongs to, on the day on which its sender wrote it."""
    if question_id is None or not await services.store.read(lambda transaction: _is_alive(transaction, question_id)):
        return Case(today=today)
    secret = await services.linkage.secret_for(subject_of(question_id))
    known = await services.store.read(lambda transaction: _known(services, transaction, question_id, secret=secret))
    if known is None:
        # Its secret was destroyed a moment ago, and must not come back.
        await services.linkage.forget(subject_of(question_id))
    return Case(today=today, known=known)


def learn(
    services: Services,
    transaction: Transaction,
    question: Question,
    *,
    sources: Mapping[str, frozenset[Fingerprint]],
    secret: bytes,
) -> Question:
    """Note whom sources name; what is new is taken out of everything that was said of the question so far."""
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
    known = _with_profile(services, transaction, question, secret=secret)
    today = asker.local(question.created_at).date()

    @cache
    def clean(text: DeidentifiedText) -> DeidentifiedText:
        return services.deidentifier.clean_again(text, today=today, known=known)

    for each in (question, *transaction.questions.merged_into(question.id)):
        # Whoever follows it has its answers.
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


def _is_alive(transaction: Transaction, question_id: QuestionId) -> bool:
    try:
        return transaction.questions.get(question_id).state not in OVER
    except PermanentError:
        return False


def _known(
    services: Services, transaction: Transaction, question_id: QuestionId, *, secret: bytes
) -> KnownIdentities | None:
    question = transaction.questions.get(question_id)
    if question.state in OVER:
        return None
    return _with_profile(services, transaction, question, secret=secret)


def _with_profile(
    services: Services, transaction: Transaction, question: Question, *, secret: bytes
) -> KnownIdentities:
    """Whoever asks is known to the panel by an alias: their own name says where the patient lies."""
    asker = transaction.members.get(question.asker_id)
    named = frozenset(mark for mark in transaction.identities.marks_of(question.id) if mark.kind in SOUGHT)
    own = services.deidentifier.identities_of_name(asker.display_name, secret=secret)
    return KnownIdentities(secret=secret, fingerprints=named | own)


def _sources(transaction: Transaction, question_id: QuestionId) -> frozenset[frozenset[Fingerprint]]:
    return live_sources(transaction.identities.of_question(question_id), transaction.images.of_question(question_id))
