"""What the bot sends: texts, photos, documents, albums."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiogram.methods import SendChatAction, SendDocument, SendMediaGroup, SendMessage, SendPhoto
from aiogram.types import InputFile, InputMediaDocument, InputMediaPhoto, Message

from tests.peers.telegram.calls import Handlers
from tests.peers.telegram.files import uploaded
from tests.peers.telegram.refusals import bad_request
from tests.peers.telegram.texts import check_forced, check_keyboard, read_caption, read_text
from tests.peers.telegram.threads import answered_by_bot, place_of, topic_for_bot

if TYPE_CHECKING:
    from tests.peers.telegram.service import Service

_ACTIONS = {
    "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document",
    "choose_sticker", "find_location", "record_video_note", "upload_video_note",
}  # fmt: skip
_Sending = SendMessage | SendPhoto | SendDocument | SendMediaGroup
_WithMedia = SendPhoto | SendDocument | InputMediaPhoto | InputMediaDocument


def send_message(service: Service, call: SendMessage) -> Message:
    """Source: sendMessage: "Use this method to send text messages"."""
    text, entities = read_text(call.text, call.parse_mode, call.entities)
    return _send(service, call, text=text, entities=entities)


def send_photo(service: Service, call: SendPhoto) -> Message:
    """Source: sendPhoto: "Use this method to send photos"."""
    return _send(service, call, photo=_photo(service, call.photo), **_caption(call))


def send_document(service: Service, call: SendDocument) -> Message:
    """Source: sendDocument: "Use this method to send general files"."""
    return _send(service, call, document=_document(service, call.document), **_caption(call))


def send_media_group(service: Service, call: SendMediaGroup) -> list[Message]:
    """Source: sendMediaGroup, media: "must include 2-10 items"; "Documents and audio files can be only grouped in
    an album with messages of the same type"; Message, media_group_id: "The unique identifier inside this chat of a
    media message group this message belongs to".
    """
    if not 2 <= len(call.media) <= 10:
        raise bad_request("there must be 2-10 items in the album")
    if len({each.type for each in call.media}) > 1:
        raise bad_request("document can't be mixed with other media types")
    contents = [_of_album(service, each) | _caption(each) for each in call.media]
    group = str(13_000_000_000 + next(service.numbers))
    return [_send(service, call, media_group_id=group, **content) for content in contents]


def send_chat_action(service: Service, call: SendChatAction) -> bool:
    """Source: sendChatAction, action: "Type of action to broadcast"."""
    room = service.open_room(call.chat_id)
    if call.action not in _ACTIONS:
        raise bad_request("wrong parameter action in request")
    topic_for_bot(service, room, call.message_thread_id)
    return True


def _send(service: Service, call: _Sending, **content: Any) -> Message:
    """Source: sendMessage, protect_content: "Protects the contents of the sent message from forwarding and
    saving".
    """
    room = service.open_room(call.chat_id)
    topic_for_bot(service, room, call.message_thread_id)
    answered = answered_by_bot(room, call.reply_parameters)
    markup = getattr(call, "reply_markup", None)
    keyboard, asks = check_keyboard(markup), check_forced(markup)
    posted = service.post(
        room,
        service.bot,
        reply_markup=keyboard,
        has_protected_content=call.protect_content is True or None,
        **place_of(room, thread_id=call.message_thread_id, answered=answered),
        **content,
    )
    if asks is not None:
        room.asking[posted.message_id] = asks
    return posted


def _of_album(service: Service, item: object) -> dict[str, Any]:
    if isinstance(item, InputMediaPhoto):
        return {"photo": _photo(service, item.media)}
    if isinstance(item, InputMediaDocument):
        return {"document": _document(service, item.media)}
    raise bad_request("this peer plays albums of photos and of documents only")


def _photo(service: Service, file: str | InputFile) -> object:
    if isinstance(file, str):
        return service.files.again(file, "photo")
    return service.files.photo(uploaded(file).data)


def _document(service: Service, file: str | InputFile) -> object:
    if isinstance(file, str):
        return service.files.again(file, "document")
    part = uploaded(file)
    return service.files.document(part.data, name=part.filename, mime_type=None)


def _caption(call: _WithMedia | Any) -> dict[str, Any]:
    read = read_caption(call.caption, call.parse_mode, call.caption_entities)
    return {} if read is None else {"caption": read[0], "caption_entities": read[1]}


HANDLERS: Handlers = {
    SendMessage: send_message,
    SendPhoto: send_photo,
    SendDocument: send_document,
    SendMediaGroup: send_media_group,
    SendChatAction: send_chat_action,
}
