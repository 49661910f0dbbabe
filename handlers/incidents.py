"""What follows from a flag in time: paging until somebody has it in hand, reminders of the clock, taking back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from domain.commands import UNMOVED, PageModerators, RemindOfIncident
from domain.commands_services import Retract
from domain.delivery import Priority, Terms, Value
from domain.escalation import Page
from domain.incident import INCIDENT_RULES, PAGE, Incident, OnDuty, on_duty
from domain.member import Member
from domain.messages import Action
from domain.paging import PageLater, Person, Way, page
from domain.ports.services import Services
from domain.ports.store import Transaction
from handlers.flagging import values_of
from handlers.outbox import Notice, tell
from handlers.paging import page_about, paging_of
from handlers.retracting import retract_sent

_CHOICES = (Action.TAKE_INCIDENT, Action.IDENTIFIES)


async def page_moderators(services: Services, command: PageModerators) -> None:
    """Page who is on duty, from the third time on the coordinators too, until somebody has taken it."""

    def run(transaction: Transaction) -> None:
        transaction.pages.lock()
        incident = transaction.incidents.lock(command.incident_id)
        if incident.taken_by is not None or not incident.is_open:
            return
        members = _on_duty(services, transaction).paged(command.round, INCIDENT_RULES)
        pages = _pages(services, transaction, members, way=Way.NEXT if command.round == 1 else Way.FIRST)
        held = [each.until for each in pages if isinstance(each, PageLater)]
        if pages and len(held) == len(pages):
            again = replace(command, moved_to=min(held))
            transaction.jobs.add(again, due_at=again.moved_to, priority=Priority.URGENT)
            return
        _page(services, transaction, incident, pages=pages, page_round=command.round)
        _note_next(services, transaction, command)

    await services.store.write(run)


async def remind_of_incident(services: Services, command: RemindOfIncident) -> None:
    """Tell who has it in hand, and the coordinators, how much of its time is left."""

    def remind(transaction: Transaction) -> None:
        incident = transaction.incidents.lock(command.incident_id)
        if not incident.is_open:
            return
        question = transaction.questions.get(incident.question_id)
        duty = _on_duty(services, transaction)
        holder = () if incident.taken_by is None else (transaction.members.get(incident.taken_by),)
        people = {member.id: member for member in (*(holder or duty.moderators), *duty.coordinators)}
        values: dict[str, Value] = {**values_of(question, incident), "hours": command.hours_left}
        key = "incident.due_soon" if command.hours_left else "incident.overdue"
        notice = Notice(key=key, values=values, priority=Priority.URGENT)
        for member in people.values():
            tell(services, transaction, member, cause=f"due:{incident.id}:{command.hours_left}", notice=notice)

    await services.store.write(remind)


async def retract(services: Services, command: Retract) -> None:
    """Take a sent message back where its service can; its reader is asked to delete it where it cannot.

    Raises:
        TransientError: later it may work.
    """
    if not await retract_sent(services, command):
        await services.store.write(lambda transaction: _ask_to_delete(services, transaction, command))


def _ask_to_delete(services: Services, transaction: Transaction, command: Retract) -> None:
    """On the phone that has it, once however many of its messages are meant."""
    delivery = transaction.deliveries.get(command.delivery_id)
    assert delivery.question_id is not None
    label = transaction.questions.get(delivery.question_id).label
    notice = Notice(key="incident.delete", values={"label": label}, to=delivery.address, priority=Priority.URGENT)
    reader = transaction.members.get(delivery.member_id)
    tell(services, transaction, reader, cause=f"delete:{command.incident_id}", notice=notice)


def _on_duty(services: Services, transaction: Transaction) -> OnDuty:
    members = transaction.members.all()
    awake = frozenset(each.id for each in members if not _person(services, each).is_quiet(services.clock()))
    return on_duty(members, awake=awake)


def _pages(services: Services, transaction: Transaction, members: Sequence[Member], *, way: Way) -> tuple[Page, ...]:
    paging, now = paging_of(services, transaction), services.clock()
    planned = (page(_person(services, each), way, now, sent=paging.sent, limits=paging.limits) for each in members)
    return tuple(each for each in planned if each is not None)


def _person(services: Services, member: Member) -> Person:
    """A flag may wake: a patient's name may lie open."""
    return Person(
        id=member.id,
        chain=tuple(address for address in member.chain if address.channel in services.channels),
        time_zone=member.time_zone,
        quiet=member.quiet or services.escalation.quiet,
        is_office=True,
    )


def _page(
    services: Services, transaction: Transaction, incident: Incident, *, pages: Sequence[Page], page_round: int
) -> None:
    if not pages:
        services.log.error("nobody_moderates", question_id=incident.question_id)
        return
    question = transaction.questions.get(incident.question_id)
    notice = Notice(
        key=PAGE,
        values={**values_of(question, incident), **_reason(incident)},
        quotes=question.id,
        choices=_CHOICES,
        about=incident.id,
        priority=Priority.URGENT,
    )
    cause = f"incident:{incident.id}:{page_round}"
    page_about(services, transaction, question, pages=pages, cause=cause, notice=notice)


def _reason(incident: Incident) -> dict[str, Value]:
    if not incident.reason.value:
        return {"reason": Terms(keys=("incident.no_reason",))}
    return {"reason": Terms(keys=("incident.reason",)), "text": incident.reason}


def _note_next(services: Services, transaction: Transaction, command: PageModerators) -> None:
    wait = INCIDENT_RULES.wait(command.round)
    if wait is not None:
        following = replace(command, round=command.round + 1, moved_to=UNMOVED)
        transaction.jobs.add(following, due_at=services.clock() + wait, priority=Priority.URGENT)
