"""Telling of questions that were found: a line each; and those about the same as a draft, before anybody is paged."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from domain.digest import EXCERPT
from domain.ids import QuestionId
from domain.member import Member
from domain.messages import Action
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.question import Question, QuestionState
from domain.search import Found, excerpt_of
from domain.text import DeidentifiedText
from domain.words import Sought, sought_in, themes_of
from handlers.outbox import Notice, tell

_EXCERPT_THEMES = 8


def found_lines(services: Services, member: Member, hits: Sequence[Found], *, sought: Sought | None) -> str:
    """Return a line per question in the member's language, with an excerpt where a search is given.

    All that is told of a question stands on the line with its label, so that
    it can be struck out when the question is taken back.
    """
    now = services.clock()
    return "\n".join(_line(services, member, hit, sought=sought, now=now) for hit in hits)


async def related_to(services: Services, question_id: QuestionId) -> Sequence[Found]:
    """Return answered questions about the same as a draft that its asker may see; of anything but a draft, none."""

    def find(transaction: Transaction) -> Sequence[Found]:
        question = transaction.questions.get(question_id)
        if question.state is not QuestionState.DRAFT or question.wrong_patient_at is not None:
            return ()
        asker = transaction.members.get(question.asker_id)
        return transaction.search.related(asker, question.text.value, besides=question.id)

    return await services.store.read(find)


def offer_related(services: Services, transaction: Transaction, draft: Question, *, related: Sequence[Found]) -> None:
    """Tell an asker of answered questions about the same, each set once; "solved" drops the draft and pages nobody.

    It is said before the preview, whose buttons have to be the newest: a digit means those.
    """
    if not related:
        return
    asker = transaction.members.get(draft.asker_id)
    sought = Sought(groups=sought_in(" ".join(themes_of(draft.text.value)[:_EXCERPT_THEMES])).groups)
    lines = DeidentifiedText(value=found_lines(services, asker, related, sought=sought))
    notice = Notice(
        key="draft.related",
        values={"count": len(related), "text": lines},
        question_id=draft.id,
        choices=(Action.SOLVED,),
    )
    labels = "-".join(found.question.label for found in related)
    tell(services, transaction, asker, cause=f"related:{draft.id}:{labels}", notice=notice)


def _line(services: Services, member: Member, hit: Found, *, sought: Sought | None, now: datetime) -> str:
    question = hit.question
    # A release may carry no day (safety rule 5): who reads the released text alone is told no age.
    age = "" if hit.is_released_alone else _age(services, member, (now - (question.opened_at or now)).days)
    answered = services.wording.text("find.answered" if hit.is_answered else "find.unanswered", member, {})
    head = " · ".join(part for part in (question.label, age, answered) if part)
    return head if sought is None else f"{head}{EXCERPT}{excerpt_of(hit, sought).text}"


def _age(services: Services, member: Member, days: int) -> str:
    return services.wording.text("find.days" if days else "find.today", member, {"days": days})
