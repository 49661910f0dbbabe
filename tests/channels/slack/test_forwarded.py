"""Messages of others that somebody forwards to the app: read like their own, or answered; never left without a word."""

from __future__ import annotations

import pytest

from channels.slack.inbound import message_in
from tests.fakes.slack_world import START

EVENT = {"type": "message", "channel": "D1", "channel_type": "im", "user": "U1", "ts": "1.0", "text": ""}
SHARE = {"is_share": True, "is_msg_unfurl": True, "text": "58M &lt;90", "fallback": "Lee: 58M"}
LINK = "https://w.slack.com/archives/C1/p1"


def read(*attachments, **changes):
    return message_in({"event_id": "Ev1", "event": {**EVENT, **changes, "attachments": list(attachments)}}, START)


async def test_words_and_files_of_a_forwarded_message_are_taken_in(slack, world):
    kim = await slack.person("kim")
    post = await kim.writes("58M &lt;90 mmHg", channel=await slack.channel("ward", kim), files=[("a.dcm", b"one")])
    world.intake.messages.clear()

    await kim.forwards(post)
    await kim.forwards(post, "PE?")

    bare, said = world.intake.messages
    assert (bare.text.value, said.text.value) == ("58M <90 mmHg", "PE?\n58M <90 mmHg")
    assert [[file.reference for file in each.attachments] for each in (bare, said)] == [[post.files[0]["id"]]] * 2


async def test_edit_of_the_comment_keeps_what_was_forwarded(slack, world):
    kim = await slack.person("kim")
    post = await kim.writes("58M", channel=await slack.channel("ward", kim))
    forwarded = await kim.forwards(post, "PE?")

    await kim.edits(forwarded, "OP?")

    assert world.intake.messages[-1].origin.is_edit
    assert world.intake.messages[-1].text.value == "OP?\n58M"


async def test_form_of_a_shortcut_goes_on_with_what_was_forwarded(slack, world):
    kim = await slack.person("kim")
    world.enrol(kim.user_id)
    post = await kim.writes("58M", channel=await slack.channel("ward", kim), files=[("a.dcm", b"one")])

    await kim.uses_shortcut("ask_panel", await kim.forwards(post, "PE?"))

    assert kim.modal["blocks"][0]["element"]["initial_value"] == "PE?\n58M"
    assert "go along: 1" in kim.modal["blocks"][-1]["text"]["text"]


@pytest.mark.parametrize("said", ["", "PE?"])
@pytest.mark.parametrize("forwarded", [{"is_share": True}, {"is_share": True, "text": "<@U1>"}])
def test_forwarded_message_that_cannot_be_read_is_answered(said, forwarded):
    found = read(forwarded, text=said)

    assert found.unreadable == "other"
    assert ("" if found.text is None else found.text.value) == said


def test_kind_of_a_forwarded_file_is_told_apart():
    video = {"id": "F1", "mimetype": "video/mp4"}

    assert read({"is_share": True, "files": [video]}).unreadable == "video"


def test_file_that_came_twice_is_one():
    file = {"id": "F1", "size": 3}

    assert len(read(SHARE, {**SHARE, "files": [file]}, files=[file]).attachments) == 1


def test_preview_of_a_link_is_no_forwarded_message():
    preview = {"is_msg_unfurl": True, "text": "58M", "from_url": LINK}

    assert read(preview, text=f"<{LINK}>").text.value == LINK
    assert read(preview).text.value == "58M"
