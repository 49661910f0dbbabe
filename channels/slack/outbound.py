"""What leaves for a member: into their conversation with the app, a thread for each question, pictures with it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from channels.slack.blocks import Block, card_blocks, message_parts, notice_of, section
from channels.slack.calls import Calls
from channels.slack.payloads import needed
from channels.slack.pictures import Pictures, Uploaded
from channels.slack.references import channel_and_timestamp, is_file, joined, message_reference, separate
from domain.delivery import OutgoingMessage
from domain.errors import HilumError, PermanentError, TransientError
from domain.ids import DeliveryId, QuestionId
from domain.messages import Address
from domain.ports.listening import ChannelServices
from domain.ports.store import Transaction

_BEFORE_IT_IS_ONE = ("draft.", "check.", "error.")
"""What is said of a draft stands in the conversation itself; the thread begins with the receipt."""
_GONE = frozenset({"message_gone", "thread_gone", "file_gone"})
_OF_ONE_MESSAGE = frozenset({"slack_refused", "not_deletable"})
"""Says nothing of the others that are to be taken back."""
_REMEMBERED = 1_000
_STRUCK_OUT = "—"


@dataclass(frozen=True, slots=True)
class Post:
    """Where a message goes: `thread` is a timestamp, `shows` also puts what is said there into the conversation."""

    channel: str
    thread: str = ""
    shows: bool = False
    room: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Posted:
    """What now stands there, the message first; `lacks_images` where its pictures may be brought later."""

    references: tuple[str, ...]
    lacks_images: bool = False


@dataclass(slots=True)
class _Begun:
    """What was posted until now of a message that is posted in parts."""

    parts: list[list[Block]]
    said: list[tuple[str, str]] = field(default_factory=list)

    @property
    def references(self) -> tuple[str, ...]:
        return tuple(message_reference(*each) for each in self.said)


@dataclass(frozen=True, slots=True)
class Outbound:
    """Whoever tries a delivery of several parts again goes on where it ended, as long as this process lives."""

    calls: Calls
    services: ChannelServices
    pictures: Pictures
    _begun: OrderedDict[tuple[str, Post], _Begun] = field(default_factory=OrderedDict)

    async def send(self, address: Address, message: OutgoingMessage) -> str:
        """Send a message to a member; returns the references of what was posted."""
        thread = await self._thread(address, message)
        # Who has to do or to read something sees it without opening the thread as well.
        shows = bool(thread) and not message.is_silent and bool(message.choices or message.quoted is not None)
        post = Post(channel=address.external_id, thread=thread, shows=shows)
        return joined((await self.post(post, message)).references)

    async def post(self, post: Post, message: OutgoingMessage) -> Posted:
        """Post a message and its pictures."""
        pictures = await self.pictures.upload(message.images)
        try:
            return await self._post(post, message, pictures)
        except PermanentError as error:
            if error.code != "message_gone" or not post.thread:
                raise
        # The first message of its thread was deleted: better outside of a thread than not at all.
        return await self._post(replace(post, thread="", shows=False), message, pictures)

    async def take_back(self, reference: str, *, room: str = "") -> None:
        """Delete what was posted, message and pictures; what is gone already is nothing.

        Raises:
            PermanentError: something of it stays; everything else is gone by then.
        """
        staying: PermanentError | None = None
        for each in separate(reference):
            try:
                await self._delete(each, room=room)
            except PermanentError as error:
                if error.code in _OF_ONE_MESSAGE:
                    staying = error
                elif error.code not in _GONE:
                    raise
        if staying is not None:
            raise staying

    async def _post(self, post: Post, message: OutgoingMessage, pictures: Sequence[Uploaded]) -> Posted:
        if post.room and post.thread:
            return await self._reply(post, message, pictures)
        said = await self._said(post, message)
        channel, timestamp = said[0]
        references = (*(message_reference(*each) for each in said), *(each.file_id for each in pictures))
        try:
            await self.pictures.share(pictures, channel, thread=timestamp if post.room else post.thread)
        except HilumError as error:
            # The words are there already; the pictures may be as well, where no more than the answer was lost.
            self._log_not_shared(error, pictures)
            return Posted(references, lacks_images=isinstance(error, TransientError))
        return Posted(references)

    async def _reply(self, post: Post, message: OutgoingMessage, pictures: Sequence[Uploaded]) -> Posted:
        """Post in a room's thread, the pictures first: a panel that is told of them has them."""
        files = tuple(each.file_id for each in pictures)
        try:
            await self._share(post, pictures)
            said = await self._said(post, message)
        except HilumError:
            await self._drop(files, room=post.room)
            raise
        return Posted((*(message_reference(*each) for each in said), *files))

    async def _share(self, post: Post, pictures: Sequence[Uploaded]) -> None:
        """Show pictures in a thread.

        Raises:
            TransientError: later it may work; what Slack never takes is only logged.
        """
        try:
            await self.pictures.share(pictures, post.channel, thread=post.thread)
        except PermanentError as error:
            self._log_not_shared(error, pictures)

    async def _drop(self, files: Sequence[str], *, room: str) -> None:
        """Delete what was posted of a message whose rest did not follow; pictures are shared with it again."""
        try:
            await self.take_back(joined(files), room=room)
        except HilumError as error:
            self.services.log.error("pictures_left_behind", error=error.code, images=len(files))

    def _log_not_shared(self, error: HilumError, pictures: Sequence[Uploaded]) -> None:
        self.services.log.warning("pictures_not_shared", error=error.code, images=len(pictures))

    async def _said(self, post: Post, message: OutgoingMessage) -> list[tuple[str, str]]:
        is_card, title = bool(post.room) and not post.thread, post.title
        parts = [card_blocks(message, title=title)] if is_card else message_parts(message, title=title)
        begun = await self._remembered(post, message, parts=parts)
        try:
            for part in parts[len(begun.said) :]:
                begun.said.append(await self._say(post, part, notice=notice_of(message, title=title)))
                await self._note_part(post, message, begun)
        except PermanentError:
            # Nobody comes back for the rest.
            self._begun.pop((message.delivery_id, post), None)
            await self._drop(begun.references, room=post.room)
            raise
        self._begun.pop((message.delivery_id, post), None)
        return begun.said

    async def _remembered(self, post: Post, message: OutgoingMessage, *, parts: list[list[Block]]) -> _Begun:
        """Return what was posted before it was cut off; where it says something else by now, that goes first."""
        key = (message.delivery_id, post)
        begun = self._begun.get(key)
        if begun is not None and begun.parts != parts:
            await self.take_back(joined(begun.references), room=post.room)
            begun = None
        begun = begun or _Begun(parts=parts)
        self._begun[key] = begun
        self._begun.move_to_end(key)
        while len(self._begun) > _REMEMBERED:
            self._begun.popitem(last=False)
        return begun

    async def _note_part(self, post: Post, message: OutgoingMessage, begun: _Begun) -> None:
        """Keep at once what lies with a member, so that it can be taken back even if the rest never comes."""
        if post.room or message.question_id is None or len(begun.parts) == 1:
            return
        reference = begun.references[-1]
        await self.services.store.write(lambda transaction: transaction.sent.note(message.delivery_id, reference))

    async def _say(self, post: Post, blocks: Sequence[Block], *, notice: str) -> tuple[str, str]:
        answer = await self.calls(
            "chat.postMessage",
            room=post.room,
            channel=post.channel,
            text=notice,
            blocks=blocks,
            thread_ts=post.thread or None,
            reply_broadcast=True if post.shows else None,
            unfurl_links=False,
            unfurl_media=False,
        )
        return needed(answer, "channel"), needed(answer, "ts")

    async def _delete(self, reference: str, *, room: str) -> None:
        if is_file(reference):
            await self.calls("files.delete", room=room, file=reference)
            return
        channel, timestamp = channel_and_timestamp(reference)
        try:
            await self.calls("chat.delete", room=room, channel=channel, ts=timestamp)
        except PermanentError as error:
            if error.code != "not_deletable":
                raise
            blocks = [section(_STRUCK_OUT)]
            await self.calls("chat.update", room=room, channel=channel, ts=timestamp, text=_STRUCK_OUT, blocks=blocks)

    async def _thread(self, address: Address, message: OutgoingMessage) -> str:
        """Return the timestamp of the first message about a question to this member."""
        question_id = message.question_id
        if question_id is None or message.key.startswith(_BEFORE_IT_IS_ONE):
            return ""
        return await self.services.store.read(
            lambda transaction: _root(transaction, address, question_id, besides=message.delivery_id)
        )


def _root(transaction: Transaction, address: Address, question_id: QuestionId, *, besides: DeliveryId) -> str:
    sent = [
        each
        for each in transaction.sent.about(question_id)
        if each.address == address and each.id != besides and not each.key.startswith(_BEFORE_IT_IS_ONE)
    ]
    first = min(sent, key=lambda each: each.created_at, default=None)
    references = separate((transaction.sent.reference(first.id) if first is not None else None) or "")
    return channel_and_timestamp(references[0])[1] if references else ""
