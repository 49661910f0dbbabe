"""Runs a simulation: the real handlers and the real queue on SQLite, under a clock that jumps to what comes next."""

from __future__ import annotations

import gc
import heapq
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import count, groupby
from pathlib import Path
from random import Random
from time import perf_counter, process_time
from typing import TypeVar

from bot.compose import Parts, compose, make_worker
from bot.schedule import Schedule
from bot.simulation.askers import Asker
from bot.simulation.figures import Figures, figures_of
from bot.simulation.handsets import Handsets
from bot.simulation.panelists import Coordinator, Panelist, propose_surge
from bot.simulation.person import Deed, Heard, Person
from bot.simulation.plan import Plan, arrivals
from bot.simulation.society import Cast
from bot.simulation.tally import Tally
from bot.simulation.watch import Watch
from config.loading import load_settings
from domain.delivery import OutgoingMessage
from domain.ids import MemberId, QuestionId
from domain.member import Member, Role
from domain.messages import Action, Address, InboundMessage, Press
from domain.policies import Escalation
from domain.ports.jobs import JobState
from domain.ports.services import Rules
from domain.ports.store import Transaction
from domain.question import Entry, Question, QuestionState
from domain.text import IdentifiableText
from storage.keyring import create_keys

T = TypeVar("T")

