"""What asks for words opens the field for the reply; in a group the press says where it was asked."""

from __future__ import annotations

import pytest

from bot.demo_people import PANELIST
from domain.delivery import OfferedChoice
from domain.messages import Action, Address
from tests.channels.telegram.test_listening import listening
from tests.channels.telegram.test_sending import CLAIM, TOKEN, message

BACK = OfferedChoice(action=Action.ASK_BACK, label="Ask back", digit="")


async def test_message_opens_the_field_for_its_reply(peer, channel, hers):
    await channel.send(hers, message(prompt="Q417: Ask back"))

    (sent,) = peer.journal.requests("sendMessage")
    assert (sent.reply_markup.force_reply, sent.reply_markup.selective) == (True, True)
    assert sent.reply_markup.input_field_placeholder == "Q417: Ask back"


async def test_field_takes_no_more_words_than_it_has_room_for(peer, channel, hers):
    await channel.send(hers, message(prompt="가" * 65))

    (sent,) = peer.journal.requests("sendMessage")
    assert sent.reply_markup.input_field_placeholder == f"{'가' * 63}…"


async def test_last_of_several_texts_opens_the_field(peer, channel, hers):
    await channel.send(hers, message("word " * 1000, prompt="Q417: Ask back"))

    assert [each.reply_markup is None for each in peer.journal.requests("sendMessage")] == [True, False]


async def test_reply_says_what_it_replies_to(peer, channel, world, ana, hers):
    reference = await channel.send(hers, message(prompt="Q417: Ask back"))

    ana.replies("prior CT?")
    async with listening(channel):
        await peer.until(lambda: not peer.updates.pending())

    (heard,) = world.intake.accepted
    assert (heard.text.value, heard.origin.replied_to) == ("prior CT?", reference)


@pytest.mark.parametrize(
    ("choice", "is_known", "in_group", "said"),
    [
        (BACK, True, True, "Go on in our own chat: I have written to you there."),
        (BACK, False, True, None),
        (BACK, True, False, None),
        (CLAIM, True, True, None),
    ],
)
async def test_press_in_a_group_is_told_where_to_write(peer, channel, world, ana, choice, is_known, in_group, said):
    group = peer.forum("Panel", ana)
    peer.updates.drop_all()
    world.store.people = {str(ana.id): PANELIST} if is_known else {}
    place = ana.at(group) if in_group else ana
    await channel.send(_address(place), message(token=TOKEN, choices=(choice,)))

    press = place.presses(place.sees()[-1], choice.label)
    async with listening(channel):
        await peer.until(lambda: press.answer is not None)

    assert press.answer.text == said


def _address(place):
    return Address(channel="telegram", external_id=str(place.room.chat.id))
