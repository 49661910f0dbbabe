"""Albums: several messages of a service that are one thing, taken as a whole once no further part has come.

Each part brings a job of its own that looks whether it was the last (`AcknowledgeFiles`); files are fetched meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from domain.arrival import ALBUM_QUIET, Part, file_id
from domain.commands import Command, GatherDraft, PresentDraft, RelayInformation
from domain.commands_services import RoutePart
from domain.delivery import Terms, Value
from domain.ids import InboxId, QuestionId
from domain.messages import Action, InboundMessage, lane_of
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.question import Question, QuestionState
from handlers.inbound import Received, open_kept
from handlers.outbox import Notice, tell

KEPT = "inbox:"
"""Before the id of a message that waits in the inbox for another word of its sender."""
WORDS_WAIT = timedelta(seconds=20)
"""So long the preview waits for files; then the words may go, and the images follow (safety rule 1)."""
_OF_FILES = ("album:", "cleaned:")
"""How the causes of previews begin that nobody asked for."""


def is_growing(parts: Sequence[Part], now: datetime) -> bool:
    """Return whether a further part of an album may still come; what stands alone is whole."""
    return any(not part.is_alone and now - part.at < ALBUM_QUIET for part in parts)


def files_said(count: int) -> Terms:
    """Return how a sentence names so many files; one is often the archive of a whole CT, several are pictures."""
    return Terms(keys=("draft.one_file" if count == 1 else "draft.several_images",))


def say_received(services: Services, transaction: Transaction, parts: Sequence[Part]) -> bool:
    """Say how many files came, once for an album; False where nobody is there to be told."""
    newest = parts[-1]
    member = transaction.members.by_address(newest.address)
    if member is None or not member.active:
        return False
    if not services.rules.takes_images:
        # Each part was refused with a sentence; the words among them are routed all the same.
        return True
    draft = transaction.questions.draft_of(member.id)
    count = sum(part.files for part in parts)
    # About the draft: what is said of that afterwards, its preview first of all, waits until this was said.
    about = None if draft is None else draft.id
    values: dict[str, Value] = {"count": count, "files": files_said(count)}
    notice = Notice(key="draft.checking", values=values, to=newest.address, question_id=about)
    tell(services, transaction, member, cause=newest.album, notice=notice)
    channel = services.channels.get(newest.address.channel)
    if channel is not None and channel.capabilities.passes_abroad:
        abroad = Notice(key="files.passed_abroad", to=newest.address)
        tell(services, transaction, member, cause=f"abroad:{services.clock().date()}", notice=abroad)
    return True


def route_waiting(transaction: Transaction, parts: Sequence[Part]) -> None:
    """Have those parts of a whole album routed that have waited for it."""
    for inbox_id, message in _waiting(transaction, parts):
        transaction.jobs.add(RoutePart(inbox_id=inbox_id), lane=lane_of(message.sender))


def waits_for_more(services: Services, transaction: Transaction, received: Received) -> bool:
    """Return whether what a message means hangs on parts of its album that may still come."""
    is_part = bool(received.message.origin.group) and not received.message.origin.is_edit
    return is_part and is_growing(transaction.arrivals.parts_of(received.inbox_id), services.clock())


def with_album(services: Services, transaction: Transaction, received: Received, *, step: Command) -> Iterable[Command]:
    """Yield a part's step, and the same for the parts of its album that have waited: an album goes as a whole.

    The part with the words leads the others: whoever is told of it is told of all.
    """
    steps = [(received.message.text is None, step)]
    if isinstance(step, GatherDraft | RelayInformation) and received.message.origin.group:
        others = _announced_beside(services, transaction, received)
        steps += [(message.text is None, replace(step, inbox_id=inbox_id)) for inbox_id, message in others]
    yield from (each for _, each in sorted(steps, key=lambda each: each[0]))


def follows_in_silence(transaction: Transaction, received: Received, *, question: Question) -> bool:
    """Return whether a part without words comes behind others of its album: whoever was told of those knows of it."""
    if received.message.text is not None or question.state is QuestionState.NEEDS_INFO:
        return False
    assert question.opened_at is not None
    # What came with the draft was never told as something that came later.
    later = (part for part in transaction.arrivals.parts_of(received.inbox_id) if part.at >= question.opened_at)
    return any(not transaction.inbox.holds(part.inbox_id) for part in later)


def hold_back(services: Services, transaction: Transaction, command: PresentDraft, *, files_wait: bool) -> bool:
    """Note a draft's preview for when an album is whole; False where it need not wait.

    While files are looked at, whoever has looked at the last one notes it as well.
    """
    now, parts = services.clock(), _young_parts(services, transaction, command.question_id)
    albums = [part for part in parts if not part.is_alone]
    if not albums or command.if_files_wait:
        return False
    newest = albums[-1]
    if files_wait:
        late = PresentDraft(question_id=command.question_id, cause=f"waiting:{newest.album}", if_files_wait=True)
        transaction.jobs.add(late, due_at=newest.at + WORDS_WAIT)
        return True
    rounds = (now - newest.at) // ALBUM_QUIET
    if rounds and not any(transaction.inbox.holds(part.inbox_id) for part in albums):
        return False
    again = replace(command, cause=f"album:{newest.inbox_id}:{rounds}")
    transaction.jobs.add(again, due_at=newest.at + (rounds + 1) * ALBUM_QUIET)
    return True


def receipts_first(services: Services, transaction: Transaction, question_id: QuestionId) -> None:
    """See to it that a draft's files were acknowledged before its preview is."""
    everything = transaction.arrivals.parts_into(question_id)
    for album in dict.fromkeys(part.album for part in _young_parts(services, transaction, question_id)):
        parts = [part for part in everything if part.album == album]
        if not is_growing(parts, services.clock()):
            say_received(services, transaction, parts)


