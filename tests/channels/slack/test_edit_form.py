"""The form in which somebody edits the words of their own draft."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from domain.messages import Action, Address
from domain.question import QuestionState
from domain.text import DeidentifiedText
from tests.fakes.slack_world import QUESTION, message


async def test_own_draft_is_edited_as_it_stands(slack, world):
    kim = await slack.person("kim")
    member = world.enrol(kim.user_id)
    world.question(state=QuestionState.DRAFT, number=None, asker_id=member.id, text=DeidentifiedText(value="58M"))
    world.rows.choices["token-1"] = SimpleNamespace(question_id=QUESTION)
    await world.channel.send(Address(channel="slack", external_id=kim.user_id), message("Draft", Action.EDIT_TEXT))

    await kim.presses("Edit Text", (await kim.sees())[-1])
    said = kim.modal["submit"]["text"]
    await kim.submits({"text": "58M, D8"})

    fields = world.intake.messages[-1].fields
    assert (said, fields["text"].value, fields["seen"].value) == ("Preview", "58M, D8", "58M")


async def test_draft_of_another_is_shown_to_nobody(slack, world):
    kim = await slack.person("kim")
    world.enrol(kim.user_id)
    other = world.enrol("U0OTHER", name="Lee")
    world.question(state=QuestionState.DRAFT, number=None, asker_id=other.id, text=DeidentifiedText(value="58M"))
    told = message("Draft", Action.EDIT_TEXT, token=None, question_id=QUESTION)
    await world.channel.send(Address(channel="slack", external_id=kim.user_id), told)

    await kim.presses("Edit Text", (await kim.sees())[-1])

    assert "58M" not in str(kim.modal)


async def test_long_draft_is_edited_without_a_second_copy(slack, world):
    kim = await slack.person("kim")
    member, text = world.enrol(kim.user_id), "58M " + "x" * 2000
    world.question(state=QuestionState.DRAFT, number=None, asker_id=member.id, text=DeidentifiedText(value=text))
    told = message("Draft", Action.EDIT_TEXT, token=None, question_id=QUESTION)
    await world.channel.send(Address(channel="slack", external_id=kim.user_id), told)

    await kim.presses("Edit Text", (await kim.sees())[-1])

    assert kim.modal["blocks"][0]["element"]["initial_value"] == text
    assert len(kim.modal["private_metadata"]) < 300


@pytest.mark.parametrize(("state", "number"), [(QuestionState.DRAFT, None), (QuestionState.OPEN, 417)])
async def test_draft_too_long_for_the_form_is_said_to_be_replaced(slack, world, state, number):
    kim = await slack.person("kim")
    text = DeidentifiedText(value="58M " + "x" * 3000)
    world.question(state=state, number=number, asker_id=world.enrol(kim.user_id).id, text=text)
    told = message("Draft", Action.EDIT_TEXT, token=None, question_id=QUESTION)
    await world.channel.send(Address(channel="slack", external_id=kim.user_id), told)

    await kim.presses("Edit Text", (await kim.sees())[-1])

    field, *said = kim.modal["blocks"]
    assert "initial_value" not in field["element"]
    assert ["takes the place of all of it" in block["text"]["text"] for block in said] == [True] * (number is None)
