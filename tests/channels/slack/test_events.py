"""What people write in Slack is committed before it is acknowledged, once, whatever happens in between."""

from __future__ import annotations

import json

import pytest

from domain.delivery import Priority
from domain.errors import PermanentError, TransientError, UserError
from domain.messages import Address, AttachmentKind
from tests.fakes.slack_world import message
from tests.peers.slack.signing import signed_headers


async def test_message_with_files_is_taken_in(slack, world):
    kim = await slack.person("kim")

    post = await kim.writes("58M &lt;90 mmHg", files=[("a.dcm", b"one"), ("b.dcm", b"three")])

    taken = world.intake.messages[0]
    assert (taken.sender.external_id, taken.text.value, taken.origin.room) == (kim.user_id, "58M <90 mmHg", "")
    assert [(file.kind, file.size_bytes) for file in taken.attachments] == [
        (AttachmentKind.FILE, 3),
        (AttachmentKind.FILE, 5),
    ]
    assert taken.origin.reference == f"{post.channel}/{post.ts}"


async def test_event_that_could_not_be_kept_comes_again(slack, world):
    kim = await slack.person("kim")
    world.intake.troubles = [TransientError("database_away"), RuntimeError()]

    await kim.writes("58M")

    assert [attempt.status for attempt in slack.deliveries[-1].attempts] == [503, 500, 200]
    assert [taken.text.value for taken in world.intake.messages] == ["58M"]


async def test_second_delivery_changes_nothing(slack, world):
    kim = await slack.person("kim")
    await kim.writes("58M")
    first = slack.deliveries[-1]

    again = await slack.courier.bring(first.kind, first.payload)

    assert again.is_acknowledged
    assert len(world.intake.messages) == 1


async def test_event_is_kept_while_slack_itself_is_away(slack, world):
    kim = await slack.person("kim")
    slack.faults.fail("auth.test", times=99)

    await kim.writes("58M")

    assert [taken.text.value for taken in world.intake.messages] == ["58M"]
    assert slack.record.count("auth.test") == 0


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("<@U0PEERBOT> panel chest", "/panel chest"),
        ("<@U0PEERBOT|hilum>: 패널 흉부", "/패널 흉부"),
        ("<@U0PEERBOT> /oncall", "/oncall"),
        ("<@U0PEERBOT> close Q417", "/close Q417"),
        ("<@U0PEERBOT>, thank you all", ", thank you all"),
        ("<@U0OTHER> panel chest", "panel chest"),
        ("panel chest", "panel chest"),
    ],
)
async def test_name_of_the_app_stands_for_the_stroke_in_a_channel(slack, world, said, heard):
    kim = await slack.person("kim")
    channel = await slack.channel("panel-chest", kim)

    await kim.writes(said, channel=channel)

    assert [taken.text.value for taken in world.intake.messages] == [heard]


async def test_name_of_the_app_says_nothing_where_it_is_alone_with_somebody(slack, world):
    kim = await slack.person("kim")

    await kim.writes("<@U0PEERBOT> status")

    assert [taken.text.value for taken in world.intake.messages] == ["status"]


async def test_edit_and_deletion_name_their_message(slack, world):
    kim = await slack.person("kim")
    post = await kim.writes("58M")

    await kim.edits(post, "68M")
    await kim.deletes(post)

    _, edit, deletion = world.intake.messages
    assert (edit.text.value, edit.origin.is_edit, deletion.origin.is_deletion) == ("68M", True, True)
    assert edit.origin.reference == deletion.origin.reference == f"{post.channel}/{post.ts}"
    assert deletion.is_empty


async def test_preview_of_a_link_and_own_messages_are_nothing(slack, world):
    kim = await slack.person("kim")
    post = await kim.writes("see https://example.org")

    await slack.unfurl(post)
    await world.channel.send(Address(channel="slack", external_id=kim.user_id), message("hello"))
    await slack.courier.settled()

    assert slack.deliveries[-1].event["bot_id"]
    assert len(world.intake.messages) == 1
    assert world.intake.parked == []


async def test_words_in_a_room_name_its_thread(slack, world):
    kim = await slack.person("kim")
    room = await slack.channel("panel-chest", kim)

    post = await kim.writes("in the channel", channel=room)
    await kim.writes(">> agree", channel=room, thread=post.ts)

    first, second = world.intake.messages
    assert (first.origin.room, first.origin.thread) == (room, "")
    assert (second.origin.room, second.origin.thread) == (room, f"{room}/{post.ts}")
    assert second.text.value == ">> agree"


async def test_reply_in_a_thread_of_ones_own_names_what_it_replies_to(slack, world):
    kim = await slack.person("kim")
    root = await world.channel.send(Address(channel="slack", external_id=kim.user_id), message("Q417"))

    await kim.writes("CT 5 days ago", thread=root.partition("/")[2])
    await kim.writes("and something else")

    said = [(taken.origin.replied_to, taken.origin.room, taken.in_reply_to) for taken in world.intake.messages]
    assert said == [(root, "", None), ("", "", None)]


