"""What the service says of messages, presses and rooms becomes what Hilum hears, tolerantly and without a call."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.telegram.fields import UntranslatableError
from channels.telegram.inbound import heard
from domain.messages import Address, Attachment, AttachmentKind, Origin

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
PERSON = {"id": 5_000_000_001, "is_bot": False, "first_name": "Ana"}
PRIVATE = {"id": 5_000_000_001, "type": "private"}
GROUP = {"id": -1_002_000_000_001, "type": "supergroup", "title": "Panel", "is_forum": True}
PHOTO = [
    {"file_id": "small", "width": 90, "height": 60, "file_size": 900},
    {"file_id": "large", "width": 1280, "height": 853, "file_size": 90_000},
]


def update(**content: Any) -> dict[str, Any]:
    return {"update_id": 7, **content}


def message(chat: dict[str, Any] = PRIVATE, **content: Any) -> dict[str, Any]:
    return {"message_id": 12, "date": 1_770_000_000, "chat": chat, "from": PERSON, **content}


def listen(given_update: dict[str, Any]):
    return heard(given_update, at=AT, username="hilum_bot")


def test_words_in_a_private_chat():
    found = listen(update(message=message(text=" PE? "))).message

    assert found.text.value == "PE?"
    assert found.sender == Address(channel="telegram", external_id="5000000001")
    assert (found.external_id, found.received_at) == ("5000000001.12", AT)
    assert found.origin == Origin(reference="12")


def test_largest_size_of_a_photo_with_its_caption():
    found = listen(update(message=message(photo=PHOTO, caption="58M", media_group_id="13"))).message

    assert found.attachments == (Attachment(reference="large", kind=AttachmentKind.PHOTO, size_bytes=90_000),)
    assert (found.text.value, found.origin.group) == ("58M", "13")


def test_file_is_known_by_what_stays_the_same():
    photo = [{**size, "file_unique_id": f"U-{size['file_id']}"} for size in PHOTO]

    found = listen(update(edited_message=message(photo=photo))).message

    assert [each.unique for each in found.attachments] == ["U-large"]


def test_file_keeps_no_name():
    document = {"file_id": "d", "file_name": "KIM-1943.dcm", "file_size": 5}

    found = listen(update(message=message(document=document))).message

    assert found.attachments == (Attachment(reference="d", kind=AttachmentKind.FILE, size_bytes=5),)
    assert "KIM" not in repr(found)


@pytest.mark.parametrize(
    ("kind", "name"),
    [("voice", "voice"), ("video_note", "video"), ("animation", "video"), ("sticker", "sticker"), ("poll", "other")],
)
def test_kinds_that_nobody_can_take_are_named(kind, name):
    found = listen(update(message=message(**{kind: {"file_id": "x"}, "document": {"file_id": "x"}}))).message

    assert (found.unreadable, found.attachments) == (name, ())


def test_edit_is_a_message_of_its_own_about_the_same():
    found = listen(update(edited_message=message(text="59M"))).message

    assert (found.external_id, found.origin) == ("5000000001.12.7", Origin(reference="12", is_edit=True))


def test_words_in_a_topic_say_where_they_stand():
    opening = {"message_id": 4, "forum_topic_created": {"name": "Q1"}}
    place = {"message_thread_id": 4, "is_topic_message": True}

    plain = listen(update(message=message(GROUP, text="lateral", reply_to_message=opening, **place))).message
    reply = listen(update(message=message(GROUP, text="yes", reply_to_message={"message_id": 9}, **place))).message

    assert plain.origin == Origin(reference="12", room="-1002000000001", thread="4")
    assert reply.origin.replied_to == "9"
    assert plain.sender.external_id == "5000000001"


def test_chain_of_replies_is_no_topic():
    answered = message(GROUP, text="yes", message_thread_id=9, reply_to_message={"message_id": 9})

    assert listen(update(message=answered)).message.origin == Origin(
        reference="12", room="-1002000000001", replied_to="9"
    )


def test_command_in_a_group_loses_our_name_and_another_bots_is_ignored():
    ours = listen(update(message=message(GROUP, text="/status@Hilum_Bot Q417")))
    others = listen(update(message=message(GROUP, text="/status@other_bot Q417")))

    assert ours.message.text.value == "/status Q417"
    assert others.message is None


@pytest.mark.parametrize(
    ("text", "name", "read"),
    [
        ("/second @Yuna Lee", "@Yuna Lee", "/second @77"),
        ("/second@hilum_bot Yuna", "Yuna", "/second @77"),
        ("2차 Yuna 😀", "Yuna 😀", "2차 @77"),
        ("hand over Yuna", "Yuna", "hand over @77"),
        ("😀 second Yuna", "Yuna", "😀 second Yuna"),
        ("/second Yuna, please", "Yuna", "/second Yuna, please"),
        ("thank you Yuna", "Yuna", "thank you Yuna"),
    ],
)
@pytest.mark.parametrize("kind", ["text", "caption"])
def test_colleague_is_named_in_commands_alone(text, name, read, kind):
    offset, length = (len(part.encode("utf-16-le")) // 2 for part in (text[: text.index(name)], name))
    entity = {"type": "text_mention", "offset": offset, "length": length, "user": {"id": 77, "first_name": "Yuna"}}
    entities = {"text": "entities", "caption": "caption_entities"}[kind]
    content = {kind: text, entities: [{"type": "bold", "offset": 0, "length": 1}, entity]}

    assert listen(update(message=message(GROUP, **content))).message.text.value == read


def test_start_with_a_code_stays_as_it_is():
    assert listen(update(message=message(text="/start k3y_-Q"))).message.text.value == "/start k3y_-Q"


@pytest.mark.parametrize(
    "content",
    [
        {"message": message(GROUP, pinned_message={"message_id": 3})},
        {"message": message(GROUP, text="x") | {"from": {"id": 1, "is_bot": True}}},
        {"message": message(GROUP, text="x", sender_chat=GROUP)},
        {"message": {key: value for key, value in message(text="x").items() if key != "from"}},
        {"message": message(text="  ")},
        {"my_chat_member": {"chat": PRIVATE}},
        {"message_reaction": {"chat": PRIVATE}},
    ],
)
def test_what_is_nothing_to_us_is_dropped(content):
    found = listen(update(**content))

    assert (found.message, found.changed, found.moved, found.query_id) == (None, None, None, "")


@pytest.mark.parametrize(
    "content",
    [
        {"message": message(GROUP, new_chat_members=[PERSON])},
        {"message": message(GROUP, left_chat_member=PERSON)},
        {"chat_member": {"chat": GROUP}},
        {"my_chat_member": {"chat": GROUP}},
    ],
)
def test_change_of_people_or_rights_names_the_room(content):
    assert listen(update(**content)).changed == Address(channel="telegram", external_id="-1002000000001")


@pytest.mark.parametrize(
    "said",
    [message({"id": -5, "type": "group"}, migrate_to_chat_id=-100), message({"id": -100}, migrate_from_chat_id=-5)],
)
def test_upgraded_group_says_both_addresses(said):
    old, new = listen(update(message=said)).moved

    assert (old.external_id, new.external_id) == ("-5", "-100")


def test_half_a_character_is_replaced():
    assert listen(update(message=message(text="a\ud83d"))).message.text.value == "a\ufffd"


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        ({"message": message()}, "update.update_id"),
        (update(message="x"), "update.message"),
        (update(message=message(text=["x"])), "update.message.text"),
        (update(message=message(text="x") | {"message_id": None}), "update.message.message_id"),
        (update(message=message({"type": "private"}, text="x")), "update.message.chat.id"),
        (update(message=message(photo="x")), "update.message.photo"),
        (update(message=message(document={})), "update.message.document.file_id"),
        (update(callback_query={"data": "x"}), "update.callback_query.id"),
        (update(message=message(text="x") | {"from": {"id": True}}), "update.message.from.id"),
    ],
)
def test_wrong_form_is_named_by_its_place(broken, code):
    with pytest.raises(UntranslatableError) as caught:
        listen(broken)

    assert caught.value.code == code


_PLACES = ("update_id", "message", "edited_message", "callback_query", "my_chat_member", "chat", "from", "id", "type")
_CONTENT = ("text", "photo", "document", "file_id", "data", "message_id", "reply_to_message", "caption", "voice")
_NAMES = st.sampled_from((*_PLACES, *_CONTENT))
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES | st.text(max_size=3), inner, max_size=6),
    max_leaves=12,
)


@given(st.dictionaries(_NAMES, _JSON, max_size=6))
def test_no_update_brings_the_translation_down(anything):
    try:
        found = listen(anything)
    except UntranslatableError:
        return

    assert found.message is None or found.message.external_id
