"""Questions that ask alike while a surge lasts: putting a new one beside those that wait, and naming one of them."""

from __future__ import annotations

from domain.access import Capability, can
from domain.alike import MOST_LOOKED_AT, first_alike
from domain.member import Member
from domain.opinions import answers_of
from domain.panel import Panel
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.question import EntryKind, Question, QuestionState
from handlers.timeline import add_entry, own_entry


def group_if_alike(services: Services, transaction: Transaction, question: Question, *, panel: Panel) -> None:
    """Put a question that opens beside one that its panel has yet to answer, where they ask alike.

    Both timelines say so, to the panel alone; nothing is merged. Outside of a surge every question stands alone.
    """
    reader = _reader(transaction, panel, question)
    if reader is None or not transaction.surge.get().is_on(services.clock()):
        return
    found = transaction.search.similar_open(
        reader, question.text.value, limit=MOST_LOOKED_AT, besides=question.id, panel_id=panel.id
    )
    other = first_alike(question, (hit.question for hit in found))
    if other is None:
        return
    transaction.groups.join(question.id, other.id)
    oldest = open_mate(transaction, question) or other
    for each, mate in ((question, oldest), (oldest, question)):
        key = f"grouped:{question.id}:{each.id}"
        details: dict[str, str | int] = {"alike": mate.label}
        add_entry(
            services, transaction, own_entry(each, EntryKind.GROUPED, key=key, at=services.clock(), details=details)
        )


def open_mate(transaction: Transaction, question: Question) -> Question | None:
    """Return the oldest of those beside which a question stands that still waits for an answer."""
    mate_id = transaction.groups.open_mate(question.id)
    return None if mate_id is None else transaction.questions.get(mate_id)


def may_follow(transaction: Transaction, question: Question, mate: Question) -> bool:
    """Return whether to offer that a question gets the answer of an older one beside which it stands."""
    if question.state is not QuestionState.OPEN or (mate.number or 0) > (question.number or 0):
        return False
    is_answered = bool(answers_of(transaction.entries.of_question(question.id)))
    return not is_answered and not transaction.questions.merged_into(question.id)


def _reader(transaction: Transaction, panel: Panel, question: Question) -> Member | None:
    """Return somebody of the panel: what they may see is what may be compared."""
    readers = (transaction.members.get(each) for each in (panel.coordinator_id, *panel.members))
    return next((each for each in readers if can(each, Capability.ANSWER) and each.id != question.asker_id), None)
