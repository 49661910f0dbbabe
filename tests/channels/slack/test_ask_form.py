"""`/ask` in a workspace: which panel is asked, and what the others in a channel see of it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from domain.ports.channel import ImagesIn
from tests.fakes.slack_world import SlackWorld


def panel_named(name):
    return SimpleNamespace(id=name, called=lambda _: name.title())


@pytest.mark.parametrize("chosen", ["-", "cardiac"])
async def test_panel_is_chosen_where_there_are_several(slack, world, chosen):
    kim = await slack.person("kim")
    world.enrol(kim.user_id)
    world.rows.panels += [panel_named("chest"), panel_named("cardiac")]

    await kim.commands("58M dyspnoea")
    first = kim.modal["blocks"][0]
    await kim.submits({"question": "58M", **({} if chosen == "-" else {"panel": chosen})})

    shown = [entry["text"]["text"] for entry in first["element"]["options"]]
    assert (shown, first["optional"]) == (["By topic (automatic)", "Chest", "Cardiac"], False)
    assert world.intake.messages[0].fields["panel"].value == chosen


async def test_only_panel_is_not_asked_for(slack, world):
    kim = await slack.person("kim")
    world.enrol(kim.user_id)
    world.rows.panels.append(panel_named("chest"))

    await kim.commands("58M dyspnoea")
    await kim.submits({"question": "58M"})

    assert world.intake.messages[0].fields == {}


@pytest.mark.parametrize(
    ("images_in", "said"), [(ImagesIn.LINK, "passes servers abroad"), (ImagesIn.DIRECT, "is taken out before anybody")]
)
async def test_setting_decides_what_is_said_of_images(slack, images_in, said):
    world = SlackWorld(slack, images_in=images_in)
    runner = await world.serve()
    kim = await slack.person("kim")
    world.enrol(kim.user_id)

    await kim.commands()
    await world.channel.close()
    await runner.cleanup()

    assert said in kim.modal["blocks"][1]["hint"]["text"]
    assert world.channel.capabilities.passes_abroad is (images_in is ImagesIn.LINK)


async def test_question_asked_among_others_is_seen_by_nobody_there(slack, world):
    kim, lee = await slack.person("kim"), await slack.person("lee")
    world.enrol(kim.user_id)
    channel = await slack.channel("lounge", kim, lee)

    await kim.commands("58M dyspnoea", channel=channel)
    await kim.commands("58M dyspnoea")

    (told,) = await kim.sees_only_here()
    assert (told.channel, "preview comes in your conversation" in told.text) == (channel, True)
    assert (await lee.sees_only_here(), await lee.sees(channel)) == ([], [])
