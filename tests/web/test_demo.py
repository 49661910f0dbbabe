"""The demo: three roles in one browser, and nobody takes it for the real thing."""

from __future__ import annotations

import httpx

from tests.fakes.web_world import ASKER, PANELIST, WebWorld


async def enter(browser: httpx.AsyncClient, role: str) -> httpx.Response:
    """Press a role's button on the landing page, then the button on the page that opens."""
    opened = await browser.post(f"/as/{role}/link")
    return await browser.post(opened.headers["location"])


async def test_landing_page_leads_to_a_sign_in_page(demo: WebWorld):
    browser = demo.browser()
    landing = await browser.get("/")

    opened = await browser.post("/as/member/link")

    assert 'action="/as/member/link"' in landing.text
    assert 'target="_blank"' in landing.text
    assert (await browser.get(opened.headers["location"])).status_code == 200


async def test_three_roles_share_one_browser(demo: WebWorld):
    browser = demo.browser()

    for role in ("member", "panelist"):
        await enter(browser, role)

    assert (await browser.get("/as/member/api/me")).json()["id"] == ASKER.id
    assert (await browser.get("/as/panelist/api/me")).json()["id"] == PANELIST.id


async def test_cookie_is_bound_to_its_role(demo: WebWorld):
    cookie = (await enter(demo.browser(), "editor")).headers["set-cookie"]

    assert "Path=/as/editor" in cookie
    assert "HttpOnly" in cookie


async def test_link_of_another_role_opens_nothing(demo: WebWorld):
    token = await demo.link(PANELIST)

    answer = await demo.browser().post(f"/as/member/sign-in/{token}")

    assert answer.status_code == 400


async def test_every_page_carries_the_banner(demo: WebWorld):
    browser = demo.browser()
    await enter(browser, "member")

    paths = ("/", "/as/member/", "/as/member/digests", "/as/member/sign-in/x", "/nowhere")
    pages = [await browser.get(path) for path in paths]

    assert all('class="demo-banner"' in page.text for page in pages)


async def test_production_has_neither_landing_nor_banner(world: WebWorld):
    browser = await world.signed_in(ASKER)

    assert "demo-banner" not in (await browser.get("/")).text
    assert (await browser.post("/as/member/link")).status_code == 404


async def test_demo_session_does_not_lock(demo: WebWorld):
    browser = demo.browser()
    await enter(browser, "member")

    demo.clock.advance(hours=2)

    assert (await browser.get("/as/member/api/me")).status_code == 200


async def test_pages_name_their_mount(demo: WebWorld):
    browser = demo.browser()
    await enter(browser, "member")

    page = (await browser.get("/as/member/")).text

    assert 'data-base="/as/member"' in page
    assert 'src="/as/member/static/chat.js"' in page
    assert (await browser.get("/as/member/static/entry.css")).status_code == 200
