"""The asker says what it turned out to be, or that they do not want to be asked; those who answered are told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from domain.delivery import Value
from domain.errors import UserError
from domain.messages import Action
from domain.outcome import VERDICT, Verdict, may_tell
from domain.question import Entry, EntryKind, Question
from domain.text import DeidentifiedText
from handlers.deed import Deed
from handlers.outcomes import asks_again_at

_TOLD = {Verdict.AGREES: "panel.outcome_agrees", Verdict.DIFFERS: "panel.outcome_differs"}


def tell_outcome(deed: Deed, *, verdict: Verdict) -> None:
    """Note how it turned out, with words where there are any; told again, it stands beside what was told before."""
    question = _closed(deed)
    words = _words(deed)
    entries = deed.transaction.entries.of_question(question.id)
    deed.record(question, EntryKind.OUTCOME, text=words, details={VERDICT: verdict.value})
    deed.tell_about(question, deed.actor, "question.outcome_told")
    _tell_authors(deed, question, entries, verdict=verdict, words=words)


def outcome_unknown(deed: Deed) -> None:
    """It is not known yet: asked once more where there is a time for that."""
    question = _closed(deed)
    deed.record(question, EntryKind.OUTCOME, details={VERDICT: Verdict.UNKNOWN.value})
    again = asks_again_at(deed.services, deed.transaction, question)
    if again is None:
        deed.tell_about(question, deed.actor, "question.outcome_left")
    else:
        deed.tell_about(question, deed.actor, "question.outcome_later", values={"at": again})


def never_ask(deed: Deed) -> None:
    """Do not ask about this question any more."""
    question = _closed(deed)
    deed.record(question, EntryKind.OUTCOME_DECLINED)
    deed.tell_about(question, deed.actor, "question.outcome_never")


def _closed(deed: Deed) -> Question:
    question = deed.own_question()
    if not may_tell(question, deed.transaction.entries.of_question(question.id)):
        raise UserError("not_now", label=question.label, state=question.state)
    return question


def _words(deed: Deed) -> DeidentifiedText | None:
    text = deed.fields.get("text")
    return text if text is not None and text.value.strip() else None


def _tell_authors(
    deed: Deed, question: Question, entries: Sequence[Entry], *, verdict: Verdict, words: DeidentifiedText | None
) -> None:
    """Each of them once: it is theirs to learn from."""
    authors = dict.fromkeys(e.actor_id for e in entries if e.kind is EntryKind.ANSWER and e.actor_id is not None)
    values: dict[str, Value] = {} if words is None else {"text": words}
    for author in authors:
        deed.tell_about(question, deed.transaction.members.get(author), _TOLD[verdict], values=values)


DEEDS: Mapping[Action, Callable[[Deed], None]] = {
    Action.OUTCOME_AGREES: partial(tell_outcome, verdict=Verdict.AGREES),
    Action.OUTCOME_DIFFERS: partial(tell_outcome, verdict=Verdict.DIFFERS),
    Action.OUTCOME_UNKNOWN: outcome_unknown,
    Action.OUTCOME_NEVER: never_ask,
}
