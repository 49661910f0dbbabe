"""The rota's page and private calendars: who sees what, and an address that works until it is turned off."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from icalendar import Calendar

from bot.demo_people import PANEL
from domain.member import Language
from domain.messages import Action, Address
from domain.rota import Layer, Override, Tier
from domain.rotation import Rotation
from tests.fakes.society import COORDINATOR, MEMBER, MONDAY_NOON, PANELIST, SECOND, Society, found_society
from tests.fakes.society_web import SocietyWeb

NIGHT = Layer(
    tier=Tier.PRIMARY,
    name="night",
    rotation=Rotation(members=(SECOND.id,), starts_on=date(2026, 11, 23), days=1, handoff_at=time(22)),
    ends=time(8),
)
TURNS = replace(PANEL, primary=Rotation(members=(PANELIST.id, SECOND.id), starts_on=date(2026, 11, 23)), secondary=None)
GAP = Override(
    id="gap",
    panel_id=PANEL.id,
    tier=Tier.PRIMARY,
    begins_at=MONDAY_NOON + timedelta(hours=1),
    ends_at=MONDAY_NOON + timedelta(hours=3),
    member_id=None,
    made_at=MONDAY_NOON,
)


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[SocietyWeb]:
    society = await found_society(tmp_path, f"sqlite:///{tmp_path}/hilum.db")
    await society.storage.store.write(lambda transaction: transaction.panels.save(TURNS))
    pages = SocietyWeb(society)
    yield pages
    pages.close()
    society.close()


async def shown(browser: httpx.AsyncClient) -> Any:
    return (await browser.get("/api/rota")).json()


async def feed_of(web: SocietyWeb, browser: httpx.AsyncClient) -> str:
    """Make a feed; returns its path, as a calendar without any cookie asks for it."""
    made = await browser.post("/api/rota/feed", json={})
    return urlsplit(str(made.json()["url"])).path


async def change(society: Society, **changes: object) -> None:
    panel = replace(TURNS, **changes)  # type: ignore[arg-type]  # checked by the dataclass's own fields
    await society.storage.store.write(lambda transaction: transaction.panels.save(panel))


async def test_four_weeks_are_shown_with_gaps_and_ones_own_shifts(web: SocietyWeb) -> None:
    await web.society.storage.store.write(lambda transaction: transaction.rotas.add_override(GAP))

    [panel] = (await shown(await web.browser(PANELIST)))["panels"]

    kinds = [(shift["name"], shift["is_mine"]) for shift in panel["shifts"][:4]]
    mine, other = (PANELIST.display_name, True), (SECOND.display_name, False)
    assert kinds == [mine, (None, False), mine, other]
    assert panel["shifts"][1]["begins_at"] == "2026-11-23T04:00:00+00:00"
    assert {shift["tier"] for shift in panel["shifts"]} == {"primary"}


async def test_offered_shift_is_marked_until_it_is_taken_back(web: SocietyWeb) -> None:
    browser = await web.browser(PANELIST)
    first = (await shown(browser))["panels"][0]["shifts"][0]
    fields = {"panel": "chest", "tier": "primary", "begins": first["begins_at"], "ends": first["ends_at"]}

    offered = await web.act(browser, Action.OFFER_SWAP, None, **fields)
    marked = (await shown(browser))["panels"][0]["shifts"]
    taken_back = await web.act(browser, Action.WITHDRAW_SWAP, None, **fields)

    assert (offered, taken_back) == (202, 202)
    assert [shift["is_offered"] for shift in marked] == [True, *([False] * (len(marked) - 1))]
    assert not any(shift["is_offered"] for shift in (await shown(browser))["panels"][0]["shifts"])


async def test_load_is_shown_to_the_coordinator_alone(web: SocietyWeb) -> None:
    await change(web.society, layers=(NIGHT,))
    question = await web.society.ask()
    await web.society.press(PANELIST, Action.CLAIM, question.id)

    [private] = (await shown(await web.browser(PANELIST)))["panels"]
    [table] = (await shown(await web.browser(COORDINATOR)))["panels"]

    assert private["load"] is None
    claimer, sleeper = table["load"]
    assert (claimer["name"], claimer["asked"], claimer["open_claims"]) == (PANELIST.display_name, 1, 1)
    assert (claimer["too_many_nights"], sleeper["too_many_nights"]) == (False, True)


async def test_night_counts_from_its_morning_on_the_holders_own_clock(web: SocietyWeb) -> None:
    """Six in the morning in Seoul, the day before by UTC: the night that has just ended is one of four weeks'."""
    await change(web.society, layers=(NIGHT,))
    web.society.now = datetime(2026, 11, 24, 21, tzinfo=UTC)

    [table] = (await shown(await web.browser(COORDINATOR)))["panels"]

    assert table["load"][1]["nights"] == 28


