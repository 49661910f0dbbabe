"""The surge mode's switch: one person proposes, a second confirms, and the panel is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from domain.commands import EndSurge
from domain.delivery import Priority, Value
from domain.member import Member, Role
from domain.messages import Action
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.surge import Surge, ended, may_switch, switched
from handlers.deed import Deed
from handlers.outbox import Notice, tell


def surge(deed: Deed) -> None:
    """Propose a surge, or confirm what another has proposed; from then on it lasts until its time is over."""
    rules = deed.services.escalation.surge
    after = switched(deed.transaction.surge.get(), deed.actor, deed.now, rules=rules)
    deed.transaction.surge.save(after)
    if after.begins_at is None or after.ends_at is None:
        _ask_for_confirmation(deed)
        return
    deed.transaction.jobs.add(EndSurge(begins_at=after.begins_at), due_at=after.ends_at)
    values: dict[str, Value] = {"until": after.ends_at}
    begun = Notice(key="surge.on", values=values, priority=Priority.URGENT)
    _tell_all(deed.services, deed.transaction, _concerned(deed.transaction), cause=deed.inbox_id, notice=begun)


def end_surge(deed: Deed) -> None:
    """End a surge before its time, or take a proposal back."""
    before = deed.transaction.surge.get()
    deed.transaction.surge.save(ended(before, deed.actor, deed.now))
    is_on = before.is_on(deed.now)
    people = _concerned(deed.transaction) if is_on else _switchers(deed.transaction)
    notice = Notice(key="surge.over" if is_on else "surge.taken_back")
    _tell_all(deed.services, deed.transaction, people, cause=deed.inbox_id, notice=notice)


async def end_surge_by_itself(services: Services, command: EndSurge) -> None:
    """Tell everybody that the surge is over; the switch itself went off with its time."""

    def end(transaction: Transaction) -> None:
        surge_now = transaction.surge.get()
        if surge_now.begins_at != command.begins_at or surge_now.is_on(services.clock()):
            return
        transaction.surge.save(Surge())
        cause = f"surge:{command.begins_at.isoformat()}"
        _tell_all(services, transaction, _concerned(transaction), cause=cause, notice=Notice(key="surge.over"))

    await services.store.write(end)


def _ask_for_confirmation(deed: Deed) -> None:
    """The proposer's own offer is not made: a second person is needed."""
    minutes = int(deed.services.escalation.surge.confirm_within.total_seconds() // 60)
    asked = Notice(
        key="surge.confirm",
        values={"name": deed.actor.display_name, "minutes": minutes},
        choices=(Action.SURGE,),
        priority=Priority.URGENT,
    )
    others = [member for member in _switchers(deed.transaction) if member.id != deed.actor.id]
    _tell_all(deed.services, deed.transaction, others, cause=deed.inbox_id, notice=asked)
    told = replace(asked, key="surge.proposed" if others else "surge.nobody_confirms", choices=())
    deed.tell(deed.actor, told)


def _tell_all(
    services: Services, transaction: Transaction, members: Iterable[Member], *, cause: str, notice: Notice
) -> None:
    for member in members:
        tell(services, transaction, member, cause=cause, notice=notice)


def _switchers(transaction: Transaction) -> list[Member]:
    return [member for member in transaction.members.all() if may_switch(member)]


def _concerned(transaction: Transaction) -> list[Member]:
    return [m for m in transaction.members.all() if m.active and (m.has(Role.PANELIST) or may_switch(m))]


DEEDS: Mapping[Action, Callable[[Deed], None]] = {Action.SURGE: surge, Action.END_SURGE: end_surge}