_QUARTER = timedelta(minutes=15)
_AT_A_TIME = 64
_COLLECTED_AFTER = 100_000
_FIELDS = {Action.HAND_OVER: "colleague"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    figures: Figures
    watch: Watch
    tally: Tally
    parked: int
    seconds: float
    cpu_seconds: float


@dataclass(slots=True, kw_only=True)
class Simulation:
    """Everybody of a cast, living through a plan; `on_day` is told after each simulated day."""

    plan: Plan
    cast: Cast
    escalation: Escalation
    rules: Rules
    on_day: Callable[[int], None] = lambda day: None
    is_rehearsal: bool = True
    """Whether the storage may forget; otherwise it is the one of production, and several times slower."""
    now: datetime = field(init=False)
    _parts: Parts = field(init=False)
    _people: dict[MemberId, Person] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))
    _ahead: list[tuple[datetime, int, Deed]] = field(default_factory=list)
    _arrived: list[tuple[Address, OutgoingMessage]] = field(default_factory=list)
    _tally: Tally = field(default_factory=Tally)

    async def run(self) -> Result:
        """Live through every day, and say what came of it."""
        self.now = self.plan.start
        began, cpu_began = perf_counter(), process_time()
        with _seldom_collected(), _parts(lambda: self.now, is_rehearsal=self.is_rehearsal) as parts:
            self._parts = self._fitted(parts)
            watch = self._watch()
            await self._begin(watch)
            await self._live(watch)
            figures = figures_of(
                await self._read(_timelines),
                policies=self.escalation.policies,
                panelists=[member.id for member in self.cast.panelists],
                end=self.plan.end,
            )
            parked = len(await self._parts.storage.queue.rows(JobState.PARKED, limit=1000))
        return Result(
            figures=figures,
            watch=watch,
            tally=self._tally,
            parked=parked,
            seconds=perf_counter() - began,
            cpu_seconds=process_time() - cpu_began,
        )

    def at(self, instant: datetime, deed: Deed) -> None:
        heapq.heappush(self._ahead, (instant, next(self._numbers), deed))

    async def press(
        self, member: Member, action: Action, *, question_id: QuestionId | None, token: str | None, text: str = ""
    ) -> None:
        fields = {_FIELDS.get(action, "text"): IdentifiableText(text)} if text else {}
        if action is Action.ANSWER:
            fields["confidence"] = IdentifiableText("4")
        press = Press(action=action, question_id=question_id, token=token)
        await self._accept(member, press=press, fields=fields)

    async def say(self, member: Member, text: str, *, to: QuestionId | None = None) -> None:
        await self._accept(member, text=IdentifiableText(text), in_reply_to=to)

    async def look_at(self, question_id: QuestionId) -> Question:
        return await self._read(lambda transaction: transaction.questions.get(question_id))

    async def labelled(self, labels: tuple[int, ...]) -> tuple[Question, ...]:
        def find(transaction: Transaction) -> tuple[Question, ...]:
            found = (transaction.questions.by_number(number) for number in labels)
            return tuple(question for question in found if question is not None)

        return await self._read(find)

    async def desk(self) -> tuple[Question, ...]:
        known = await self._read(lambda transaction: transaction.questions.for_panel(closed_since=self.now))
        return tuple(question for question in known if question.state is QuestionState.OPEN)

    def colleague_of(self, member: Member, dice: Random) -> Member:
        others = [other for other in self.cast.panelists if other.id != member.id]
        return dice.choice(others) if others else member

    async def _live(self, watch: Watch) -> None:
        worker = make_worker(self._parts)
        worker.options = replace(worker.options, owner="simulation", concurrency=_AT_A_TIME)
        day = 0
        while (instant := await self._next()) is not None and instant < self.plan.end:
            self.now = max(self.now, instant)
            while self._ahead and self._ahead[0][0] <= self.now:
                await heapq.heappop(self._ahead)[2]()
            await worker.drain()
            self._hand_out(watch)
            while self.now >= self.plan.start + timedelta(days=day + 1):
                day += 1
                self.on_day(day)
        self.now = self.plan.end
        self.on_day(self.plan.days)

    async def _next(self) -> datetime | None:
        """Return when something happens next: by a person's doing, or since a job falls due."""
        due = await self._parts.storage.queue.next_due()
        first = self._ahead[0][0] if self._ahead else None
        return min((instant for instant in (due, first) if instant is not None), default=None)

    def _hand_out(self, watch: Watch) -> None:
        """Let people hear what has arrived at this instant."""
        arrived, self._arrived = self._arrived, []
        for address, message in arrived:
            person = self._people[MemberId(address.external_id)]
            watch.note(person.id, address, key=message.key, now=self.now)
            person.hear(Heard(channel=address.channel, message=message))

    def _fitted(self, parts: Parts) -> Parts:
        names = {"web", *(address.channel for member in self.cast.members for address in member.addresses)}
        services = replace(
            parts.services,
            channels={name: Handsets(name=name, ring=self._ring) for name in sorted(names)},
            escalation=self.escalation,
            rules=self.rules,
            log=self._tally,
            new_token=lambda: f"t{next(self._numbers)}",
        )
        return replace(parts, services=services)

    def _ring(self, address: Address, message: OutgoingMessage) -> None:
        self._arrived.append((address, message))

    def _watch(self) -> Watch:
        return Watch(
            panel=self.cast.panel,
            members={member.id: member for member in (*self.cast.members, *self.cast.askers)},
            limits=self.escalation.limits,
            quiet=self.escalation.quiet,
        )

    async def _begin(self, watch: Watch) -> None:
        """Found the society, and put every question and every tick of the schedule on the calendar."""
        await self._parts.services.store.write(lambda transaction: self.cast.found(transaction, self.plan))
        self._people = {member.id: self._person(member) for member in watch.members.values()}
        for arrival in arrivals(self.plan, self.cast.askers):
            asker = self._people[arrival.asker.id]
            assert isinstance(asker, Asker)
            self.at(arrival.at, partial(asker.ask, arrival))
        schedule = Schedule(self._parts.services, sends_digests=False)
        ticks = int((self.plan.end - self.plan.start) / _QUARTER)
        for tick in range(ticks):
            self.at(self.plan.start + tick * _QUARTER, schedule.tick_rota)
            if tick % 4 == 0:
                self.at(self.plan.start + tick * _QUARTER, schedule.tick_sweep)
        for person in self._people.values():
            if isinstance(person, Panelist):
                person.begin()
            if isinstance(person, Coordinator) and self.plan.surge and person.member.has(Role.COORDINATOR):
                propose_surge(person, self.plan.peak_begins - self.plan.start)

    def _person(self, member: Member) -> Person:
        kind: type[Person] = Asker
        if member.id in self.cast.panel.members:
            kind = Panelist
        elif member in self.cast.members:
            kind = Coordinator
        return kind(self, member, dice=self.plan.dice(member.id), quiet=member.quiet or self.escalation.quiet)

    async def _accept(
        self,
        member: Member,
        *,
        text: IdentifiableText | None = None,
        press: Press | None = None,
        fields: Mapping[str, IdentifiableText] | None = None,
        in_reply_to: QuestionId | None = None,
    ) -> None:
        sender = member.addresses[0]
        message = InboundMessage(
            channel=sender.channel,
            external_id=f"m{next(self._numbers)}",
            sender=sender,
            received_at=self.now,
            text=text,
            press=press,
            fields=fields or {},
            in_reply_to=in_reply_to,
        )
        await self._parts.intake.accept(message)

    async def _read(self, work: Callable[[Transaction], T]) -> T:
        return await self._parts.services.store.read(work)


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """Look for garbage seldom: what a simulation remembers only grows, and walking over it takes long."""
    usual = gc.get_threshold()
    gc.set_threshold(_COLLECTED_AFTER, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)


@contextmanager
def _parts(clock: Callable[[], datetime], *, is_rehearsal: bool) -> Iterator[Parts]:
    """Open the program's parts in a folder that is gone afterwards, and that waits for no disk."""
    with tempfile.TemporaryDirectory(prefix="hilum-simulate-") as folder:
        root = Path(folder)
        tables = {"data": str(root / "data"), "keys": str(root / "keys")}
        settings = load_settings(None, environment={}, command_line=tables)
        settings.data.mkdir(mode=0o700, parents=True)
        create_keys(settings.keys)
        parts = compose(settings, clock=clock, is_rehearsal=is_rehearsal)
        try:
            yield parts
        finally:
            parts.close()


def _timelines(transaction: Transaction) -> list[Sequence[Entry]]:
    found: list[Entry] = []
    while more := transaction.entries.after(found[-1].id if found else 0, limit=5000):
        found.extend(more)
    found.sort(key=lambda entry: (entry.question_id, entry.id))
    return [tuple(entries) for _, entries in groupby(found, key=lambda entry: entry.question_id)]
