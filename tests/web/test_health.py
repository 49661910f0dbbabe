"""GET /healthz."""

from __future__ import annotations

from tests.fakes.web_world import WebWorld


async def test_all_well_is_200(world: WebWorld):
    world.health = {"database": True, "archive": "ok"}

    answer = await world.browser().get("/healthz")

    assert (answer.status_code, answer.json()["status"]) == (200, "ok")


async def test_failing_part_is_named(world: WebWorld):
    world.health = {"database": True, "archive": "folder_missing", "keys": False}

    answer = await world.browser().get("/healthz")

    assert answer.status_code == 503
    assert answer.json()["failing"] == ["archive", "keys"]
    assert answer.json()["parts"]["archive"] == "folder_missing"
