"""The rota at work: gaps are told ahead, shifts are handed over, phones are tested, and members ask who is on call."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.demo_people import PANEL
from domain.commands import Command, HandOver, SendTestPages, WatchRota
from domain.ids import MemberId
from domain.member import Member, Role
from domain.messages import Action
from domain.panel import Panel
from domain.phone import PhoneRecord
from domain.rota import Layer, Override, Tier
from domain.rotation import Rotation
from handlers.phone_tests import send_test_pages
from tests.fakes.society import COLLEAGUE, COORDINATOR, MEMBER, MONDAY_NOON, PANELIST, SECOND, Society

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MONDAYS = date(2026, 11, 16)
TURNS = replace(PANEL, primary=Rotation(members=(PANELIST.id, SECOND.id), starts_on=MONDAYS), secondary=None)
"""Handed over on Mondays at eight in the morning: four hours before a society's life begins."""
HOLIDAY = Layer(
    tier=Tier.PRIMARY,
    name="holiday",
    rotation=Rotation(members=(PANELIST.id,), starts_on=MONDAYS, handoff_at=time(8)),
    ends=time(8),
    on_holidays_only=True,
)


async def found(society: Society, panel: Panel) -> None:
    await society.storage.store.write(lambda transaction: transaction.panels.save(panel))


def nobody(begins_at: datetime, *, hours: int = 1) -> Override:
    return Override(
        id=f"gap-{begins_at}",
        panel_id=PANEL.id,
        tier=Tier.PRIMARY,
        begins_at=begins_at,
        ends_at=begins_at + hours * HOUR,
        member_id=None,
        made_at=begins_at,
    )


async def override(society: Society, made: Override) -> None:
    await society.storage.store.write(lambda transaction: transaction.rotas.add_override(made))


async def note(society: Society, command: Command) -> None:
    await society.storage.store.write(lambda transaction: transaction.jobs.add(command))


async def watch(society: Society, wait: timedelta = timedelta(0)) -> None:
    """Let time pass with a tick at every quarter of an hour."""
    end = society.now + wait
    while True:
        tick = WatchRota(at=society.now)
        await note(society, tick)
        await society.work()
        if society.now >= end:
            return
        await society.advance(min(timedelta(minutes=15), end - society.now))


async def texts(society: Society, member: Member, prefix: str) -> list[str]:
    lines = await society.lines(member)
    return [str(line.payload["text"]) for line in lines if str(line.payload["key"]).startswith(prefix)]


async def test_gap_is_told_at_three_distances_and_paged_as_it_begins(society: Society) -> None:
    await override(society, nobody(MONDAY_NOON + 73 * HOUR))

    told = {}
    for hours in (0, 2, 22, 70, 73, 74):
        society.now = max(society.now, MONDAY_NOON + hours * HOUR)
        await watch(society)
        told[hours] = [key for key in await society.told(COORDINATOR) if key.startswith("rota.gap")]

    assert [len(told[hours]) for hours in (0, 2, 22, 70, 73, 74)] == [0, 1, 1, 2, 3, 3]
    assert told[74] == ["rota.gap_ahead"] * 2 + ["rota.gap_now"]


async def test_every_tick_in_between_tells_nothing_twice(society: Society) -> None:
    await override(society, nobody(MONDAY_NOON + 3 * HOUR))

    await watch(society, 4 * HOUR)

    assert [key for key in await society.told(COORDINATOR) if key.startswith("rota.gap")] == [
        "rota.gap_ahead",
        "rota.gap_ahead",
        "rota.gap_now",
    ]


@pytest.mark.parametrize(
    ("panel", "said"),
    [
        (replace(TURNS, primary=Rotation(members=(MemberId("demo-editor"),), starts_on=MONDAYS)), "phone not tested"),
        (
            replace(TURNS, secondary=Rotation(members=(PANELIST.id, SECOND.id), starts_on=MONDAYS)),
            "already on call in the other tier",
        ),
    ],
)
async def test_gap_says_why_nobody_is_on_call(society: Society, panel: Panel, said: str) -> None:
    gone = await society.read(lambda transaction: transaction.members.get(MemberId("demo-editor")))
    await society.storage.store.write(lambda transaction: transaction.members.save(replace(gone, active=False)))
    await found(society, replace(panel, primary=panel.primary or TURNS.primary))

    await watch(society)

    assert said in (await texts(society, COORDINATOR, "rota.gap_now"))[0]


