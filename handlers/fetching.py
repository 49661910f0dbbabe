"""Files that lie at a service: announced when their message is routed, fetched beside it, and what is said of them.

The words of a message never wait for its files; those are gathered like files that are still being sent to us.
"""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import datetime, timedelta

from domain.arrival import FETCHED_WITHIN, NOT_FETCHED, FetchedFile, album_of, file_id
from domain.commands import PresentDraft
from domain.commands_services import AcknowledgeFiles, FetchFile
from domain.errors import HilumError, TransientError, UserError
from domain.ids import QuestionId, UploadId
from domain.messages import Address, Attachment
from domain.ports.channel import FetchingChannel
from domain.ports.intake import IntakeLimits
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.study import SealedSegment, Upload, UploadState
from handlers.albums import is_growing, route_waiting, say_received
from handlers.cleaning import note_cleaning
from handlers.inbound import Received
from handlers.outbox import Notice, tell
from handlers.replacing import wanted_files
from handlers.troubles import tell_scope
from handlers.uploads import files_waiting

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=1), timedelta(seconds=30)
LANES = 2
"""So many files are fetched at a time, for everybody: a page never waits for them."""
LARGE_BYTES = 20_000_000
"""What is larger waits in a lane of its own: photos never stand behind it."""
PATIENCE, PATIENCE_WITH_LARGE = timedelta(minutes=1), timedelta(minutes=4)
"""So long the first try of a file may take, each further one twice as long: by then it holds up nobody else's."""
_CODE = "file_not_fetched"


async def announce_files(services: Services, received: Received) -> Received:
    """Note the files of a message as uploads that are on their way; a refusal is one sentence, and holds up nothing."""
    message = received.message
    if not message.attachments:
        return received

    def announce(transaction: Transaction) -> tuple[UploadId, ...]:
        return tuple(
            upload_id
            for attachment in wanted_files(transaction, received.inbox_id, message)
            if (upload_id := _announced(services, transaction, received, attachment=attachment)) is not None
        )

    uploads = await services.store.write(announce)
    return replace(received, message=replace(message, uploads=uploads))


async def fetch_file(services: Services, command: FetchFile) -> None:
    """Stream a file from its service into the vault; one that is away is asked again, and given up after some time."""

    def begin(transaction: Transaction) -> tuple[Upload, FetchedFile | None]:
        return transaction.uploads.get(command.upload_id), transaction.arrivals.file(command.upload_id)

    upload, file = await services.store.read(begin)
    if file is None or upload.state is not UploadState.RECEIVING:
        return
    try:
        segments = await _fetched(services, file, tries=command.round)
    except UserError as error:
        await _tell_of_scope(services, file, error)
        await refuse_file(services, command, error)
    except TransientError as error:
        await _ask_again(services, command, begun_at=upload.created_at, file=file, wait=error.retry_after)
    else:
        await services.store.write(lambda transaction: _complete(services, transaction, upload.id, segments=segments))


async def refuse_file(services: Services, command: FetchFile, error: UserError | None = None) -> None:
    """Go on without a file that cannot be had, and ask its sender for it."""
    why = error or UserError(_CODE)

    def refuse(transaction: Transaction) -> None:
        file = transaction.arrivals.file(command.upload_id)
        upload = None if file is None else transaction.uploads.lock(command.upload_id)
        if file is None or upload is None or upload.state is not UploadState.RECEIVING:
            return
        refused = replace(upload, state=UploadState.REFUSED, refusals=(NOT_FETCHED,), shredded=True)
        transaction.uploads.save(refused)
        # What it offers instead belongs to the same question.
        notice = _refusal(why, to=file.address, question_id=upload.question_id)
        tell(services, transaction, transaction.members.get(upload.member_id), cause=file.album, notice=notice)
        if upload.question_id is not None:
            _present_when_last(transaction, upload.question_id, cause=f"fetched:{upload.id}")

    await services.store.write(refuse)


async def acknowledge_files(services: Services, command: AcknowledgeFiles) -> None:
    """Say how many files came: once for an album, when no further part has come for a moment; its meaning follows."""

    def say(transaction: Transaction) -> None:
        parts = transaction.arrivals.parts_of(command.inbox_id)
        if not parts or is_growing(parts, services.clock()):
            return
        if say_received(services, transaction, parts):
            route_waiting(transaction, parts)

    await services.store.write(say)


async def _tell_of_scope(services: Services, file: FetchedFile, error: UserError) -> None:
    """Tell the administrators which right a channel lacks, where that is why a file cannot be had."""
    channel, scope = file.address.channel, str(error.values.get("scope", ""))
    if scope:
        await services.store.write(lambda transaction: tell_scope(services, transaction, channel, scope=scope))