def preview_cause(services: Services, transaction: Transaction, command: PresentDraft) -> str:
    """Return under which cause a preview is told: two that find the same of a whole album are one."""
    parts = _young_parts(services, transaction, command.question_id)
    if not (parts and command.cause.startswith(_OF_FILES)):
        return f"{command.question_id}:{command.cause}"
    uploads = transaction.uploads.of_question(command.question_id)
    done = sum(not upload.is_pending for upload in uploads)
    messages = transaction.arrivals.messages_of(command.question_id)
    lines = sum(message.lines for message in messages)
    return f"{command.question_id}:{parts[-1].inbox_id}:{done}:{len(messages)}:{lines}"


def _young_parts(services: Services, transaction: Transaction, question_id: QuestionId) -> Sequence[Part]:
    now = services.clock()
    return [part for part in transaction.arrivals.parts_into(question_id) if now - part.at < WORDS_WAIT]


def _announced_beside(
    services: Services, transaction: Transaction, received: Received
) -> Iterable[tuple[InboxId, InboundMessage]]:
    """Yield the other parts of an album that have waited; what was offered of them is not asked about any more.

    What was not announced was not routed either, and finds its way when it is.
    """
    offers = {each.about: each for each in transaction.choices.open_of(received.sender.id, services.clock())}
    for inbox_id, message in _waiting(transaction, transaction.arrivals.parts_of(received.inbox_id)):
        if inbox_id == received.inbox_id or not _is_announced(transaction, inbox_id, message):
            continue
        offer = offers.get(f"{KEPT}{inbox_id}")
        if offer is not None:
            transaction.choices.take(offer.token, Action.NEW_QUESTION)
        yield inbox_id, message


def _waiting(transaction: Transaction, parts: Sequence[Part]) -> list[tuple[InboxId, InboundMessage]]:
    """Return the parts that lie in the inbox and go nowhere yet; those with words first, as they lead the others."""
    held = [part.inbox_id for part in parts if transaction.inbox.holds(part.inbox_id)]
    opened = [(inbox_id, open_kept(transaction, inbox_id)) for inbox_id in held]
    waiting = [each for each in opened if transaction.arrivals.message(each[1].sender, _reference(each[1])) is None]
    return sorted(waiting, key=lambda each: each[1].text is None)


def _reference(message: InboundMessage) -> str:
    return message.origin.reference


def _is_announced(transaction: Transaction, inbox_id: InboxId, message: InboundMessage) -> bool:
    files = (transaction.arrivals.file(file_id(inbox_id, each)) for each in message.attachments)
    return all(file is not None for file in files)
