"""Signing in by a one-time link, and what keeps a session."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.question import QuestionState
from tests.fakes.web_world import ASKER, PANELIST, WebWorld


async def test_looking_at_a_link_uses_nothing_up(world: WebWorld):
    token = await world.link(ASKER)

    looks = [(await world.browser().get(f"/sign-in/{token}")).status_code for _ in range(3)]

    assert looks == [200, 200, 200]
    assert (await world.browser().post(f"/sign-in/{token}")).status_code == 303


async def test_button_signs_in(world: WebWorld):
    browser = world.browser()

    answer = await browser.post(f"/sign-in/{await world.link(ASKER)}")

    assert answer.headers["location"] == "/"
    assert (await browser.get("/api/me")).json()["id"] == ASKER.id


async def test_whoever_has_a_draft_lands_at_it(world: WebWorld):
    await world.question(QuestionState.DRAFT, asker_id=PANELIST.id)

    answer = await world.browser().post(f"/sign-in/{await world.link(PANELIST)}")

    assert answer.headers["location"] == "/chat"


async def test_cookie_is_bound_to_host_and_tls(world: WebWorld):
    token = await world.link(ASKER)

    cookie = (await world.browser().post(f"/sign-in/{token}")).headers["set-cookie"]

    name, _, attributes = cookie.partition("=")
    assert name == "__Host-hilum"
    assert {part.strip().lower() for part in attributes.split(";")} >= {"httponly", "secure", "path=/", "samesite=lax"}


async def test_replayed_link_says_so(world: WebWorld):
    token = await world.link(ASKER)
    await world.browser().post(f"/sign-in/{token}")

    look = await world.browser().get(f"/sign-in/{token}")
    press = await world.browser().post(f"/sign-in/{token}")

    assert (look.status_code, press.status_code) == (410, 410)
    assert "used already" in press.text
    assert "set-cookie" not in press.headers


@pytest.mark.parametrize("language", ["ko", "en"])
async def test_forged_link_says_so_in_the_browsers_language(world: WebWorld, language: str):
    browser = world.browser(**{"accept-language": language})

    answer = await browser.post("/sign-in/forged")

    assert answer.status_code == 400
    assert ("유효하지 않은" if language == "ko" else "not valid") in answer.text


async def test_expired_link_says_so(world: WebWorld):
    token = await world.link(ASKER)

    world.clock.advance(minutes=15)

    assert (await world.browser().post(f"/sign-in/{token}")).status_code == 410


async def test_link_of_former_member_opens_nothing(world: WebWorld):
    token = await world.link(ASKER)
    await world.save(replace(ASKER, active=False))

    answer = await world.browser().post(f"/sign-in/{token}")

    assert answer.status_code == 400


async def test_sign_in_revokes_the_browsers_old_session(world: WebWorld):
    former = await world.session(ASKER)

    await world.browser(former).post(f"/sign-in/{await world.link(PANELIST)}")

    assert (await world.browser(former).get("/api/me")).status_code == 401


async def test_signed_out_session_is_gone(world: WebWorld):
    token = await world.session(ASKER)

    answer = await world.browser(token).post("/sign-out")

    assert answer.status_code == 303
    assert (await world.browser(token).get("/api/me")).json()["error"] == "signed_out"


async def test_idle_session_locks_and_says_how_to_get_back(world: WebWorld):
    browser = await world.signed_in(ASKER)

    world.clock.advance(minutes=10, seconds=1)
    page = await browser.get("/")

    assert page.status_code == 401
    assert "new sign-in link" in page.text
    assert (await browser.get("/api/lines")).json()["error"] == "session_locked"


async def test_fetching_alone_keeps_nothing_unlocked(world: WebWorld):
    browser = await world.signed_in(ASKER)

    answers = []
    for _ in range(3):
        world.clock.advance(minutes=4)
        answers.append((await browser.get("/api/lines")).status_code)

    assert answers == [200, 200, 401]


async def test_using_a_page_keeps_it_unlocked(world: WebWorld):
    browser = await world.signed_in(ASKER)

    answers = []
    for _ in range(3):
        world.clock.advance(minutes=6)
        answers.append((await browser.post("/api/presence")).status_code)

    assert answers == [204, 204, 204]


async def test_session_ends_after_its_hours(world: WebWorld):
    browser = await world.signed_in(ASKER)

    answers = []
    for _ in range(12 * 10):
        world.clock.advance(minutes=6)
        answers.append((await browser.post("/api/presence")).status_code)

    assert answers == [204] * 119 + [401]


async def test_many_tries_from_one_address_are_slowed(world: WebWorld):
    browser = world.browser()

    tries = [await browser.get(f"/sign-in/guess-{number}") for number in range(31)]

    assert [answer.status_code for answer in tries[:30]] == [400] * 30
    assert tries[30].status_code == 429
    assert int(tries[30].headers["retry-after"]) >= 1


async def test_slowed_address_may_try_again_later(world: WebWorld):
    browser = world.browser()
    for number in range(31):
        await browser.get(f"/sign-in/guess-{number}")

    world.clock.advance(seconds=3)

    assert (await browser.get("/sign-in/guess")).status_code == 400