async def test_rota_is_for_the_panel_and_its_coordinator(web: SocietyWeb) -> None:
    browser = await web.browser(MEMBER)

    answers = [
        await browser.get("/rota"),
        await browser.get("/api/rota"),
        await browser.post("/api/rota/feed", json={}),
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert (await (await web.browser(COORDINATOR)).get("/rota")).status_code == 200


async def test_calendar_is_read_again_and_again_without_signing_in(web: SocietyWeb) -> None:
    path = await feed_of(web, await web.browser(SECOND))

    answers = [await web.stranger().get(path) for _ in range(3)]

    assert {answer.status_code for answer in answers} == {200}
    assert answers[0].headers["content-type"] == "text/calendar; charset=utf-8"
    events = Calendar.from_ical(answers[0].content).events
    assert {str(event["SUMMARY"]) for event in events} == {"On call: Chest (primary)"}
    assert {f"{event.start:%A %H:%M %Z}" for event in events} == {"Monday 08:00 KST"}


async def test_page_and_calendar_name_the_panel_in_the_readers_language(web: SocietyWeb) -> None:
    browser = await web.browser(SECOND, Language.KOREAN)

    [panel] = (await shown(browser))["panels"]
    answer = await web.stranger().get(await feed_of(web, browser))

    assert panel["name"] == "흉부"
    assert {str(event["SUMMARY"]) for event in Calendar.from_ical(answer.content).events} == {"당직: 흉부 1차"}


async def test_calendar_names_nobody(web: SocietyWeb) -> None:
    """It goes to other people's servers, and to whoever has the address."""
    mail = Address(channel="mail", external_id="second@example.org")
    path = await feed_of(web, await web.browser(SECOND))
    await web.society.change_member(SECOND, addresses=(*SECOND.addresses, mail))

    read = (await web.stranger().get(path)).text.replace("\r\n ", "")

    assert "BEGIN:VEVENT" in read
    assert [word for word in ("ATTENDEE", "second@example.org", SECOND.display_name) if word in read] == []


async def test_making_and_ending_an_address_is_in_the_audit(web: SocietyWeb) -> None:
    browser = await web.browser(SECOND)
    await feed_of(web, browser)
    await browser.post("/api/rota/feed/revoke", json={})

    links = await web.society.read(lambda transaction: transaction.audit.after(0))

    events = [(link.event.action, link.event.actor_id) for link in links[-2:]]
    assert events == [("make_calendar_feed", SECOND.id), ("revoke_calendar_feed", SECOND.id)]


async def test_same_shift_keeps_its_id_in_the_calendar(web: SocietyWeb) -> None:
    path = await feed_of(web, await web.browser(SECOND))
    before = Calendar.from_ical((await web.stranger().get(path)).content).events

    web.society.now += timedelta(days=3, minutes=7)

    after = Calendar.from_ical((await web.stranger().get(path)).content).events
    assert {str(event["UID"]) for event in before[1:]} <= {str(event["UID"]) for event in after}


async def test_new_address_or_turning_off_ends_the_old_one(web: SocietyWeb) -> None:
    browser = await web.browser(SECOND)
    first = await feed_of(web, browser)
    second = await feed_of(web, browser)

    was_on = (await shown(browser))["has_feed"]
    old, new = (await web.stranger().get(first), await web.stranger().get(second))
    revoked = await browser.post("/api/rota/feed/revoke", json={})

    assert (was_on, old.status_code, new.status_code, revoked.status_code) == (True, 404, 200, 204)
    assert (await web.stranger().get(second)).status_code == 404
    assert (await shown(browser))["has_feed"] is False


async def test_calendar_of_who_has_left_is_gone(web: SocietyWeb) -> None:
    path = await feed_of(web, await web.browser(SECOND))

    gone = replace(SECOND, active=False)
    await web.society.storage.store.write(lambda transaction: transaction.members.save(gone))

    assert (await web.stranger().get(path)).status_code == 404


async def test_token_of_a_calendar_is_stored_as_its_hash(web: SocietyWeb) -> None:
    path = await feed_of(web, await web.browser(SECOND))
    token = path.removeprefix("/calendar/").removesuffix(".ics")

    files = [file.read_bytes() for file in web.society.folder.rglob("*.db*")]

    assert len(token) >= 22
    assert not any(token.encode() in content for content in files)


async def test_guessing_calendars_is_slowed_down(web: SocietyWeb) -> None:
    stranger = web.stranger()

    guesses = [(await stranger.get(f"/calendar/{number:040d}.ics")).status_code for number in range(12)]
    too_long = await stranger.get(f"/calendar/{'x' * 300}.ics")

    assert guesses == [404] * 10 + [429] * 2
    assert too_long.status_code == 429


async def test_calendar_that_is_read_too_often_waits(web: SocietyWeb) -> None:
    path = await feed_of(web, await web.browser(SECOND))

    reads = [(await web.stranger().get(path)).status_code for _ in range(11)]

    assert reads == [200] * 10 + [429]
