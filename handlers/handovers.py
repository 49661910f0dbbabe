"""An offered question that nobody has accepted yet: giver and taker are told once more."""

from __future__ import annotations

from dataclasses import replace

from domain.commands import ChaseHandover
from domain.delivery import Priority
from domain.handover import Handover, Side, open_offers
from domain.member import Member
from domain.messages import Action
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.question import Question
from handlers.outbox import Notice, priority_of, tell


def offered(question: Question, offer: Handover, *, giver: Member) -> Notice:
    """Return what the taker is told of an offer."""
    return Notice(
        key="question.handover_offered" if offer.side is Side.ASKER else "panel.handover_offered",
        values={"label": question.label, "giver": giver.display_name},
        question_id=question.id,
        choices=(Action.ACCEPT_HANDOVER, Action.DECLINE_HANDOVER),
        priority=priority_of(question),
    )


async def chase_handover(services: Services, command: ChaseHandover) -> None:
    """Tell both of them where the offer still stands (safety rule 14)."""

    def chase(transaction: Transaction) -> None:
        question = transaction.questions.lock(command.question_id)
        entries = transaction.entries.of_question(question.id)
        standing = [offer for offer in open_offers(question, entries) if offer.number == command.offer]
        for offer in standing:
            giver, taker = (transaction.members.get(each) for each in (offer.giver, offer.taker))
            values = {"label": question.label, "giver": giver.display_name, "taker": taker.display_name}
            waits = Notice(key="panel.handover_waits", values=values, question_id=question.id, priority=Priority.URGENT)
            cause = f"handover:{question.id}:{offer.number}"
            tell(services, transaction, giver, cause=cause, notice=waits)
            choices = (Action.ACCEPT_HANDOVER, Action.DECLINE_HANDOVER)
            tell(services, transaction, taker, cause=cause, notice=replace(waits, choices=choices))

    await services.store.write(chase)
