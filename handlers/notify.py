"""Escalation: telling the next people of a question that nobody has taken."""

from __future__ import annotations

from domain.commands import NotifyStep
from domain.delivery import Priority, Value
from domain.escalation import POLICIES, Step, audience_of
from domain.messages import Action
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.question import Entry, EntryKind, Question, QuestionState, Urgency
from handlers.outbox import Notice, tell
from handlers.timeline import openings


async def notify_step(services: Services, command: NotifyStep) -> None:
    """Tell the audience of a step and note the next one; the last step leaves it with the coordinator."""

    def notify(transaction: Transaction) -> None:
        question = transaction.questions.lock(command.question_id)
        if question.state is not QuestionState.OPEN or openings(transaction, question.id) != command.opening:
            return
        assert question.urgency is not None
        steps = POLICIES[question.urgency].steps
        _tell_audience(services, transaction, question, command=command, step=steps[command.step])
        _tell_asker(services, transaction, question, command=command, step=steps[command.step])
        if command.step + 1 < len(steps):
            following = NotifyStep(question_id=question.id, opening=command.opening, step=command.step + 1)
            wait = steps[command.step + 1].after - steps[command.step].after
            transaction.jobs.add(following, due_at=services.clock() + wait, priority=_priority(question))

    await services.store.write(notify)


def _tell_audience(
    services: Services, transaction: Transaction, question: Question, *, command: NotifyStep, step: Step
) -> None:
    assert question.panel_id is not None
    panel = transaction.panels.get(question.panel_id)
    now = services.clock()
    audience = audience_of(step, panel, now, asker_id=question.asker_id)
    images = sum(image.is_visible for image in transaction.images.of_question(question.id))
    asker = transaction.members.get(question.asker_id)
    assert question.answer_due_at is not None
    values: dict[str, Value] = {
        "label": question.label,
        "asker": asker.alias,
        "text": question.text,
        "images": images,
        "answer_due": question.answer_due_at,
    }
    notice = Notice(
        key=f"panel.card_{question.urgency}",
        values=values,
        question_id=question.id,
        choices=(Action.CLAIM,),
        priority=_priority(question),
    )
    cause = f"notify:{question.id}:{command.opening}:{command.step}"
    for member_id in audience:
        tell(services, transaction, transaction.members.get(member_id), cause=cause, notice=notice)
    transaction.entries.add(
        Entry(
            key=cause,
            question_id=question.id,
            kind=EntryKind.NOTIFIED,
            actor_id=None,
            channel="",
            at=now,
            details={"step": command.step, "audience": step.audience.value, "people": len(audience)},
        )
    )


def _tell_asker(
    services: Services, transaction: Transaction, question: Question, *, command: NotifyStep, step: Step
) -> None:
    if step.notice is None:
        return
    values: dict[str, Value] = {"label": question.label, "telephone": services.rules.fallback_telephone}
    notice = Notice(key=step.notice, values=values, question_id=question.id, priority=_priority(question))
    asker = transaction.members.get(question.asker_id)
    cause = f"notify:{question.id}:{command.opening}:{command.step}"
    tell(services, transaction, asker, cause=cause, notice=notice)


def _priority(question: Question) -> Priority:
    return Priority.URGENT if question.urgency is Urgency.URGENT else Priority.NORMAL
