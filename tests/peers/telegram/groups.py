"""Groups as a test plays them: members, rights of the bot, topics that people change, the upgrade to a supergroup."""

from __future__ import annotations

from dataclasses import dataclass

from aiogram.methods import CreateForumTopic
from aiogram.types import (
    Chat,
    ChatLocation,
    ChatMemberBanned,
    ChatMemberLeft,
    ChatMemberMember,
    ChatMemberOwner,
    ForumTopicClosed,
    ForumTopicEdited,
    ForumTopicReopened,
    Location,
    Message,
    User,
)

from tests.peers.telegram.people import Person, messages_in
from tests.peers.telegram.rooms import Room, Topic, administrator
from tests.peers.telegram.service import Service, alone
from tests.peers.telegram.threads import NOT_FOUND, topic_of
from tests.peers.telegram.topics import open_topic, say_in

BOT_RIGHTS = {"can_manage_topics": True, "can_delete_messages": True, "can_pin_messages": True}


@dataclass(slots=True)
class Group:
    """A group and its owner, who does what a test asks of nobody in particular."""

    service: Service
    room: Room
    owner: User

    @property
    def id(self) -> int:
        return self.room.chat.id

    @alone
    def adds(self, person: Person) -> None:
        """Source: Message, new_chat_members: "New members that were added to the group or supergroup"."""
        self.service.change_member(self.room, ChatMemberMember(user=person.user), by=self.owner)
        self.service.hear(self.room, self.service.post(self.room, self.owner, new_chat_members=[person.user]))

    @alone
    def removes(self, person: Person) -> None:
        """Source: Message, left_chat_member: "A member was removed from the group"."""
        self.service.change_member(self.room, ChatMemberLeft(user=person.user), by=self.owner)
        self.service.hear(self.room, self.service.post(self.room, self.owner, left_chat_member=person.user))

    @alone
    def promotes_bot(self, /, **rights: bool) -> None:
        self.service.change_member(self.room, administrator(self.service.bot, **(rights or BOT_RIGHTS)), by=self.owner)

    @alone
    def demotes_bot(self) -> None:
        """Leave the bot a plain member: no topics, no deletions, and privacy mode hides what people write."""
        self.service.change_member(self.room, ChatMemberMember(user=self.service.bot), by=self.owner)

    @alone
    def removes_bot(self) -> None:
        gone = ChatMemberBanned(user=self.service.bot, until_date=self.service.clock.second())
        self.service.change_member(self.room, gone, by=self.owner)

    @alone
    def adds_bot(self) -> None:
        self.service.change_member(self.room, ChatMemberMember(user=self.service.bot), by=self.owner)

    @alone
    def upgrades(self, *, is_forum: bool = False) -> Group:
        """Make a supergroup of a group: a new chat with a new number; the old one refuses every call.

        Source: Message, migrate_to_chat_id: "The group has been migrated to a supergroup with the specified
        identifier"; migrate_from_chat_id: "The supergroup has been migrated from a group with the specified
        identifier".
        """
        old, chat = self.room, self.room.chat
        new_chat = Chat(id=supergroup_id(self.service), type="supergroup", title=chat.title, is_forum=is_forum or None)
        new = self.service.new_room(new_chat)
        new.members = dict(old.members)
        self.service.hear(old, self.service.post(old, self.owner, migrate_to_chat_id=new_chat.id))
        self.service.hear(new, self.service.post(new, self.owner, migrate_from_chat_id=chat.id))
        old.moved_to = new_chat.id
        return Group(service=self.service, room=new, owner=self.owner)

    @alone
    def turns_topics(self, *, on: bool) -> None:
        """Turn topics on or off; turned off, what stood in them stands in one row.

        Source: Chat, is_forum: "True, if the supergroup chat is a forum (has topics enabled)".
        """
        self.room.chat = self.room.chat.model_copy(update={"is_forum": on or None})
        if not on:
            self.room.topics.clear()

    @alone
    def links_a_channel(self) -> None:
        """Source: ChatFullInfo, linked_chat_id: "Unique identifier for the linked chat, i.e. the discussion group
        identifier for a channel and vice versa".
        """
        self.room.linked_chat_id = supergroup_id(self.service)

    @alone
    def gets_a_location(self) -> None:
        """Source: ChatFullInfo, location: "For supergroups, the location to which the supergroup is connected"."""
        place = Location(latitude=37.5, longitude=127.0)
        self.room.location = ChatLocation(location=place, address="A fictional square")

    @alone
    def opens_topic(self, name: str) -> int:
        call = CreateForumTopic(chat_id=self.id, name=name)
        topic, said = open_topic(self.service, self.room, self.owner, call)
        self.service.hear(self.room, said)
        return topic.thread_id

    @alone
    def renames_topic(self, thread_id: int, name: str) -> None:
        topic = topic_of(self.room, thread_id)
        topic.name = name
        self._say(topic, forum_topic_edited=ForumTopicEdited(name=name))

    @alone
    def closes_topic(self, thread_id: int) -> None:
        topic = topic_of(self.room, thread_id)
        topic.is_closed = True
        self._say(topic, forum_topic_closed=ForumTopicClosed())

    @alone
    def reopens_topic(self, thread_id: int) -> None:
        topic = topic_of(self.room, thread_id)
        topic.is_closed = False
        self._say(topic, forum_topic_reopened=ForumTopicReopened())

    @alone
    def deletes_topic(self, thread_id: int, *, refusal: str = NOT_FOUND) -> None:
        """Delete a topic with all its messages; the Bot API has no update that would tell the bot.

        Args:
            refusal: how the service refuses to send there; "TOPIC_DELETED" is seen as well.
        """
        self.room.remove_topic(thread_id, refusal)

    @alone
    def topic(self, thread_id: int) -> Topic:
        return self.room.topics[thread_id]

    @alone
    def topics(self) -> list[Topic]:
        return list(self.room.topics.values())

    @alone
    def messages(self, topic: int | None = None) -> list[Message]:
        return messages_in(self.room, topic)

    def texts(self, topic: int | None = None) -> list[str]:
        """Return the texts and captions that stand here, without service messages."""
        said = (each.text or each.caption for each in self.messages(topic))
        return [each for each in said if each]

    def _say(self, topic: Topic, **content: object) -> None:
        self.service.hear(self.room, say_in(self.service, self.room, topic, self.owner, **content))


def found_group(service: Service, title: str, *, kind: str, is_forum: bool, members: tuple[Person, ...]) -> Group:
    """Make a group and add the bot to it."""
    number = group_id(service) if kind == "group" else supergroup_id(service)
    owner = service.new_user("Owner")
    room = service.new_room(Chat(id=number, type=kind, title=title, is_forum=is_forum or None))
    room.members[owner.id] = ChatMemberOwner(user=owner, is_anonymous=False)
    room.members |= {person.id: ChatMemberMember(user=person.user) for person in members}
    group = Group(service=service, room=room, owner=owner)
    group.adds_bot()
    return group


def group_id(service: Service) -> int:
    return -(5_000_000 + next(service.numbers))


def supergroup_id(service: Service) -> int:
    """Source: Chat, id: "This number may have more than 32 significant bits"."""
    return -(1_002_000_000_000 + next(service.numbers))
