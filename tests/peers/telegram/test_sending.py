"""What the bot sends stands in the chat as the service would let it."""

from __future__ import annotations

import pytest
from telegram import (
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaDocument,
    InputMediaPhoto,
    ReplyParameters,
)
from telegram.error import BadRequest, Forbidden

from tests.peers.telegram.pictures import jpeg


async def test_text_is_formatted_and_trimmed(bot, ana):
    sent = await bot.send_message(ana.id, " <b>Q1</b> &lt;3 <a href='http://127.0.0.1/x'>open</a>\n", parse_mode="HTML")

    assert sent.text == "Q1 <3 open"
    assert [(each.type, each.offset, each.length) for each in sent.entities] == [("bold", 0, 2), ("text_link", 6, 4)]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a < b", "unsupported start tag"),
        ("<b>a", "can't find end tag"),
        ("a</b>", "unexpected end tag"),
        ("<p>a</p>", 'unsupported start tag "p"'),
        ("<b> </b>", "Message text is empty"),
        ("가" * 4097, "Message is too long"),
    ],
)
async def test_text_the_service_cannot_take_is_refused(bot, ana, text, why):
    with pytest.raises(BadRequest, match=why):
        await bot.send_message(ana.id, text, parse_mode="HTML")


async def test_longest_text_and_caption_are_taken(bot, ana):
    sent = await bot.send_message(ana.id, f"<b>{'가' * 4096}</b>", parse_mode="HTML")
    photo = await bot.send_photo(ana.id, jpeg(), caption="x" * 1024)

    assert (len(sent.text), len(photo.caption)) == (4096, 1024)


async def test_longer_caption_is_refused(bot, ana):
    with pytest.raises(BadRequest, match="Message caption is too long"):
        await bot.send_photo(ana.id, jpeg(), caption="x" * 1025)


@pytest.mark.parametrize("data", ["x" * 65, "가" * 22])
async def test_button_data_has_64_bytes(bot, ana, data):
    button = InlineKeyboardButton("Take", callback_data=data)

    with pytest.raises(BadRequest, match=r"(?i)button_data_invalid"):
        await bot.send_message(ana.id, "Q1", reply_markup=InlineKeyboardMarkup([[button]]))


async def test_photo_and_document_arrive_as_sent(bot, ana):
    photo = await bot.send_photo(ana.id, jpeg(100, 80))
    document = await bot.send_document(ana.id, b"%PDF", filename="report.pdf")

    assert [size.width for size in photo.photo] == [90, 100]
    assert (document.document.file_name, document.document.file_size) == ("report.pdf", 4)


async def test_file_id_is_sent_again_as_what_it_is(bot, ana):
    sent = await bot.send_photo(ana.id, jpeg())

    again = await bot.send_photo(ana.id, sent.photo[-1].file_id)

    assert again.photo == sent.photo
    with pytest.raises(BadRequest, match="file of type photo as document"):
        await bot.send_document(ana.id, sent.photo[-1].file_id)


async def test_album_has_one_group_and_one_message_each(bot, ana):
    album = await bot.send_media_group(ana.id, [InputMediaPhoto(jpeg(), caption="Q1"), InputMediaPhoto(jpeg())])

    assert len({each.media_group_id for each in album}) == 1
    assert [each.message_id for each in ana.sees()[-2:]] == [each.message_id for each in album]
    assert album[0].caption == "Q1"


@pytest.mark.parametrize("count", [1, 11])
async def test_album_has_two_to_ten(bot, ana, count):
    with pytest.raises(BadRequest, match="2-10"):
        await bot.send_media_group(ana.id, [InputMediaPhoto(jpeg())] * count)


async def test_album_does_not_mix_documents_and_photos(bot, ana):
    with pytest.raises(BadRequest, match="can't be mixed"):
        await bot.send_media_group(ana.id, [InputMediaPhoto(jpeg()), InputMediaDocument(b"x", filename="x.txt")])


async def test_what_is_no_picture_is_no_photo(bot, ana):
    with pytest.raises(BadRequest, match=r"(?i)image_process_failed"):
        await bot.send_photo(ana.id, b"no picture")


async def test_text_without_a_format_is_trimmed_and_kept(bot, ana):
    assert (await bot.send_message(ana.id, " a < b & c\n")).text == "a < b & c"


@pytest.mark.parametrize("size", [(10, 201), (5001, 5000)])
async def test_photo_too_long_or_too_large_is_refused(bot, ana, size):
    with pytest.raises(BadRequest, match=r"(?i)photo_invalid_dimensions"):
        await bot.send_photo(ana.id, jpeg(*size))


async def test_answer_to_nothing_is_refused_unless_allowed(bot, ana):
    with pytest.raises(BadRequest, match="Message to be replied not found"):
        await bot.send_message(ana.id, "x", reply_parameters=ReplyParameters(999))

    sent = await bot.send_message(ana.id, "x", reply_parameters=ReplyParameters(999, allow_sending_without_reply=True))
    assert sent.reply_to_message is None


async def test_stranger_is_not_found_and_blocked_bot_is_refused(peer, bot, ana):
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(peer.person("Bea").id, "hello")

    ana.blocks_bot()
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(ana.id, "hello")

    assert [each.my_chat_member.new_chat_member.status for each in await bot.get_updates()] == ["kicked"]


async def test_bot_that_is_unblocked_may_write_again(bot, ana):
    ana.blocks_bot()
    ana.unblocks_bot()

    assert (await bot.send_message(ana.id, "hello")).text == "hello"


async def test_bot_cannot_begin_a_conversation(peer, bot):
    bea = peer.person("Bea")
    peer.supergroup("Panel", bea)

    with pytest.raises(Forbidden, match="can't initiate conversation"):
        await bot.send_message(bea.id, "hello")


async def test_chat_action_is_one_the_service_knows(bot, ana):
    assert await bot.send_chat_action(ana.id, "typing")
    with pytest.raises(BadRequest, match=r"(?i)wrong parameter action"):
        await bot.send_chat_action(ana.id, "thinking")


async def test_reply_goes_to_what_has_asked_for_it(peer, bot, ana):
    asked = await bot.send_message(ana.id, "Which?", reply_markup=ForceReply(input_field_placeholder="Q417"))
    await bot.send_message(ana.id, "By the way")

    ana.replies("that one")

    (update,) = await bot.get_updates()
    assert (update.message.text, update.message.reply_to_message.message_id) == ("that one", asked.message_id)


async def test_field_for_a_reply_holds_few_words(bot, ana):
    with pytest.raises(BadRequest, match=r"(?i)placeholder"):
        await bot.send_message(ana.id, "Which?", reply_markup=ForceReply(input_field_placeholder="a" * 65))
