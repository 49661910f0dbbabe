"""What the panel's actions have in common: the right patient, and whose question it is."""

from __future__ import annotations

from domain.errors import AlreadyTakenError, SealedInRoomError, UserError
from domain.handover import held_since
from domain.question import Question
from handlers.deed import Deed


def right_patient(deed: Deed) -> Question:
    """Return the panel's question, locked.

    Raises:
        UserError("wrong_patient"): it was marked as the wrong patient.
    """
    question = deed.panel_question()
    if question.wrong_patient_at is not None:
        raise UserError("wrong_patient", label=question.label)
    return question


def refuse_if_taken(deed: Deed, question: Question) -> None:
    """Raise AlreadyTakenError, which names whoever has the question, where that is somebody else."""
    if question.claimed_by in (None, deed.actor.id) or not question.is_awaiting_panel:
        return
    claimer = deed.transaction.members.get(question.claimed_by)
    entries = deed.transaction.entries.of_question(question.id)
    taken_at = held_since(question, entries) or deed.now
    raise AlreadyTakenError(question.id, label=question.label, name=claimer.display_name, at=taken_at)


def refuse_if_not_mine(deed: Deed, question: Question) -> None:
    if question.claimed_by != deed.actor.id or not question.is_awaiting_panel:
        raise UserError("not_claimed_by_you", label=question.label)


def refuse_in_the_open(deed: Deed, question: Question) -> None:
    """Nothing is kept sealed that was typed where the others read it."""
    if deed.said_in and question.is_sealed:
        raise SealedInRoomError(question.id, label=question.label)