async def test_change_of_shift_hands_over_what_is_open(society: Society) -> None:
    await found(society, TURNS)
    society.now = datetime(2026, 11, 29, 22, 50, tzinfo=UTC)
    routine = await society.ask("Follow-up of a nodule?", action=Action.SEND_ROUTINE)
    urgent = await society.ask("Is this PE?")
    await society.press(SECOND, Action.CLAIM, routine.id)

    society.now = datetime(2026, 11, 29, 23, tzinfo=UTC)
    await watch(society)

    [comes] = await texts(society, PANELIST, "rota.shift_begins")
    [goes] = await texts(society, SECOND, "rota.shift_ends")
    assert f"Before you: {SECOND.display_name}. Open: 2 – {urgent.label}!, {routine.label} " in comes
    assert f"After you: {PANELIST.display_name}. Open: 2 – {urgent.label}!, {routine.label}* " in goes


async def test_change_is_told_once_and_at_its_own_minute(society: Society) -> None:
    await found(society, TURNS)
    await override(society, replace(nobody(MONDAY_NOON + timedelta(minutes=7)), member_id=PANELIST.id))

    await watch(society, timedelta(minutes=40))

    [line] = [line for line in await society.lines(PANELIST) if line.payload["key"] == "rota.shift_begins_clear"]
    assert line.at == MONDAY_NOON + timedelta(minutes=7)


async def test_change_that_was_undone_is_not_told(society: Society) -> None:
    await found(society, TURNS)

    change = HandOver(panel_id=PANEL.id, tier="primary", at=MONDAY_NOON)
    await note(society, change)
    await society.work()

    assert [key for key in await society.told(SECOND) if key.startswith("rota.")] == []


async def test_next_turn_of_the_same_person_is_no_change(society: Society) -> None:
    society.now = MONDAY_NOON - 4 * HOUR

    await watch(society)
    await note(society, HandOver(panel_id=PANEL.id, tier="primary", at=society.now))
    await society.work()

    assert [key for key in await society.told(PANELIST) if key.startswith("rota.shift")] == []


async def test_test_page_that_is_sent_again_rings_once(society: Society) -> None:
    send = SendTestPages(panel_id=PANEL.id, at=MONDAY_NOON)

    for _ in range(2):
        await send_test_pages(society.services, send)
    await society.work()

    assert (await society.told(PANELIST)).count("rota.test") == 1


async def test_gap_hands_over_to_nobody(society: Society) -> None:
    await found(society, TURNS)
    await override(society, nobody(MONDAY_NOON))

    await watch(society)

    [goes] = await texts(society, SECOND, "rota.shift_ends_clear")
    assert "After you: nobody. Nothing is open." in goes


async def test_phone_is_tested_in_the_fourth_week_and_by_day(society: Society) -> None:
    society.now = MONDAY_NOON + 25 * DAY - 6 * HOUR
    await watch(society)
    early = await society.told(PANELIST)
    society.now = MONDAY_NOON + 25 * DAY
    await watch(society)

    await society.press(PANELIST, Action.TEST_RANG, token=await society.token(PANELIST, "rota.test"))

    records = await society.read(lambda transaction: transaction.phones.records())
    assert "rota.test" not in early
    assert records[PANELIST.id] == PhoneRecord(sent_at=society.now, passed_at=society.now)
    assert (await society.told(PANELIST))[-1] == "rota.test_passed"


