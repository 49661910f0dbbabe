"""What the bot asks about a chat and does to it as a whole: its facts, its members, its pins, leaving it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiogram.methods import (
    GetChat,
    GetChatAdministrators,
    GetChatMember,
    GetChatMemberCount,
    LeaveChat,
    PinChatMessage,
    UnpinChatMessage,
)
from aiogram.types import AcceptedGiftTypes, ChatFullInfo, ChatMemberLeft, ResultChatMemberUnion

from tests.peers.telegram.calls import Handlers
from tests.peers.telegram.refusals import bad_request
from tests.peers.telegram.rooms import Room
from tests.peers.telegram.threads import place_of

if TYPE_CHECKING:
    from tests.peers.telegram.service import Service

_NO_GIFTS = AcceptedGiftTypes(
    unlimited_gifts=False,
    limited_gifts=False,
    unique_gifts=False,
    premium_subscription=False,
    gifts_from_channels=False,
)


def get_chat(service: Service, call: GetChat) -> ChatFullInfo:
    """Source: getChat: "Use this method to get up-to-date information about the chat"; ChatFullInfo,
    pinned_message: "The most recent pinned message (by sending date)".
    """
    room = service.open_room(call.chat_id)
    known = room.chat.model_dump(include={"id", "type", "title", "username", "first_name", "last_name", "is_forum"})
    return ChatFullInfo(
        **known,
        accent_color_id=0,
        max_reaction_count=11,
        accepted_gift_types=_NO_GIFTS,
        pinned_message=room.messages.get(max(room.pinned, default=0)),
        linked_chat_id=room.linked_chat_id,
        location=room.location,
    )


def get_member(service: Service, call: GetChatMember) -> ResultChatMemberUnion:
    """Source: getChatMember: "The method is only guaranteed to work for other users if the bot is an administrator
    in the chat": it may well answer where the bot is none, which says nothing of the bot's rights. Whom the bot has
    never met is refused; source: github.com/tdlib/td, DialogParticipantManager.cpp, finish_get_dialog_participant:
    "Member not found".
    """
    room = service.open_room(call.chat_id)
    user = service.users.get(call.user_id)
    if user is None and call.user_id != service.bot.id:
        raise bad_request("member not found")
    return room.members.get(call.user_id) or ChatMemberLeft(user=user or service.bot)


def get_administrators(service: Service, call: GetChatAdministrators) -> list[ResultChatMemberUnion]:
    """Source: getChatAdministrators: "Use this method to get a list of administrators in a chat"."""
    room = _group(service, call.chat_id)
    return [member for member in room.members.values() if room.rules(member.user)]


def count_members(service: Service, call: GetChatMemberCount) -> int:
    """Source: getChatMemberCount: "Use this method to get the number of members in a chat"."""
    return service.open_room(call.chat_id).count_members()


def leave(service: Service, call: LeaveChat) -> bool:
    """Source: leaveChat: "Use this method for your bot to leave a group, supergroup or channel"."""
    room = _group(service, call.chat_id)
    service.change_member(room, ChatMemberLeft(user=service.bot), by=service.bot)
    return True


def pin(service: Service, call: PinChatMessage) -> bool:
    """Source: pinChatMessage: "In private chats and channel direct messages chats, all non-service messages can be
    pinned. Conversely, the bot must be an administrator with the 'can_pin_messages' right".
    """
    room = _pinning(service, call.chat_id)
    message = room.messages.get(call.message_id)
    if message is None:
        raise bad_request("message to pin not found")
    if call.message_id not in room.pinned:
        room.pinned.append(call.message_id)
        place = place_of(room, thread_id=message.message_thread_id if message.is_topic_message else None, answered=None)
        service.post(room, service.bot, pinned_message=message, **place)
    return True


def unpin(service: Service, call: UnpinChatMessage) -> bool:
    """Source: unpinChatMessage, message_id: "If not specified, the most recent pinned message (by sending date)
    will be unpinned".
    """
    room = _pinning(service, call.chat_id)
    number = call.message_id or max(room.pinned, default=0)
    if number not in room.pinned:
        raise bad_request("message to unpin not found")
    room.pinned.remove(number)
    return True


def _pinning(service: Service, chat_id: int | str) -> Room:
    room = service.open_room(chat_id)
    if not (room.is_private or room.may(service.bot, "can_pin_messages")):
        raise bad_request("not enough rights to manage pinned messages in the chat")
    return room


def _group(service: Service, chat_id: int | str) -> Room:
    room = service.open_room(chat_id)
    if room.is_private:
        raise bad_request("there are no administrators in the private chat")
    return room


HANDLERS: Handlers = {
    GetChat: get_chat,
    GetChatMember: get_member,
    GetChatAdministrators: get_administrators,
    GetChatMemberCount: count_members,
    LeaveChat: leave,
    PinChatMessage: pin,
    UnpinChatMessage: unpin,
}
