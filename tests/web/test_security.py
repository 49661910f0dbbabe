"""What holds on every route, found by walking them all."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from starlette.routing import BaseRoute, Mount, Route

from tests.fakes.web_world import ASKER, WebWorld
from web.security import CONTENT_SECURITY_POLICY

OPEN_TO_ALL = {
    ("GET", "/healthz"),
    ("GET", "/sign-in/{token}"),
    ("POST", "/sign-in/{token}"),
    ("GET", "/u/{code}"),
    ("POST", "/u/{code}/api/uploads"),
    ("PUT", "/u/{code}/api/uploads/{upload}"),
    ("POST", "/u/{code}/api/finish"),
    ("GET", "/calendar/{token}.ics"),
    ("GET", "/join"),
    ("POST", "/join"),
    ("POST", "/join/code"),
    ("GET", "/join/{token}"),
    ("POST", "/join/{token}"),
    ("POST", "/hooks/{channel}"),
}
"""Whoever comes there is told nothing without the secret in the address."""
ONLY_IN_DEMO = {("GET", "/"), ("GET", "/samples/{name}"), ("GET", "/outbox"), ("POST", "/link")}


def walk(routes: list[BaseRoute], base: str = "") -> Iterator[tuple[str, str, str]]:
    """Yield method, path below the mount, and whole path of every route but the static files."""
    for route in routes:
        if isinstance(route, Mount):
            yield from walk(route.routes, base + route.path)
        elif isinstance(route, Route):
            for method in (route.methods or set()) - {"HEAD"}:
                yield method, route.path, base + route.path


async def ask(browser: httpx.AsyncClient, method: str, path: str) -> httpx.Response:
    for name in ("{token}", "{code}", "{upload}", "{question}", "{image}"):
        path = path.replace(name, "unknown")
    return await browser.request(method, path.replace("{frame}", "0"))


async def open_to_strangers(world: WebWorld) -> set[tuple[str, str]]:
    browser = world.browser()
    return {
        (method, path)
        for method, path, whole in walk(world.app.routes)
        if (await ask(browser, method, whole)).status_code != 401
    }


async def test_every_other_route_asks_for_a_session(world: WebWorld):
    open_routes = await open_to_strangers(world)

    assert open_routes == OPEN_TO_ALL


async def test_every_other_route_of_the_demo_asks_for_a_session(demo: WebWorld):
    open_routes = await open_to_strangers(demo)

    assert open_routes == OPEN_TO_ALL | ONLY_IN_DEMO


async def test_every_answer_carries_the_strict_headers(world: WebWorld):
    browser = await world.signed_in(ASKER)
    paths = [(m, p) for m, _, p in walk(world.app.routes) if "stream" not in p and "sign-out" not in p]

    answers = [await ask(browser, *path) for path in [*paths, ("GET", "/nowhere"), ("GET", "/static/entry.css")]]

    for answer in answers:
        assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "max-age" in answer.headers["strict-transport-security"]
        assert answer.headers["referrer-policy"] in {"no-referrer", "same-origin"}


def test_policy_allows_nothing_inline_and_no_other_host():
    parts = dict(part.split(" ", 1) for part in CONTENT_SECURITY_POLICY.split("; "))

    assert parts["default-src"] == parts["base-uri"] == parts["frame-ancestors"] == "'none'"
    assert {parts[name] for name in ("script-src", "style-src", "connect-src", "form-action")} == {"'self'"}


async def test_pages_hold_no_inline_script_or_style(world: WebWorld):
    browser = await world.signed_in(ASKER)

    page = (await browser.get("/")).text

    assert "<style" not in page
    assert "style=" not in page
    assert "onclick" not in page
    data, modules = page.count('<script type="application/json"'), page.count('<script type="module" src=')
    assert page.count("<script") == data + modules


async def test_pages_are_never_kept(world: WebWorld):
    browser = await world.signed_in(ASKER)

    kept = {(await browser.get(path)).headers["cache-control"] for path in ("/", "/api/me", "/api/lines")}

    assert kept == {"no-store"}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "https://hilum.test"}, 204),
        ({"origin": "null", "sec-fetch-site": "same-origin"}, 204),
        ({"sec-fetch-site": "same-origin"}, 204),
        ({"origin": "https://elsewhere.test"}, 403),
        ({"origin": "https://elsewhere.test", "sec-fetch-site": "same-origin"}, 403),
        ({"origin": "http://hilum.test"}, 403),
        ({"origin": "null", "sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "none"}, 403),
        ({"origin": "null"}, 403),
        ({}, 403),
    ],
)
async def test_only_our_own_pages_change_anything(world: WebWorld, headers: dict[str, str], status: int):
    browser = await world.signed_in(ASKER)
    del browser.headers["origin"]

    answer = await browser.post("/api/language", json={"language": "en"}, headers=headers)

    assert answer.status_code == status


async def test_other_host_name_is_refused(world: WebWorld):
    answer = await world.browser().get("/healthz", headers={"host": "rebound.test"})

    assert answer.status_code == 400


async def test_shell_closes_its_data_against_markup(world: WebWorld):
    await world.save(ASKER.__class__(id=ASKER.id, display_name="</script><b>", alias="x"))
    browser = await world.signed_in(ASKER)

    page = (await browser.get("/")).text

    assert "</script><b>" not in page


async def test_unknown_address_is_answered_in_words(world: WebWorld):
    browser = world.browser()

    page, data = await browser.get("/nowhere"), await browser.get("/api/nowhere")

    assert (page.status_code, data.status_code) == (404, 404)
    assert "nothing here" in page.text
    assert data.json()["error"] == "not_found"
