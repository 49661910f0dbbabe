"""Escalation: steps rise, nobody is woken against their will, no phone is flooded, and it always ends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.clock import Clock, Pause
from domain.escalation import Page, Paging, Position, Turn, after, next_people, passed_on
from domain.messages import Address
from domain.paging import LIMITS, PageLater, PageNow, Person
from domain.policies import POLICIES, EscalationPolicy
from domain.question import Urgency
from tests.fakes.paging_people import MIDNIGHT, MINUTE, NOON, at, crowds, instants, office, panel, person

URGENT = POLICIES[Urgency.URGENT]
PAGING = Paging()


def position(step: int = 0, *, policy: EscalationPolicy = URGENT, start: datetime = NOON, called: int = -1) -> Position:
    return Position(policy=policy, clock=Clock(started_at=start, hours=policy.hours), step=step, called=called)


def played(
    people: Sequence[Person], *, policy: EscalationPolicy = URGENT, start: datetime = NOON, paging: Paging = PAGING
) -> list[tuple[datetime, Turn]]:
    """Let a whole escalation run with nobody acting; returns what happened, and when."""
    turns: list[tuple[datetime, Turn]] = []
    sent: dict[Address, list[datetime]] = {address: list(times) for address, times in paging.sent.items()}
    standing: Position | None = position(policy=policy, start=start)
    now = start
    while standing is not None:
        turn = after(standing, now, people, paging=replace(paging, sent=sent))
        turns.append((now, turn))
        for page in turn.pages:
            if isinstance(page, PageNow):
                sent.setdefault(page.address, []).append(now)
        standing, now = turn.position, turn.next_at or now
    return turns


def said(pages: Sequence[Page]) -> list[str]:
    return [f"{page.member_id}:{page.address.channel}" for page in pages if isinstance(page, PageNow)]


def test_urgent_chain_calls_as_the_table_says() -> None:
    turns = played(panel())

    assert [((now - NOON) // MINUTE, said(turn.pages)) for now, turn in turns] == [
        (0, ["first:web"]),
        (3, ["first:sms"]),
        (5, ["first:voice", "second:web", "second:sms"]),
        (10, ["pooled:web"]),
        (20, [f"{name}:{channel}" for channel in ("web", "sms") for name in ("first", "other", "pooled", "second")]),
        (30, ["office:sms"]),
        (
            45,
            [
                "pooled:web",
                *(
                    f"{n}:{c}"
                    for c, ns in (("web", "first other second"), ("sms", "first other pooled second"))
                    for n in ns.split()
                ),
            ],
        ),
        (60, ["office:web", "office:sms"]),
    ]


def test_asker_is_told_of_each_turn_for_the_worse_once() -> None:
    told = {(now - NOON) // MINUTE: turn.notice for now, turn in played(panel()) if turn.notice}

    assert told == {10: "question.target_missed", 20: "question.nobody_yet", 60: "question.no_answer"}


@pytest.mark.parametrize("urgency", list(Urgency))
@given(people=crowds(), start=instants)
@settings(max_examples=60)
def test_escalation_always_ends_with_the_coordinator(
    urgency: Urgency, people: tuple[Person, ...], start: datetime
) -> None:
    policy = POLICIES[urgency]

    turns = played(people, policy=policy, start=start)

    assert len(turns) <= 2 * len(policy.steps)
    assert "office" in {page.member_id for page in turns[-1][1].pages}
    assert all(turn.position is None or turn.next_at is not None for _, turn in turns)
    assert all(turn.next_at >= now for now, turn in turns if turn.next_at is not None)


@pytest.mark.parametrize("urgency", list(Urgency))
@given(people=crowds(), start=instants)
@settings(max_examples=60)
def test_nobody_is_woken_who_has_not_agreed(urgency: Urgency, people: tuple[Person, ...], start: datetime) -> None:
    policy, known = POLICIES[urgency], {each.id: each for each in people}

    pages = [(now, page) for now, turn in played(people, policy=policy, start=start) for page in turn.pages]

    for now, page in pages:
        moment = now if isinstance(page, PageNow) else page.until
        who = known[page.member_id]
        is_exempt = policy.wakes and (who.tier is not None or who.is_office or who.pages_at_night)
        assert is_exempt or not who.is_quiet(moment)


@given(people=crowds(), ages=st.lists(st.integers(0, 200), max_size=25))
@settings(max_examples=60)
def test_no_phone_is_paged_beyond_its_limits(people: tuple[Person, ...], ages: list[int]) -> None:
    phones = [address for each in people for address in each.chain if address.channel == "sms"]
    spent = {phone: sorted(NOON - age * MINUTE for age in ages) for phone in phones}
    before = {phone: _within(times) for phone, times in spent.items()}

    turns = played(people, paging=Paging(sent=before))

    pages = [(page.address, now) for now, turn in turns for page in turn.pages if isinstance(page, PageNow)]
    for address in {address for address, _ in pages}:
        times = sorted([*before.get(address, ()), *(now for where, now in pages if where == address)])
        for limit in LIMITS.get(address.channel, ()):
            assert all(times[n + limit.pages] - times[n] >= limit.within for n in range(len(times) - limit.pages))


def test_phone_that_is_full_leaves_the_page_to_the_next_person() -> None:
    alone = person("first", "sms", tier=panel()[0].tier)
    full = Paging(sent={at("sms", "first"): [NOON]})

    turn = after(position(), NOON, (alone, *panel()[1:]), paging=full)

    held = [page for page in turn.pages if isinstance(page, PageLater)]
    assert said(turn.pages) == ["second:web", "second:sms"]
    assert [(page.member_id, page.until) for page in held] == [("first", NOON + MINUTE)]


def test_gap_pages_the_next_person_and_the_coordinator() -> None:
    turn = after(position(), NOON, panel()[1:], paging=PAGING)

    assert said(turn.pages) == ["office:web", "second:web", "second:sms"]


def test_gap_is_paged_once_and_not_at_the_reminder_again() -> None:
    turn = after(position(1), NOON + 3 * MINUTE, panel()[1:], paging=PAGING)

    assert (turn.pages, turn.has_acted) == ((), True)


def test_nothing_happens_before_its_time() -> None:
    turn = after(position(1), NOON + 2 * MINUTE, panel(), paging=PAGING)

    assert (turn.pages, turn.next_at, turn.has_acted) == ((), NOON + 3 * MINUTE, False)


def test_clock_that_stands_still_has_no_next_event() -> None:
    asked_back = Clock(started_at=NOON, pauses=(Pause(begins=NOON + MINUTE),))

    turn = after(replace(position(1), clock=asked_back), NOON + 9 * MINUTE, panel(), paging=PAGING)

    assert (turn.next_at, turn.has_acted) == (None, False)


def test_pass_calls_the_next_person_at_once() -> None:
    people = (replace(panel()[0], has_passed=True), *panel()[1:])

    turn = passed_on(position(1, called=0), NOON + MINUTE, people, paging=PAGING)

    assert said(turn.pages) == ["second:web", "second:sms"]
    assert turn.position is not None
    assert (turn.position.step, turn.next_at) == (1, NOON + 3 * MINUTE)


def test_what_fell_due_while_it_was_taken_is_caught_up_with() -> None:
    people = (replace(panel()[0], has_passed=True), *panel()[1:])

    turn = passed_on(position(7, called=0), NOON + 27 * MINUTE, people, paging=PAGING)

    assert set(said(turn.pages)) >= {"second:web", "pooled:web", "other:web"}
    assert not any(name.startswith(("office", "first")) for name in said(turn.pages))
    assert turn.next_at == NOON + 30 * MINUTE


def test_pass_after_the_end_is_left_to_the_end_itself() -> None:
    turn = passed_on(position(7, called=6), NOON + 70 * MINUTE, panel(), paging=PAGING)

    assert turn.position is not None
    assert (turn.position.step, turn.next_at) == (7, NOON + 70 * MINUTE)


@given(people=crowds(), minutes=st.integers(0, 90), called=st.integers(-1, 6))
@settings(max_examples=60)
def test_pass_always_leaves_a_next_event(people: tuple[Person, ...], minutes: int, called: int) -> None:
    now = NOON + minutes * MINUTE

    turn = passed_on(position(max(called, 0), called=called), now, people, paging=PAGING)

    assert turn.position is not None
    assert turn.next_at is not None
    assert turn.next_at >= now
    assert turn.position.step > called


def test_at_night_only_those_on_call_and_volunteers_are_paged() -> None:
    people = (*panel()[:4], person("owl", pages_at_night=True), office())

    turns = played(people, start=MIDNIGHT)

    paged = {page.member_id for _, turn in turns for page in turn.pages}
    assert paged == {"first", "second", "owl", "office"}


def test_conflict_and_a_full_desk_are_passed_over() -> None:
    people = (
        person("colleague", in_awake_pool=True, has_conflict=True),
        person("busy", in_awake_pool=True, open_claims=3),
        person("free", in_awake_pool=True, open_claims=2),
    )

    turn = after(position(3), NOON + 10 * MINUTE, people, paging=PAGING)

    assert said(turn.pages) == ["free:web"]


def test_today_goes_round_by_who_was_asked_longest_ago() -> None:
    people = tuple(person(name, asked_at=NOON - hours * 60 * MINUTE) for name, hours in (("a", 1), ("b", 3), ("c", 2)))

    turn = after(position(policy=POLICIES[Urgency.TODAY]), NOON, people, paging=PAGING)

    assert [page.member_id for page in turn.pages] == ["b"]


def test_turns_of_those_asked_together_fall_on_all_alike() -> None:
    together = NOON - 60 * MINUTE
    people = tuple(person(f"member-{number}", asked_at=together) for number in range(8))
    today = position(policy=POLICIES[Urgency.TODAY])

    turns = [after(today, NOON + minute * MINUTE, people, paging=PAGING).pages[0].member_id for minute in range(320)]

    assert 20 < min(Counter(turns).values()) <= max(Counter(turns).values()) < 60
    assert len(set(turns)) == 8


def test_turn_of_those_asked_together_is_of_who_has_least_in_hand() -> None:
    people = tuple(person(name, asked_at=NOON, open_claims=claims) for name, claims in (("a", 2), ("b", 0), ("c", 1)))

    turn = after(position(policy=POLICIES[Urgency.TODAY]), NOON, people, paging=PAGING)

    assert [page.member_id for page in turn.pages] == ["b"]


def test_what_is_not_urgent_waits_for_the_morning() -> None:
    turn = after(position(policy=POLICIES[Urgency.ROUTINE], start=MIDNIGHT), MIDNIGHT, panel(), paging=PAGING)

    assert {page.until for page in turn.pages if isinstance(page, PageLater)} == {MIDNIGHT + timedelta(hours=7)}
    assert said(turn.pages) == []


def test_next_people_end_with_the_coordinator() -> None:
    nobody_left = next_people(position(7, called=7), NOON, (person("a"), office()), paging=PAGING)
    others = next_people(position(1, called=0), NOON, panel(), paging=PAGING)

    assert said(nobody_left) == ["office:web", "office:sms"]
    assert said(others) == ["first:sms"]


def test_page_that_no_phone_takes_is_held_and_not_lost() -> None:
    full = Paging(sent={at("sms", "second"): [NOON]})

    pages = next_people(position(1, called=0), NOON, (replace(panel()[1], chain=(at("sms", "second"),)),), paging=full)

    assert [(page.member_id, page.until) for page in pages if isinstance(page, PageLater)] == [
        ("second", NOON + MINUTE)
    ]


def _within(times: list[datetime]) -> list[datetime]:
    """Those of some times that the limits allow one after another."""
    kept: list[datetime] = []
    for now in times:
        limits = LIMITS["sms"]
        if all(len(kept) < limit.pages or now - kept[-limit.pages] >= limit.within for limit in limits):
            kept.append(now)
    return kept
