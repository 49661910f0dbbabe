"""A member leaves: in one action everything of theirs is cut off, and whatever they had in hand goes to others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from domain.access import Capability, can
from domain.commands import WatchRota
from domain.delivery import Priority, Value
from domain.errors import UserError
from domain.handover import Side
from domain.ids import MemberId, derive_id
from domain.member import Language, Member, Role
from domain.panel import Panel
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.question import Entry, EntryKind, Question, QuestionState
from domain.rota import Tier
from domain.swap import SwapOffer, SwapState
from handlers.enrolling import administered
from handlers.notify import continue_escalation
from handlers.outbox import Notice, notice_about, tell
from handlers.relays import note_clearing
from handlers.room_notes import look_into_rooms
from handlers.room_trouble import have_put_out, panels_with
from handlers.shifts import LOOKS_AHEAD
from handlers.timeline import add_entry

_NEVER = timedelta(days=3650)
_STILL_THEIRS = frozenset(
    {QuestionState.OPEN, QuestionState.CLAIMED, QuestionState.NEEDS_INFO, QuestionState.ANSWERED, QuestionState.MERGED}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Leaving:
    services: Services
    transaction: Transaction
    member: Member
    by: MemberId | None
    channel: str
    now: datetime
    cause: str


def offboard(
    services: Services, transaction: Transaction, member: Member, *, by: MemberId | None, channel: str
) -> Mapping[str, Value]:
    """Cut a member off and hand over what they had; returns how much of each, for a sentence.

    Their turns stay in the rota as gaps, so that nobody else's turns move: the coordinator is told of each at once.

    Raises:
        UserError: "left_already", or "last_coordinator" where nobody could take over a panel.
    """
    # Pages before any question, codes before their member, as everywhere: two who lock in another order would wait
    # for each other.
    transaction.pages.lock()
    transaction.channel_links.revoke_of(member.id)
    member = transaction.members.lock(member.id)
    if not member.active:
        raise UserError("left_already", name=member.display_name)
    now = services.clock()
    cause = f"offboard:{member.id}:{now.isoformat()}"
    leaving = _Leaving(
        services=services, transaction=transaction, member=member, by=by, channel=channel, now=now, cause=cause
    )
    panels = panels_with(transaction, member)
    shifts = _leave_panels(leaving)
    _cut_off(leaving)
    claims, asked = _give_back_claims(leaving), _hand_over_questions(leaving)
    _withdraw_offers(leaving)
    transaction.jobs.add(WatchRota(at=now))
    look_into_rooms(services, transaction)
    channels = {address.channel for address in member.addresses}
    have_put_out(services, transaction, member, panels=panels, channels=channels)
    counts: dict[str, str | int] = {"claims": claims, "questions": asked, "shifts": shifts}
    event = administered("offboard", by=by, subject=member.id, channel=channel, at=now)
    transaction.audit.add(replace(event, details=counts))
    services.log.warning("member_left", member_id=member.id)
    return {"name": member.display_name, **counts}


def _cut_off(leaving: _Leaving) -> None:
    """Sessions, links, pages that wait, and every way by which a page would reach them."""
    transaction, member, now = leaving.transaction, leaving.member, leaving.now
    transaction.web.revoke_sessions_of(member.id)
    transaction.web.revoke_links_of(member.id, now)
    transaction.feeds.revoke_of(member.id, now)
    transaction.text_blocks.forget(member.id)
    for page in transaction.pages.waiting(member.id, due_by=now + _NEVER):
        transaction.pages.drop(page.id)
    for invite in transaction.enrolments.open_invites(now):
        if invite.made_by == member.id:
            transaction.enrolments.save_invite(replace(invite, revoked_at=now))
    # What lies on their phones is of others' cases, and no longer theirs to read.
    for address in member.addresses:
        note_clearing(leaving.services, transaction, address)
    # The addresses stay theirs, so that an old button from there still gets its sentence; nothing else goes there.
    left = replace(
        member,
        active=False,
        roles=frozenset(),
        stopped=frozenset(member.addresses),
        awake_pool=False,
        pages_at_night=False,
        digest_at=None,
    )
    transaction.members.save(left)


def _leave_panels(leaving: _Leaving) -> int:
    """Take them off every panel, which gets another coordinator where it was theirs; returns shifts that are gaps."""
    member, shifts = leaving.member, 0
    for panel in leaving.transaction.panels.all():
        ahead = [
            shift
            for tier in Tier
            for shift in panel.shifts(tier, leaving.now, leaving.now + LOOKS_AHEAD)
            if shift.planned == member.id
        ]
        shifts += len(ahead)
        coordinator = _next_coordinator(leaving, panel) if panel.coordinator_id == member.id else None
        if member.id not in panel.members and coordinator is None and not ahead:
            continue
        members = tuple(each for each in panel.members if each != member.id)
        kept = panel.coordinator_id if coordinator is None else coordinator.id
        leaving.transaction.panels.save(replace(panel, members=members, coordinator_id=kept))
        _tell_coordinator(leaving, panel, coordinator_id=kept, shifts=len(ahead))
    return shifts


def _next_coordinator(leaving: _Leaving, panel: Panel) -> Member:
    others = [each for each in leaving.transaction.members.all() if each.active and each.id != leaving.member.id]
    fit = [each for each in others if each.has(Role.COORDINATOR)] or [
        each for each in others if can(each, Capability.ENROL)
    ]
    if not fit:
        name, called = leaving.member.display_name, panel.called(_language(leaving))
        raise UserError("last_coordinator", name=name, panel=called)
    return fit[0]


def _language(leaving: _Leaving) -> Language:
    """Return the language of whoever lets the member go; an operator reads English."""
    return Language.ENGLISH if leaving.by is None else leaving.transaction.members.get(leaving.by).language


def _tell_coordinator(leaving: _Leaving, panel: Panel, *, coordinator_id: MemberId, shifts: int) -> None:
    coordinator = leaving.transaction.members.get(coordinator_id)
    is_new = coordinator_id != panel.coordinator_id
    called = panel.called(coordinator.language)
    notice = Notice(
        key="members.panel_is_yours" if is_new else "members.left_panel",
        values={"name": leaving.member.display_name, "panel": called, "shifts": shifts},
        priority=Priority.URGENT if is_new else Priority.NORMAL,
    )
    tell(leaving.services, leaving.transaction, coordinator, cause=f"{leaving.cause}:{panel.id}", notice=notice)


def _give_back_claims(leaving: _Leaving) -> int:
    """Give every question they have taken to the next people of its chain."""
    transaction = leaving.transaction
    claimed = [each.id for each in _with_panel(leaving) if each.claimed_by == leaving.member.id]
    held = [transaction.questions.lock(question_id) for question_id in claimed]
    # Somebody may have taken it over, or answered, in this moment.
    mine = [each for each in held if each.claimed_by == leaving.member.id and each.is_awaiting_panel]
    for question in mine:
        released = replace(question, state=QuestionState.OPEN, claimed_by=None)
        transaction.questions.save(released)
        _record(leaving, released, EntryKind.RELEASED_CLAIM, details={"reason": "left"})
        continue_escalation(transaction, released)
        asker = transaction.members.get(released.asker_id)
        notice = notice_about(released, "question.released")
        tell(leaving.services, transaction, asker, cause=f"{leaving.cause}:{question.id}", notice=notice)
    return len(mine)


def _with_panel(leaving: _Leaving) -> list[Question]:
    every = leaving.transaction.questions.for_panel(closed_since=leaving.now)
    return [question for question in every if question.is_awaiting_panel]


def _hand_over_questions(leaving: _Leaving) -> int:
    """Give every question that they have asked, and that is not closed, to somebody who will read the answer."""
    transaction = leaving.transaction
    theirs = [each for each in transaction.questions.of_asker(leaving.member.id) if each.state in _STILL_THEIRS]
    for held in theirs:
        question = transaction.questions.lock(held.id)
        heir = _heir(leaving, question)
        transaction.questions.save(replace(question, asker_id=heir.id))
        details: dict[str, str | int] = {"of": 0, "member": leaving.member.id, "side": Side.ASKER.value}
        _record(leaving, question, EntryKind.HANDED_OVER, details=details)
        values: dict[str, Value] = {"giver": leaving.member.display_name, "taker": heir.display_name}
        notice = notice_about(question, "question.handed_over", values=values)
        tell(leaving.services, transaction, heir, cause=f"{leaving.cause}:{question.id}", notice=notice)
    return len(theirs)


def _heir(leaving: _Leaving, question: Question) -> Member:
    """Return who stands in for an asker: somebody who reads cases anyway, and does not answer this one.

    Rather a coordinator, and rather not the last owner of the panel's questions.

    Raises:
        UserError("no_heir"): there is nobody; the question would be left with somebody whom no answer reaches.
    """
    panel_id = question.panel_id
    owner = None if panel_id is None else leaving.transaction.panels.get(panel_id).coordinator_id
    fit = [
        each
        for each in leaving.transaction.members.all()
        if can(each, Capability.ANSWER) and each.id not in (leaving.member.id, question.claimed_by)
    ]
    if not fit:
        raise UserError("no_heir", name=leaving.member.display_name, label=question.label)
    return min(fit, key=lambda each: (not each.has(Role.COORDINATOR), each.id == owner, each.id))


def _record(leaving: _Leaving, question: Question, kind: EntryKind, *, details: Mapping[str, str | int]) -> None:
    entry = Entry(
        key=derive_id(leaving.cause, question.id, kind),
        question_id=question.id,
        kind=kind,
        actor_id=leaving.by,
        channel=leaving.channel,
        at=leaving.now,
        details=details,
    )
    add_entry(leaving.services, leaving.transaction, entry)


def _withdraw_offers(leaving: _Leaving) -> None:
    """End the swaps that they have offered, and those that were offered to them alone."""
    for panel in leaving.transaction.panels.all():
        for offer in leaving.transaction.rotas.offers(panel.id, ending_after=leaving.now):
            if offer.state is SwapState.OFFERED and leaving.member.id in (offer.offered_by, offer.offered_to):
                _end(leaving, offer, panel)


def _end(leaving: _Leaving, offer: SwapOffer, panel: Panel) -> None:
    is_own = offer.offered_by == leaving.member.id
    leaving.transaction.rotas.save_offer(replace(offer, state=SwapState.WITHDRAWN if is_own else SwapState.EXPIRED))
    if is_own:
        return
    giver = leaving.transaction.members.get(offer.offered_by)
    values: dict[str, Value] = {
        "panel": panel.called(giver.language),
        "name": leaving.member.display_name,
        "begins": offer.begins_at,
        "ends": offer.ends_at,
    }
    notice = Notice(key="members.swap_lapsed", values=values)
    tell(leaving.services, leaving.transaction, giver, cause=f"{leaving.cause}:{offer.id}", notice=notice)
