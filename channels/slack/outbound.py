"""What leaves for a member: into their conversation with the app, a thread for each question, pictures with it."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from channels.begun import Begun
from channels.marks import keyed_mark
from channels.slack.blocks import Block, card_blocks, message_parts, notice_of, section
from channels.slack.calls import UNREADABLE, Calls
from channels.slack.inbound import CHANNEL_NAME
from channels.slack.payloads import Payload, UnreadableError, needed, part_at, text_at
from channels.slack.pictures import MOST_PICTURES, Pictures, Uploaded
from channels.slack.references import channel_and_timestamp, is_file, joined, message_reference, separate
from domain.delivery import OutgoingMessage
from domain.errors import HilumError, PermanentError, TransientError
from domain.messages import Address
from domain.ports.listening import ChannelServices
from domain.tries import Tries

_BEFORE_IT_IS_ONE = ("draft.", "check.", "error.", "incident.")
"""What is said of a draft stands in the conversation itself, as what is said of flags; the thread begins with the
receipt."""
_GONE = frozenset({"message_gone", "thread_gone", "file_gone"})
_OF_ONE_MESSAGE = frozenset({"slack_refused", "not_deletable"})
"""Says nothing of the others that are to be taken back."""
_REMEMBERED = 1_000
_STRUCK_OUT = "—"
_SETTLED = 10_000
_WAITS_FOR_PICTURES = 3
"""So often words that are about their pictures are tried with them, and then go alone."""
_UNCLEAR = 2
"""So often something is posted that Slack says it has posted, without a word that can be read."""
EVENT = "hilum_post"
"""By this a post is known again as ours, with the question or the delivery that it is of."""


@dataclass(frozen=True, slots=True)
class Post:
    """Where a message goes: `thread` is a timestamp, `shows` also puts what is said there into the conversation."""

    channel: str
    thread: str = ""
    shows: bool = False
    room: str = ""
    title: str = ""

    @property
    def is_card(self) -> bool:
        return bool(self.room) and not self.thread


@dataclass(frozen=True, slots=True)
class Posted:
    """What now stands there, the message first; `lacks_images` where its pictures may be brought later."""

    references: tuple[str, ...]
    lacks_images: bool = False


@dataclass(slots=True)
class _Progress:
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
    _begun: OrderedDict[tuple[str, Post], _Progress] = field(default_factory=OrderedDict)
    _settled: dict[str, PermanentError | None] = field(default_factory=dict)
    """Of what is being taken back, what is gone, or why it stays."""
    _in_vain: Tries = field(default_factory=lambda: Tries(_WAITS_FOR_PICTURES))
    _unclear: Tries = field(default_factory=lambda: Tries(_UNCLEAR))

    async def send(self, address: Address, message: OutgoingMessage) -> str:
        """Send a message to a member; returns the references of what was posted."""
        return joined((await self.post(await self.place_of(address, message), message)).references)

    async def place_of(self, address: Address, message: OutgoingMessage) -> Post:
        """Return where a message to a member goes."""
        thread = await self._thread(address, message)
        # Who has to do or to read something sees it without opening the thread as well.
        shows = bool(thread) and not message.is_silent and bool(message.choices or message.quoted is not None)
        return Post(channel=address.external_id, thread=thread, shows=shows)

    async def resume(self, post: Post, message: OutgoingMessage, found: Mapping[str, Payload]) -> None:
        """Go on behind what of a message was found with a member; what says something else by now is taken back.

        Args:
            found: what each carries, by its reference.
        """
        parts = message_parts(message, title=post.title)
        begun = _Progress(parts=parts)
        left = dict(found)
        for number, part in enumerate(parts):
            wanted = self._carried(post, message, number=number, part=part)
            reference = next((each for each, carried in left.items() if carried == wanted), None)
            if reference is None:
                break
            begun.said.append(channel_and_timestamp(reference))
            del left[reference]
        await self.take_back(joined(tuple(left)))
        self._begun[message.delivery_id, post] = begun

    async def post(self, post: Post, message: OutgoingMessage) -> Posted:
        """Post a message and its pictures.

        Words wait for no picture, but in a room's thread for a while, where they are about their pictures.
        """
        if post.room:
            await self._take_out_begun(post, message)
        brought = await self.pictures.upload(message.images)
        key = (message.delivery_id, post)
        if brought.is_late and post.room and post.thread and self._in_vain.count_try(key):
            raise TransientError("pictures_late")
        if brought.is_late and post.is_card:
            # All of them come behind the card.
            return replace(await self._post(post, message, ()), lacks_images=True)
        if len(brought.pictures) < min(len(message.images), MOST_PICTURES):
            message = self._with_link(message)
        try:
            return await self._post(post, message, brought.pictures)
        except PermanentError as error:
            if error.code != "message_gone" or not post.thread:
                raise
        # The first message of its thread was deleted: better outside of a thread than not at all.
        return await self._post(replace(post, thread="", shows=False), message, brought.pictures)

    async def take_back(self, reference: str, *, room: str = "") -> None:
        """Delete what was posted, message and pictures; what is gone already is nothing.

        Slack deletes some fifty messages a minute, and counts those that were gone: whoever is told to come back goes
        on where it ended, as long as this process lives.

        Raises:
            PermanentError: something of it stays; everything else is gone by then.
            TransientError: later it goes on.
        """
        parts = separate(reference)
        for each in parts:
            if each not in self._settled:
                self._settled[each] = await self._gone(each, room=room)
        staying = [error for each in parts if (error := self._settled.pop(each, None)) is not None]
        while len(self._settled) > _SETTLED:
            del self._settled[next(iter(self._settled))]
        if staying:
            raise staying[-1]

    async def _gone(self, reference: str, *, room: str) -> PermanentError | None:
        """Delete one message or picture; returns why it stays, None where it is gone."""
        try:
            await self._delete(reference, room=room)
        except PermanentError as error:
            if error.code in _OF_ONE_MESSAGE:
                return error
            if error.code not in _GONE:
                raise
        return None

    def forget(self, references: Collection[str]) -> None:
        """Forget what was begun of messages of which something was taken out: whoever tries them again begins anew."""
        for key in [key for key, begun in self._begun.items() if not set(begun.references).isdisjoint(references)]:
            del self._begun[key]

    async def _post(self, post: Post, message: OutgoingMessage, pictures: Sequence[Uploaded]) -> Posted:
        if post.room and post.thread:
            return await self._reply(post, message, pictures)
        said = await self._said(post, message)
        channel, timestamp = said[0]
        references = (*(message_reference(*each) for each in said), *(each.file_id for each in pictures))
        if post.room and pictures:
            try:
                await self._keep(post, message, references)
            except TransientError as error:
                # The card stands there, and nobody has noted it.
                raise TransientError(error.code, is_unsure=True) from error
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
        await self._keep(post, message, files)
        try:
            await self._share(post, pictures)
            said = await self._said(post, message)
        except HilumError:
            await self._drop(post, message, files)
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

    async def _drop(self, post: Post, message: OutgoingMessage, references: Sequence[str]) -> None:
        """Delete what was posted of a message whose rest did not follow; pictures are shared with it again."""
        try:
            await self.take_back(joined(references), room=post.room)
        except HilumError as error:
            self.services.log.error("pictures_left_behind", error=error.code, images=len(references))
            await self._keep(post, message, references)

    async def _keep(self, post: Post, message: OutgoingMessage, references: Sequence[str]) -> None:
        """Note what stands there before its message is known to: it goes with everything else about its question.

        In a room pictures are noted before they are shown, since nothing that they carry tells whose they are.
        """
        if not references or not _tells(message):
            return
        delivery_id = message.delivery_id
        if post.room:
            await self._in_room(post, message).note(references)
        else:
            await self.services.store.write(lambda rows: rows.sent.note(delivery_id, joined(references)))

    async def _take_out_begun(self, post: Post, message: OutgoingMessage) -> None:
        """Take out of a room what stands of an earlier try, but for what this process goes on behind."""
        begun = self._begun.get((message.delivery_id, post))
        kept = () if begun is None else begun.references

        async def take_back(parts: Sequence[str]) -> None:
            # The pictures first: where a card with replies was, Slack keeps an empty stone.
            await self.take_back(joined(sorted(parts, key=is_file, reverse=True)), room=post.room)

        await self._in_room(post, message).take_out(take_back, lasting=_OF_ONE_MESSAGE, kept=kept)

    def _in_room(self, post: Post, message: OutgoingMessage) -> Begun:
        room = Address(channel=CHANNEL_NAME, external_id=post.room)
        return Begun(store=self.services.store, log=self.services.log, room=room, message=message)

    def _log_not_shared(self, error: HilumError, pictures: Sequence[Uploaded]) -> None:
        self.services.log.warning("pictures_not_shared", error=error.code, images=len(pictures))

    async def _said(self, post: Post, message: OutgoingMessage) -> list[tuple[str, str]]:
        title = post.title
        parts = [card_blocks(message, title=title)] if post.is_card else message_parts(message, title=title)
        begun = await self._remembered(post, message, parts=parts)
        try:
            for part in parts[len(begun.said) :]:
                notice = notice_of(message, title=title)
                carried = self._carried(post, message, number=len(begun.said), part=part)
                answer = await self._say(post, part, notice=notice, carried=carried)
                begun.said.append(self._place_in(answer, (message.delivery_id, post)))
                _check_thread(post, answer)
                await self._note_part(post, message, begun)
        except PermanentError:
            # Nobody comes back for the rest.
            self._begun.pop((message.delivery_id, post), None)
            await self._drop(post, message, begun.references)
            raise
        self._begun.pop((message.delivery_id, post), None)
        self._unclear.forget((message.delivery_id, post))
        self._in_vain.forget((message.delivery_id, post))
        return begun.said

    def _place_in(self, answer: Payload, key: tuple[str, Post]) -> tuple[str, str]:
        """Return where Slack has posted something.

        Raises:
            TransientError: it says that it has, and not where.
            PermanentError: it has said so before; whoever asks on has it posted again and again.
        """
        try:
            return needed(answer, "channel"), needed(answer, "ts")
        except UnreadableError as error:
            if self._unclear.count_try(key):
                raise TransientError(UNREADABLE, is_unsure=True) from error
            raise PermanentError(UNREADABLE) from error

    def _with_link(self, message: OutgoingMessage) -> OutgoingMessage:
        """Say where the pictures are that do not come with a message."""
        pages, question_id = self.services.page_address, message.question_id
        if message.link or not pages or question_id is None:
            return message
        return replace(message, link=f"{pages}/questions/{question_id}")

    async def _remembered(self, post: Post, message: OutgoingMessage, *, parts: list[list[Block]]) -> _Progress:
        """Return what was posted before it was cut off; where it says something else by now, that goes first."""
        key = (message.delivery_id, post)
        begun = self._begun.get(key)
        if begun is not None and begun.parts != parts:
            await self.take_back(joined(begun.references), room=post.room)
            begun = None
        begun = begun or _Progress(parts=parts)
        self._begun[key] = begun
        self._begun.move_to_end(key)
        while len(self._begun) > _REMEMBERED:
            self._begun.popitem(last=False)
        return begun

    async def _note_part(self, post: Post, message: OutgoingMessage, begun: _Progress) -> None:
        """Keep at once what stands there, so that it can be taken back even if the rest never comes.

        The last part in a room is for others to keep: it says that the message is there.
        """
        is_last = len(begun.said) == len(begun.parts)
        if len(begun.parts) > 1 and not (post.room and is_last):
            await self._keep(post, message, begun.references[-1:])

    def _carried(self, post: Post, message: OutgoingMessage, *, number: int, part: list[Block]) -> Payload | None:
        """Return what a post carries unseen: in a room its question; with a member its delivery, and which part it is.

        Without the app's token nobody can try out words on what stands for them.
        """
        if post.room:
            return {"question": message.question_id} if message.question_id else None
        if not _tells(message):
            return None
        return {"delivery": message.delivery_id, "part": f"{number}", "says": self._mark(part)}

    def _mark(self, part: list[Block]) -> str:
        return keyed_mark(json.dumps(part, sort_keys=True), key=self.pictures.options.bot_token)

    async def _say(self, post: Post, blocks: Sequence[Block], *, notice: str, carried: Payload | None) -> Payload:
        return await self.calls(
            "chat.postMessage",
            room=post.room,
            channel=post.channel,
            text=notice,
            blocks=blocks,
            thread_ts=post.thread or None,
            reply_broadcast=True if post.shows else None,
            unfurl_links=False,
            unfurl_media=False,
            metadata={"event_type": EVENT, "event_payload": carried} if carried else None,
        )

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
        found = await self.services.store.read(
            lambda transaction: transaction.sent.first_at(
                address, question_id, besides=message.delivery_id, unlike=_BEFORE_IT_IS_ONE
            )
        )
        references = separate(found or "")
        return channel_and_timestamp(references[0])[1] if references else ""


def _check_thread(post: Post, answer: Payload) -> None:
    """Look where Slack has put a reply: below a message that was deleted before its first reply, nowhere but outside.

    With a member it stands there well; in a room nobody would know what it is about.

    Source: slack-go/slack, issue 1571: the answer is ok, and its `message` has no `thread_ts`.
    Raises:
        PermanentError("thread_gone"): it stands in a room outside of its thread.
    """
    said = part_at(answer, "message")
    if post.room and post.thread and said and not text_at(said, "thread_ts"):
        raise PermanentError("thread_gone")


def _tells(message: OutgoingMessage) -> bool:
    """Return whether a message is about a case."""
    return message.question_id is not None or message.quoted is not None
