"""Watching the rota: gaps are told ahead and paged as they begin, changes of shift are noted, offers expire."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from domain.commands import HandOver, WatchRota
from domain.delivery import Priority, Terms, Value
from domain.gaps import gaps_ahead, warning_of
from domain.panel import Panel
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.rota import Shift, Tier
from domain.swap import SwapState
from handlers.outbox import Notice, tell
from handlers.phone_tests import send_due_tests
from handlers.shifts import name_value, shift_values

WATCHED_EVERY = timedelta(minutes=15)
_CATCHES_UP = timedelta(hours=1)
"""A change of shift that was missed, since nothing ran, is still told so long afterwards."""
_OFFERS_KEPT = timedelta(days=2)


async def watch_rota(services: Services, command: WatchRota) -> None:
    """Tell what the rota asks for now, each thing once, and look again at every change before the next tick."""

    def watch(transaction: Transaction) -> None:
        now = services.clock()
        for panel in transaction.panels.all():
            _know_holidays(services, transaction, panel, now=now)
            _warn_of_gaps(services, transaction, panel, now=now)
            _note_changes(transaction, panel, now=now)
            _expire_offers(services, transaction, panel, now=now)
            for change in _changes(panel, now):
                transaction.jobs.add(WatchRota(at=change), due_at=change)
        send_due_tests(services, transaction, now)

    await services.store.write(watch)


def _changes(panel: Panel, now: datetime) -> set[datetime]:
    shifts = [shift for tier in Tier for shift in panel.shifts(tier, now, now + WATCHED_EVERY)]
    return {shift.begins_at for shift in shifts if shift.begins_at > now}


def _know_holidays(services: Services, transaction: Transaction, panel: Panel, *, now: datetime) -> None:
    """Keep the holidays of this year and the next where a layer of the panel holds on them."""
    if not any(layer.on_holidays_only for layer in panel.layers):
        return
    known = services.holidays((now.year, now.year + 1))
    if not known <= panel.holidays:
        transaction.panels.save(replace(panel, holidays=panel.holidays | known))


def _warn_of_gaps(services: Services, transaction: Transaction, panel: Panel, *, now: datetime) -> None:
    coordinator = transaction.members.get(panel.coordinator_id)
    for gap in gaps_ahead(panel, now):
        hours = warning_of(gap, now)
        values: dict[str, Value] = {
            **shift_values(panel, gap, coordinator),
            "planned": name_value(transaction, gap.planned),
            "reason": Terms(keys=(_reason(panel, gap),)),
        }
        notice = Notice(
            key="rota.gap_ahead" if hours else "rota.gap_now",
            values=values,
            priority=Priority.NORMAL if hours else Priority.URGENT,
        )
        cause = f"gap:{panel.id}:{gap.tier}:{gap.begins_at.isoformat()}:{hours}"
        tell(services, transaction, coordinator, cause=cause, notice=notice)


def _reason(panel: Panel, gap: Shift) -> str:
    if gap.planned is None:
        return "rota.reason_empty"
    return "rota.reason_absent" if panel.is_missing(gap.planned) else "rota.reason_both_tiers"


def _note_changes(transaction: Transaction, panel: Panel, *, now: datetime) -> None:
    """Note each change of shift, the one of this moment and those of the last hour if they were missed."""
    for tier in Tier:
        for former, shift in pairwise(panel.whole_shifts(tier, now - _CATCHES_UP, now + WATCHED_EVERY)):
            if former.member_id != shift.member_id and now - _CATCHES_UP < shift.begins_at:
                transaction.jobs.add(
                    HandOver(panel_id=panel.id, tier=tier.value, at=shift.begins_at), due_at=shift.begins_at
                )


def _expire_offers(services: Services, transaction: Transaction, panel: Panel, *, now: datetime) -> None:
    for offer in transaction.rotas.offers(panel.id, ending_after=now - _OFFERS_KEPT):
        expired = offer.expire(now)
        if offer.state is SwapState.OFFERED and expired.state is SwapState.EXPIRED:
            transaction.rotas.save_offer(expired)
            shift = Shift(tier=offer.tier, begins_at=offer.begins_at, ends_at=offer.ends_at, member_id=offer.offered_by)
            giver = transaction.members.get(offer.offered_by)
            notice = Notice(key="rota.swap_expired", values=shift_values(panel, shift, giver))
            tell(services, transaction, giver, cause=f"expired:{offer.id}", notice=notice)
