"""The panel merges a question into another that asks the same, and parts them again."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from domain.errors import UserError
from domain.messages import Action
from domain.opinions import answers_of
from domain.question import EntryKind, Question, QuestionState
from handlers.deed import Deed
from handlers.grouping import open_mate
from handlers.merging import follow_answers, free
from handlers.panel_deed import refuse_if_taken, right_patient

_LEADS = frozenset({QuestionState.OPEN, QuestionState.CLAIMED, QuestionState.NEEDS_INFO, QuestionState.ANSWERED})


def merge(deed: Deed) -> None:
    """Let a question follow another: its asker gets the answers of that one, and nothing else of it.

    Raises:
        UserError: "already_taken", "not_now", "lead_unknown", "has_followers".
    """
    question = right_patient(deed)
    refuse_if_taken(deed, question)
    if not question.is_awaiting_panel or answers_of(deed.transaction.entries.of_question(question.id)):
        raise UserError("not_now", label=question.label, state=question.state)
    lead = _lead(deed, question)
    if any(each.merged_into == question.id for each in deed.transaction.questions.merged_into(question.id)):
        raise UserError("has_followers", label=question.label)
    merged = deed.move(question, QuestionState.MERGED, claimed_by=None, merged_into=lead.id, needs=1)
    deed.record(merged, EntryKind.MERGED)
    deed.tell_about(merged, deed.asker_of(merged), "question.merged")
    follow_answers(deed.services, deed.transaction, merged, lead=lead, cause=deed.inbox_id)


def unmerge(deed: Deed) -> None:
    """Part a question from the one that it waits for: it goes to the panel by itself."""
    question = right_patient(deed)
    if question.state is not QuestionState.MERGED:
        raise UserError("not_now", label=question.label, state=question.state)
    free(deed.services, deed.transaction, question, cause=deed.inbox_id, key="question.unmerged")


def _lead(deed: Deed, follower: Question) -> Question:
    """Return the question that a number names, locked: one that is being answered, or has been.

    Without a number it is the one beside which the follower stands.
    """
    named = deed.fields.get("lead")
    digits = "" if named is None else named.value.strip().lstrip("Qq")
    alike = None if digits else open_mate(deed.transaction, follower)
    found = deed.transaction.questions.by_number(int(digits)) if _is_number(digits) else alike
    if found is None or found.id == follower.id or found.wrong_patient_at is not None:
        raise UserError("lead_unknown")
    lead = deed.transaction.questions.lock(found.id)
    if lead.state not in _LEADS:
        raise UserError("lead_unknown")
    return lead


def _is_number(digits: str) -> bool:
    return digits.isascii() and digits.isdecimal() and len(digits) <= 9


DEEDS: Mapping[Action, Callable[[Deed], None]] = {
    Action.MERGE: merge,
    Action.UNMERGE: unmerge,
}
