"""Coming in by the pages: an invite's link, or an application with a code by e-mail; neither says who is a member."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from domain.commands import SendJoinCode, ShowApplication
from domain.enrolment import CODE_LASTS, INVITE_LASTS, ApplicationState, Invite
from domain.ids import derive_id
from domain.member import Language, Role
from domain.web import hash_token
from storage.job_queue import SqlJobQueue
from tests.fakes.web_world import HOST, WebWorld
from web.services import WebOptions

FORM = {"name": "Han Somi", "number": "K-77", "email": "somi@example.org"}
TOKEN = "invite-token-0000000000000000000000"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[WebWorld]:
    world = WebWorld(tmp_path, options=WebOptions(base_url=f"https://{HOST}", takes_applications=True, society="KSTR"))
    await world.settle()
    yield world
    world.close()


async def _invite(world: WebWorld, **changes: object) -> None:
    now = world.clock()
    invite = Invite(
        id="i1",
        name="Han Somi",
        language=Language.KOREAN,
        roles=frozenset({Role.PANELIST}),
        made_by=None,
        made_at=now,
        expires_at=now + INVITE_LASTS,
        token_hash=hash_token(TOKEN),
    )
    changed = replace(invite, **changes)  # type: ignore[arg-type]  # a test changes what it is about
    await world.storage.store.write(lambda transaction: transaction.enrolments.save_invite(changed))


async def _applied(world: WebWorld, browser: httpx.AsyncClient) -> tuple[str, str]:
    """Apply, and have the code sent; returns the page's secret and the code."""
    page = await browser.post("/join", data=FORM)
    found = re.search(r'name="application" value="([^"]+)"', page.text)
    assert found is not None, page.text
    secret = found[1]

    def send(transaction):
        application = transaction.enrolments.lock_application(derive_id("application", secret))
        changed, code = application.with_code("salt", world.clock())
        transaction.enrolments.save_application(changed)
        return code

    return secret, await world.storage.store.write(send)


async def _commands(world: WebWorld) -> list[object]:
    queue: SqlJobQueue = world.storage.queue
    jobs = await queue.claim(world.clock(), owner="test", limit=10, lease=timedelta(seconds=1))
    return [job.command for job in jobs]


async def test_looking_at_an_invite_uses_nothing_up(world: WebWorld):
    await _invite(world)
    browser = world.browser()

    looks = [await browser.get(f"/join/{TOKEN}") for _ in range(3)]

    assert {look.status_code for look in looks} == {200}
    assert "Han Somi 님, 환영합니다" in looks[0].text
    assert "set-cookie" not in looks[0].headers


async def test_button_makes_a_member_and_signs_them_in(world: WebWorld):
    await _invite(world)
    browser = world.browser()

    answer = await browser.post(f"/join/{TOKEN}")

    me = (await browser.get("/api/me")).json()
    assert answer.status_code == 303
    assert (me["name"], me["roles"], me["language"]) == ("Han Somi", ["panelist"], "ko")


@pytest.mark.parametrize(
    ("changes", "status"),
    [({"used_at": "now"}, 410), ({"revoked_at": "now"}, 410), ({"expires_at": "now"}, 410), ({"token_hash": "x"}, 400)],
)
async def test_invite_that_is_over_lets_nobody_in(world: WebWorld, changes: dict[str, str], status: int):
    await _invite(world, **{name: world.clock() if value == "now" else value for name, value in changes.items()})
    browser = world.browser()

    answers = [(await browser.get(f"/join/{TOKEN}")).status_code, (await browser.post(f"/join/{TOKEN}")).status_code]

    assert answers == [status, status]
    assert (await browser.get("/api/me")).status_code == 401


async def test_invite_works_once(world: WebWorld):
    await _invite(world)

    answers = [(await world.browser().post(f"/join/{TOKEN}")).status_code for _ in range(2)]

    assert answers == [303, 410]


async def test_overlong_token_is_no_invite(world: WebWorld):
    assert (await world.browser().get(f"/join/{'x' * 300}")).status_code == 400


