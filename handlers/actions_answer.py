"""Answering: the first answer, a second opinion, a correction, an addition; and what of them the others get."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from domain.answer import released_words
from domain.delivery import Terms, Value
from domain.errors import UserError
from domain.following import News
from domain.messages import Action
from domain.opinions import MOST_ANSWERS, SEAL, answers_of
from domain.question import Entry, EntryKind, Question, QuestionState
from domain.text import DeidentifiedText
from handlers.answer_form import read_answer
from handlers.closing import close_later
from handlers.deed import Deed
from handlers.delivered import AUTHOR
from handlers.following import tell_followers
from handlers.merging import Given, pass_on
from handlers.panel_deed import refuse_if_taken, right_patient
from handlers.quality import quality_terms
from handlers.second_opinion import seek_second

FEEDBACK = (Action.HELPED, Action.CHANGED_PLAN, Action.ASK_MORE, Action.REOPEN, Action.READ)


class Standing(StrEnum):
    """What an answer is beside those that are out already."""

    FIRST = "first"
    SECOND = "second"
    CORRECTION = "correction"
    ADDITION = "addition"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What is to be sent, and as what."""

    text: DeidentifiedText
    details: Mapping[str, str | int]
    short: DeidentifiedText
    standing: Standing
    answers: int
    """With this one."""


def answer(deed: Deed) -> None:
    """Answer the asker; a further answer adds to the first and never replaces it."""
    question = right_patient(deed)
    # Nobody is asked for words that could not be sent.
    _standing(deed, question, answers_of(deed.transaction.entries.of_question(question.id)))
    deed.demand_words("diagnoses", "text")
    form = read_answer(deed.fields)
    give(deed, question, text=form.composed(), details=form.details(), short=form.short)


def release_opinion(deed: Deed) -> None:
    """Release something of one's own to the asker: a note by its entry, or words as they are.

    Raises:
        UserError: "answer_first", "entry_unknown", "not_yours".
    """
    question = right_patient(deed)
    entries = deed.transaction.entries.of_question(question.id)
    text, details = _released(deed, entries)
    if not answers_of(entries):
        raise UserError("answer_first", label=question.label)
    give(deed, question, text=text, details=details)


def note(deed: Deed) -> None:
    """Say something to the panel only; with ">>" before it, to the asker as well."""
    words = released_words(deed.text())
    if words is None:
        deed.record(deed.panel_question(), EntryKind.NOTE, text=deed.text())
    else:
        release_opinion(replace(deed, fields={"text": words}))


def give(
    deed: Deed,
    question: Question,
    *,
    text: DeidentifiedText,
    details: Mapping[str, str | int],
    short: DeidentifiedText | None = None,
) -> None:
    """Bring an answer into the thread and to the asker, and do what follows from its being there."""
    former = answers_of(deed.transaction.entries.of_question(question.id))
    standing = _standing(deed, question, former)
    is_new = deed.actor.id not in {entry.actor_id for entry in former}
    said = _Said(
        text=text,
        details=details if standing is Standing.FIRST else {**details, "as": standing.value},
        short=short or DeidentifiedText(value=""),
        standing=standing,
        answers=len(former) + is_new,
    )
    answered = _moved(deed, question, said)
    _record(deed, answered, said)
    _tell(deed, answered, said)
    tell_followers(deed.services, deed.transaction, answered, news=News.ANSWERED, by=deed.actor.id, cause=deed.inbox_id)
    if standing in (Standing.FIRST, Standing.SECOND) and said.answers < question.needs:
        seek_second(deed.services, deed.transaction, answered, cause=deed.inbox_id, channel=deed.channel)
        return
    close_later(deed.services, deed.transaction, answered)


def _standing(deed: Deed, question: Question, former: tuple[Entry, ...]) -> Standing:
    """Return what a new answer would be.

    Raises:
        UserError: "already_taken", or "not_now" where none can be given.
    """
    is_own = any(entry.actor_id == deed.actor.id for entry in former)
    if is_own and question.state in (QuestionState.ANSWERED, QuestionState.CLOSED):
        return Standing.CORRECTION
    if is_own and question.is_awaiting_panel:
        return Standing.CORRECTION
    if question.state is QuestionState.ANSWERED:
        return Standing.ADDITION
    refuse_if_taken(deed, question)
    if not question.is_awaiting_panel:
        raise UserError("not_now", label=question.label, state=question.state)
    return Standing.SECOND if former else Standing.FIRST


def _moved(deed: Deed, question: Question, said: _Said) -> Question:
    """Return the question as the answer leaves it; with the last of those that it needs, the seal is broken."""
    if said.standing not in (Standing.FIRST, Standing.SECOND):
        return question
    if said.answers < question.needs:
        return question
    return deed.move(
        question,
        QuestionState.ANSWERED,
        claimed_by=deed.actor.id,
        is_sealed=False,
        unsealed_at=deed.now if question.is_sealed else question.unsealed_at,
    )


def _record(deed: Deed, question: Question, said: _Said) -> None:
    sealed = {SEAL: 1} if question.is_sealed else {}
    deed.record(question, EntryKind.ANSWER, text=said.text, details={**said.details, **sealed})
    if said.short.value:
        deed.record(question, EntryKind.SHORT_LINE, text=said.short, details=sealed)
    given = Given(text=said.text, short=said.short, details={**said.details, **sealed}, author=deed.actor)
    cause = deed.inbox_id
    pass_on(deed.services, deed.transaction, question, given=given, cause=cause, channel=deed.channel)


def _tell(deed: Deed, question: Question, said: _Said) -> None:
    values: dict[str, Value] = {
        "name": deed.actor.display_name,
        "at": deed.now,
        "text": said.text,
        "short": said.short,
        "quality": quality_terms(deed.transaction.images.of_question(question.id)),
        **_confidence(said.details),
        AUTHOR: deed.actor.id,
    }
    choices = FEEDBACK if question.needs >= MOST_ANSWERS else (*FEEDBACK, Action.SECOND_OPINION)
    deed.tell_until_read(question, key_of(said.standing, said.details), values=values, choices=choices)


def key_of(standing: Standing, details: Mapping[str, str | int]) -> str:
    """Return the wording of an answer; a correction is always said to be one."""
    if standing is not Standing.FIRST:
        return f"question.answer_{standing}"
    return "question.answer" if "confidence" in details else "question.answer_without_confidence"


def _confidence(details: Mapping[str, str | int]) -> dict[str, Value]:
    """Return the values by which an answer says how sure its author is, or says nothing of it."""
    if "confidence" not in details:
        return {"sure": ""}
    return {"confidence": details["confidence"], "sure": Terms(keys=("question.confidence",), lead=" ")}


def _released(deed: Deed, entries: Sequence[Entry]) -> tuple[DeidentifiedText, Mapping[str, str | int]]:
    named = deed.fields.get("entry")
    if named is None or not named.value:
        return deed.text(), {}
    found = [entry for entry in entries if str(entry.id) == named.value]
    if not found or found[0].kind not in (EntryKind.NOTE, EntryKind.OPINION) or found[0].text is None:
        raise UserError("entry_unknown")
    if found[0].actor_id != deed.actor.id:
        raise UserError("not_your_words")
    return found[0].text, {"of": found[0].id}


DEEDS: Mapping[Action, Callable[[Deed], None]] = {
    Action.ANSWER: answer,
    Action.NOTE: note,
    Action.RELEASE_OPINION: release_opinion,
}
