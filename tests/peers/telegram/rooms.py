"""Chats as the peer keeps them: who is in, what lies there, which topics there are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

from aiogram.types import (
    Chat,
    ChatLocation,
    ChatMemberAdministrator,
    ChatMemberBanned,
    ChatMemberLeft,
    ChatMemberOwner,
    ForceReply,
    Message,
    ResultChatMemberUnion,
    User,
)

_GONE = (ChatMemberBanned, ChatMemberLeft)


@dataclass(slots=True)
class Topic:
    """A topic of a forum; its id is the id of the service message that opened it."""

    thread_id: int
    name: str
    opened: Message
    icon_color: int
    icon_custom_emoji_id: str | None = None
    is_closed: bool = False
    is_of_the_bot: bool = True


@dataclass(slots=True)
class Room:
    """One chat.

    `is_open` is False for the private chat of somebody who never wrote to the bot.
    `lost_topics` holds how the service refuses each topic that was deleted.
    """

    chat: Chat
    is_open: bool = True
    members: dict[int, ResultChatMemberUnion] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    topics: dict[int, Topic] = field(default_factory=dict)
    lost_topics: dict[int, str] = field(default_factory=dict)
    pinned: list[int] = field(default_factory=list)
    asking: dict[int, ForceReply] = field(default_factory=dict)
    """The messages for whose reply the apps open the field, by number."""
    moved_to: int | None = None
    linked_chat_id: int | None = None
    location: ChatLocation | None = None
    ids: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def is_private(self) -> bool:
        return self.chat.type == "private"

    @property
    def is_forum(self) -> bool:
        return bool(self.chat.is_forum)

    def has(self, user: User) -> bool:
        member = self.members.get(user.id)
        return member is not None and not isinstance(member, _GONE)

    def count_members(self) -> int:
        return sum(self.has(member.user) for member in self.members.values())

    def rules(self, user: User) -> bool:
        """Say whether somebody is an administrator here."""
        return isinstance(self.members.get(user.id), ChatMemberAdministrator | ChatMemberOwner)

    def may(self, user: User, right: str) -> bool:
        """Say whether somebody has a right that only administrators have."""
        member = self.members.get(user.id)
        return isinstance(member, ChatMemberOwner) or bool(getattr(member, right, False))

    def replace(self, message: Message) -> None:
        self.messages[message.message_id] = message

    def remove_topic(self, thread_id: int, refusal: str) -> None:
        del self.topics[thread_id]
        self.lost_topics[thread_id] = refusal
        for message in list(self.messages.values()):
            if message.is_topic_message and message.message_thread_id == thread_id:
                del self.messages[message.message_id]


def administrator(user: User, **rights: bool) -> ChatMemberAdministrator:
    """Return an administrator with these rights only."""
    none = {name: False for name, each in ChatMemberAdministrator.model_fields.items() if each.annotation is bool}
    return ChatMemberAdministrator.model_validate({"user": user} | none | {"can_manage_chat": True} | rights)
