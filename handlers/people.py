"""Who could be paged about a question at this moment, with everything that paging considers of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from domain.ids import MemberId
from domain.member import Member, Role
from domain.paging import Person
from domain.panel import Panel
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.question import Question, Urgency
from domain.rota import Tier
from handlers.standing import Standing


def people_of(services: Services, transaction: Transaction, standing: Standing) -> tuple[Person, ...]:
    """Return everybody who may be paged: active, with an address in use, and not the asker."""
    roster = _roster(services, transaction, standing)
    meant = roster.meant()
    # Any call could mean somebody of these: of most of a society's members, none does.
    members = [member for member in transaction.members.all() if member.id in meant or member.has(Role.CHAIR)]
    people = (_person(services, member, roster) for member in members if roster.may_be_paged(member))
    return tuple(person for person in people if person.chain)


def person_of(
    services: Services, transaction: Transaction, standing: Standing, *, member_id: MemberId
) -> Person | None:
    """Return one of the people who may be paged; None where a member is none of them."""
    roster, member = _roster(services, transaction, standing), transaction.members.get(member_id)
    if not roster.may_be_paged(member) or not (member_id in roster.meant() or member.has(Role.CHAIR)):
        return None
    person = _person(services, member, roster)
    return person if person.chain else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Roster:
    panel: Panel
    asker: Member
    tiers: Mapping[MemberId, Tier]
    open_claims: Mapping[MemberId, int]
    asked: Mapping[MemberId, datetime]
    passed: frozenset[MemberId]
    is_discrepancy: bool
    in_surge: bool

    def meant(self) -> frozenset[MemberId]:
        return frozenset((*self.tiers, *self.panel.people))

    def may_be_paged(self, member: Member) -> bool:
        return member.active and member.id != self.asker.id


def _roster(services: Services, transaction: Transaction, standing: Standing) -> _Roster:
    question, now = standing.question, services.clock()
    assert question.panel_id is not None
    panel = transaction.panels.get(question.panel_id)
    first, second = panel.on_call(now)
    tiers = {member_id: tier for member_id, tier in ((second, Tier.SECONDARY), (first, Tier.PRIMARY)) if member_id}
    return _Roster(
        panel=panel,
        asker=transaction.members.get(question.asker_id),
        tiers=tiers,
        open_claims=transaction.questions.open_claims(),
        asked=transaction.pages.last_asked(),
        passed=standing.passed,
        is_discrepancy=_is_discrepancy(services, question),
        in_surge=transaction.surge.get().is_on(now),
    )


def _person(services: Services, member: Member, roster: _Roster) -> Person:
    chosen = member.awake_pool
    return Person(
        id=member.id,
        chain=tuple(address for address in member.chain if address.channel in services.channels),
        time_zone=member.time_zone,
        quiet=member.quiet or services.escalation.quiet,
        tier=roster.tiers.get(member.id),
        is_panelist=member.id in roster.panel.members and member.has(Role.PANELIST),
        is_office=member.id == roster.panel.coordinator_id or member.has(Role.CHAIR),
        in_awake_pool=roster.in_surge if chosen is None else chosen,
        pages_at_night=member.pages_at_night,
        open_claims=roster.open_claims.get(member.id, 0),
        asked_at=roster.asked.get(member.id),
        has_conflict=roster.is_discrepancy and bool(member.hospital) and member.hospital == roster.asker.hospital,
        has_passed=member.id in roster.passed,
    )


def _is_discrepancy(services: Services, question: Question) -> bool:
    """An urgent question about another reader's report is not for colleagues of its asker to judge."""
    urgent = question.urgency is Urgency.URGENT
    return urgent and services.escalation.guard.is_discrepancy(question.text.value)
