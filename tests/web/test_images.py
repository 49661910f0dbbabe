"""Frames: what may be asked for, how long they are kept, and that looking is noted."""

from __future__ import annotations

import pytest

from domain.question import EntryKind
from tests.fakes.web_world import ASKER, PANELIST, WebWorld


async def views(world: WebWorld, question_id) -> int:
    entries = await world.store.read(lambda transaction: transaction.entries.of_question(question_id))
    return sum(entry.kind is EntryKind.VIEWED for entry in entries)


async def test_frame_is_rendered_as_asked(world: WebWorld):
    image = await world.image(await world.question())
    browser = await world.signed_in(PANELIST)

    plain = await browser.get(f"/api/images/{image.id}/frames/0")
    windowed = await browser.get(f"/api/images/{image.id}/frames/1?c=-600&w=1500&png=1&edge=512")

    assert (plain.headers["content-type"], plain.text) == ("image/jpeg", f"{image.object_id} 0 None")
    assert windowed.headers["content-type"] == "image/png"
    assert windowed.text == f"{image.object_id} 1 (-600.0, 1500.0)"


async def test_frame_is_asked_for_again_each_time(world: WebWorld):
    image = await world.image(await world.question())
    browser = await world.signed_in(PANELIST)
    path = f"/api/images/{image.id}/frames/0"
    first = await browser.get(path)

    again = await browser.get(path, headers={"if-none-match": first.headers["etag"]})

    assert first.headers["cache-control"] == "private, no-cache"
    assert (again.status_code, again.content) == (304, b"")
    assert (await browser.get(f"{path}?png=1")).headers["etag"] != first.headers["etag"]


async def test_kept_frame_is_not_confirmed_after_its_removal(world: WebWorld):
    image = await world.image(await world.question())
    browser = await world.signed_in(PANELIST)
    path = f"/api/images/{image.id}/frames/0"
    tag = {"if-none-match": (await browser.get(path)).headers["etag"]}
    await world.store.write(
        lambda transaction: transaction.images.remove_series(image.question_id, image.facts.series_uid, world.clock())
    )

    again, signed_out = await browser.get(path, headers=tag), await world.browser().get(path, headers=tag)

    assert (again.status_code, signed_out.status_code) == (404, 401)


@pytest.mark.parametrize(
    ("rest", "status"),
    [
        ("2", 404),
        ("-1", 404),
        ("x", 404),
        ("9999999", 404),
        ("0?c=1", 422),
        ("0?w=1", 422),
        ("0?c=nan&w=1", 422),
        ("0?c=1&w=inf", 422),
        ("0?c=1&w=0", 422),
        ("0?c=1&w=-5", 422),
        ("0?c=1e9&w=5", 422),
        ("0?png=yes", 422),
        ("0?edge=15", 422),
        ("0?edge=99999", 422),
    ],
)
async def test_frame_that_makes_no_sense_is_refused(world: WebWorld, rest: str, status: int):
    image = await world.image(await world.question())

    answer = await (await world.signed_in(PANELIST)).get(f"/api/images/{image.id}/frames/{rest}")

    assert answer.status_code == status


async def test_first_look_of_a_day_is_noted(world: WebWorld):
    question = await world.question()
    image = await world.image(question)
    browser = await world.signed_in(PANELIST)

    for frame in (0, 1, 0):
        await browser.get(f"/api/images/{image.id}/frames/{frame}")

    assert await views(world, question.id) == 1


async def test_look_on_another_day_is_noted_again(world: WebWorld):
    question = await world.question()
    image = await world.image(question)
    for hours in (0, 24):
        world.clock.advance(hours=hours)
        await (await world.signed_in(PANELIST)).get(f"/api/images/{image.id}/frames/0")

    assert await views(world, question.id) == 2


async def test_askers_own_look_is_not_noted(world: WebWorld):
    question = await world.question()
    image = await world.image(question)

    await (await world.signed_in(ASKER)).get(f"/api/images/{image.id}/frames/0")

    assert await views(world, question.id) == 0


async def test_shredded_image_is_not_there(world: WebWorld):
    image = await world.image(await world.question())
    await world.store.write(lambda transaction: transaction.objects.shred(image.object_id))

    answer = await (await world.signed_in(PANELIST)).get(f"/api/images/{image.id}/frames/0")

    assert answer.status_code == 404
