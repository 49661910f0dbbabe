"""Sending the pages that an escalation decided on, and holding back those that are not to go yet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from domain.commands import SendPages
from domain.delivery import Priority, Terms, Value
from domain.escalation import Page, Paging
from domain.ids import MemberId, derive_id
from domain.member import Member
from domain.messages import Action, Address
from domain.paging import LONGEST_LIMIT, PageLater, PageNow, PageRow, Person, page
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.question import EntryKind, Question, QuestionState
from handlers.grouping import may_follow, open_mate
from handlers.outbox import Notice, priority_of, tell
from handlers.people import person_of
from handlers.quality import quality_terms
from handlers.standing import Standing, standing_of
from handlers.timeline import add_entry, openings, own_entry

OTHER = -1
"""The step of a page that is none of the chain's."""


def paging_of(services: Services, transaction: Transaction) -> Paging:
    """Return what paging has to consider, once `pages.lock()` has made sure that it stays so."""
    rules = services.escalation
    sent = transaction.pages.sent_since(services.clock() - LONGEST_LIMIT, channels=rules.limits)
    return Paging(sent=sent, limits=rules.limits, open_claims=rules.open_claims)


def send_or_hold(
    services: Services, transaction: Transaction, standing: Standing, *, pages: Iterable[Page], step: int
) -> None:
    """Carry out what an escalation decided: urgent pages leave now; what is not urgent waits to be bundled."""
    for planned in pages:
        row = _row(services, standing, planned, step=step)
        if not transaction.pages.add(row):
            continue
        if isinstance(planned, PageNow) and row.is_urgent:
            _send(services, transaction, standing.question, row=row, address=planned.address)
        else:
            _hold(services, transaction, row)


async def send_pages(services: Services, command: SendPages) -> None:
    """Send a member what was held back and is still needed; what is not urgent goes together."""

    def send(transaction: Transaction) -> None:
        transaction.pages.lock()
        rows = transaction.pages.waiting(command.member_id, due_by=services.clock())
        if not rows:
            return
        paging = paging_of(services, transaction)
        together: list[tuple[PageRow, Question]] = []
        where: Address | None = None
        for row in rows:
            question = transaction.questions.get(row.question_id)
            planned = _planned(services, transaction, question, row=row, paging=paging)
            if planned is None:
                transaction.pages.drop(row.id)
            elif isinstance(planned, PageLater):
                transaction.pages.postpone(row.id, planned.until)
                _wake(transaction, command.member_id, planned.until, priority=priority_of(question))
            elif row.is_urgent:
                _send(services, transaction, question, row=row, address=planned.address)
                # The next one finds the phone taken by this one.
                paging = paging_of(services, transaction)
            else:
                together.append((row, question))
                where = planned.address
        if where is not None:
            _send_together(services, transaction, together, address=where)

    await services.store.write(send)


def page_about(  # noqa: PLR0913 - a page of its own kind, in its transaction
    services: Services,
    transaction: Transaction,
    question: Question,
    *,
    pages: Iterable[Page],
    cause: str,
    notice: Notice,
) -> None:
    """Page people at this moment with something else than the card; those for later are left to the caller."""
    for planned in pages:
        if not isinstance(planned, PageNow):
            continue
        row = PageRow(
            id=derive_id("page", question.id, cause, planned.member_id, planned.address.channel),
            question_id=question.id,
            opening=openings(transaction, question.id),
            step=OTHER,
            member_id=planned.member_id,
            way=planned.way,
            is_urgent=True,
            due_at=services.clock(),
        )
        if transaction.pages.add(row):
            transaction.pages.set_sent(row.id, planned.address, services.clock())
            member = transaction.members.get(planned.member_id)
            tell(services, transaction, member, cause=f"page:{row.id}", notice=replace(notice, to=planned.address))
            _note(services, transaction, question, row=row, channel=planned.address.channel)


def _row(services: Services, standing: Standing, planned: Page, *, step: int) -> PageRow:
    question = standing.question
    where = planned.address.channel if isinstance(planned, PageNow) else ""
    return PageRow(
        id=derive_id("page", question.id, standing.opening, step, planned.member_id, where),
        question_id=question.id,
        opening=standing.opening,
        step=step,
        member_id=planned.member_id,
        way=planned.way,
        is_urgent=priority_of(question) is Priority.URGENT,
        due_at=services.clock() if isinstance(planned, PageNow) else planned.until,
    )


def _hold(services: Services, transaction: Transaction, row: PageRow) -> None:
    """Hold a page back until it is due; what is not urgent waits for others, or joins those that wait already."""
    now, due_at = services.clock(), row.due_at
    if not row.is_urgent and due_at <= now:
        others = transaction.pages.waiting(row.member_id, due_by=now + services.escalation.bundle)
        joined = [other.due_at for other in others if other.due_at > now and not other.is_urgent]
        due_at = min([*joined, now + services.escalation.bundle])
        transaction.pages.postpone(row.id, due_at)
    _wake(transaction, row.member_id, due_at, priority=Priority.URGENT if row.is_urgent else Priority.NORMAL)


