"""What an asker does with the answered questions that were offered: theirs is solved by one of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from domain.messages import Action
from domain.question import EntryKind, Question, QuestionState
from domain.text import DeidentifiedText
from handlers import actions_asker
from handlers.deed import Deed
from handlers.originals import leave_draft


def solved(deed: Deed) -> None:
    """Close a question that another one answers, without paging anybody: a draft is dropped, a sent one withdrawn.

    The timeline keeps which questions were offered.
    """
    question = deed.own_question()
    deed.record(question, EntryKind.SOLVED, details={"by": _offered(deed, question)})
    if question.state is not QuestionState.DRAFT:
        actions_asker.withdraw(deed)
        return
    gone = deed.move(question, QuestionState.DISCARDED, text=DeidentifiedText(value=""))
    left = leave_draft(deed.services, deed.transaction, gone, cause=deed.inbox_id)
    deed.tell_about(question, deed.actor, "draft.solved", values={"originals": left})


def _offered(deed: Deed, question: Question) -> str:
    related = deed.transaction.search.related(deed.actor, question.text.value, besides=question.id)
    return " ".join(found.question.label for found in related)


DEEDS: Mapping[Action, Callable[[Deed], None]] = {Action.SOLVED: solved}
