"""Escalation: telling the next people of a question that nobody has taken."""

from __future__ import annotations

from domain.commands import NotifyStep
from domain.delivery import Value
from domain.escalation import POLICIES, Step, audience_of
from domain.ids import MemberId
from domain.messages import Action
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.question import EntryKind, Question, QuestionState
from handlers.outbox import notice_about, priority_of, tell
from handlers.quality import quality_terms
from handlers.timeline import openings, own_entry


async def notify_step(services: Services, command: NotifyStep) -> None:
    """Tell the audience of a step and note the next one; the last step leaves it with the coordinator.

    While somebody has the question only the last step counts: an answer is due by then.
    """

    def notify(transaction: Transaction) -> None:
        question = transaction.questions.lock(command.question_id)
        if not question.is_awaiting_panel or openings(transaction, question.id) != command.opening:
            return
        if question.wrong_patient_at is not None:
            return
        assert question.urgency is not None
        steps = POLICIES[question.urgency].steps
        is_last = command.step + 1 == len(steps)
        if question.state is QuestionState.OPEN or is_last:
            _tell_asker(services, transaction, question, command=command, step=steps[command.step])
            _tell_audience(services, transaction, question, command=command, step=steps[command.step])
        if not is_last:
            following = NotifyStep(question_id=question.id, opening=command.opening, step=command.step + 1)
            wait = steps[command.step + 1].after - steps[command.step].after
            transaction.jobs.add(following, due_at=services.clock() + wait, priority=priority_of(question))

    await services.store.write(notify)


def begin_escalation(transaction: Transaction, question: Question) -> None:
    """Note the first step for a question that has just been laid before the panel."""
    first = NotifyStep(question_id=question.id, opening=openings(transaction, question.id), step=0)
    transaction.jobs.add(first, priority=priority_of(question))


def _tell_audience(
    services: Services, transaction: Transaction, question: Question, *, command: NotifyStep, step: Step
) -> None:
    assert question.panel_id is not None
    panel = transaction.panels.get(question.panel_id)
    now = services.clock()
    audience = audience_of(step, panel, now, reachable=_reachable(transaction, question))
    if not audience:
        services.log.error("nobody_to_page", question_id=question.id, step=command.step)
    images = transaction.images.of_question(question.id)
    asker = transaction.members.get(question.asker_id)
    assert question.answer_due_at is not None
    values: dict[str, Value] = {
        "asker": asker.alias,
        "text": question.text,
        "images": sum(image.is_visible for image in images),
        "quality": quality_terms(images),
        "answer_due": question.answer_due_at,
    }
    notice = notice_about(question, f"panel.card_{question.urgency}", values=values, choices=(Action.CLAIM,))
    cause = f"notify:{question.id}:{command.opening}:{command.step}"
    for member_id in audience:
        tell(services, transaction, transaction.members.get(member_id), cause=cause, notice=notice)
    told = {"step": command.step, "audience": step.audience.value, "people": len(audience)}
    transaction.entries.add(own_entry(question, EntryKind.NOTIFIED, key=cause, at=now, details=told))


def _tell_asker(
    services: Services, transaction: Transaction, question: Question, *, command: NotifyStep, step: Step
) -> None:
    if step.notice is None:
        return
    notice = notice_about(question, step.notice, values={"telephone": services.rules.fallback_telephone})
    asker = transaction.members.get(question.asker_id)
    cause = f"notify:{question.id}:{command.opening}:{command.step}"
    tell(services, transaction, asker, cause=cause, notice=notice)


def _reachable(transaction: Transaction, question: Question) -> set[MemberId]:
    """Whoever may be paged about a question: of the society, active, with an address, and not its asker."""
    return {
        member.id
        for member in transaction.members.all()
        if member.active and member.addresses and member.id != question.asker_id
    }