async def test_form_has_a_code_sent(world: WebWorld):
    browser = world.browser(**{"accept-language": "en"})

    form, answer = await browser.get("/join"), await browser.post("/join", data=FORM)

    assert "KSTR" in form.text
    assert "six digits" in answer.text
    assert [type(command) for command in await _commands(world)] == [SendJoinCode]


async def test_right_code_brings_the_application_before_the_coordinator(world: WebWorld):
    browser = world.browser()
    secret, code = await _applied(world, browser)

    answer = await browser.post("/join/code", data={"application": secret, "code": f"{code[:3]} {code[3:]}"})

    [waiting] = await world.storage.store.read(lambda transaction: transaction.enrolments.waiting(world.clock()))
    assert answer.status_code == 200
    assert (waiting.name, waiting.state) == ("Han Somi", ApplicationState.WAITING)
    assert ShowApplication(application_id=waiting.id) in await _commands(world)


async def test_wrong_code_may_be_typed_five_times(world: WebWorld):
    browser = world.browser(**{"accept-language": "en"})
    secret, code = await _applied(world, browser)
    wrong = "000000" if code != "000000" else "000001"

    answers = [await browser.post("/join/code", data={"application": secret, "code": wrong}) for _ in range(5)]
    late = await browser.post("/join/code", data={"application": secret, "code": code})

    assert [answer.status_code for answer in answers] == [422] * 5
    assert "Tries left: 4" in answers[0].text
    assert "begin again" in answers[4].text
    assert "begin again" in late.text


async def test_code_ends_after_half_an_hour(world: WebWorld):
    browser = world.browser()
    secret, code = await _applied(world, browser)
    world.clock.now += CODE_LASTS

    answer = await browser.post("/join/code", data={"application": secret, "code": code})

    assert answer.status_code == 422


@pytest.mark.parametrize(
    "changes", [{"email": "somi"}, {"name": "7"}, {"number": "#"}, {"application": "x", "code": "1"}]
)
async def test_what_is_wrong_in_the_form_is_said(world: WebWorld, changes: dict[str, str]):
    path = "/join/code" if "code" in changes else "/join"

    answer = await world.browser().post(path, data={**FORM, **changes})

    assert answer.status_code == 422
    assert await _commands(world) == []


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{}", "application/json", 415),
        (b"name=%FF", "application/x-www-form-urlencoded", 422),
        (b"name=%00", "application/x-www-form-urlencoded", 422),
        (b"a=" + b"x" * 5000, "application/x-www-form-urlencoded", 413),
        (b"&".join([b"a=1"] * 30), "application/x-www-form-urlencoded", 422),
    ],
)
async def test_body_that_is_no_form_is_refused(world: WebWorld, body: bytes, kind: str, status: int):
    answer = await world.browser().post("/join", content=body, headers={"content-type": kind})

    assert answer.status_code == status


async def test_sixth_letter_of_a_day_to_one_address_is_not_sent(world: WebWorld):
    browser = world.browser(**{"accept-language": "en"})
    for _ in range(5):
        await browser.post("/join", data=FORM)
    world.clock.now += timedelta(minutes=10)

    answer = await browser.post("/join", data=FORM)

    assert "Too many codes" in answer.text


async def test_many_applications_from_one_machine_are_slowed(world: WebWorld):
    answers = [
        (await world.browser().post("/join", data={**FORM, "email": f"somi{number}@example.org"})).status_code
        for number in range(6)
    ]

    assert answers == [200] * 5 + [429]


async def test_without_letters_one_comes_in_by_an_invite(tmp_path: Path):
    world = WebWorld(tmp_path)
    await world.settle()

    answers = [await world.browser().get("/join"), await world.browser().post("/join", data=FORM)]

    assert [answer.status_code for answer in answers] == [404, 404]
    world.close()


@pytest.mark.parametrize("changes", [{"email": "somi"}, {"name": "7"}, {"number": "#"}])
async def test_who_applies_is_led_back_to_the_form(world: WebWorld, changes: dict[str, str]):
    answer = await world.browser().post("/join", data={**FORM, **changes})

    assert 'href="/join"' in answer.text
    assert 'href="/"' not in answer.text
