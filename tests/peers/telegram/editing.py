"""What the bot changes and takes back: edits, deletions, answers to buttons."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from aiogram.methods import (
    AnswerCallbackQuery,
    DeleteMessage,
    DeleteMessages,
    EditMessageCaption,
    EditMessageMedia,
    EditMessageReplyMarkup,
    EditMessageText,
)
from aiogram.types import InputFile, InputMediaPhoto, Message

from tests.peers.telegram.calls import Handlers
from tests.peers.telegram.files import uploaded
from tests.peers.telegram.refusals import bad_request
from tests.peers.telegram.rooms import Room
from tests.peers.telegram.texts import check_keyboard, read_caption, read_text

if TYPE_CHECKING:
    from tests.peers.telegram.service import Service

DELETION_WINDOW = timedelta(hours=48)
_SAME = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)
_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
_Edit = EditMessageText | EditMessageCaption | EditMessageMedia | EditMessageReplyMarkup


def edit_text(service: Service, call: EditMessageText) -> Message:
    """Source: editMessageText, text: "New text of the message, 1-4096 characters after entities parsing"."""
    room, message = _own(service, call)
    if message.text is None:
        raise bad_request("there is no text in the message to edit")
    text, entities = read_text(call.text or "", call.parse_mode, call.entities)
    return _change(service, room, message, call, text=text, entities=entities)


def edit_caption(service: Service, call: EditMessageCaption) -> Message:
    """Source: editMessageCaption, caption: "New caption of the message, 0-1024 characters after entities
    parsing".
    """
    room, message = _own(service, call)
    if message.photo is None and message.document is None:
        raise bad_request("there is no caption in the message to edit")
    caption, entities = read_caption(call.caption, call.parse_mode, call.caption_entities) or (None, None)
    return _change(service, room, message, call, caption=caption, caption_entities=entities)


def edit_media(service: Service, call: EditMessageMedia) -> Message:
    """Source: editMessageMedia: "If a message is part of a message album, then it can be edited only to an audio for
    audio albums, only to a document for document albums and to a photo, a live photo, or a video otherwise".
    """
    room, message = _own(service, call)
    if not isinstance(call.media, InputMediaPhoto) or not isinstance(call.media.media, InputFile):
        raise bad_request("this peer puts new photos in the place of photos only")
    if message.photo is None:
        raise bad_request("there is no media in the message to edit")
    photo = service.files.photo(uploaded(call.media.media).data)
    caption, entities = read_caption(call.media.caption, call.media.parse_mode, call.media.caption_entities) or (
        None,
        None,
    )
    return _change(service, room, message, call, photo=photo, caption=caption, caption_entities=entities)


def edit_markup(service: Service, call: EditMessageReplyMarkup) -> Message:
    """Source: editMessageReplyMarkup: "Use this method to edit only the reply markup of messages"."""
    room, message = _own(service, call)
    return _change(service, room, message, call)


def delete_message(service: Service, call: DeleteMessage) -> bool:
    """Source: deleteMessage: "Use this method to delete a message, including service messages"."""
    room = service.open_room(call.chat_id)
    message = room.messages.get(call.message_id)
    if message is None:
        raise bad_request("message to delete not found")
    _check_deletable(service, room, message)
    del room.messages[call.message_id]
    return True


def delete_messages(service: Service, call: DeleteMessages) -> bool:
    """Source: deleteMessages: "If some of the specified messages can't be found, they are skipped"; message_ids:
    "A JSON-serialized list of 1-100 identifiers of messages to delete".
    """
    room = service.open_room(call.chat_id)
    if not 1 <= len(call.message_ids) <= 100:
        raise bad_request("message identifiers are not specified" if not call.message_ids else "too many messages")
    found = [room.messages[number] for number in call.message_ids if number in room.messages]
    for message in found:
        _check_deletable(service, room, message)
    for message in found:
        room.messages.pop(message.message_id, None)
    return True


def answer_press(service: Service, call: AnswerCallbackQuery) -> bool:
    """Source: answerCallbackQuery, text: "Text of the notification. If not specified, nothing will be shown to the
    user, 0-200 characters".
    """
    press = service.presses.get(call.callback_query_id)
    if press is None or press.answer is not None:
        raise bad_request(_TOO_OLD)
    if len(call.text or "") > 200:
        raise bad_request("MESSAGE_TOO_LONG")
    press.answer = call
    return True


def _own(service: Service, call: _Edit) -> tuple[Room, Message]:
    """Return the bot's own message that a call edits."""
    room = service.open_room(call.chat_id)
    message = room.messages.get(call.message_id or 0)
    if message is None:
        raise bad_request("message to edit not found")
    if message.from_user is None or message.from_user.id != service.bot.id:
        raise bad_request("message can't be edited")
    return room, message


def _change(service: Service, room: Room, message: Message, call: _Edit, **content: Any) -> Message:
    """Put new content, and the keyboard that came with it or none, in the place of the old.

    Source: Message, edit_date: "Date the message was last edited in Unix time".
    """
    new = content | {"reply_markup": check_keyboard(call.reply_markup)}
    if all(getattr(message, name) == value for name, value in new.items()):
        raise bad_request(_SAME)
    changed = message.model_copy(update=new | {"edit_date": int(service.clock.now().timestamp())})
    room.replace(changed)
    return changed


def _check_deletable(service: Service, room: Room, message: Message) -> None:
    """Source: deleteMessage: "A message can only be deleted if it was sent less than 48 hours ago", "Service
    messages about a supergroup, channel, or forum topic creation can't be deleted", "Bots can delete outgoing
    messages in private chats, groups, and supergroups", "Bots can delete incoming messages in private chats", "If
    the bot is an administrator of a group, it can delete any message there", "If the bot has can_delete_messages
    administrator right in a supergroup or a channel, it can delete any message there".
    """
    if message.forum_topic_created or message.supergroup_chat_created:
        raise bad_request("message can't be deleted")
    is_ours = message.from_user is not None and message.from_user.id == service.bot.id
    right = room.may(service.bot, "can_delete_messages")
    may = right if room.chat.type == "supergroup" else room.rules(service.bot)
    is_old = service.clock.now() - message.date >= DELETION_WINDOW
    if is_old or not (is_ours or room.is_private or may):
        raise bad_request("message can't be deleted for everyone")


HANDLERS: Handlers = {
    EditMessageText: edit_text,
    EditMessageCaption: edit_caption,
    EditMessageMedia: edit_media,
    EditMessageReplyMarkup: edit_markup,
    DeleteMessage: delete_message,
    DeleteMessages: delete_messages,
    AnswerCallbackQuery: answer_press,
}
