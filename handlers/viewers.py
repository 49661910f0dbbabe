"""Paging everybody who saw a wrong patient's images or the answer, until each has acknowledged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from domain.commands import PageViewers
from domain.delivery import Priority, Value
from domain.ids import MemberId
from domain.member import Member
from domain.messages import Action
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.question import EntryKind, Question
from domain.wrong_patient import PAGING, unacknowledged
from handlers.outbox import Notice, notice_about, tell
from handlers.timeline import add_entry, own_entry


async def page_viewers(services: Services, command: PageViewers) -> None:
    """Page those who have not acknowledged, tell the coordinator, and note the next round while anybody is left."""

    def page(transaction: Transaction) -> None:
        question = transaction.questions.lock(command.question_id)
        people = _left(transaction, question)
        cause = f"wrong_patient:{question.id}:{command.round}"
        if command.round == 0 or (people and command.round >= PAGING.coordinator_from):
            _tell_coordinator(services, transaction, question, cause=cause, people=people)
        if not people:
            return
        notice = _page(question, "wrong_patient.page", choices=(Action.ACKNOWLEDGE,))
        for member in people:
            tell(services, transaction, member, cause=cause, notice=notice)
        paged = {"round": command.round, "people": len(people)}
        entry = own_entry(question, EntryKind.VIEWERS_PAGED, key=cause, at=services.clock(), details=paged)
        add_entry(services, transaction, entry)
        following = PageViewers(question_id=question.id, round=command.round + 1)
        due_at = services.clock() + PAGING.wait(command.round)
        transaction.jobs.add(following, due_at=due_at, priority=Priority.URGENT)

    await services.store.write(page)


def _left(transaction: Transaction, question: Question) -> list[Member]:
    entries = transaction.entries.of_question(question.id)
    viewings = transaction.viewings.of_question(question.id)
    members = (transaction.members.get(member_id) for member_id in unacknowledged(question, entries, viewings))
    return [member for member in members if member.active]


def _tell_coordinator(
    services: Services, transaction: Transaction, question: Question, *, cause: str, people: Sequence[Member]
) -> None:
    coordinator = _coordinator(transaction, question)
    if coordinator is None or coordinator in [member.id for member in people]:
        return
    names = ", ".join(_name(member, question) for member in people)
    key = "wrong_patient.coordinator" if people else "wrong_patient.coordinator_nobody"
    notice = _page(question, key, values={"names": names})
    tell(services, transaction, transaction.members.get(coordinator), cause=cause, notice=notice)


def _coordinator(transaction: Transaction, question: Question) -> MemberId | None:
    """Return whose panel it is; a draft has none yet, and nobody has seen it."""
    return None if question.panel_id is None else transaction.panels.get(question.panel_id).coordinator_id


def _name(member: Member, question: Question) -> str:
    return member.alias if member.id == question.asker_id else member.display_name


def _page(
    question: Question, key: str, *, values: Mapping[str, Value] | None = None, choices: tuple[Action, ...] = ()
) -> Notice:
    """A wrong patient is urgent, however the question was asked."""
    return replace(notice_about(question, key, values=values, choices=choices), priority=Priority.URGENT)
