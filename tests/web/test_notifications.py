"""My notifications: what a member sets for themselves, checked; and the surge, said on every page."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest

from domain.hours import QuietHours
from domain.member import Facility, Grade, Member
from domain.surge import Surge
from tests.fakes.web_world import ASKER, PANELIST, WebWorld

CHOSEN: dict[str, Any] = {
    "quiet": "own",
    "begins": "23:00",
    "ends": "07:00",
    "time_zone": "Europe/Berlin",
    "awake_pool": "on",
    "pages_at_night": "on",
    "digest_at": "",
    "hospital": "Alpha",
    "hospital_has": ["ct", "icu"],
}


async def _saved(world: WebWorld, member: Member = PANELIST, **changes: object) -> tuple[int, Member]:
    async with await world.signed_in(member) as browser:
        answer = await browser.post("/api/notifications", json={**CHOSEN, **changes})
    return answer.status_code, await world.store.read(lambda transaction: transaction.members.get(member.id))


async def test_what_was_chosen_is_kept(world: WebWorld) -> None:
    status, member = await _saved(world)

    assert (status, member.quiet, member.time_zone) == (200, QuietHours(begins=time(23), ends=time(7)), "Europe/Berlin")
    assert (member.awake_pool, member.pages_at_night, member.digest_at) == (True, True, None)
    assert (member.hospital, member.hospital_has) == ("Alpha", frozenset({Facility.CT, Facility.ICU}))


async def test_hours_of_the_society_are_taken_up_again(world: WebWorld) -> None:
    await _saved(world)

    _, member = await _saved(world, quiet="society", digest_at="07:45", hospital_has=[])

    assert (member.quiet, member.digest_at, member.hospital_has) == (None, time(7, 45), frozenset())


async def test_nothing_ticked_says_nothing_of_the_hospital(world: WebWorld) -> None:
    """The panel would read that it has neither CT nor MRI, of whom has only chosen quiet hours."""
    _, first = await _saved(world, ASKER, hospital_has=[])
    await _saved(world, ASKER, hospital_has=["ct"])

    _, taken_back = await _saved(world, ASKER, hospital_has=[])

    assert (first.hospital_has, taken_back.hospital_has) == (None, frozenset())


async def test_switches_that_a_page_does_not_show_stay_as_they_were(world: WebWorld) -> None:
    await _saved(world)

    _, member = await _saved(world, awake_pool=None, pages_at_night="off")

    assert (member.awake_pool, member.pages_at_night) == (True, False)


@pytest.mark.parametrize(
    "changes",
    [
        {"time_zone": "Mars/Olympus"},
        {"time_zone": "../etc/passwd"},
        {"begins": "25:00"},
        {"awake_pool": "perhaps"},
        {"hospital_has": ["spa"]},
        {"grade": "king"},
        {"hospital": "x" * 81},
    ],
    ids=str,
)
async def test_what_makes_no_sense_changes_nothing(world: WebWorld, changes: dict[str, object]) -> None:
    status, member = await _saved(world, PANELIST, **changes)

    assert (status, member) == (422, PANELIST)


async def test_page_shows_what_holds_now(world: WebWorld) -> None:
    await _saved(world)

    async with await world.signed_in(PANELIST) as browser:
        page, settings = await browser.get("/notifications"), (await browser.get("/api/notifications")).json()

    names = ("begins", "quiet", "is_panelist", "hospital_has", "phone_passed_at")
    assert (page.status_code, settings["society"]["begins"]) == (200, "22:00")
    assert [settings[name] for name in names] == ["23:00", True, True, ["ct", "icu"], None]
    assert {"Asia/Seoul", "Europe/Berlin"} <= set(settings["time_zones"])


async def test_every_change_is_in_the_audit(world: WebWorld) -> None:
    await _saved(world, ASKER)

    last = await world.store.read(lambda transaction: transaction.audit.last())

    assert (last.event.action, last.event.actor_id) == ("change_notifications", ASKER.id)


async def test_panel_sees_grade_and_hospital_and_never_its_name(world: WebWorld) -> None:
    await _saved(world, ASKER, grade="resident")
    question = await world.question()

    async with await world.signed_in(PANELIST) as browser:
        shown = await browser.get(f"/api/questions/{question.id}")

    assert (shown.json()["asker_has"], "Alpha" in shown.text) == (["ct", "icu"], False)
    assert shown.json()["asker_grade"] == "resident"


@pytest.mark.parametrize(("said", "grade"), [("fellow", Grade.FELLOW), ("", None), (None, Grade.RESIDENT)])
async def test_grade_is_set_taken_back_or_left(world: WebWorld, said: str | None, grade: Grade | None) -> None:
    changes = {} if said is None else {"grade": said}
    await world.save(replace(ASKER, grade=Grade.RESIDENT))

    status, member = await _saved(world, ASKER, **changes)

    assert (status, member.grade) == (200, grade)


async def test_surge_is_said_while_it_lasts(world: WebWorld) -> None:
    until = world.clock.now + timedelta(hours=72)
    surge = Surge(begins_at=world.clock.now, ends_at=until)
    await world.store.write(lambda transaction: transaction.surge.save(surge))

    async with await world.signed_in(ASKER) as browser:
        page, now = await browser.get("/chat"), (await browser.get("/api/surge")).json()
        world.clock.advance(hours=1)
        await world.store.write(lambda transaction: transaction.surge.save(Surge()))
    async with await world.signed_in(ASKER) as browser:
        later, page_later = (await browser.get("/api/surge")).json(), await browser.get("/chat")

    assert (now["until"], later["until"]) == (until.isoformat(), None)
    assert (until.isoformat() in page.text, until.isoformat() in page_later.text) == (True, False)
