"""More than one reading: a panelist's own opinion, the seal on opinions, and asking for a second one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from domain.errors import UserError
from domain.handover import Side
from domain.member import Member
from domain.messages import Action
from domain.opinions import MOST_ANSWERS, SEAL, answers_of
from domain.question import EntryKind, Question, QuestionState
from handlers.actions_draft import tell_claimer
from handlers.actions_handover import colleague_named
from handlers.deed import Deed
from handlers.paging import card
from handlers.panel_deed import refuse_if_not_mine, refuse_in_the_open, right_patient
from handlers.second_opinion import seek_second

_READ_BY_PANEL = frozenset(
    {QuestionState.OPEN, QuestionState.CLAIMED, QuestionState.NEEDS_INFO, QuestionState.ANSWERED}
)


def opinion(deed: Deed) -> None:
    """Give one's own reading to the panel; under seal, nobody else reads it before all answers are in."""
    question = right_patient(deed)
    if question.state not in _READ_BY_PANEL:
        raise UserError("not_now", label=question.label, state=question.state)
    text = deed.text()
    refuse_in_the_open(deed, question)
    details = {SEAL: 1} if question.is_sealed else {}
    deed.record(question, EntryKind.OPINION, text=text, details=details)
    if question.is_sealed:
        deed.tell_about(question, deed.actor, "panel.opinion_sealed")


def seal(deed: Deed) -> None:
    """Have opinions that are written from now on hidden from one another, until all answers are in."""
    question = right_patient(deed)
    if not question.is_awaiting_panel:
        raise UserError("not_now", label=question.label, state=question.state)
    if question.claimed_by is not None:
        refuse_if_not_mine(deed, question)
    if question.is_sealed:
        raise UserError("sealed_already", label=question.label)
    deed.record(deed.save(question, is_sealed=True), EntryKind.SEALED)


def second_opinion(deed: Deed) -> None:
    """Ask for the answer of another panelist as well; the panel is asked on until there are two.

    Raises:
        UserError: "not_yours", "second_already", "not_now", "colleague_unknown".
    """
    question = _whose_second_it_is(deed)
    if question.needs >= MOST_ANSWERS:
        raise UserError("second_already", label=question.label)
    if question.state not in _READ_BY_PANEL or question.wrong_patient_at is not None:
        raise UserError("not_now", label=question.label, state=question.state)
    answers = answers_of(deed.transaction.entries.of_question(question.id))
    if len({entry.actor_id for entry in answers}) >= MOST_ANSWERS:
        raise UserError("second_already", label=question.label)
    colleague = _named(deed, question)
    deed.record(question, EntryKind.SECOND_OPINION)
    wanted = deed.save(question, needs=MOST_ANSWERS)
    if colleague is not None:
        # Beside those whose turn it is: whoever was named sees the question at once.
        deed.tell(colleague, replace(card(deed.transaction, wanted, to=colleague.addresses[0]), to=None))
    tell_claimer(deed, wanted, "panel.second_wanted")
    if deed.actor.id not in (wanted.asker_id, wanted.claimed_by):
        deed.tell_about(wanted, deed.actor, "panel.second_wanted")
    if wanted.state is QuestionState.ANSWERED:
        seek_second(deed.services, deed.transaction, wanted, cause=deed.inbox_id)
    else:
        deed.tell_about(wanted, deed.asker_of(wanted), "question.second_wanted")


def _named(deed: Deed, question: Question) -> Member | None:
    """Return whose opinion is wanted, where somebody was named: "second @lee"."""
    given = deed.fields.get("colleague")
    return colleague_named(deed, question, Side.PANEL) if given is not None and given.value else None


def _whose_second_it_is(deed: Deed) -> Question:
    """The asker's, or the panel's; while somebody has it, theirs alone."""
    question = deed.question()
    if question.asker_id == deed.actor.id and question.number is not None:
        return question
    question = deed.panel_question()
    if question.is_awaiting_panel and question.claimed_by is not None:
        refuse_if_not_mine(deed, question)
    return question


DEEDS: Mapping[Action, Callable[[Deed], None]] = {
    Action.OPINION: opinion,
    Action.SEAL: seal,
    Action.SECOND_OPINION: second_opinion,
}