async def test_silent_phone_is_a_gap_after_thirty_days(society: Society) -> None:
    society.now = MONDAY_NOON + 29 * DAY
    before = await society.read(lambda transaction: transaction.panels.get(PANEL.id).on_call(society.now))

    society.now = MONDAY_NOON + 30 * DAY

    after = await society.read(lambda transaction: transaction.panels.get(PANEL.id).on_call(society.now))
    assert (before, after) == ((PANELIST.id, SECOND.id), (None, None))


async def test_coordinator_has_everybody_tested(society: Society) -> None:
    gone = replace(SECOND, active=False)
    await society.storage.store.write(lambda transaction: transaction.members.save(gone))

    await society.press(COORDINATOR, Action.SEND_TESTS)

    assert (await society.told(PANELIST))[-1] == "rota.test"
    assert "rota.test" not in await society.told(SECOND)
    assert "2 panelists" in (await texts(society, COORDINATOR, "rota.tests_sent"))[0]


async def test_tests_are_the_coordinators_to_send(society: Society) -> None:
    await society.press(PANELIST, Action.SEND_TESTS)
    await society.press(PANELIST, Action.TEST_RANG)

    assert (await society.told(PANELIST))[-2:] == ["error.coordinator_only", "error.choice_unknown"]


async def test_coordinator_of_no_panel_sends_no_tests(society: Society) -> None:
    await society.change_member(COLLEAGUE, roles=frozenset({Role.COORDINATOR}))

    await society.press(COLLEAGUE, Action.SEND_TESTS)

    assert await society.told(COLLEAGUE) == ["error.coordinator_only"]


async def test_anybody_may_ask_who_is_on_call(society: Society) -> None:
    await found(society, TURNS)

    await society.press(MEMBER, Action.ON_CALL)

    expected = "Chest: on call now Dr Park Yuna, then nobody. Next: Dr Kang Taeho, from Nov 30 08:00."
    assert (await texts(society, MEMBER, "rota.on_call")) == [expected]


async def test_without_a_panel_nobody_is_on_call(society: Society) -> None:
    with closing(sqlite3.connect(society.folder / "hilum.db")) as connection, connection:
        connection.execute("DELETE FROM panel_rota")
        connection.execute("DELETE FROM panel")

    await society.press(MEMBER, Action.ON_CALL)

    assert (await society.told(MEMBER))[-1] == "error.no_panel"


async def test_panel_kept_before_there_were_layers_is_still_on_call(society: Society) -> None:
    with closing(sqlite3.connect(society.folder / "hilum.db")) as connection, connection:
        connection.execute("DELETE FROM panel_rota")

    panel = await society.read(lambda transaction: transaction.panels.get(PANEL.id))

    assert panel == replace(PANEL, korean_name="")


async def test_member_without_shifts_is_told_so(society: Society) -> None:
    await society.press(MEMBER, Action.MY_SHIFTS)

    assert (await society.told(MEMBER))[-1] == "rota.no_shifts"


async def test_shifts_are_listed_with_their_numbers(society: Society) -> None:
    await found(society, TURNS)

    await society.press(SECOND, Action.MY_SHIFTS)

    [said] = await texts(society, SECOND, "rota.my_shifts")
    assert said.splitlines()[1:3] == [
        "1) Chest primary · Nov 23 08:00 – Nov 30 08:00",
        "2) Chest primary · Dec 7 08:00 – Dec 14 08:00",
    ]


async def test_holidays_are_kept_for_the_layers_that_need_them(society: Society) -> None:
    society.services = replace(society.services, holidays=lambda years: frozenset(date(y, 12, 25) for y in years))
    await found(society, replace(TURNS, layers=(HOLIDAY,)))

    await watch(society)
    await watch(society, HOUR)

    panel = await society.read(lambda transaction: transaction.panels.get(PANEL.id))
    assert panel.holidays == {date(2026, 12, 25), date(2027, 12, 25)}


async def test_society_without_a_calendar_keeps_no_holidays(society: Society) -> None:
    await found(society, replace(TURNS, layers=(HOLIDAY,)))

    await watch(society)

    panel = await society.read(lambda transaction: transaction.panels.get(PANEL.id))
    assert panel.holidays == frozenset()
