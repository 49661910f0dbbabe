"""What happens next to a question that nobody has taken, and when: pure functions of time, people and policy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from zlib import crc32

from domain.clock import Clock
from domain.ids import MemberId
from domain.messages import Address
from domain.paging import LIMITS, Limit, PageLater, PageNow, Person, Sent, page
from domain.policies import Audience, Call, EscalationPolicy
from domain.rota import Tier

_NEVER = datetime.min.replace(tzinfo=UTC)
_TIERS = {Audience.PRIMARY: Tier.PRIMARY, Audience.SECONDARY: Tier.SECONDARY}

Page = PageNow | PageLater


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where an escalation stands: the step that comes next, and up to which one the people were really called."""

    policy: EscalationPolicy
    clock: Clock
    step: int = 0
    called: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """What paging has to consider beside the people."""

    sent: Sent = field(default_factory=dict)
    limits: Mapping[str, tuple[Limit, ...]] = field(default_factory=lambda: LIMITS)
    open_claims: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What happens at one instant.

    Without a position the chain has ended, and the coordinator owns the
    question. `next_at` is None then, and while the clock stands still.
    """

    position: Position | None
    next_at: datetime | None = None
    pages: tuple[Page, ...] = ()
    notice: str | None = None
    has_acted: bool = False


def after(position: Position, now: datetime, people: Sequence[Person], *, paging: Paging) -> Turn:
    """Return what happens now, and when to look again: the step that is due, or nothing before its time."""
    step = position.policy.steps[position.step]
    due = position.clock.due(step.after)
    if due is None or due > now:
        return Turn(position=position, next_at=due)
    scene = _Scene(policy=position.policy, now=now, people=people, paging=paging)
    called = replace(position, called=max(position.called, position.step))
    following = None if step is position.policy.steps[-1] else replace(called, step=position.step + 1)
    return Turn(
        position=following,
        next_at=None if following is None else _next_at(following, now),
        pages=_unique(scene.step(position.step)),
        notice=step.notice,
        has_acted=True,
    )


def passed_on(position: Position, now: datetime, people: Sequence[Person], *, paging: Paging) -> Turn:
    """Return what happens when whoever was asked passes, or gives the question back: the next people, at once.

    Everything that fell due while somebody had the question is caught up with
    together; where nothing did, the first later step that calls anybody is
    made early. The asker is told at the steps' own times only.
    """
    scene = _Scene(policy=position.policy, now=now, people=people, paging=paging)
    before_last = list(enumerate(position.policy.steps[:-1]))[position.called + 1 :]
    due = [number for number, step in before_last if position.clock.has_run(step.after, now)]
    called = max([position.called, *due])
    pages = _unique(page for number in due for page in scene.step(number))
    if not scene.reaches(pages):
        pages = _unique((*pages, *scene.next_people(called)))
    ahead = next((number for number, _ in before_last if number not in due), len(position.policy.steps) - 1)
    following = replace(position, step=ahead, called=called)
    return Turn(position=following, next_at=_next_at(following, now), pages=pages, has_acted=True)


def next_people(position: Position, now: datetime, people: Sequence[Person], *, paging: Paging) -> tuple[Page, ...]:
    """Return the pages of the first step not made yet that reaches anybody; those of the last, where none does."""
    scene = _Scene(policy=position.policy, now=now, people=people, paging=paging)
    pages = scene.next_people(position.called)
    return _unique(pages or scene.step(len(position.policy.steps) - 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scene:
    """One instant: who of the people the calls of a policy mean, and how they are paged."""

    policy: EscalationPolicy
    now: datetime
    people: Sequence[Person]
    paging: Paging

    def step(self, number: int) -> Iterator[Page]:
        """A step's own pages; where it is the first to call some people and reaches none, also the next people's.

        A gap in the rota is paged to the coordinator as well.
        """
        step = self.policy.steps[number]
        before = {audience for earlier in self.policy.steps[:number] for audience in earlier.audiences}
        for audience in step.audiences:
            own = tuple(page for call in step.calls if call.audience is audience for page in self._pages(call))
            yield from own
            if audience in before or self.reaches(own):
                continue
            if self._is_gap(audience):
                yield from self._pages(Call(audience=Audience.OFFICE))
            yield from self.next_people(number)

    def next_people(self, number: int) -> tuple[Page, ...]:
        """The pages of the first step after one that reaches anybody; where none does, what is held back."""
        held: tuple[Page, ...] = ()
        for step in self.policy.steps[number + 1 :]:
            pages = tuple(page for call in step.calls for page in self._pages(call))
            if self.reaches(pages):
                return pages
            held = held or pages
        return held

    def reaches(self, pages: Iterable[Page]) -> bool:
        """Where it is urgent, only somebody who is paged at this moment counts."""
        return any(isinstance(planned, PageNow) or not self.policy.wakes for planned in pages)

    def _is_gap(self, audience: Audience) -> bool:
        return audience in _TIERS and not any(person.tier is _TIERS[audience] for person in self.people)

    def _pages(self, call: Call) -> Iterator[Page]:
        for person in self._called(call.audience):
            planned = page(person, call.way, self.now, sent=self.paging.sent, limits=self.paging.limits)
            if planned is None:
                continue
            if not person.is_quiet(self.now):
                yield planned
            elif not self.policy.wakes:
                until = person.quiet.end_after(self.now, person.time_zone)
                yield PageLater(member_id=person.id, way=call.way, until=until)
            elif person.may_be_woken():
                yield planned

    def _called(self, audience: Audience) -> tuple[Person, ...]:
        """Return whom an audience means, those first who were asked longest ago; who has passed is not asked again."""
        if audience is Audience.OFFICE:
            return tuple(person for person in self.people if person.is_office)
        willing = sorted(
            (person for person in self.people if not person.has_passed and not person.has_conflict),
            key=lambda person: (person.is_quiet(self.now), person.asked_at or _NEVER, person.id),
        )
        if audience in _TIERS:
            return tuple(person for person in willing if person.tier is _TIERS[audience])
        panel = tuple(person for person in willing if person.is_panelist)
        if audience in (Audience.AWAKE, Audience.POST):
            return panel
        with_room = tuple(person for person in panel if person.open_claims < self.paging.open_claims)
        if audience is Audience.POOL:
            return tuple(person for person in with_room if person.in_awake_pool)
        return self._whose_turn(with_room) if audience is Audience.TURN else with_room

    def _whose_turn(self, people: Sequence[Person]) -> tuple[Person, ...]:
        """Return the one asked longest ago; of those asked together, who has least in hand, and then by lot.

        A whole panel is asked in one instant again and again: in the order of
        ids, what follows would fall on the same few.
        """
        lot = self.now.isoformat()
        turns = sorted(
            people,
            key=lambda person: (
                *(person.is_quiet(self.now), person.asked_at or _NEVER, person.open_claims),
                crc32(f"{lot} {person.id}".encode()),
            ),
        )
        return tuple(turns[:1])


def _next_at(position: Position, now: datetime) -> datetime | None:
    due = position.clock.due(position.policy.steps[position.step].after)
    return None if due is None else max(now, due)


def _unique(pages: Iterable[Page]) -> tuple[Page, ...]:
    """Each address once; a page that is held back only for those who get none now."""
    now: dict[Address, PageNow] = {}
    later: dict[MemberId, PageLater] = {}
    for planned in pages:
        if isinstance(planned, PageNow):
            now.setdefault(planned.address, planned)
        else:
            later.setdefault(planned.member_id, planned)
    reached = {planned.member_id for planned in now.values()}
    return (*now.values(), *(planned for planned in later.values() if planned.member_id not in reached))
