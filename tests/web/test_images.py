"""Frames: what may be asked for, how long they are kept, and that looking is noted."""

from __future__ import annotations

import pytest

from domain.key_slices import KeySlice
from domain.question import EntryKind
from tests.fakes.web_world import ASKER, COLLEAGUE, PANELIST, WebWorld


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
        ("0?draft=2", 422),
        ("0?edge=15", 422),
        ("0?edge=99999", 422),
    ],
)
async def test_frame_that_makes_no_sense_is_refused(world: WebWorld, rest: str, status: int):
    image = await world.image(await world.question())

    answer = await (await world.signed_in(PANELIST)).get(f"/api/images/{image.id}/frames/{rest}")

    assert answer.status_code == status


async def test_values_are_given_for_a_small_part_that_may_be_seen(world: WebWorld):
    question = await world.question()
    image = await world.image(question)
    path = f"/api/images/{image.id}/frames/0/values"
    browser = await world.signed_in(PANELIST)

    given = await browser.get(f"{path}?area=0,0,2,1")
    refused = [(await browser.get(path + rest)).status_code for rest in ("", "?area=0,0,65,1", "?area=511,0,64,1")]

    assert given.json() == {"values": [[40, 40]]}
    assert refused == [422, 422, 422]
    assert await views(world, question.id) == 1
    assert (await world.browser().get(f"{path}?area=0,0,2,1")).status_code == 401


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


async def test_marked_slices_and_priors_stand_with_the_series(world: WebWorld):
    question = await world.question()
    new = await world.image(question, study_uid="2.25.1", study_day=1034)
    await world.image(question, study_uid="2.25.2", study_day=1000)
    key = KeySlice(
        question_id=question.id, image_id=new.id, frame=1, member_id=ASKER.id, is_askers=True, marked_at=world.clock()
    )
    await world.store.write(lambda transaction: transaction.key_slices.add(key))

    answer = await (await world.signed_in(PANELIST)).get(f"/api/questions/{question.id}")

    first, second = answer.json()["series"]
    assert (first["days_before"], second["days_before"]) == (None, 34)
    assert [frame["key"] for frame in first["frames"]] == [None, {"asker": True, "panel": False, "mine": False}]
    assert [first["prior"], second["prior"]] == [False, True]
    assert "study_day" not in answer.text


async def test_reader_of_a_release_is_told_no_days(world: WebWorld):
    released = await world.released_question()
    await world.image(released, study_uid="2.25.1", study_day=1034)
    await world.image(released, study_uid="2.25.2", study_day=1000)

    shown = await (await world.signed_in(COLLEAGUE)).get(f"/api/questions/{released.id}")

    assert [each["prior"] for each in shown.json()["series"]] == [False, True]
    assert [each["days_before"] for each in shown.json()["series"]] == [None, None]
    assert "34" not in str([{**each, "frames": []} for each in shown.json()["series"]])


async def test_slice_with_pixels_of_another_size_says_so(world: WebWorld):
    question = await world.question()
    await world.image(
        question, series_uid="2.25.3", spacing_mm=(0.7, 0.7), detail={"spacing_kind": "patient"}, instance_number=1
    )
    await world.image(question, series_uid="2.25.3", spacing_mm=None, detail={}, instance_number=2)

    answer = await (await world.signed_in(PANELIST)).get(f"/api/questions/{question.id}")

    frames = answer.json()["series"][0]["frames"]
    assert ["spacing_mm" in frame for frame in frames] == [False, False, True, True]
    assert (frames[2]["spacing_mm"], frames[2]["spacing_kind"]) == (None, None)


async def test_each_series_that_was_seen_is_in_the_audit(world: WebWorld):
    question = await world.question()
    images = [await world.image(question), await world.image(question)]

    for person in (ASKER, PANELIST, PANELIST):
        browser = await world.signed_in(person)
        await browser.get(f"/api/questions/{question.id}")
        for image in images:
            await browser.get(f"/api/images/{image.id}/frames/0")

    links = await world.store.read(lambda transaction: transaction.audit.of_question(question.id))
    seen = [(link.event.actor_id, link.event.action, link.event.details.get("series")) for link in links]
    series = [image.facts.series_uid for image in images]
    expected: list[tuple[str | None, str, object]] = [(who.id, "view_words", None) for who in (ASKER, PANELIST)]
    expected += [(who.id, "view_images", uid) for who in (ASKER, PANELIST) for uid in series]
    assert sorted(seen, key=str) == sorted(expected, key=str)
