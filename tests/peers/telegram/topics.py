"""The topics of a forum as the bot opens, names, closes and removes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiogram.methods import (
    CloseForumTopic,
    CreateForumTopic,
    DeleteForumTopic,
    EditForumTopic,
    GetForumTopicIconStickers,
    ReopenForumTopic,
)
from aiogram.types import (
    ForumTopic,
    ForumTopicClosed,
    ForumTopicCreated,
    ForumTopicEdited,
    ForumTopicReopened,
    Message,
    Sticker,
    User,
)

from tests.peers.telegram.calls import Handlers
from tests.peers.telegram.refusals import bad_request
from tests.peers.telegram.rooms import Room, Topic
from tests.peers.telegram.threads import NOT_FOUND, place_of, topic_of

if TYPE_CHECKING:
    from tests.peers.telegram.service import Service

COLOURS = (0x6FB9F0, 0xFFD67E, 0xCB86DB, 0x8EEE98, 0xFF93B2, 0xFB6F5F)
ICONS = {
    "5312536423851630001": "💡",
    "5379748062124056162": "❗️",
    "5237699328843200968": "✅",
    "5377316857231450742": "❓",
}


def open_topic(service: Service, room: Room, by: User, call: CreateForumTopic) -> tuple[Topic, Message]:
    """Open a topic; its id is that of the service message that says so."""
    colour = call.icon_color or COLOURS[0]
    icon = call.icon_custom_emoji_id
    created = ForumTopicCreated(name=call.name, icon_color=colour, icon_custom_emoji_id=icon)
    said = service.post(room, by, forum_topic_created=created)
    said = said.model_copy(update={"message_thread_id": said.message_id, "is_topic_message": True})
    room.replace(said)
    topic = Topic(
        thread_id=said.message_id,
        name=call.name,
        opened=said,
        icon_color=colour,
        icon_custom_emoji_id=icon,
        is_of_the_bot=by.id == service.bot.id,
    )
    room.topics[topic.thread_id] = topic
    return topic, said


def say_in(service: Service, room: Room, topic: Topic, by: User, **content: Any) -> Message:
    """Post a service message into a topic."""
    return service.post(room, by, **place_of(room, thread_id=topic.thread_id, answered=None), **content)


def create(service: Service, call: CreateForumTopic) -> ForumTopic:
    """Source: createForumTopic: "the bot must be an administrator in the chat for this to work and must have the
    can_manage_topics administrator right"; name: "Topic name, 1-128 characters"; icon_color: "Currently, must be one
    of" six.
    """
    room = service.open_room(call.chat_id)
    if not room.is_forum:
        raise bad_request("the chat is not a forum")
    if not room.may(service.bot, "can_manage_topics"):
        raise bad_request("not enough rights to create a topic")
    if not 1 <= len(call.name) <= 128:
        raise bad_request("TOPIC_TITLE_EMPTY" if not call.name else "TOPIC_TITLE_TOO_LONG")
    if call.icon_color not in (None, *COLOURS):
        raise bad_request("invalid icon color specified")
    _check_icon(call.icon_custom_emoji_id)
    topic, _ = open_topic(service, room, service.bot, call)
    return ForumTopic(
        message_thread_id=topic.thread_id,
        name=topic.name,
        icon_color=topic.icon_color,
        icon_custom_emoji_id=topic.icon_custom_emoji_id,
    )


def edit(service: Service, call: EditForumTopic) -> bool:
    """Source: editForumTopic, name: "If not specified or empty, the current name of the topic will be kept";
    icon_custom_emoji_id: "Pass an empty string to remove the icon. If not specified, the current icon will be kept".
    """
    room, topic = _managed(service, call)
    name = call.name or topic.name
    if len(name) > 128:
        raise bad_request("TOPIC_TITLE_TOO_LONG")
    icon = topic.icon_custom_emoji_id if call.icon_custom_emoji_id is None else call.icon_custom_emoji_id or None
    _check_icon(icon)
    if (name, icon) == (topic.name, topic.icon_custom_emoji_id):
        raise bad_request("TOPIC_NOT_MODIFIED")
    topic.name, topic.icon_custom_emoji_id = name, icon
    changed = ForumTopicEdited(name=call.name or None, icon_custom_emoji_id=call.icon_custom_emoji_id)
    say_in(service, room, topic, service.bot, forum_topic_edited=changed)
    return True


def close(service: Service, call: CloseForumTopic) -> bool:
    """Source: closeForumTopic: "Use this method to close an open topic in a forum supergroup chat"."""
    room, topic = _managed(service, call)
    if topic.is_closed:
        raise bad_request("TOPIC_NOT_MODIFIED")
    topic.is_closed = True
    say_in(service, room, topic, service.bot, forum_topic_closed=ForumTopicClosed())
    return True


def reopen(service: Service, call: ReopenForumTopic) -> bool:
    """Source: reopenForumTopic: "Use this method to reopen a closed topic in a forum supergroup chat"."""
    room, topic = _managed(service, call)
    if not topic.is_closed:
        raise bad_request("TOPIC_NOT_MODIFIED")
    topic.is_closed = False
    say_in(service, room, topic, service.bot, forum_topic_reopened=ForumTopicReopened())
    return True


def delete(service: Service, call: DeleteForumTopic) -> bool:
    """Source: deleteForumTopic: "Use this method to delete a forum topic along with all its messages"; "the bot
    must be an administrator in the chat for this to work and must have the can_delete_messages administrator rights".
    """
    room = service.open_room(call.chat_id)
    topic = topic_of(room, call.message_thread_id)
    if not room.may(service.bot, "can_delete_messages"):
        raise bad_request("not enough rights to delete the topic")
    room.remove_topic(topic.thread_id, NOT_FOUND)
    return True


def icons(_: Service, __: GetForumTopicIconStickers) -> list[Sticker]:
    """Source: getForumTopicIconStickers: "custom emoji stickers, which can be used as a forum topic icon by any
    user".
    """
    look = {"type": "custom_emoji", "width": 100, "height": 100, "is_animated": False, "is_video": False}
    return [
        Sticker.model_validate(
            look | {"file_id": f"S{icon}", "file_unique_id": f"U{icon}", "emoji": emoji, "custom_emoji_id": icon}
        )
        for icon, emoji in ICONS.items()
    ]


def _managed(service: Service, call: EditForumTopic | CloseForumTopic | ReopenForumTopic) -> tuple[Room, Topic]:
    """Source: closeForumTopic: "must have the can_manage_topics administrator rights, unless it is the creator of
    the topic".
    """
    room = service.open_room(call.chat_id)
    topic = topic_of(room, call.message_thread_id)
    is_creator = topic.is_of_the_bot and room.rules(service.bot)
    if not (is_creator or room.may(service.bot, "can_manage_topics")):
        raise bad_request("not enough rights to edit the topic")
    return room, topic


def _check_icon(icon: str | None) -> None:
    """Source: createForumTopic, icon_custom_emoji_id: "Use getForumTopicIconStickers to get all allowed custom
    emoji identifiers".
    """
    if icon and icon not in ICONS:
        raise bad_request("DOCUMENT_INVALID")


HANDLERS: Handlers = {
    CreateForumTopic: create,
    EditForumTopic: edit,
    CloseForumTopic: close,
    ReopenForumTopic: reopen,
    DeleteForumTopic: delete,
    GetForumTopicIconStickers: icons,
}
