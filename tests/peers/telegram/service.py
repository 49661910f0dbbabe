"""The service's state: who there is, which chats, and what is posted where; nothing of HTTP, nothing of methods."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import wraps
from itertools import count
from threading import RLock
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from aiogram.methods import AnswerCallbackQuery
from aiogram.types import (
    Chat,
    ChatMemberBanned,
    ChatMemberLeft,
    ChatMemberUpdated,
    Message,
    ResultChatMemberUnion,
    User,
)

from tests.peers.telegram.clock import Clock
from tests.peers.telegram.files import FileStore
from tests.peers.telegram.profile import Profile
from tests.peers.telegram.refusals import bad_request, forbidden, moved
from tests.peers.telegram.rooms import Room
from tests.peers.telegram.updates import UpdateQueue
from tests.peers.telegram.webhook import Webhook

TOKEN = "7654321:AAHilumLoopbackPeerTokenNotARealOne_"
_P = ParamSpec("_P")
_R = TypeVar("_R")


class HasService(Protocol):
    @property
    def service(self) -> Service: ...


_S = TypeVar("_S", bound=HasService)


def alone(method: Callable[Concatenate[_S, _P], _R]) -> Callable[Concatenate[_S, _P], _R]:
    """Let what a test does and what the bot calls never mix: the peer may run in a thread of its own."""

    @wraps(method)
    def run(self: _S, /, *args: _P.args, **kwargs: _P.kwargs) -> _R:
        with self.service.lock:
            return method(self, *args, **kwargs)

    return run


@dataclass(slots=True)
class Press:
    """A button somebody pressed, and what the bot answered."""

    query_id: str
    user: User
    answer: AnswerCallbackQuery | None = None


@dataclass(slots=True)
class Service:
    token: str = TOKEN
    clock: Clock = field(default_factory=Clock)
    rooms: dict[int, Room] = field(default_factory=dict)
    users: dict[int, User] = field(default_factory=dict)
    presses: dict[str, Press] = field(default_factory=dict)
    lock: RLock = field(default_factory=RLock)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    bot: User = field(init=False)
    files: FileStore = field(init=False)
    updates: UpdateQueue = field(init=False)
    profile: Profile = field(default_factory=Profile)
    webhook: Webhook = field(default_factory=Webhook)

    def __post_init__(self) -> None:
        self.files = FileStore(self.clock)
        self.updates = UpdateQueue(self.clock)
        self.bot = User(
            id=int(self.token.split(":")[0]),
            is_bot=True,
            first_name="Hilum",
            username="hilum_test_bot",
            can_join_groups=True,
            can_read_all_group_messages=False,
            supports_inline_queries=False,
        )

    def room(self, chat_id: int | str | None) -> Room:
        """Return a chat the bot knows of.

        Source: sendMessage, chat_id: "Unique identifier for the target chat or username of the target bot,
        supergroup or channel in the format @username".
        """
        room = self.rooms.get(_number(chat_id)) or self._named(chat_id)
        if room is None:
            raise bad_request("chat not found")
        if room.moved_to is not None:
            raise moved(room.moved_to)
        if not room.is_open:
            raise self._unopened(room)
        return room

    def open_room(self, chat_id: int | str | None) -> Room:
        """Return a chat where the bot may speak.

        Source: ChatMemberUpdated: the bot "is blocked or unblocked by the user"; Making requests, error 403.
        """
        room = self.room(chat_id)
        if room.has(self.bot):
            return room
        if room.is_private:
            raise forbidden("bot was blocked by the user")
        kicked = isinstance(room.members.get(self.bot.id), ChatMemberBanned)
        state = "was kicked from" if kicked else "is not a member of"
        raise forbidden(f"bot {state} the {room.chat.type} chat")

    def post(self, room: Room, sender: User, **content: Any) -> Message:
        """Put a message into a chat, under the next number of that chat."""
        fields = {name: value for name, value in content.items() if value is not None}
        message = Message(
            message_id=next(room.ids), date=self.clock.second(), chat=room.chat, from_user=sender, **fields
        )
        room.replace(message)
        return message

    def hear(self, room: Room, message: Message, *, kind: str = "message") -> None:
        """Tell the bot of a message, if it may read it.

        Source: Bot Features, Privacy mode: bots in groups "receive all messages" only as administrators or with
        privacy mode disabled; others receive commands and "all replies to any messages" meant for them.
        """
        if room.is_private or self._reads(room, message):
            self.updates.add(kind, message, chat_id=room.chat.id)

    def change_member(self, room: Room, member: ResultChatMemberUnion, *, by: User) -> None:
        """Change somebody's standing in a chat and tell the bot of it.

        Source: Update, my_chat_member: "The bot's chat member status was updated in a chat. For private chats, this
        update is received only when the bot is blocked or unblocked by the user"; chat_member: "The bot must be an
        administrator in the chat and must explicitly specify 'chat_member' in the list of allowed_updates".
        """
        before = room.members.get(member.user.id) or ChatMemberLeft(user=member.user)
        room.members[member.user.id] = member
        kind = "my_chat_member" if member.user.id == self.bot.id else "chat_member"
        if kind == "my_chat_member" or room.rules(self.bot):
            changed = ChatMemberUpdated(
                chat=room.chat,
                from_user=by,
                date=self.clock.second(),
                old_chat_member=before,
                new_chat_member=member,
            )
            self.updates.add(kind, changed, chat_id=room.chat.id)

    def new_user(self, first_name: str, *, username: str | None = None, language_code: str | None = None) -> User:
        """Source: User, id: "This number may have more than 32 significant bits"."""
        user = User(
            id=5_000_000_000 + next(self.numbers),
            is_bot=False,
            first_name=first_name,
            username=username,
            language_code=language_code,
        )
        self.users[user.id] = user
        return user

    def new_room(self, chat: Chat, *, is_open: bool = True) -> Room:
        room = self.rooms[chat.id] = Room(chat=chat, is_open=is_open)
        return room

    def _reads(self, room: Room, message: Message) -> bool:
        if not room.has(self.bot):
            return False
        answered = message.reply_to_message
        is_for_bot = answered is not None and answered.from_user is not None and answered.from_user.id == self.bot.id
        return (
            room.rules(self.bot)
            or bool(self.bot.can_read_all_group_messages)
            or _is_service(message)
            or is_for_bot
            or (message.text or "").startswith("/")
        )

    def _unopened(self, room: Room) -> Exception:
        """Source: Bot Features: "Bots can't initiate conversations with users"."""
        groups = (other for other in self.rooms.values() if not other.is_private)
        meets = any(other.has(self.bot) and room.chat.id in other.members for other in groups)
        if meets:
            return forbidden("bot can't initiate conversation with a user")
        return bad_request("chat not found")

    def _named(self, chat_id: int | str | None) -> Room | None:
        name = str(chat_id)
        return next(
            (room for room in self.rooms.values() if not room.is_private and name == f"@{room.chat.username}"), None
        )


def _number(chat_id: int | str | None) -> int:
    try:
        return int(chat_id or 0)
    except ValueError:
        return 0


def _is_service(message: Message) -> bool:
    """Say whether nobody wrote this: somebody joined, a topic was opened, a group was upgraded."""
    return not any((message.text, message.photo, message.document, message.voice, message.sticker, message.video))
