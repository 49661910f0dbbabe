"""Forms, buttons, commands and Home: opened in time, read back whole, and no word lost where they fail."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from types import SimpleNamespace

import pytest

from domain.errors import UserError
from domain.member import Language, Role
from domain.messages import Action, Address
from domain.ports.channel import RoomView
from domain.question import EntryKind, QuestionState
from tests.fakes.slack_world import QUESTION, START, message
from tests.peers.slack.courier import Kind

DEED_VIEW = {"id": "V1", "callback_id": "deed"}
DEED = {"type": "view_submission", "user": {"id": "U1"}, "view": DEED_VIEW}


async def test_ask_opens_a_form_that_becomes_a_question(slack, world):
    kim = await slack.person("kim")
    world.enrol(kim.user_id)

    await kim.commands("58M dyspnoea")
    await kim.submits({"question": "58M dyspnoea. PE?"}, files={"images": [("a.dcm", b"one")]})

    taken = world.intake.messages[0]
    assert (taken.text.value, taken.sender.external_id) == ("/ask 58M dyspnoea. PE?", kim.user_id)
    assert [file.size_bytes for file in taken.attachments] == [3]
    assert kim.screen.modals == []


async def test_form_goes_on_with_what_was_typed(slack, world):
    kim = await slack.person("kim")
    world.enrol(kim.user_id, language=Language.KOREAN)

    await kim.commands("58M dyspnoea")

    assert kim.modal["blocks"][0]["element"]["initial_value"] == "58M dyspnoea"
    assert kim.modal["title"]["text"] == "패널에 질문"
    assert "해외 서버" in kim.modal["blocks"][1]["hint"]["text"]


@pytest.mark.parametrize("typed", ["SpO2 <90 on >5L, R&D", "SpO2 &lt;90 on &gt;5L, R&amp;D"])
async def test_signs_of_less_and_more_stay_in_what_was_typed(slack, world, typed):
    kim = await slack.person("kim")
    world.enrol(kim.user_id)

    await kim.commands(typed)
    await kim.commands(f"back Q417 {typed}", name="/hilum")

    assert kim.modal["blocks"][0]["element"]["initial_value"] == "SpO2 <90 on >5L, R&D"
    assert [taken.text.value for taken in world.intake.messages] == ["/back Q417 SpO2 <90 on >5L, R&D"]


async def test_words_are_kept_where_the_form_does_not_open(slack, world):
    kim = await slack.person("kim")
    world.enrol(kim.user_id)
    slack.faults.fail("views.open")

    await kim.commands("58M dyspnoea")

    assert [taken.text.value for taken in world.intake.messages] == ["/ask 58M dyspnoea"]


async def test_words_too_long_for_a_form_are_taken_as_they_are(slack, world):
    kim = await slack.person("kim")
    world.enrol(kim.user_id)
    post = await kim.writes("58M " + "x" * 3000)

    await kim.uses_shortcut("ask_panel", post)

    assert kim.screen.modals == []
    assert world.intake.messages[-1].text.value == f"/ask {post.text}"


async def test_more_files_than_a_form_holds_are_all_taken(slack, world):
    kim = await slack.person("kim")
    world.enrol(kim.user_id)
    post = await kim.writes("58M", files=[(f"{number}.dcm", b"one") for number in range(11)])

    await kim.uses_shortcut("ask_panel", post)

    assert (kim.screen.modals, len(world.intake.messages[-1].attachments)) == ([], 11)


async def test_command_that_is_refused_is_parked_and_its_writer_told(slack, world):
    kim = await slack.person("kim")
    world.intake.troubles = [UserError("text_too_long", limit=10)]

    delivery = await kim.commands("58M")

    assert delivery.is_acknowledged
    assert [reason for _, reason in world.intake.parked] == ["text_too_long"]
    assert world.intake.refused == [Address(channel="slack", external_id=kim.user_id)]


async def test_shortcut_that_is_refused_is_told_to_whoever_chose_it(slack, world):
    kim, lee = await slack.person("kim"), await slack.person("lee")
    post = await lee.writes("58M", channel=await slack.channel("ward", kim, lee))
    world.intake.messages.clear()
    world.intake.troubles = [UserError("text_too_long", limit=10)]

    await kim.uses_shortcut("ask_panel", post)

    assert world.intake.refused == [Address(channel="slack", external_id=kim.user_id)]


async def test_stranger_gets_no_form(slack, world):
    kim = await slack.person("kim")

    await kim.commands("58M dyspnoea")

    assert kim.screen.modals == []
    assert len(world.intake.messages) == 1


async def test_other_words_are_said_by_their_command(slack, world):
    kim = await slack.person("kim")
    world.enrol(kim.user_id)

    await kim.commands("status Q417", name="/hilum")
    await kim.commands("", name="/hilum")

    assert [taken.text.value for taken in world.intake.messages] == ["/status Q417", "/help"]


async def test_shortcut_asks_about_a_message_and_its_files(slack, world):
    kim = await slack.person("kim")
    world.enrol(kim.user_id)
    post = await kim.writes("58M dyspnoea", files=[("a.dcm", b"one")])

    await kim.uses_shortcut("ask_panel", post)
    await kim.submits({"question": "58M dyspnoea. PE?"})

    taken = world.intake.messages[-1]
    assert taken.text.value == "/ask 58M dyspnoea. PE?"
    assert [file.reference for file in taken.attachments] == [post.files[0]["id"]]


async def test_press_carries_its_choice(slack, world):
    kim = await slack.person("kim")
    world.enrol(kim.user_id)
    await world.channel.send(Address(channel="slack", external_id=kim.user_id), message("Q417", Action.HELPED))

    delivery = await kim.presses("Helped", (await kim.sees())[-1])

    taken = world.intake.messages[-1]
    assert delivery.is_acknowledged
    assert (taken.press.action, taken.press.token, taken.origin.room) == (Action.HELPED, "token-1", "")


async def test_press_in_a_room_names_question_and_thread(slack, world):
    kim = await slack.person("kim")
    world.enrol(kim.user_id, Role.PANELIST)
    world.question()
    card, placed = await _card(slack, world, kim, Action.CLAIM)

    await kim.presses("Claim", card)

    taken = world.intake.messages[-1]
    assert (taken.press.action, taken.press.token, taken.press.question_id) == (Action.CLAIM, None, QUESTION)
    assert (taken.origin.room, taken.origin.thread) == (card.channel, placed.thread)


async def test_menu_is_chosen_from_like_buttons(slack, world):
    kim = await slack.person("kim")
    world.enrol(kim.user_id)
    many = [action for action in Action if action not in (Action.ANSWER, Action.PASS)][:12]
    await world.channel.send(Address(channel="slack", external_id=kim.user_id), message("Q417", *many))

    await kim.presses("press", (await kim.sees())[-1], option="Helped" if Action.HELPED in many else "Discard")

    assert world.intake.messages[-1].press.action in many


async def test_answer_is_filled_in(slack, world):
    kim = await slack.person("kim")
    world.enrol(kim.user_id, Role.PANELIST)
    world.question()
    card, placed = await _card(slack, world, kim, Action.ANSWER)

    await kim.presses("Answer", card)
    await kim.submits({"diagnoses": "OP\nPE", "text": "CTPA now", "confidence": "4", "citations": "#G6"})

    taken = world.intake.messages[-1]
    assert {name: field.value for name, field in taken.fields.items()} == {
        "diagnoses": "OP\nPE", "text": "CTPA now", "confidence": "4", "citations": "#G6"
    }  # fmt: skip
    assert (taken.press.action, taken.press.question_id) == (Action.ANSWER, QUESTION)
    assert taken.origin.thread == placed.thread


async def test_pass_asks_why_but_needs_no_reason(slack, world):
    kim = await slack.person("kim")
    world.enrol(kim.user_id, Role.PANELIST)
    card, _ = await _card(slack, world, kim, Action.PASS)

    await kim.presses("Pass", card)
    await kim.submits({"reason": "busy"})
    await kim.presses("Pass", card)
    await kim.submits()

    assert [dict(taken.fields) for taken in world.intake.messages][1] == {}
    assert world.intake.messages[0].fields["reason"].value == "busy"


async def test_refused_form_stays_open_with_the_reason(slack, world):
    kim = await slack.person("kim")
    world.enrol(kim.user_id)
    await kim.commands()
    world.intake.troubles = [UserError("text_too_long", limit=10)]

    delivery = await kim.submits({"question": "58M dyspnoea. PE?"})

    assert "too long" in delivery.answer["errors"]["question"]
    assert kim.modal["callback_id"] == "question"


async def test_same_form_twice_is_one_message(slack, world):
    kim = await slack.person("kim")
    world.enrol(kim.user_id)
    await kim.commands()
    first = await kim.submits({"question": "PE?"})

    await slack.courier.bring(first.kind, first.payload)

    assert len(world.intake.messages) == 1


async def test_names_of_forms_give_no_word_away(slack, world):
    kim = await slack.person("kim")
    world.enrol(kim.user_id)
    await kim.commands()

    first = await kim.submits({"question": "PE?"})

    said = json.dumps(first.payload["view"]["state"]["values"], sort_keys=True)
    assert hashlib.sha256(said.encode()).hexdigest()[:24] not in world.intake.messages[0].external_id


async def test_press_is_taken_where_its_form_does_not_open(slack, world):
    kim = await slack.person("kim")
    world.enrol(kim.user_id, Role.PANELIST)
    card, _ = await _card(slack, world, kim, Action.ANSWER)
    slack.faults.fail("views.open")

    await kim.presses("Answer", card)

    assert [(taken.press.action, dict(taken.fields)) for taken in world.intake.messages] == [(Action.ANSWER, {})]


async def test_late_claim_by_message_is_left_to_the_deed(slack, world):
    kim = await slack.person("kim")
    world.enrol(kim.user_id, Role.PANELIST)
    other = world.enrol("U0OTHER", name="Lee")
    world.question(state=QuestionState.CLAIMED, claimed_by=other.id)
    world.rows.entries.append(SimpleNamespace(kind=EntryKind.CLAIMED, actor_id=other.id, at=START))
    told = message("Q417", Action.CLAIM, token=None, question_id=QUESTION)
    await world.channel.send(Address(channel="slack", external_id=kim.user_id), told)

    await kim.presses("Claim", (await kim.sees())[-1])

    assert [taken.press.action for taken in world.intake.messages] == [Action.CLAIM]
    assert slack.record.count("chat.postEphemeral") == 0


async def test_claim_too_late_is_said_to_one_person_only(slack, world):
    kim, lee = await slack.person("kim"), await slack.person("lee")
    world.enrol(kim.user_id, Role.PANELIST)
    late = world.enrol(lee.user_id, Role.PANELIST, name="Lee")
    world.question(state=QuestionState.CLAIMED, claimed_by=world.rows.members[0].id)
    claimed = SimpleNamespace(
        kind=EntryKind.CLAIMED, actor_id=world.rows.members[0].id, at=START + timedelta(minutes=6)
    )
    world.rows.entries.append(claimed)
    world.rows.choices["token-1"] = SimpleNamespace(question_id=QUESTION)
    card, _ = await _card(slack, world, kim, Action.CLAIM, other=lee, token="token-1")

    await lee.presses("Claim", card)
    shown = (await lee.sees_only_here())[-1]
    await lee.presses("Follow", shown)

    assert "already taken by Dr Kim 18:06" in shown.text
    assert await kim.sees_only_here() == []
    assert [(taken.press.action, late.addresses[0]) for taken in world.intake.messages] == [
        (Action.FOLLOW, world.intake.messages[0].sender)
    ]


async def test_late_claim_is_taken_where_nothing_can_be_shown(slack, world):
    kim, lee = await slack.person("kim"), await slack.person("lee")
    first = world.enrol(kim.user_id, Role.PANELIST)
    world.enrol(lee.user_id, Role.PANELIST, name="Lee")
    world.question(state=QuestionState.CLAIMED, claimed_by=first.id)
    world.rows.entries.append(SimpleNamespace(kind=EntryKind.CLAIMED, actor_id=first.id, at=START))
    card, _ = await _card(slack, world, kim, Action.CLAIM, other=lee)
    slack.faults.fail("chat.postEphemeral")

    await lee.presses("Claim", card)

    assert [taken.press.action for taken in world.intake.messages] == [Action.CLAIM]


async def test_stranger_who_presses_is_taken_in(slack, world):
    kim = await slack.person("kim")
    card, _ = await _card(slack, world, kim, Action.ANSWER)

    await kim.presses("Answer", card)

    assert (kim.screen.modals, world.intake.messages[0].sender.external_id) == ([], kim.user_id)


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        ({"type": "block_actions", "actions": []}, "no_actions"),
        ({"type": "block_actions", "actions": [{"action_id": "page"}]}, None),
        ({"type": "view_submission", "user": {"id": "U1"}, "view": {"id": "V1", "callback_id": "other"}}, None),
        ({**DEED, "view": {**DEED_VIEW, "private_metadata": "{"}}, "no_metadata"),
        ({**DEED, "view": {**DEED_VIEW, "private_metadata": '{"press": "claim:t:"}'}}, "no_form"),
        ({"type": "view_closed"}, None),
    ],
)
async def test_what_is_none_of_ours_is_acknowledged(slack, world, payload, reason):
    delivery = await slack.courier.bring(Kind.INTERACTION, payload)

    assert delivery.is_acknowledged
    assert [why for _, why in world.intake.parked] == ([] if reason is None else [reason])


@pytest.mark.parametrize("value", ["", "answer", "unknown:t:", "claim:t:q:x"])
async def test_foreign_press_is_parked(slack, world, value):
    kim = await slack.person("kim")
    button = {"type": "button", "action_id": "press:0", "text": {"type": "plain_text", "text": "?"}, "value": value}
    blocks = [{"type": "actions", "elements": [button if value else {**button, "value": "x"}]}]
    token = slack.installation.bot_token
    await slack.workspace.act("chat.postMessage", {"channel": kim.user_id, "text": "?", "blocks": blocks}, token)

    delivery = await kim.presses("press:0", (await kim.sees())[-1])

    assert delivery.is_acknowledged
    assert [reason for _, reason in world.intake.parked] == ["no_action"]


async def _card(slack, world, kim, action, *, other=None, token=None):
    people = [kim] if other is None else [kim, other]
    room = Address(channel="slack", external_id=await slack.channel("panel-chest", *people))
    card = message("M, 50s, D8", action, token=token, question_id=QUESTION)
    placed = await world.channel.open_thread(room, RoomView(title="🔴 Q417 PE?", card=card))
    timestamp = placed.thread.partition("/")[2]
    return (await kim.sees(room.external_id, thread=timestamp))[0], placed
