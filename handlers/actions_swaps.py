"""Swaps: a holder offers a shift, a colleague takes it, and both of them and the coordinator are told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from domain.delivery import Value
from domain.errors import UserError
from domain.ids import MemberId, derive_id
from domain.member import Member
from domain.messages import Action
from domain.panel import Panel
from domain.rota import Tier
from domain.swap import SwapOffer, SwapState, holds
from handlers.deed import Deed
from handlers.outbox import Notice
from handlers.shifts import shift_values, shifts_ahead


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stretch:
    """What is offered, as a form or a number names it."""

    panel: Panel
    tier: Tier
    begins_at: datetime
    ends_at: datetime


def offer_swap(deed: Deed) -> None:
    """Offer a shift of one's own to one colleague, or to the whole panel; its holder keeps it until it is taken.

    Raises:
        UserError: "shift_unknown", "shift_not_yours", "shift_offered", "colleague_unknown".
    """
    stretch = _stretch(deed)
    begins_at = max(stretch.begins_at, deed.now)
    if not holds(stretch.panel, deed.actor.id, tier=stretch.tier, begin=begins_at, end=stretch.ends_at):
        raise UserError("shift_not_yours")
    if any(_is_same(offer, stretch) for offer in _open_offers(deed, stretch.panel)):
        raise UserError("shift_offered")
    offer = SwapOffer(
        id=derive_id("swap-offer", deed.inbox_id),
        panel_id=stretch.panel.id,
        tier=stretch.tier,
        begins_at=stretch.begins_at,
        ends_at=stretch.ends_at,
        offered_by=deed.actor.id,
        offered_to=_colleague(deed, stretch.panel),
        offered_at=deed.now,
    )
    deed.transaction.rotas.add_offer(offer)
    _tell_of_offer(deed, offer, stretch.panel)


def accept_swap(deed: Deed) -> None:
    """Take an offered shift: an override from now on.

    Raises:
        UserError: as `SwapOffer.accept` says.
    """
    offer = deed.transaction.rotas.lock_offer(deed.about)
    panel = deed.transaction.panels.get(offer.panel_id)
    accepted, override = offer.accept(deed.actor.id, panel, deed.now)
    deed.transaction.rotas.save_offer(accepted)
    deed.transaction.rotas.add_override(override)
    giver = deed.transaction.members.get(offer.offered_by)
    names = {"giver": giver.display_name, "taker": deed.actor.display_name}
    coordinator = deed.transaction.members.get(panel.coordinator_id)
    told = ((deed.actor, "rota.swap_yours"), (giver, "rota.swap_taken"), (coordinator, "rota.swap_done"))
    for member, key in told:
        deed.tell(member, Notice(key=key, values={**shift_values(panel, offer, member), **names}))


def withdraw_swap(deed: Deed) -> None:
    """Take an offer back; who was asked by name is told.

    Raises:
        UserError: as `SwapOffer.withdraw` says.
    """
    offer = deed.transaction.rotas.lock_offer(deed.about or _offer_named(deed))
    deed.transaction.rotas.save_offer(offer.withdraw(deed.actor.id, deed.now))
    panel = deed.transaction.panels.get(offer.panel_id)
    told = (deed.actor.id, *((offer.offered_to,) if offer.offered_to else ()))
    for member_id in told:
        member = deed.transaction.members.get(member_id)
        deed.tell(member, Notice(key="rota.swap_withdrawn", values=_values(deed, offer, panel, reader=member)))


def _stretch(deed: Deed) -> _Stretch:
    """Return the shift of a form, or the one that a number in the list of one's shifts means."""
    number = _field(deed, "number")
    if number:
        shifts = shifts_ahead(deed.transaction, deed.actor.id, deed.now)
        if not number.isdecimal() or not 0 < int(number) <= len(shifts):
            raise UserError("shift_unknown")
        panel, shift = shifts[int(number) - 1]
        return _Stretch(panel=panel, tier=shift.tier, begins_at=shift.begins_at, ends_at=shift.ends_at)
    return _stretch_of_form(deed)


def _stretch_of_form(deed: Deed) -> _Stretch:
    named = [panel for panel in deed.transaction.panels.all() if panel.id == _field(deed, "panel")]
    begins_at, ends_at, tier = _moment(deed, "begins"), _moment(deed, "ends"), _field(deed, "tier")
    if not named or tier not in list(Tier) or begins_at >= ends_at:
        raise UserError("shift_unknown")
    return _Stretch(panel=named[0], tier=Tier(tier), begins_at=begins_at, ends_at=ends_at)


def _moment(deed: Deed, name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(_field(deed, name))
    except ValueError as error:
        raise UserError("shift_unknown") from error
    if moment.tzinfo is None:
        raise UserError("shift_unknown")
    return moment


def _field(deed: Deed, name: str) -> str:
    given = deed.fields.get(name)
    return "" if given is None else given.value.strip()


def _colleague(deed: Deed, panel: Panel) -> MemberId | None:
    """Return who is meant by an id or a name; None where nobody was named, which means anybody."""
    named = _field(deed, "colleague").removeprefix("@").casefold()
    if not named:
        return None
    others = [member for member in _people(deed, panel) if member.id != deed.actor.id]
    meant = [member.id for member in others if named in {member.id.casefold(), member.display_name.casefold()}]
    if len(meant) != 1:
        raise UserError("colleague_unknown")
    return meant[0]


def _people(deed: Deed, panel: Panel) -> Iterable[Member]:
    members = (deed.transaction.members.get(member_id) for member_id in panel.members)
    return [member for member in members if member.active]


def _open_offers(deed: Deed, panel: Panel) -> list[SwapOffer]:
    offers = deed.transaction.rotas.offers(panel.id, ending_after=deed.now)
    return [offer for offer in offers if offer.state is SwapState.OFFERED and offer.offered_by == deed.actor.id]


def _is_same(offer: SwapOffer, stretch: _Stretch) -> bool:
    overlaps = offer.begins_at < stretch.ends_at and stretch.begins_at < offer.ends_at
    return overlaps and offer.tier is stretch.tier


def _offer_named(deed: Deed) -> str:
    """Return the open offer of the shift that a form names: the page knows shifts, not offers."""
    stretch = _stretch(deed)
    return next((offer.id for offer in _open_offers(deed, stretch.panel) if _is_same(offer, stretch)), "")


def _tell_of_offer(deed: Deed, offer: SwapOffer, panel: Panel) -> None:
    own = _values(deed, offer, panel, reader=deed.actor)
    made = Notice(key="rota.swap_offered", values=own, choices=(Action.WITHDRAW_SWAP,), about=offer.id)
    deed.tell(deed.actor, made)
    for member in _people(deed, panel):
        if member.id != deed.actor.id and offer.offered_to in {None, member.id}:
            values = _values(deed, offer, panel, reader=member)
            asked = Notice(key="rota.swap_offer", values=values, choices=(Action.ACCEPT_SWAP,), about=offer.id)
            deed.tell(member, asked)


def _values(deed: Deed, offer: SwapOffer, panel: Panel, *, reader: Member) -> dict[str, Value]:
    return {**shift_values(panel, offer, reader), "giver": deed.actor.display_name}


DEEDS: Mapping[Action, Callable[[Deed], None]] = {
    Action.OFFER_SWAP: offer_swap,
    Action.ACCEPT_SWAP: accept_swap,
    Action.WITHDRAW_SWAP: withdraw_swap,
}