async def test_who_comes_and_goes_has_the_room_looked_at(slack, world):
    kim, lee = await slack.person("kim"), await slack.person("lee")
    room = await slack.channel("panel-chest", kim)
    world.has_room(room)
    await kim.invites(lee.user_id, room)

    await lee.leaves(room)

    assert {(watch.channel, watch.room) for watch in world.rows.jobs} == {("slack", room)}
    assert len(world.rows.jobs) >= 2
    assert {(how["gate"], how["priority"]) for how in world.rows.waits} == {("slack", Priority.URGENT)}
    assert [how["due_at"] for how in world.rows.waits] == [watch.at for watch in world.rows.jobs]


async def test_user_id_stays_when_the_name_changes(slack, world):
    kim = await slack.person("kim")

    await kim.writes("before")
    await kim.is_renamed("Kim the Elder")
    await kim.writes("after")

    assert {taken.sender.external_id for taken in world.intake.messages} == {kim.user_id}
    assert world.intake.parked == []


async def test_archived_room_and_removed_app_are_reported(slack, world):
    kim = await slack.person("kim")
    room = await slack.channel("panel-chest", kim)
    world.has_room(room)

    await kim.archives(room)
    await slack.uninstall()

    reasons = [reason for _, reason in world.intake.parked]
    assert reasons == ["room_archived", "app_removed", "app_removed"]


async def test_channel_that_is_no_panels_is_nothing_to_us(slack, world):
    kim, lee = await slack.person("kim"), await slack.person("lee")
    lunch = await slack.channel("lunch", kim)

    await kim.invites(lee.user_id, lunch)
    await kim.archives(lunch)

    assert (world.intake.parked, world.rows.jobs) == ([], [])


@pytest.mark.parametrize(
    "event",
    [
        {"type": "tokens_revoked", "tokens": {"oauth": ["U1"], "bot": []}},
        {"type": "message", "channel": "D1", "user": "U1", "ts": "1.0", "text": "<@U0PEERBOT>"},
        {"type": "message", "subtype": "channel_topic", "channel": "C1", "user": "U1", "ts": "1.0", "text": "topic"},
        {"type": "message", "subtype": "message_deleted", "channel": "D1", "previous_message": {"bot_id": "B1"}},
        {"type": "reaction_added", "user": "U1"},
    ],
    ids=["token of a person", "mention alone", "topic", "own message deleted", "another event"],
)
async def test_what_says_nothing_is_acknowledged(slack, world, event):
    status = await _brought(slack, {"type": "event_callback", "event_id": "Ev1", "event": event})

    assert (status, world.intake.messages, world.intake.parked) == (200, [], [])


async def test_stone_in_a_messages_place_is_its_deletion(slack, world):
    before = {"type": "message", "user": "U1", "ts": "1.0", "text": "58M", "thread_ts": "1.0"}
    event = {"type": "message", "subtype": "message_changed", "channel": "D1", "channel_type": "im"}
    event |= {"message": {"subtype": "tombstone", "ts": "1.0", "user": "USLACKBOT"}, "previous_message": before}

    await _brought(slack, {"type": "event_callback", "event_id": "Ev1", "event": event})

    (deletion,) = world.intake.messages
    assert (deletion.origin.is_deletion, deletion.origin.reference) == (True, "D1/1.0")


async def test_refused_text_is_parked_and_its_writer_told(slack, world):
    kim = await slack.person("kim")
    world.intake.troubles = [UserError("text_too_long", limit=20_000)] * 2
    slack.faults.fail("chat.postMessage", times=99)

    await kim.writes("58M")
    again = await slack.courier.bring(slack.deliveries[0].kind, slack.deliveries[0].payload)

    assert (slack.deliveries[0].is_acknowledged, again.is_acknowledged) == (True, True)
    assert [reason for _, reason in world.intake.parked] == ["text_too_long"]
    assert world.intake.refused == [Address(channel="slack", external_id=kim.user_id)]


@pytest.mark.parametrize(("is_room", "is_member", "kept"), [(True, True, 1), (True, False, 0), (False, True, 0)])
async def test_long_words_among_others_are_kept_of_members_in_rooms_alone(slack, world, is_room, is_member, kept):
    kim = await slack.person("kim")
    channel = await slack.channel("chest", kim)
    if is_room:
        world.has_room(channel)
    if is_member:
        world.enrol(kim.user_id)
    world.intake.troubles = [UserError("text_too_long", limit=20_000)]

    await kim.writes("58M", channel=channel)

    assert slack.deliveries[-1].is_acknowledged
    assert (len(world.intake.parked), len(world.intake.refused)) == (kept, kept)


