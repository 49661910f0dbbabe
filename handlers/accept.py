"""The one way in: seal, commit, then acknowledge. What a message means is found out later."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from domain.arrival import ALBUM_QUIET, Part, album_of, takes_files
from domain.commands import RouteMessage
from domain.commands_services import AcknowledgeFiles, ReportParked, TellUntaken
from domain.delivery import Priority
from domain.errors import UserError
from domain.ids import InboxId, MemberId, UploadId, derive_id
from domain.messages import Address, InboundMessage, is_reference, lane_of
from domain.ports.archive import UploadVault
from domain.ports.deidentifier import Deidentifier
from domain.ports.intake import IntakeLimits
from domain.ports.store import Store, Transaction
from domain.study import SealedSegment, Upload, UploadState
from handlers.cleaning import note_cleaning
from handlers.parking import OF_ITS_OWN, without_resident_numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedIntake:
    """The `Intake` port: everything received is durable and sealed before it is acknowledged."""

    store: Store
    uploads: UploadVault
    deidentifier: Deidentifier
    clock: Callable[[], datetime]
    limits: IntakeLimits = field(default_factory=IntakeLimits)
    takes_images: bool = True
    cleaning_lanes: int = 2
    _receiving: dict[UploadId, asyncio.Task[Upload]] = field(default_factory=dict)

    async def accept(self, message: InboundMessage, *, edit: InboundMessage | None = None) -> bool:
        self._check(message)
        cut = self._without_resident_numbers(message)
        later = None if edit is None else self._without_resident_numbers(edit)

        def keep(transaction: Transaction) -> bool:
            if not self._keep(transaction, cut):
                return later is not None and self._keep(transaction, later)
            if later is not None and transaction.inbox.add(_inbox_id(later), later):
                transaction.inbox.finish(_inbox_id(later))
            return True

        return await self.store.write(keep, ahead=True)

    async def park(
        self, channel: str, external_id: str, raw: str, *, reason: str, sender: Address | None = None
    ) -> bool:
        now, cut = self.clock(), without_resident_numbers(self.deidentifier, raw)

        def keep(transaction: Transaction) -> bool:
            if not transaction.parked.add(channel, external_id, cut, reason=reason, at=now):
                return False
            hour = now.replace(minute=0, second=0, microsecond=0)
            own = reason if reason in OF_ITS_OWN else ""
            transaction.jobs.add(ReportParked(channel=channel, hour=hour, reason=own))
            if sender is not None:
                told = TellUntaken(channel=channel, sender=sender.external_id, cause=external_id, code=reason)
                transaction.jobs.add(told)
            return True

        return await self.store.write(keep, ahead=True)

    async def begin_upload(self, member_id: MemberId, *, external_id: str, size_bytes: int) -> Upload:
        if not self.takes_images:
            raise UserError("images_not_taken")
        if size_bytes <= 0:
            raise UserError("file_empty")
        self.limits.check_file(size_bytes)
        upload = Upload(
            id=UploadId(derive_id("upload", member_id, external_id)),
            member_id=member_id,
            declared_bytes=size_bytes,
            created_at=self.clock(),
        )
        return await self.store.write(lambda transaction: self._announce(transaction, upload))

    async def receive(self, upload_id: UploadId, chunks: AsyncIterator[bytes], *, offset: int) -> Upload:
        former = self._receiving.pop(upload_id, None)
        if former is not None:
            # A phone that lost its network leaves a request that never ends; the one that comes after counts.
            former.cancel()
            await asyncio.wait({former})
        receiving = asyncio.create_task(self._receive(upload_id, chunks, offset=offset))
        self._receiving[upload_id] = receiving
        try:
            return await receiving
        except asyncio.CancelledError:
            if receiving.cancelled() and self._receiving.get(upload_id) is not receiving:
                raise UserError("upload_offset") from None
            receiving.cancel()
            raise
        finally:
            if self._receiving.get(upload_id) is receiving:
                del self._receiving[upload_id]

    async def _receive(self, upload_id: UploadId, chunks: AsyncIterator[bytes], *, offset: int) -> Upload:
        upload, position = await self.store.read(
            lambda transaction: (transaction.uploads.get(upload_id), len(transaction.uploads.segments(upload_id)))
        )
        if upload.is_complete:
            return upload
        if upload.received_bytes != offset:
            raise UserError("upload_offset")
        bounded = _at_most(chunks, upload.declared_bytes - offset)
        async for segment in self.uploads.receive(upload_id, bounded, first_position=position):
            upload = await self.store.write(partial(_add_segment, segment=segment, lanes=self.cleaning_lanes))
        return upload

    def _keep(self, transaction: Transaction, message: InboundMessage) -> bool:
        inbox_id = _inbox_id(message)
        if not transaction.inbox.add(inbox_id, message):
            return False
        self._note_files(transaction, inbox_id, message)
        # Whoever presses a button waits for what it does.
        priority = Priority.NORMAL if message.press is None else Priority.URGENT
        transaction.jobs.add(RouteMessage(inbox_id=inbox_id), lane=lane_of(message.sender), priority=priority)
        return True

    def _note_files(self, transaction: Transaction, inbox_id: InboxId, message: InboundMessage) -> None:
        """Note that files came, which is said once: for an album, when no further part has come for a moment."""
        if not takes_files(message):
            return
        now, album = self.clock(), album_of(inbox_id, message)
        transaction.arrivals.note_part(
            Part(inbox_id=inbox_id, album=album, address=message.sender, files=len(message.attachments), at=now)
        )
        quiet = ALBUM_QUIET if message.origin.group else timedelta(0)
        transaction.jobs.add(AcknowledgeFiles(inbox_id=inbox_id), due_at=now + quiet, priority=Priority.URGENT)

    def _check(self, message: InboundMessage) -> None:
        words = (text for name, text in message.fields.items() if not is_reference(name, text))
        texts = [message.text, *words]
        if any(text is not None and len(text.value) > self.limits.text_characters for text in texts):
            raise UserError("text_too_long", limit=self.limits.text_characters)
        if len(message.uploads) + len(message.attachments) > self.limits.files_per_message:
            raise UserError("too_many_files", limit=self.limits.files_per_message)

    def _without_resident_numbers(self, message: InboundMessage) -> InboundMessage:
        """Safety rule 2: resident numbers are cut in memory, before the first commit."""
        cut = self.deidentifier.cut_resident_numbers
        return replace(
            message,
            text=cut(message.text) if message.text else None,
            fields={name: text if is_reference(name, text) else cut(text) for name, text in message.fields.items()},
        )

    def _announce(self, transaction: Transaction, upload: Upload) -> Upload:
        if not transaction.uploads.add(upload):
            return transaction.uploads.get(upload.id)
        self.limits.check_held(transaction.uploads.bytes_held(upload.member_id))
        return upload


def _inbox_id(message: InboundMessage) -> InboxId:
    return InboxId(derive_id("inbox", message.channel, message.external_id))


def _add_segment(transaction: Transaction, *, segment: SealedSegment, lanes: int) -> Upload:
    upload = transaction.uploads.lock(segment.upload_id)
    transaction.uploads.add_segment(segment)
    received = upload.received_bytes + segment.size_bytes
    # One that was refused while it streamed in stays refused; its segments are shredded with the rest.
    completes = received == upload.declared_bytes and upload.state is UploadState.RECEIVING
    upload = replace(upload, received_bytes=received, state=UploadState.COMPLETE if completes else upload.state)
    transaction.uploads.save(upload)
    if completes and upload.question_id is not None:
        note_cleaning(transaction, upload.id, question_id=upload.question_id, lanes=lanes)
    return upload


async def _at_most(chunks: AsyncIterator[bytes], limit_bytes: int) -> AsyncIterator[bytes]:
    left = limit_bytes
    async for chunk in chunks:
        if left <= 0:
            return
        yield chunk[:left]
        left -= len(chunk)