def _wake(transaction: Transaction, member_id: MemberId, at: datetime, *, priority: Priority) -> None:
    transaction.jobs.add(SendPages(member_id=member_id, at=at), due_at=at, priority=priority)


def _planned(
    services: Services, transaction: Transaction, question: Question, *, row: PageRow, paging: Paging
) -> Page | None:
    """Return where a page that was held back goes now, or until when it waits on; None where nobody needs it."""
    person = _still_wanted(services, transaction, question, row=row)
    if person is None:
        return None
    now = services.clock()
    if person.is_quiet(now) and not (row.is_urgent and person.may_be_woken()):
        if row.is_urgent:
            return None
        return PageLater(member_id=person.id, way=row.way, until=person.quiet.end_after(now, person.time_zone))
    return page(person, row.way, now, sent=paging.sent, limits=paging.limits)


def _still_wanted(services: Services, transaction: Transaction, question: Question, *, row: PageRow) -> Person | None:
    standing = standing_of(services, transaction, question)
    is_open = question.state is QuestionState.OPEN
    # While somebody has the question, the end of the chain is still told to its last owner.
    is_end = question.is_awaiting_panel and row.step == standing.last_step
    if standing.opening != row.opening or question.wrong_patient_at is not None or not (is_open or is_end):
        return None
    person = person_of(services, transaction, standing, member_id=row.member_id)
    return None if person is None or (person.has_passed and not person.is_office) else person


def _send(services: Services, transaction: Transaction, question: Question, *, row: PageRow, address: Address) -> None:
    transaction.pages.set_sent(row.id, address, services.clock())
    member = transaction.members.get(row.member_id)
    tell(services, transaction, member, cause=f"page:{row.id}", notice=card(transaction, question, to=address))
    _note(services, transaction, question, row=row, channel=address.channel)


def _send_together(
    services: Services, transaction: Transaction, held: Sequence[tuple[PageRow, Question]], *, address: Address
) -> None:
    """One card as it is; more of them as one message, which counts as one page."""
    (first, question), *others = held
    if not others:
        _send(services, transaction, question, row=first, address=address)
        return
    transaction.pages.set_sent(first.id, address, services.clock())
    labels = ", ".join(dict.fromkeys(each.label for _, each in held))
    values: dict[str, Value] = {"count": len(held), "labels": labels}
    notice = Notice(key="panel.bundle", values=values, to=address)
    tell(services, transaction, transaction.members.get(first.member_id), cause=f"page:{first.id}", notice=notice)
    for row, each in held:
        _note(services, transaction, each, row=row, channel=address.channel)
        if row is not first:
            transaction.pages.drop(row.id)


def _note(services: Services, transaction: Transaction, question: Question, *, row: PageRow, channel: str) -> None:
    details: dict[str, str | int] = {"member": row.member_id, "channel": channel, "step": row.step}
    key = f"page:{row.id}"
    add_entry(
        services, transaction, own_entry(question, EntryKind.PAGED, key=key, at=services.clock(), details=details)
    )


def card(transaction: Transaction, question: Question, *, to: Address) -> Notice:
    """Return the card of a question, as whoever is paged receives it."""
    images = transaction.images.of_question(question.id)
    asker = transaction.members.get(question.asker_id)
    assert question.answer_due_at is not None
    assert question.opened_at is not None
    values: dict[str, Value] = {
        "label": question.label,
        "asker": _introduced(asker),
        "text": question.text,
        "images": sum(image.is_visible for image in images),
        "quality": quality_terms(images),
        "at": question.opened_at,
        "answer_due": question.answer_due_at,
    }
    mate = open_mate(transaction, question)
    merge = () if mate is None or not may_follow(transaction, question, mate) else (Action.MERGE,)
    return Notice(
        key=f"panel.card_{question.urgency}",
        values={**values, **({} if mate is None else _like(mate))},
        question_id=question.id,
        choices=(Action.CLAIM, Action.PASS, Action.ASK_BACK, Action.SECOND_OPINION, *merge),
        priority=priority_of(question),
        to=to,
    )


def _like(mate: Question) -> dict[str, Value]:
    return {"alike": Terms(keys=("panel.alike",), lead=" · "), "like": mate.label}


def _introduced(asker: Member) -> Value:
    """Return an asker's alias, with their grade and what their hospital has where they said so (safety rule 13)."""
    grade = () if asker.grade is None else (f"grade.{asker.grade}",)
    has = tuple(f"facility.{each}" for each in sorted(asker.hospital_has or ()))
    keys = (*grade, *has)
    return Terms(keys=keys, lead=f"{asker.alias} · ", separator=" · ") if keys else asker.alias