async def test_what_never_can_be_taken_is_parked_and_acknowledged(slack, world):
    kim = await slack.person("kim")
    world.intake.troubles = [PermanentError("key_missing")]

    await kim.writes("58M")

    assert [attempt.status for attempt in slack.deliveries[-1].attempts] == [200]
    assert [reason for _, reason in world.intake.parked] == ["key_missing"]
    assert world.intake.refused == []


async def test_edit_that_is_refused_is_told_to_whoever_wrote_it(slack, world):
    kim = await slack.person("kim")
    post = await kim.writes("58M")
    world.intake.troubles = [UserError("text_too_long", limit=20_000)]

    await kim.edits(post, "68M")

    assert world.intake.refused == [Address(channel="slack", external_id=kim.user_id)]


async def test_events_that_slack_kept_back_are_noted(slack, world):
    status = await _brought(slack, {"type": "app_rate_limited", "minute_rate_limited": 1518467820})

    assert (status, world.intake.parked, world.log.events) == (200, [], ["slack_events_kept_back"])


async def test_app_put_out_of_a_room_has_it_looked_at(slack, world):
    kim = await slack.person("kim")
    room = await slack.channel("panel-chest", kim)
    world.has_room(room)
    world.rows.jobs.clear()

    await slack.put_out(kim, room)

    assert [watch.room for watch in world.rows.jobs][-1] == room
    assert world.intake.parked == []


async def test_unreadable_event_is_parked_without_secrets(slack, world):
    event = {"type": "message", "channel": "D1", "channel_type": "im", "user": "U1", "text": "no timestamp"}
    body = {"type": "event_callback", "event_id": "Ev1", "token": "secret", "event": event}
    raw = json.dumps(body).encode()
    headers = signed_headers(
        raw, secret=slack.installation.signing_secret, at=slack.courier.clock(), content_type="application/json"
    )

    status, _ = await slack.courier.post(raw, headers)

    assert (status, world.intake.parked) == (200, [("event|Ev1", "no_ts")])
    assert "secret" not in world.intake.raw["event|Ev1"]


@pytest.mark.parametrize(
    ("secret", "age", "status"), [(None, 0, 200), ("another", 0, 401), (None, 301, 401)], ids=["ours", "forged", "old"]
)
async def test_signature_and_age_decide(slack, world, secret, age, status):
    body = json.dumps({"type": "url_verification", "challenge": "c"}).encode()
    secret = secret or slack.installation.signing_secret
    at = slack.courier.clock() - age

    answer = await slack.courier.post(body, signed_headers(body, secret=secret, at=at, content_type="application/json"))

    assert answer[0] == status
    assert world.intake.messages == []


async def test_forged_event_reaches_nobody(slack, world):
    event = {"type": "message", "channel": "D1", "channel_type": "im", "user": "U1", "text": "58M", "ts": "1.0"}

    status = await _brought(slack, {"type": "event_callback", "event_id": "Ev1", "event": event}, secret="another")

    assert (status, world.intake.messages, world.intake.parked) == (401, [], [])


@pytest.mark.parametrize(
    "body",
    [b"{", b"5", b"[]", b"payload=%7B", b"[" * 100_000, b'{"type":"event_callback","authorizations":[5]}'],
    ids=["cut", "number", "list", "form", "deep", "odd"],
)
async def test_what_cannot_be_read_is_parked(slack, world, body):
    kind = "application/x-www-form-urlencoded" if body.startswith(b"payload") else "application/json"
    secret, at = slack.installation.signing_secret, slack.courier.clock()

    status, _ = await slack.courier.post(body, signed_headers(body, secret=secret, at=at, content_type=kind))
    forged, _ = await slack.courier.post(body, signed_headers(body, secret="another", at=at, content_type=kind))

    assert (status, forged) == (200, 401)
    assert [reason for _, reason in world.intake.parked] == ["request_unreadable"]


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"{}", {}, 401),
        (b"{}", {"X-Slack-Request-Timestamp": "soon", "X-Slack-Signature": "v0=0"}, 401),
        (b"\xff", {"X-Slack-Request-Timestamp": "1", "X-Slack-Signature": "v0=0"}, 401),
        (b"token=t&ssl_check=1", {}, 200),
    ],
)
async def test_what_slack_did_not_sign_is_refused(slack, world, body, headers, status):
    answered, _ = await slack.courier.post(body, headers)

    assert (answered, world.intake.messages, world.intake.parked) == (status, [], [])


async def _brought(slack, body, *, secret=None):
    raw = json.dumps(body).encode()
    secret = secret or slack.installation.signing_secret
    headers = signed_headers(raw, secret=secret, at=slack.courier.clock(), content_type="application/json")
    status, _ = await slack.courier.post(raw, headers)
    return status
