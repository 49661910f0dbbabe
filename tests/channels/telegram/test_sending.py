"""Private messages: text, pictures, buttons; cut off, refused, held up, blocked."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from channels.drawing import Drawing
from channels.telegram.channel import TelegramChannel
from channels.telegram.flood import Flood
from channels.telegram.pictures import Pictures
from channels.telegram.posting import Place, Posting
from domain.delivery import OfferedChoice, OutgoingMessage
from domain.errors import PermanentError, TransientError, UserError
from domain.ids import DeliveryId, QuestionId
from domain.messages import Action, Address
from domain.ports.channel import Copies, ImagesIn, ImagesOut
from tests.fakes.telegram_world import TelegramWorld

TOKEN = "x" * 32
CLAIM = OfferedChoice(action=Action.CLAIM, label="Claim", digit="1")


def message(text: str = "An answer", **parts: object) -> OutgoingMessage:
    given = {"delivery_id": DeliveryId("d1"), "key": "k", "question_id": QuestionId("q1"), **parts}
    return OutgoingMessage(text=text, **given)  # type: ignore[arg-type]


async def test_text_with_buttons(peer, channel, ana, hers):
    reference = await channel.send(hers, message(token=TOKEN, choices=(CLAIM,)))

    (said,) = [each for each in ana.sees() if str(each.message_id) == reference]
    assert said.text == "An answer"
    assert said.reply_markup.inline_keyboard[0][0].callback_data == f"t.{TOKEN}.claim"
    assert said.has_protected_content is None


async def test_only_what_is_urgent_makes_a_sound(peer, channel, hers):
    await channel.send(hers, message(is_silent=True))
    await channel.send(hers, message(is_silent=False))

    assert [each.disable_notification for each in peer.journal.requests("sendMessage")] == [True, False]


async def test_one_picture_carries_text_and_buttons(peer, channel, world, ana, hers):
    images = (world.store.keep_image("one"),)

    await channel.send(hers, message(token=TOKEN, choices=(CLAIM,), images=images))

    (sent,) = peer.journal.requests("sendPhoto")
    assert sent.caption == "An answer\n\nhttps://hilum.example.org/questions/q1"
    assert (sent.protect_content, sent.reply_markup is None) == (True, False)
    assert (world.renderer.asked[0].longest_edge, len(world.renderer.asked[0].hatched)) == (320, 1)


async def test_several_pictures_are_a_protected_album_above_the_text(peer, channel, world, ana, hers):
    images = tuple(world.store.keep_image(name) for name in ("one", "two", "three"))

    reference = await channel.send(hers, message(images=images))

    *album, text = [each for each in ana.sees() if str(each.message_id) in reference.split(",")]
    assert [bool(each.photo) for each in album] == [True] * 3
    assert {each.has_protected_content for each in (*album, text)} == {True}
    assert text.text.startswith("An answer")


@pytest.mark.parametrize(("out", "edges"), [(ImagesOut.FULL, [1280]), (ImagesOut.THUMBNAIL, [320])])
async def test_setting_decides_how_large_a_picture_is(options, world, hers, out, edges):
    channel = TelegramChannel(replace(options, images_out=out), world.services())

    await channel.send(hers, message(images=(world.store.keep_image("one"),)))
    await channel.close()

    assert [request.longest_edge for request in world.renderer.asked] == edges


@pytest.mark.parametrize(("images_in", "passes"), [(ImagesIn.LINK, True), (ImagesIn.DIRECT, False)])
async def test_setting_decides_whether_the_way_abroad_is_said(options, world, images_in, passes):
    channel = TelegramChannel(replace(options, images_in=images_in), world.services())

    assert channel.capabilities.passes_abroad is passes
    await channel.close()


async def test_without_pictures_the_link_is_left(peer, options, world, hers):
    channel = TelegramChannel(replace(options, images_out=ImagesOut.NONE), world.services())
    images = (world.store.keep_image("one"),)

    await channel.send(hers, message(images=images))
    await channel.close()

    assert peer.journal.requests("sendMessage")[0].text.endswith("/questions/q1")
    assert world.renderer.asked == []


async def test_picture_that_is_gone_is_left_out(peer, channel, world, hers):
    removed = world.store.keep_image("removed", removed_at=world.now)
    world.renderer.failures = [UserError("frame_unknown")]

    await channel.send(hers, message(images=("shredded", removed, world.store.keep_image("one"))))

    assert len(peer.journal.requests("sendMessage")) == 1


async def test_picture_that_the_service_refuses_never_holds_up_the_text(peer, channel, world, ana, hers):
    world.renderer.body = b"no picture"
    one, two = world.store.keep_image("one"), world.store.keep_image("two")

    await channel.send(hers, message(images=(one,)))
    await channel.send(hers, message(delivery_id=DeliveryId("d2"), images=(one, two)))

    assert [text.split("\n")[0] for text in ana.hears()] == ["An answer", "An answer"]


async def test_one_refused_picture_keeps_no_other(peer, channel, world, ana, hers):
    world.renderer.bodies = [b"no picture", None, None]
    images = tuple(world.store.keep_image(name) for name in ("bad", "one", "two"))

    reference = await channel.send(hers, message(images=images))

    seen = [each for each in ana.sees() if str(each.message_id) in reference.split(",")]
    assert [bool(each.photo) for each in seen] == [True, True, False]
    assert ("pictures_refused", {"channel": "telegram", "images": 1}) in world.log.lines


async def test_refused_single_picture_is_logged(channel, world, ana, hers):
    world.renderer.body = b"no picture"
    one = world.store.keep_image("one")

    await channel.send(hers, message(images=(one,)))
    await channel.send(hers, message("long " * 300, images=(one,), delivery_id=DeliveryId("d2")))

    assert world.log.events == ["pictures_refused"] * 2


async def test_pictures_that_were_cut_off_are_not_begun_anew(peer, channel, world, ana, hers):
    world.renderer.bodies = [b"no picture", None, None, None]
    images = tuple(world.store.keep_image(name) for name in ("bad", "one", "two", "three"))
    peer.faults.none(2, method="sendPhoto")
    peer.faults.busy(method="sendPhoto")

    reference = await channel.send(hers, message(images=images))

    seen = [each for each in ana.sees() if str(each.message_id) in reference.split(",")]
    assert [bool(each.photo) for each in seen] == [True, False]
    assert ("pictures_refused", {"channel": "telegram", "images": 3}) in world.log.lines


@pytest.mark.parametrize("trouble", [TransientError("image_process_died"), MemoryError(), OSError(), ValueError()])
async def test_urgent_words_do_not_wait_for_what_cannot_be_drawn(channel, world, ana, hers, trouble):
    world.renderer.failures = [trouble]

    await channel.send(hers, message("URGENT", images=(world.store.keep_image("one"),)))

    assert ana.hears() == ["URGENT\n\nhttps://hilum.example.org/questions/q1"]
    assert "picture_not_made" in world.log.events


async def test_answer_that_says_nothing_is_asked_for_once_more(peer, channel, ana, hers):
    peer.faults.nonsense(9, method="sendMessage")

    with pytest.raises(TransientError, match="telegram_unreadable") as caught:
        await channel.send(hers, message())
    with pytest.raises(PermanentError, match="telegram_unreadable"):
        await channel.send(hers, message())

    assert (caught.value.is_unsure, caught.value.is_outage, len(ana.hears())) == (True, False, 2)


@pytest.mark.parametrize("names", [["one"], ["one", "two"]])
async def test_pictures_of_which_nothing_is_said_hold_up_no_word(peer, channel, world, ana, hers, names):
    images = tuple(world.store.keep_image(name) for name in names)
    for method in ("sendPhoto", "sendMediaGroup"):
        peer.faults.nonsense(9, method=method)
    said = message("long " * 300, images=images)

    with pytest.raises(TransientError, match="telegram_unreadable"):
        await channel.send(hers, said)
    await channel.send(hers, said)

    assert len([text for text in ana.hears() if text.startswith("long")]) == 1


@pytest.mark.parametrize(("named", "wait"), [(31_536_000, 3600), (10**15, 3600), ("1e20", 3600), ("soon", 1), (-5, 1)])
async def test_wait_that_makes_no_sense_is_bounded(peer, channel, hers, named, wait):
    peer.faults.busy(retry_after=named)

    with pytest.raises(TransientError) as caught:
        await channel.send(hers, message())

    assert (caught.value.code, caught.value.retry_after) == ("telegram_busy", timedelta(seconds=wait))


@pytest.mark.parametrize(("is_group", "pauses"), [(False, 2), (True, 4)])
async def test_messages_of_one_delivery_are_spaced(peer, client, world, ana, is_group, pauses):
    paused = []

    async def pause(seconds: float) -> None:
        paused.append(seconds)

    pictures = Pictures(store=world.store, drawing=Drawing(world.renderer, world.log), images_out=ImagesOut.NONE)
    flood = Flood(lambda: world.now)
    posting = Posting(client=client, pictures=pictures, flood=flood, log=world.log, pause=pause)
    chat_id = peer.supergroup("Panel", ana).id if is_group else ana.id

    said = await posting.say(Place(chat_id=chat_id), message("line\n" * 4000))

    assert (len(said.texts), paused) == (5, [1.0] * pauses)


async def test_what_was_cut_off_goes_on_where_it_ended(peer, channel, world, hers):
    images = tuple(world.store.keep_image(name) for name in ("one", "two"))
    peer.faults.broken(method="sendMessage")

    with pytest.raises(TransientError):
        await channel.send(hers, message(images=images))
    reference = await channel.send(hers, message(images=images))

    assert len(peer.journal.calls("sendMediaGroup")) == 1
    assert len(reference.split(",")) == 3
    assert world.store.sent.noted == [reference.rpartition(",")[0]]


async def test_what_has_changed_since_it_was_cut_off_is_said_anew(peer, channel, world, ana, hers):
    peer.faults.broken(method="sendMessage")
    images = tuple(world.store.keep_image(name) for name in ("one", "two"))

    with pytest.raises(TransientError):
        await channel.send(hers, message("PE not excluded", images=images))
    await channel.send(hers, message("Of another patient: do not use\nPE not excluded"))

    assert [each for each in ana.sees() if each.photo] == []
    assert ana.hears() == ["Of another patient: do not use\nPE not excluded"]


async def test_long_text_comes_in_pieces_with_buttons_under_the_last(peer, channel, hers):
    await channel.send(hers, message("line\n" * 1200, token=TOKEN, choices=(CLAIM,)))

    first, last = peer.journal.requests("sendMessage")
    assert (first.reply_markup is None, last.reply_markup is None) == (True, False)


async def test_part_of_a_text_is_known_before_its_rest(peer, channel, world, ana, hers):
    peer.faults.none(method="sendMessage")
    peer.faults.busy(method="sendMessage")

    with pytest.raises(TransientError, match="telegram_busy"):
        await channel.send(hers, message("line\n" * 1200))

    assert world.store.sent.noted == [str(each.message_id) for each in ana.sees() if each.text.startswith("line")]


async def test_busy_service_says_when_to_come_back(peer, channel, hers):
    peer.faults.busy(retry_after=7)

    with pytest.raises(TransientError) as caught:
        await channel.send(hers, message())

    assert (caught.value.retry_after, caught.value.is_local) == (timedelta(seconds=7), True)


async def test_busy_service_holds_up_one_conversation_when_it_takes_back(peer, channel, hers):
    reference = await channel.send(hers, message())
    peer.faults.busy(method="deleteMessages")
    peer.faults.busy(method="deleteMessage")

    for call in (channel.retract(hers, reference), channel.delete_received(hers, reference)):
        with pytest.raises(TransientError) as caught:
            await call
        assert caught.value.is_local


@pytest.mark.parametrize("fault", ["broken", "cut_before", "cut_after"])
async def test_broken_service_or_line_is_a_passing_thing(peer, channel, hers, fault):
    getattr(peer.faults, fault)()

    with pytest.raises(TransientError, match="telegram_away"):
        await channel.send(hers, message())


async def test_blocked_by_its_reader(channel, ana, hers):
    ana.blocks_bot()

    with pytest.raises(PermanentError, match="address_blocked"):
        await channel.send(hers, message())


@pytest.mark.parametrize(("number", "code"), [("999", "address_blocked"), ("x", "address_unknown")])
async def test_address_that_is_none(channel, number, code):
    with pytest.raises(PermanentError, match=code):
        await channel.send(Address(channel="telegram", external_id=number), message())


async def test_refused_token_loses_no_message(options, world: TelegramWorld, hers):
    channel = TelegramChannel(replace(options, token=f"1:{'a' * 35}"), world.services())

    with pytest.raises(TransientError, match="telegram_token"):
        await channel.send(hers, message())
    await channel.close()


async def test_messages_are_taken_back(peer, channel, world, ana, hers):
    images = tuple(world.store.keep_image(name) for name in ("one", "two"))
    reference = await channel.send(hers, message(images=images))

    await channel.retract(hers, reference)
    await channel.retract(hers, reference)

    assert ana.hears() == []


async def test_what_is_too_old_to_delete_is_struck_out(peer, channel, world, ana, hers):
    images = tuple(world.store.keep_image(name) for name in ("one", "two"))
    reference = await channel.send(hers, message("PE not excluded", images=images))
    before = [each.photo[0].file_id for each in ana.sees() if each.photo]
    peer.clock.advance(timedelta(days=7))

    await channel.retract(hers, reference)

    assert "PE" not in "".join(ana.hears())
    assert not {each.photo[0].file_id for each in ana.sees() if each.photo} & set(before)


async def test_struck_out_caption_and_picture_are_gone(peer, channel, world, ana, hers):
    reference = await channel.send(hers, message("PE not excluded", images=(world.store.keep_image("one"),)))
    peer.clock.advance(timedelta(days=7))

    await channel.retract(hers, reference)
    await channel.retract(hers, reference)

    assert ana.hears() == [""]


async def test_what_others_said_long_ago_stays_where_it_is(peer, channel, ana, hers, picture):
    words, photo = ana.writes("58M"), ana.sends_photo(picture)
    peer.clock.advance(timedelta(days=7))

    for each in (words, photo):
        with pytest.raises(PermanentError, match="not_deletable"):
            await channel.retract(hers, str(each.message_id))


async def test_what_stays_keeps_nothing_else(peer, channel, ana, hers):
    hers_own, ours = ana.writes("58M"), await channel.send(hers, message())
    peer.clock.advance(timedelta(days=7))

    with pytest.raises(PermanentError, match="not_deletable"):
        await channel.retract(hers, f"{hers_own.message_id},{ours}")

    assert ana.hears() == ["—"]


async def test_what_was_struck_out_before_is_struck_out(peer, channel, ana, hers):
    first, gone = [await channel.send(hers, message(name, delivery_id=DeliveryId(name))) for name in ("one", "two")]
    peer.clock.advance(timedelta(days=7))
    await channel.retract(hers, first)
    ana.deletes(ana.sees()[-1])

    await channel.retract(hers, f"{first},{gone}")

    assert ana.hears() == ["—"]


async def test_members_own_photo_is_deleted_within_two_days(peer, channel, ana, hers, picture):
    early, gone, late = (ana.sends_photo(picture) for _ in range(3))
    ana.deletes(gone)

    found = [await channel.delete_received(hers, str(each.message_id)) for each in (early, gone)]
    peer.clock.advance(timedelta(hours=49))

    assert found == [True, True]
    assert not await channel.delete_received(hers, str(late.message_id))


async def test_nothing_is_deleted_where_we_are_blocked(channel, ana, hers, picture):
    photo = ana.sends_photo(picture)
    ana.blocks_bot()

    assert not await channel.delete_received(hers, str(photo.message_id))


def test_channel_says_what_it_can(channel):
    able = channel.capabilities

    assert (channel.name, able.has_buttons, able.has_images, able.copies) == (
        "telegram",
        True,
        True,
        Copies.RETRACTABLE,
    )
    assert able.passes_abroad
    assert channel.gate.interval * 30 > timedelta(seconds=1)
    assert able.address_gate(Address(channel="telegram", external_id="5")).interval == timedelta(seconds=1)
