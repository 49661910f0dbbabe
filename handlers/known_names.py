"""Whom a case names, and what the door is told of it with every text; `handlers.identities` learns more of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from domain.errors import PermanentError
from domain.identity import Fingerprint, IdentityKind, KnownIdentities
from domain.ids import QuestionId
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.question import OVER, Question
from domain.study import subject_of
from domain.text import DeidentifiedText, IdentifiableText

SOUGHT = frozenset({IdentityKind.NAME, IdentityKind.NUMBER, IdentityKind.PATIENT_ID, IdentityKind.BIRTH_DATE})
"""What is looked for in every text of a case once it is known."""


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


def known_of(services: Services, transaction: Transaction, question: Question, *, secret: bytes) -> KnownIdentities:
    """Return what is sought in the texts of a case.

    Whoever asks is known to the panel by an alias: their own name says where the patient lies.
    """
    asker = transaction.members.get(question.asker_id)
    named = frozenset(mark for mark in transaction.identities.marks_of(question.id) if mark.kind in SOUGHT)
    own = services.deidentifier.identities_of_name(asker.display_name, secret=secret)
    return KnownIdentities(secret=secret, fingerprints=named | own)


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
    return known_of(services, transaction, question, secret=secret)