def _announced(
    services: Services, transaction: Transaction, received: Received, *, attachment: Attachment
) -> UploadId | None:
    """Return the upload that an attachment becomes; None where it is refused, which its sender is told."""
    upload_id = file_id(received.inbox_id, attachment)
    if transaction.arrivals.file(upload_id) is not None:
        return upload_id
    album = album_of(received.inbox_id, received.message)
    try:
        _check(services, transaction, received, size_bytes=attachment.size_bytes or 0)
    except UserError as error:
        refusal = _refusal(error, to=received.message.sender)
        tell(services, transaction, received.sender, cause=album, notice=refusal)
        return None
    upload = Upload(
        id=upload_id,
        member_id=received.sender.id,
        declared_bytes=attachment.size_bytes or 1,
        created_at=services.clock(),
    )
    transaction.uploads.add(upload)
    transaction.arrivals.note_file(
        FetchedFile(
            upload_id=upload_id,
            attachment=attachment,
            address=received.message.sender,
            reference=received.message.origin.reference,
            album=album,
            received_at=received.message.received_at,
        )
    )
    lane = "large" if _is_large(attachment) else zlib.crc32(received.sender.id.encode()) % LANES
    transaction.jobs.add(FetchFile(upload_id=upload_id), lane=f"fetch|{lane}")
    return upload_id


def _is_large(attachment: Attachment) -> bool:
    return (attachment.size_bytes or 0) > LARGE_BYTES


def _check(services: Services, transaction: Transaction, received: Received, *, size_bytes: int) -> None:
    if not services.rules.takes_images:
        raise UserError("images_not_taken")
    services.limits.check_file(size_bytes)
    services.limits.check_held(transaction.uploads.bytes_held(received.sender.id) + size_bytes)


async def _ask_again(
    services: Services, command: FetchFile, *, begun_at: datetime, file: FetchedFile, wait: timedelta | None
) -> None:
    """Note another try of a file that is away, until its time is up.

    Behind the others of its channel, not before those that nobody has tried: a service that answers nothing holds up
    one piece of work at a time.
    """
    due_at = services.clock() + (wait or min(LONGEST_WAIT, FIRST_WAIT * 2**command.round))
    if due_at - begun_at > FETCHED_WITHIN:
        await refuse_file(services, command)
        return
    again, behind = replace(command, round=command.round + 1), file.address.channel
    lane = f"fetch|again|{'large' if _is_large(file.attachment) else behind}"
    await services.store.write(lambda transaction: transaction.jobs.add(again, due_at=due_at, lane=lane))


async def _fetched(services: Services, file: FetchedFile, *, tries: int) -> tuple[SealedSegment, ...]:
    channel = services.channels.get(file.address.channel)
    if not isinstance(channel, FetchingChannel):
        raise UserError(_CODE)
    patience = (PATIENCE_WITH_LARGE if _is_large(file.attachment) else PATIENCE) * 2**tries
    ends_at = services.clock() + min(patience, FETCHED_WITHIN)
    stream = _Stream(
        channel.fetch(file.attachment),
        limits=services.limits,
        in_time=lambda: services.clock() <= ends_at,
    )
    segments = [each async for each in services.uploads.receive(file.upload_id, stream.chunks(), first_position=0)]
    if stream.trouble is not None:
        # Another run may have kept the same file: shredding goes by places in it, so what came here is swept away.
        raise stream.trouble
    if not segments:
        raise UserError("file_empty")
    return tuple(segments)


class _Stream:
    """What a service sends, counted; the vault keeps what came before a stream broke off, so why it did stands here.

    A channel ends a stream that brings nothing for a while; one that only trickles ends when it is no longer in time.
    """

    def __init__(self, chunks: AsyncIterator[bytes], *, limits: IntakeLimits, in_time: Callable[[], bool]) -> None:
        self._chunks = chunks
        self._in_time = in_time
        self._limits = limits
        self._bytes = 0
        self.trouble: HilumError | None = TransientError("file_broken_off")

    async def chunks(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._chunks:
                self._bytes += len(chunk)
                self._limits.check_file(self._bytes)
                if not self._in_time():
                    raise TransientError("file_too_slow")
                yield chunk
        except HilumError as error:
            self.trouble = error
        else:
            self.trouble = None


def _complete(
    services: Services, transaction: Transaction, upload_id: UploadId, *, segments: tuple[SealedSegment, ...]
) -> None:
    """Keep what was fetched, unless another run did or its time is up; what lies in the vault then is swept away."""
    upload = transaction.uploads.lock(upload_id)
    if upload.state is not UploadState.RECEIVING:
        return
    for segment in segments:
        transaction.uploads.add_segment(segment)
    size = sum(segment.size_bytes for segment in segments)
    complete = replace(upload, declared_bytes=size, received_bytes=size, state=UploadState.COMPLETE)
    transaction.uploads.save(complete)
    if upload.question_id is not None:
        note_cleaning(transaction, upload_id, question_id=upload.question_id, lanes=services.rules.cleaning_lanes)


def _refusal(error: UserError, *, to: Address, question_id: QuestionId | None = None) -> Notice:
    return Notice(key=f"error.{error.code}", values=dict(error.values), to=to, question_id=question_id)


def _present_when_last(transaction: Transaction, question_id: QuestionId, *, cause: str) -> None:
    """Show the preview where no other file is waited for; of two that end at once, one sees that the other has."""
    transaction.questions.lock(question_id)
    if not files_waiting(transaction, question_id):
        transaction.jobs.add(PresentDraft(question_id=question_id, cause=cause))
