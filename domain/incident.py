"""A flag on what was relayed: hidden at once, judged by a moderator, against the clock of the data-protection duty.

What is hidden is named by items: the text of a question, what was said in one message, a series of images. What
becomes of texts and pages while they are hidden is `domain.withholding`'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from domain.access import Capability, demand
from domain.errors import UserError
from domain.ids import MemberId, QuestionId
from domain.member import Member, Role
from domain.text import DeidentifiedText

_NOTHING = DeidentifiedText(value="")
SAYS = "incident."
"""How the keys begin of what is said of incidents: about a question, and beside the conversation about it."""
PAGE = "incident.page"
"""The message that quotes the reason to whoever is to judge."""


class What(StrEnum):
    """What a member has pointed at; a word of a page and of a message."""

    TEXT = "text"
    SAID = "said"
    IMAGES = "images"
    EVERYTHING = "everything"
    """By a word alone: whoever has no page cannot point."""


class Decision(StrEnum):
    PENDING = "pending"
    RESTORED = "restored"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """One thing that is shown to nobody: an item of a question (`domain.withholding`)."""

    question_id: QuestionId
    item: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One flag and what came of it; the clock runs from `opened_at` to `due_at`, until it is closed."""

    id: str
    question_id: QuestionId
    what: What
    hidden: tuple[Hidden, ...]
    opened_at: datetime
    opened_by: MemberId | None
    """None where a restore has removed again what an older backup brought back: the log of that names nobody."""
    due_at: datetime
    reason: DeidentifiedText = _NOTHING
    taken_by: MemberId | None = None
    taken_at: datetime | None = None
    identifies_at: datetime | None = None
    """From when on it counts as showing who the patient is."""
    decision: Decision = Decision.PENDING
    decided_by: MemberId | None = None
    decided_at: datetime | None = None
    closed_by: MemberId | None = None
    closed_at: datetime | None = None
    note: DeidentifiedText = _NOTHING
    """Why it was restored, or what is to be known of its end."""

    def __post_init__(self) -> None:
        if not self.hidden:
            raise ValueError("an incident hides something")

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    def is_late(self, now: datetime) -> bool:
        return self.is_open and now >= self.due_at


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentRules:
    """How moderators are paged, and reminded of what is due."""

    after: tuple[timedelta, ...] = (timedelta(0), timedelta(minutes=3), timedelta(minutes=8))
    every: timedelta = timedelta(minutes=15)
    rounds: int = 20
    """So many times at the most; the desk goes on showing the clock."""
    coordinator_from: int = 2
    """From this round on the coordinators are paged too."""
    remind_before: tuple[timedelta, ...] = (timedelta(hours=24), timedelta(hours=4), timedelta(0))

    def wait(self, page_round: int) -> timedelta | None:
        """Return how long after a round the next one follows; rounds count from 0. None after the last."""
        following = page_round + 1
        if following >= self.rounds:
            return None
        return self.after[following] - self.after[page_round] if following < len(self.after) else self.every


INCIDENT_RULES = IncidentRules()


@dataclass(frozen=True, slots=True, kw_only=True)
class OnDuty:
    """Who is to judge at this moment: moderators first; without any, the coordinators."""

    moderators: tuple[Member, ...] = field(default_factory=tuple)
    coordinators: tuple[Member, ...] = field(default_factory=tuple)

    def paged(self, page_round: int, rules: IncidentRules) -> tuple[Member, ...]:
        """Return whom a round of pages is for, each once."""
        first = self.moderators or self.coordinators
        later = self.coordinators if page_round >= rules.coordinator_from else ()
        return tuple({member.id: member for member in (*first, *later)}.values())


def on_duty(members: Sequence[Member], *, awake: frozenset[MemberId]) -> OnDuty:
    """Return who is on duty: moderators that are awake, and where all of them sleep, every one."""
    moderators = tuple(member for member in members if member.active and member.has(Role.MODERATOR))
    up = tuple(member for member in moderators if member.id in awake)
    coordinators = tuple(member for member in members if member.active and member.has(Role.COORDINATOR))
    return OnDuty(moderators=up or moderators, coordinators=coordinators)


def taken(incident: Incident, member: Member, now: datetime) -> Incident:
    """Return it with somebody who looks after it; whoever takes it first has it.

    Raises:
        UserError: "moderator_only", "incident_closed", "incident_taken".
    """
    _check(incident, member)
    if incident.taken_by not in (None, member.id):
        raise UserError("incident_taken")
    if incident.taken_by is not None:
        return incident
    return replace(incident, taken_by=member.id, taken_at=now)


def identifying(incident: Incident, member: Member, now: datetime) -> Incident:
    """Return it as one that shows who the patient is: nothing of it comes back.

    Raises:
        UserError: "moderator_only", "incident_closed", "incident_decided".
    """
    _check(incident, member)
    if incident.decision is Decision.RESTORED:
        raise UserError("incident_decided")
    return replace(_in_hand(incident, member, now), identifies_at=incident.identifies_at or now)


def restored(incident: Incident, member: Member, now: datetime, *, reason: DeidentifiedText) -> Incident:
    """Return it closed, with nothing hidden any more; the reason is kept.

    Raises:
        UserError: "moderator_only", "incident_closed", "incident_decided", "incident_identifies", "text_missing".
    """
    _check(incident, member)
    _check_undecided(incident)
    if incident.identifies_at is not None:
        raise UserError("incident_identifies")
    done = _decided(incident, member, now, decision=Decision.RESTORED)
    return replace(done, note=_said(reason), closed_by=member.id, closed_at=now)


def removed(incident: Incident, member: Member, now: datetime) -> Incident:
    """Return it with its content gone for good, and the reason, which may name it too; it stays open until its note.

    Raises:
        UserError: "moderator_only", "incident_closed", "incident_decided".
    """
    _check(incident, member)
    _check_undecided(incident)
    return replace(_decided(incident, member, now, decision=Decision.REMOVED), reason=_NOTHING)


def closed(incident: Incident, member: Member, now: datetime, *, note: DeidentifiedText) -> Incident:
    """Return it closed, which stops the clock.

    Raises:
        UserError: "moderator_only", "incident_closed", "incident_undecided", "text_missing".
    """
    _check(incident, member)
    if incident.decision is Decision.PENDING:
        raise UserError("incident_undecided")
    return replace(incident, note=_said(note), closed_by=member.id, closed_at=now)


def _check(incident: Incident, member: Member) -> None:
    demand(member, Capability.MODERATE)
    if not incident.is_open:
        raise UserError("incident_closed")


def _check_undecided(incident: Incident) -> None:
    if incident.decision is not Decision.PENDING:
        raise UserError("incident_decided")


def _decided(incident: Incident, member: Member, now: datetime, *, decision: Decision) -> Incident:
    held = _in_hand(incident, member, now)
    return replace(held, decision=decision, decided_by=member.id, decided_at=now)


def _in_hand(incident: Incident, member: Member, now: datetime) -> Incident:
    """Whoever decides has it in hand: nobody is paged any more."""
    return replace(incident, taken_by=incident.taken_by or member.id, taken_at=incident.taken_at or now)


def _said(text: DeidentifiedText) -> DeidentifiedText:
    if not text.value.strip():
        raise UserError("text_missing")
    return text
