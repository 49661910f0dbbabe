"""The app's Home: what somebody asked, who is on call, and buttons that say what could be typed."""

from __future__ import annotations

from types import SimpleNamespace


async def test_home_shows_questions_and_who_is_on_call(slack, world):
    kim = await slack.person("kim")
    member = world.enrol(kim.user_id)
    world.question(asker_id=member.id)
    rota = SimpleNamespace(on_call=lambda _: (member.id, None), named=lambda _: "Chest")
    world.rows.panels.append(rota)

    await kim.opens_home()
    await world.settled()
    shown = str(kim.screen.home)

    assert "Q417: " in shown
    assert "Chest: Dr Kim, then nobody" in shown


async def test_home_buttons_say_and_ask(slack, world):
    kim = await slack.person("kim")
    world.enrol(kim.user_id)
    await kim.opens_home()
    await world.settled()

    await kim.presses_at_home("Who is on call")
    await kim.presses_at_home("Ask the panel")

    assert [taken.text.value for taken in world.intake.messages] == ["/oncall"]
    assert kim.modal["callback_id"] == "question"


async def test_home_says_what_can_be_set_and_sets_it(slack, world):
    kim = await slack.person("kim")
    world.enrol(kim.user_id)
    await kim.opens_home()
    await world.settled()
    *_, heading, said, _ = kim.screen.home["blocks"]

    for name in ("In Korean", "In English", "Quiet hours"):
        await kim.presses_at_home(name)

    assert (heading["text"]["text"], said["text"]["text"].startswith("You are Dr Kim here.")) == ("Settings", True)
    assert "/hilum quiet 22-07" in said["text"]["text"]
    assert [taken.text.value for taken in world.intake.messages] == ["/lang ko", "/lang en", "/quiet"]


async def test_home_that_slack_does_not_take_stays_as_it_was(slack, world):
    kim = await slack.person("kim")
    slack.faults.fail("views.publish")

    await kim.opens_home()
    await world.logged("home_not_shown")

    assert kim.screen.home is None


async def test_home_tells_a_stranger_how_to_come_in(slack, world):
    kim = await slack.person("kim")

    await kim.opens_home()
    await world.settled()

    assert "does not know you here yet" in str(kim.screen.home)


async def test_home_of_many_panels_is_taken_by_slack(slack, world):
    kim = await slack.person("kim")
    world.enrol(kim.user_id)
    names = [f"Panel of thoracic imaging and intensive care number {number}" for number in range(60)]
    nobody = SimpleNamespace(on_call=lambda _: (None, None))
    world.rows.panels += [SimpleNamespace(named=lambda _, name=name: name, **vars(nobody)) for name in names]

    await kim.opens_home()
    await world.settled()

    sections = [block["text"]["text"] for block in kim.screen.home["blocks"] if block["type"] == "section"]
    assert all(name in "\n".join(sections) for name in names)
    assert max(map(len, sections)) <= 3000
