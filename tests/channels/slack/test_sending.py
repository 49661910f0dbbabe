"""What leaves for a member: blocks, threads, pictures, taking back, and Slack's refusals in Hilum's words."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from domain.delivery import ChoiceShape
from domain.errors import PermanentError, TransientError, UserError
from domain.messages import Action, Address
from domain.ports.channel import Copies, ImagesOut, RoomView
from domain.study import Area
from domain.text import DeidentifiedText
from tests.fakes.slack_world import QUESTION, SlackWorld, message


def address_of(person) -> Address:
    return Address(channel="slack", external_id=person.user_id)


async def test_message_is_shown_letter_for_letter(slack, world):
    kim = await slack.person("kim")
    told = message("SpO2 <90 & *falling*", quoted=DeidentifiedText(value="> 5 mm"), link="https://h.kr/q?a=1&b=2")

    await world.channel.send(address_of(kim), told)

    post = (await kim.sees())[-1]
    assert post.blocks[0]["text"]["text"] == "SpO2 <90 & *falling*"
    assert post.blocks[1]["elements"][0]["elements"][0]["text"] == "> 5 mm"
    assert post.blocks[2]["text"]["text"] == "<https://h.kr/q?a=1&amp;b=2>"
    assert slack.record.of("chat.postMessage")[-1].arguments["text"] == "SpO2 &lt;90 &amp; *falling*"


async def test_many_choices_become_a_menu(slack, world):
    kim = await slack.person("kim")
    actions = tuple(Action)[:15]

    await world.channel.send(address_of(kim), message("Q417", *actions, shape=ChoiceShape.MENU))

    menu = (await kim.sees())[-1].blocks[-1]["elements"][0]
    assert (menu["type"], len(menu["options"])) == ("static_select", 15)
    assert world.channel.capabilities.shape_of(15) is ChoiceShape.MENU


async def test_what_is_about_a_question_stands_in_its_thread(slack, world):
    kim = await slack.person("kim")
    root = await world.channel.send(address_of(kim), message("Q417 · URGENT", question_id=QUESTION))
    world.was_sent(root, kim.user_id)
    world.was_sent("D0/1.0", kim.user_id, key="draft.preview", minute=-5)

    await world.channel.send(address_of(kim), message("Dr A took Q417", question_id=QUESTION))
    await world.channel.send(address_of(kim), message("Answer", Action.HELPED, question_id=QUESTION))

    thread = root.partition("/")[2]
    _, plain, answer = slack.record.of("chat.postMessage")
    assert (plain.arguments["thread_ts"], answer.arguments["thread_ts"]) == (thread, thread)
    assert ("reply_broadcast" in plain.arguments, answer.arguments["reply_broadcast"]) == (False, "true")


@pytest.mark.parametrize("key", ["draft.preview", "incident.page"])
async def test_draft_and_flag_stand_in_the_conversation_itself(slack, world, key):
    kim = await slack.person("kim")
    world.was_sent("D0/1.0", kim.user_id)

    await world.channel.send(address_of(kim), message("Preview", key=key, question_id=QUESTION))

    assert "thread_ts" not in slack.record.of("chat.postMessage")[-1].arguments


async def test_pictures_are_small_and_their_masks_hatched(slack, world):
    kim = await slack.person("kim")
    mask = Area(x=0, y=0, width=8, height=8)
    images = (world.image("one", masks=(mask,)), world.image("gone", removed=True), world.image("two"))

    reference = await world.channel.send(address_of(kim), message("Preview", images=(*images, "unknown")))

    posts = await kim.sees()
    assert [len(post.files) for post in posts] == [0, 2]
    assert [request.longest_edge for request in world.renderer.asked] == [320, 320]
    assert world.renderer.asked[0].hatched == (mask,)
    assert reference.count(",") == 2


@pytest.mark.parametrize(("out", "edge"), [(ImagesOut.FULL, 2048), (ImagesOut.NONE, None)])
async def test_setting_decides_how_much_is_shown(slack, out, edge):
    world = SlackWorld(slack, images_out=out)
    kim = await slack.person("kim")

    await world.channel.send(address_of(kim), message("Preview", images=(world.image("one"),)))
    await world.channel.close()

    assert [request.longest_edge for request in world.renderer.asked] == ([] if edge is None else [edge])


async def test_message_is_taken_back_with_its_pictures(slack, world):
    kim = await slack.person("kim")
    reference = await world.channel.send(address_of(kim), message("Preview", images=(world.image("one"),)))

    await world.channel.retract(address_of(kim), reference)
    await world.channel.retract(address_of(kim), reference)

    assert "Preview" not in [post.text for post in await kim.sees()]
    assert slack.record.count("files.delete") == 2
    assert world.channel.capabilities.copies is Copies.RETRACTABLE


async def test_lost_pictures_do_not_lose_the_words(slack, world):
    kim = await slack.person("kim")
    slack.faults.fail("files.completeUploadExternal")

    reference = await world.channel.send(address_of(kim), message("Answer", images=(world.image("one"),)))

    assert [post.text for post in await kim.sees()] == ["Answer"]
    assert "pictures_not_shared" in world.log.events
    assert reference.count(",") == 1


@pytest.mark.parametrize("answer", [None, {"ok": True, "file_id": "F1", "upload_url": "https://elsewhere.example/"}])
async def test_refused_pictures_do_not_hold_up_the_words(slack, world, answer):
    kim = await slack.person("kim")
    if answer is None:
        slack.faults.refuse("files.getUploadURLExternal", "missing_scope")
    else:
        page = json.dumps(answer)
        slack.faults.stand_in("files.getUploadURLExternal", text=page, content_type="application/json")

    await world.channel.send(address_of(kim), message("Answer", images=(world.image("one"),)))

    assert [(post.text, post.files) for post in await kim.sees()] == [("Answer", [])]
    assert "pictures_refused" in world.log.events


@pytest.mark.parametrize("status", [400, 403, 408, 413, 429, 503, 0])
async def test_words_do_not_wait_for_an_upload(slack, world, status):
    kim = await slack.person("kim")
    slack.faults.fail("upload", status=status, times=9)

    await world.channel.send(address_of(kim), message("Answer", images=(world.image("one"),), question_id=QUESTION))

    (post,) = await kim.sees()
    shown = [block["text"]["text"] for block in post.blocks]
    assert shown == ["Answer", f"<https://hilum.example.org/questions/{QUESTION}>"]
    assert "pictures_refused" in world.log.events


@pytest.mark.parametrize(("status", "is_late"), [(403, False), (413, False), (408, True), (429, True), (500, True)])
async def test_refused_upload_is_told_apart_from_a_broken_one(slack, world, status, is_late):
    room = Address(channel="slack", external_id=await slack.channel("panel-chest", await slack.person("kim")))
    slack.faults.fail("upload", status=status)
    view = RoomView(title="Q417", card=message("M, 50s", images=(world.image("one"),)))

    placed = await world.channel.open_thread(room, view)

    assert placed.lacks_images is is_late


@pytest.mark.parametrize("trouble", [TransientError("image_process_died"), MemoryError(), OSError(), ValueError()])
async def test_urgent_words_do_not_wait_for_what_cannot_be_drawn(slack, world, trouble):
    kim = await slack.person("kim")
    world.renderer.troubles = [trouble]

    await world.channel.send(address_of(kim), message("URGENT", images=(world.image("one"),), question_id=QUESTION))

    (post,) = await kim.sees()
    assert post.blocks[-1]["text"]["text"] == f"<https://hilum.example.org/questions/{QUESTION}>"
    assert "picture_not_made" in world.log.events


async def test_picture_that_cannot_be_made_is_left_out(slack, world):
    kim = await slack.person("kim")
    world.renderer.troubles = [UserError("frame_unknown")]

    await world.channel.send(address_of(kim), message("Answer", images=(world.image("one"), world.image("two"))))

    assert [len(post.files) for post in await kim.sees()] == [0, 1]


async def test_busy_channel_waits_and_others_do_not(slack, world):
    kim, lee = await slack.person("kim"), await slack.person("lee")
    slack.faults.rate_limit("chat.postMessage", channel=kim.user_id, retry_after=7)

    for _ in range(2):
        with pytest.raises(TransientError) as busy:
            await world.channel.send(address_of(kim), message())
        assert (busy.value.retry_after, busy.value.is_local) == (timedelta(seconds=7), True)
    await world.channel.send(address_of(lee), message())
    world.clock.now += timedelta(seconds=8)
    await world.channel.send(address_of(kim), message())

    assert [call.status for call in slack.record.of("chat.postMessage")] == [429, 200, 200]


@pytest.mark.parametrize(
    ("named", "wait"), [("31536000", 3600), ("1e20", 3600), ("inf", 3600), ("nan", 1), ("-5", 1), ("soon", 1)]
)
async def test_wait_that_makes_no_sense_is_bounded(slack, world, named, wait):
    kim = await slack.person("kim")
    slack.faults.rate_limit("chat.postMessage", retry_after=named)

    with pytest.raises(TransientError) as busy:
        await world.channel.send(address_of(kim), message())

    assert busy.value.retry_after == timedelta(seconds=wait)


@pytest.mark.parametrize("answer", ['{"ok": true}', '{"ok": true, "channel": 5, "ts": 6}'])
async def test_answer_that_says_nothing_is_asked_for_once_more(slack, world, answer):
    kim = await slack.person("kim")
    slack.faults.stand_in("chat.postMessage", text=answer, content_type="application/json", times=9)

    with pytest.raises(TransientError, match="slack_unreadable") as caught:
        await world.channel.send(address_of(kim), message())
    with pytest.raises(PermanentError, match="slack_unreadable"):
        await world.channel.send(address_of(kim), message())

    assert (caught.value.is_unsure, caught.value.is_outage) == (True, False)


@pytest.mark.parametrize("page", ["null", "[]", '"x"', '{"ok": "no"}', "[" * 100_000])
async def test_answer_that_is_none_of_slacks_is_for_later(slack, world, page):
    kim = await slack.person("kim")
    slack.faults.stand_in("chat.postMessage", text=page, content_type="application/json")

    with pytest.raises(TransientError):
        await world.channel.send(address_of(kim), message())


async def test_answer_too_long_for_one_message_arrives_whole(slack, world):
    kim = await slack.person("kim")
    lines = [f"{number} 흉수와 결절, 우하엽" + "가" * 60 for number in range(150)]

    told = message("Answer", Action.HELPED, quoted=DeidentifiedText(value="\n".join(lines)))
    reference = await world.channel.send(address_of(kim), told)

    posts = await kim.sees()
    shown = [block for post in posts for block in post.blocks if block["type"] == "rich_text"]
    assert "\n".join(block["elements"][0]["elements"][0]["text"] for block in shown) == "\n".join(lines)
    assert posts[-1].blocks[-1]["type"] == "actions"
    assert reference.split(",") == [f"{post.channel}/{post.ts}" for post in posts]


def _long(words: str = "가", **given):
    lines = [f"{number} 흉수와 결절" + words * 60 for number in range(150)]
    return message("Answer", quoted=DeidentifiedText(value="\n".join(lines)), question_id=QUESTION, **given)


async def test_answer_that_was_cut_off_goes_on_where_it_ended(slack, world):
    kim = await slack.person("kim")
    world.rows.when_noted = lambda: world.rows.noted[1:] or slack.faults.rate_limit("chat.postMessage", retry_after=7)

    with pytest.raises(TransientError):
        await world.channel.send(address_of(kim), _long())
    world.clock.now += timedelta(seconds=8)
    reference = await world.channel.send(address_of(kim), _long())

    posts = await kim.sees()
    assert reference.split(",") == [f"{post.channel}/{post.ts}" for post in posts]
    assert world.rows.noted[0] == reference.split(",")[0]


async def test_answer_that_says_something_else_by_then_is_begun_anew(slack, world):
    kim = await slack.person("kim")
    world.rows.when_noted = lambda: world.rows.noted[1:] or slack.faults.rate_limit("chat.postMessage", retry_after=7)

    with pytest.raises(TransientError):
        await world.channel.send(address_of(kim), _long())
    world.clock.now += timedelta(seconds=8)
    reference = await world.channel.send(address_of(kim), _long("나"))

    assert reference.split(",") == [f"{post.channel}/{post.ts}" for post in await kim.sees()]
    assert world.rows.noted[0] not in reference


async def test_answer_whose_rest_is_refused_leaves_nothing(slack, world):
    kim = await slack.person("kim")
    world.rows.when_noted = lambda: slack.faults.refuse("chat.postMessage", "msg_too_long")

    with pytest.raises(PermanentError):
        await world.channel.send(address_of(kim), _long())

    assert await kim.sees() == []


async def test_answer_leaves_a_thread_whose_beginning_was_deleted(slack, world):
    kim = await slack.person("kim")
    world.was_sent("D0/1.0", kim.user_id)
    slack.faults.refuse("chat.postMessage", "cannot_reply_to_message")

    await world.channel.send(address_of(kim), message("Answer", Action.HELPED, question_id=QUESTION))

    refused, sent = slack.record.of("chat.postMessage")
    assert (refused.arguments["thread_ts"], "thread_ts" in sent.arguments) == ("1.0", False)
    assert [post.text for post in await kim.sees()] == ["Answer"]


async def test_answer_to_what_was_deleted_stands_outside_of_a_thread(slack, world):
    kim = await slack.person("kim")
    first = await world.channel.send(address_of(kim), message("Q417"))
    world.was_sent(first, kim.user_id)
    await world.channel.retract(address_of(kim), first)

    sent = await world.channel.send(address_of(kim), message("Answer", Action.HELPED, question_id=QUESTION))

    assert [(f"{post.channel}/{post.ts}", post.text) for post in await kim.sees()] == [(sent, "Answer")]


async def test_what_a_workspace_keeps_is_struck_out(slack, world):
    kim = await slack.person("kim")
    reference = await world.channel.send(address_of(kim), message("Answer"))
    slack.faults.refuse("chat.delete", "compliance_exports_prevent_deletion")

    await world.channel.retract(address_of(kim), reference)

    assert [(post.text, post.blocks[0]["text"]["text"]) for post in await kim.sees()] == [("—", "—")]


async def test_one_message_that_stays_keeps_no_other(slack, world):
    kim = await slack.person("kim")
    address, told = address_of(kim), message("Answer")
    references = [await world.channel.send(address, told) for _ in range(2)]
    slack.faults.refuse("chat.delete", "some_new_word")

    with pytest.raises(PermanentError, match="slack_refused"):
        await world.channel.retract(address, ",".join(references))

    assert len(await kim.sees()) == 1


@pytest.mark.parametrize(("text", "kind"), [("<p>busy</p>", "text/html"), ("busy", "text/plain")])
async def test_page_of_a_proxy_is_for_later(slack, world, text, kind):
    kim = await slack.person("kim")
    slack.faults.stand_in("chat.postMessage", text=text, content_type=kind)

    with pytest.raises(TransientError, match="slack_away"):
        await world.channel.send(address_of(kim), message())


@pytest.mark.parametrize("status", [503, 0], ids=["broken", "line dropped"])
async def test_trouble_at_slack_is_for_later(slack, world, status):
    kim = await slack.person("kim")
    slack.faults.fail("chat.postMessage", status=status)

    with pytest.raises(TransientError, match="slack_away"):
        await world.channel.send(address_of(kim), message())

    assert slack.record.count("chat.postMessage") == 1


@pytest.mark.parametrize("left_out", ["missing_scope", "messages_tab_disabled"])
async def test_what_an_operator_left_out_is_waited_for(slack, world, left_out):
    kim = await slack.person("kim")
    slack.faults.refuse("chat.postMessage", left_out)

    with pytest.raises(TransientError, match="scope_missing") as caught:
        await world.channel.send(address_of(kim), message("Answer"))
    await world.channel.send(address_of(kim), message("Answer"))

    assert (caught.value.retry_after, caught.value.is_local) == (timedelta(minutes=1), True)
    assert [post.text for post in await kim.sees()] == ["Answer"]


async def test_unknown_person_is_for_good_and_a_removed_app_for_later(slack, world):
    kim = await slack.person("kim")
    with pytest.raises(PermanentError, match="address_blocked"):
        await world.channel.send(Address(channel="slack", external_id="U0NOBODY"), message())

    await slack.uninstall()

    with pytest.raises(TransientError, match="channel_cut_off"):
        await world.channel.send(address_of(kim), message())
