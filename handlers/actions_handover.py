"""A question changes hands: offered to a colleague and accepted, or taken over from somebody who is silent."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from domain.commands import ChaseHandover
from domain.delivery import Value
from domain.errors import UserError
from domain.handover import WAITS, Handover, Side, may_give, open_offers
from domain.member import Member, Role
from domain.messages import Action
from domain.opinions import answers_of
from domain.question import EntryKind, Question, QuestionState
from handlers.chase import begin_chase, is_silent
from handlers.deed import Deed
from handlers.handovers import offered
from handlers.outbox import priority_of
from handlers.panel_deed import right_patient
from handlers.timeline import count_of
from handlers.waiting import is_reply_unseen

_TITLE = re.compile(r"^(?:Dr|Prof)\b\.?\s*|\s*(?:선생님|교수님|교수|박사님|박사)$", re.IGNORECASE)


def hand_over(deed: Deed) -> None:
    """Offer a question to a colleague by id or name; it stays with its giver until it is accepted.

    Raises:
        UserError: "not_claimed_by_you", "handover_waits", "colleague_unknown".
    """
    question = deed.seen_question()
    side = may_give(question, deed.actor.id)
    if side is None:
        raise UserError("not_claimed_by_you", label=question.label)
    entries = deed.transaction.entries.of_question(question.id)
    if any(offer.side is side for offer in open_offers(question, entries)):
        raise UserError("handover_waits", label=question.label)
    taker = colleague_named(deed, question, side)
    deed.record(question, EntryKind.HANDOVER_OFFERED, details={"member": taker.id, "side": side.value})
    number = count_of(deed.transaction, question.id, EntryKind.HANDOVER_OFFERED)
    chase = ChaseHandover(question_id=question.id, offer=number)
    deed.transaction.jobs.add(chase, due_at=deed.now + WAITS, priority=priority_of(question))
    offer = Handover(number=number, giver=deed.actor.id, taker=taker.id, side=side)
    deed.tell(taker, offered(question, offer, giver=deed.actor))
    deed.tell_about(question, deed.actor, "panel.handover_sent", values={"taker": taker.display_name})


def accept_handover(deed: Deed) -> None:
    """Take what a colleague offered.

    Raises:
        UserError("handover_gone"): it was answered, taken back or overtaken.
    """
    question, offer = _offer(deed)
    details = _details(offer)
    if offer.side is Side.ASKER:
        _refuse_whose_it_is(question, deed)
        deed.record(deed.save(question, asker_id=deed.actor.id), EntryKind.HANDED_OVER, details=details)
    else:
        _refuse_if_answered(deed, question, deed.actor)
        _take(deed, deed.save(question, claimed_by=deed.actor.id), EntryKind.HANDED_OVER, details=details)
    giver = deed.transaction.members.get(offer.giver)
    key = "question.handed_over" if offer.side is Side.ASKER else "panel.handed_over"
    values: dict[str, Value] = {"giver": giver.display_name, "taker": deed.actor.display_name}
    for member in (giver, deed.actor):
        deed.tell_about(question, member, key, values=values)


def decline_handover(deed: Deed) -> None:
    """Leave it where it is."""
    question, offer = _offer(deed)
    details = _details(offer)
    deed.record(question, EntryKind.HANDOVER_DECLINED, details=details)
    giver = deed.transaction.members.get(offer.giver)
    deed.tell_about(question, giver, "panel.handover_declined", values={"taker": deed.actor.display_name})


def take_over(deed: Deed) -> None:
    """Take a question from whoever has it: the coordinator at any time, a panelist from somebody who is silent.

    Raises:
        UserError: "not_now", "take_over_early", "second_by_another".
    """
    question = right_patient(deed)
    if question.claimed_by in (None, deed.actor.id) or not question.is_awaiting_panel:
        raise UserError("not_now", label=question.label, state=question.state)
    assert question.claimed_by is not None
    former = deed.transaction.members.get(question.claimed_by)
    if not _may_take_over(deed, question):
        raise UserError("take_over_early", label=question.label, name=former.display_name)
    _refuse_if_answered(deed, question, deed.actor)
    taken = deed.save(question, claimed_by=deed.actor.id)
    _take(deed, taken, EntryKind.TAKEN_OVER, details={"member": former.id})
    values: dict[str, Value] = {"name": deed.actor.display_name, "former": former.display_name, "at": deed.now}
    deed.tell_about(taken, former, "panel.taken_over", values=values)
    deed.tell_about(taken, deed.asker_of(taken), "question.taken_over", values=values)


def colleague_named(deed: Deed, question: Question, side: Side) -> Member:
    """Return who is meant by an id, a name, with its title or without, or what a service calls them.

    For the panel's side that is one of the panel.

    Raises:
        UserError: "colleague_unknown", "second_by_another".
    """
    given = deed.fields.get("colleague")
    named = "" if given is None else given.value.strip().removeprefix("@").casefold()
    others = [
        member
        for member in deed.transaction.members.all()
        if member.active and member.id not in (question.asker_id, question.claimed_by)
    ]
    meant = [member for member in others if named in _names_of(member)]
    if len(meant) != 1 or (side is Side.PANEL and not meant[0].has(Role.PANELIST)):
        raise UserError("colleague_unknown")
    if side is Side.PANEL:
        _refuse_if_answered(deed, question, meant[0])
    return meant[0]


def _names_of(member: Member) -> set[str]:
    bare = _TITLE.sub("", member.display_name) or member.display_name
    names = (member.id, member.display_name, bare, *(address.external_id for address in member.addresses))
    return {name.casefold() for name in names}


def _may_take_over(deed: Deed, question: Question) -> bool:
    asked = (deed.services, deed.transaction, question)
    return deed.actor.has(Role.COORDINATOR) or is_silent(*asked) or is_reply_unseen(*asked)


def _take(deed: Deed, question: Question, kind: EntryKind, *, details: Mapping[str, str | int]) -> None:
    """Note how it changed hands; while nobody waits for the asker, the new claim has its own clock."""
    deed.record(question, kind, details=details)
    if question.state is QuestionState.CLAIMED:
        deed.record(question, EntryKind.CLAIMED)
        begin_chase(deed.services, deed.transaction, question, now=deed.now)


def _offer(deed: Deed) -> tuple[Question, Handover]:
    question = deed.question()
    entries = deed.transaction.entries.of_question(question.id)
    mine = [offer for offer in open_offers(question, entries) if offer.taker == deed.actor.id]
    if not mine:
        raise UserError("handover_gone")
    return question, mine[0]


def _details(offer: Handover) -> dict[str, str | int]:
    return {"of": offer.number, "member": offer.giver, "side": offer.side.value}


def _refuse_whose_it_is(question: Question, deed: Deed) -> None:
    """Nobody becomes the asker of what they have taken or answered since it was offered."""
    entries = deed.transaction.entries.of_question(question.id)
    if deed.actor.id in {question.claimed_by, *(entry.actor_id for entry in answers_of(entries))}:
        raise UserError("handover_gone")


def _refuse_if_answered(deed: Deed, question: Question, member: Member) -> None:
    answers = answers_of(deed.transaction.entries.of_question(question.id))
    if member.id in {entry.actor_id for entry in answers}:
        raise UserError("second_by_another", label=question.label)


DEEDS: Mapping[Action, Callable[[Deed], None]] = {
    Action.HAND_OVER: hand_over,
    Action.ACCEPT_HANDOVER: accept_handover,
    Action.DECLINE_HANDOVER: decline_handover,
    Action.TAKE_OVER: take_over,
}
