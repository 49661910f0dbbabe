"""Where in a chat a message belongs: its topic, its chain of replies, what it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiogram.types import Message, ReplyParameters

from tests.peers.telegram.refusals import bad_request
from tests.peers.telegram.rooms import Room, Topic

if TYPE_CHECKING:
    from tests.peers.telegram.service import Service

NOT_FOUND = "message thread not found"


def place_of(room: Room, *, thread_id: int | None, answered: Message | None) -> dict[str, Any]:
    """Return the fields of a message that say where it belongs.

    In a topic every message answers something: where its writer answered nothing, the message that opened the
    topic. In General, and where topics are off, an answer carries the number of its chain's first message, which is
    no topic.

    Source: Message, message_thread_id: "Unique identifier of a message thread or forum topic to which the message
    belongs; for supergroups and private chats only"; is_topic_message: "True, if the message is sent to a topic in a
    forum supergroup or a private chat with the bot"; reply_to_message: "Note that the Message object in this field
    will not contain further reply_to_message fields even if it itself is a reply".
    """
    if thread_id is None and answered is not None and answered.is_topic_message:
        thread_id = answered.message_thread_id
    topic = room.topics.get(thread_id or 0)
    if topic is not None:
        bare = _bare(answered or topic.opened)
        return {"message_thread_id": topic.thread_id, "is_topic_message": True, "reply_to_message": bare}
    if answered is None:
        return {}
    root = {"message_thread_id": answered.message_thread_id or answered.message_id}
    return {"reply_to_message": _bare(answered)} | (root if room.chat.type == "supergroup" else {})


def topic_for_bot(service: Service, room: Room, thread_id: int | None) -> None:
    """Check that the bot may send into a topic.

    Source: sendMessage, message_thread_id: "Unique identifier for the target message thread (topic) of a forum; for
    forum supergroups and private chats of bots with forum topic mode enabled only". General is written to without an
    id. Into a closed topic only those write who may manage topics.
    """
    if not thread_id:
        return
    topic = room.topics.get(thread_id)
    if topic is None:
        raise bad_request(room.lost_topics.get(thread_id, NOT_FOUND))
    if topic.is_closed and not room.may(service.bot, "can_manage_topics"):
        raise bad_request("TOPIC_CLOSED")


def answered_by_bot(room: Room, reply: ReplyParameters | None) -> Message | None:
    """Return the message that the bot answers.

    Source: ReplyParameters, allow_sending_without_reply: "Pass True if the message should be sent even if the
    specified message to be replied to is not found. Always False for replies in another chat or forum topic".
    """
    if reply is None or reply.message_id is None:
        return None
    if reply.chat_id not in (None, room.chat.id, str(room.chat.id)):
        raise bad_request("replies into another chat are not played here")
    found = room.messages.get(reply.message_id)
    if found is None and reply.allow_sending_without_reply is not True:
        raise bad_request("message to be replied not found")
    return found


def topic_of(room: Room, thread_id: int) -> Topic:
    """Return a topic for a method that changes topics."""
    if not room.is_forum:
        raise bad_request("the chat is not a forum")
    topic = room.topics.get(thread_id)
    if topic is None:
        raise bad_request("TOPIC_ID_INVALID")
    return topic


def _bare(message: Message) -> Message:
    return message.model_copy(update={"reply_to_message": None})
