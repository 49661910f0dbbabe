"""A question before it is sent: gathering what belongs to it, the preview, reminders, expiry."""

from __future__ import annotations

from dataclasses import replace

from domain.arrival import album_of
from domain.checks import Check, CheckName, open_checks
from domain.commands import ExpireDraft, GatherDraft, PresentDraft, RelayInformation, RemindOfDraft
from domain.delivery import Terms, Value
from domain.ids import InboxId, QuestionId, derive_id
from domain.member import Member
from domain.messages import Action, lane_of
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.question import TAKES_IMAGES, Entry, EntryKind, Question, QuestionState
from domain.requests import asked_words
from domain.study import Image, SealedSegment, group_into_series
from domain.text import DeidentifiedText, IdentifiableText
from handlers.albums import WORDS_WAIT, files_said, hold_back, preview_cause, receipts_first
from handlers.edits import note_taken, with_words
from handlers.found import offer_related, related_to
from handlers.identities import MESSAGE, checks_for, learn, outdate
from handlers.inbound import Received, open_received
from handlers.known_names import Case, case_of
from handlers.originals import leave_draft
from handlers.outbox import Notice, tell, where_told
from handlers.quality import preview_values
from handlers.replacing import drop_replaced, lock_former
from handlers.timeline import add_entry, own_entry
from handlers.uploads import attach_uploads, files_waiting

SENDING = (Action.SEND_URGENT, Action.SEND_TODAY, Action.SEND_ROUTINE, Action.DISCARD)


async def gather_draft(services: Services, command: GatherDraft) -> None:
    """Add a message's text and files to a draft, which begins with its first message."""
    received = await open_received(services, command.inbox_id)
    if received is None:
        return
    case = await case_for(services, received, command.question_id)
    text = clean(services, received, case)

    def gather(transaction: Transaction) -> tuple[SealedSegment, ...]:
        lock_former(transaction, received)
        question = transaction.questions.lock(command.question_id)
        if question.state is not QuestionState.DRAFT:
            _go_elsewhere(services, transaction, received, question=question)
            return ()
        echo(services, transaction, received, text=text, question_id=question.id)
        if text.value or received.message.origin.is_edit:
            whole = with_words(services, transaction, received, question=question, text=text)
            question = replace(question, text=whole)
            transaction.questions.save(question)
            question = outdate(transaction, question)
        else:
            note_taken(services, transaction, received, question_id=question.id)
        if text.names_a_resident_number:
            note_cut(services, transaction, question, cause=received.inbox_id)
        note_named(services, transaction, received, question=question, case=case)
        _note_panel(services, transaction, received, question_id=question.id)
        replaced = drop_replaced(services, transaction, received, question=question)
        _check_files(services, transaction, received, question_id=question.id)
        _set_clocks(services, transaction, question.id, cause=received.inbox_id)
        transaction.inbox.finish(received.inbox_id)
        return replaced

    await services.uploads.shred(await services.store.write(gather))


def begin_draft(services: Services, transaction: Transaction, received: Received) -> Question:
    """Return the draft that begins with a message; the same one however often it is asked for."""
    draft = Question(
        id=_draft_of(received.inbox_id),
        asker_id=received.sender.id,
        text=DeidentifiedText(value=""),
        created_at=services.clock(),
    )
    transaction.questions.add(draft)
    return transaction.questions.get(draft.id)


def _draft_of(inbox_id: InboxId) -> QuestionId:
    """Return the draft that a message begins, where it begins one."""
    return QuestionId(derive_id("question", inbox_id))


def _note_panel(services: Services, transaction: Transaction, received: Received, *, question_id: QuestionId) -> None:
    """Note for which panel a form says that the question is; an unknown one stands for none."""
    named = received.message.fields.get("panel")
    if named is None:
        return
    known = {panel.id for panel in transaction.panels.all()}
    entry = Entry(
        key=f"{received.inbox_id}:{EntryKind.PANEL_CHOSEN}",
        question_id=question_id,
        kind=EntryKind.PANEL_CHOSEN,
        actor_id=received.sender.id,
        channel=received.message.channel,
        at=services.clock(),
        details={"panel": named.value if named.value in known else ""},
    )
    add_entry(services, transaction, entry)


def _go_elsewhere(services: Services, transaction: Transaction, received: Received, *, question: Question) -> None:
    """The draft was sent or dropped meanwhile: what is new goes to its thread, or begins another draft."""
    lane = lane_of(received.message.sender)
    if question.number is not None and question.state is not QuestionState.WITHDRAWN:
        relay = RelayInformation(inbox_id=received.inbox_id, question_id=question.id)
        transaction.jobs.add(relay, lane=lane)
        return
    if question.id == _draft_of(received.inbox_id):
        # This very message began the draft that was dropped: there is nothing to add it to.
        transaction.inbox.finish(received.inbox_id)
        return
    # What came with it may have begun one already.
    draft = transaction.questions.draft_of(received.sender.id) or begin_draft(services, transaction, received)
    transaction.jobs.add(GatherDraft(inbox_id=received.inbox_id, question_id=draft.id), lane=lane)


def _check_files(services: Services, transaction: Transaction, received: Received, *, question_id: QuestionId) -> None:
    """Show the preview at once, or, while files are looked at, when they all are; the words never wait for long."""
    pending = attach_uploads(services, transaction, received, question_id=question_id)
    if not pending:
        transaction.jobs.add(PresentDraft(question_id=question_id, cause=received.inbox_id))
        return
    if not received.message.attachments:
        # Those of a service were counted before.
        values: dict[str, Value] = {"count": pending, "files": files_said(pending)}
        checking = Notice(key="draft.checking", values=values, question_id=question_id)
        tell(services, transaction, received.sender, cause=received.inbox_id, notice=checking)
    album = album_of(received.inbox_id, received.message)
    late = PresentDraft(question_id=question_id, cause=f"waiting:{album}", if_files_wait=True)
    transaction.jobs.add(late, due_at=services.clock() + WORDS_WAIT)


async def present_draft(services: Services, command: PresentDraft) -> None:
    """Show the asker exactly what the panel will see, with the buttons that send it."""
    related = await related_to(services, command.question_id)

    def present(transaction: Transaction) -> None:
        question = transaction.questions.lock(command.question_id)
        asker = transaction.members.get(question.asker_id)
        if command.if_files_wait and not files_waiting(transaction, question.id):
            return
        if question.state is QuestionState.DRAFT:
            files_wait = files_waiting(transaction, question.id)
            if hold_back(services, transaction, command, files_wait=files_wait):
                return
            receipts_first(services, transaction, question.id)
            transaction.questions.save(replace(question, previewed_at=services.clock()))
            offer_related(services, transaction, question, related=related)
            cause = preview_cause(services, transaction, command)
            for notice in _preview(transaction, question):
                editable = _with_edit(services, transaction, asker, notice=notice)
                tell(services, transaction, asker, cause=cause, notice=editable)
        elif question.state in TAKES_IMAGES:
            ask_checks(services, transaction, question, cause=command.cause)
            tell_of_held_images(services, transaction, question, cause=command.cause)

    await services.store.write(present)


async def remind_of_draft(services: Services, command: RemindOfDraft) -> None:
    """Safety rule 1: a question that was not sent is not forgotten."""

    def remind(transaction: Transaction) -> None:
        question = transaction.questions.get(command.question_id)
        if question.state is not QuestionState.DRAFT:
            return
        if question.wrong_patient_at is not None or ask_checks(services, transaction, question, cause=command.cause):
            return
        asker = transaction.members.get(question.asker_id)
        where = asker.chain[: command.round][-1:]
        to = where[0] if where else None
        notice = Notice(key="draft.reminder", question_id=question.id, choices=SENDING, to=to)
        tell(services, transaction, asker, cause=command.cause, notice=notice)

    await services.store.write(remind)


async def expire_draft(services: Services, command: ExpireDraft) -> None:
    """Drop a draft that was never sent, with its images, and say so."""

    def expire(transaction: Transaction) -> None:
        question = transaction.questions.lock(command.question_id)
        now = services.clock()
        touched = question.previewed_at or question.created_at
        if question.state is not QuestionState.DRAFT:
            return
        if now - touched < services.rules.draft_time_to_live:
            # It was shown again since: its time runs from then.
            again = replace(command, cause=f"{question.id}:{touched.isoformat()}")
            transaction.jobs.add(again, due_at=touched + services.rules.draft_time_to_live + WORDS_WAIT)
            return
        gone = replace(question, state=QuestionState.EXPIRED, text=DeidentifiedText(value=""))
        transaction.questions.save(gone)
        cause = f"expired:{question.id}"
        add_entry(services, transaction, own_entry(question, EntryKind.EXPIRED, key=cause, at=now))
        asker = transaction.members.get(question.asker_id)
        left = leave_draft(services, transaction, gone, cause=cause)
        notice = Notice(key="draft.expired", values={"originals": left}, question_id=question.id)
        tell(services, transaction, asker, cause=cause, notice=notice)

    await services.store.write(expire)


async def case_for(services: Services, received: Received, question_id: QuestionId | None) -> Case:
    """Return what the door is told of the question that a message belongs to."""
    today = received.sender.local(received.message.received_at).date()
    return await case_of(services, question_id, today=today)


def clean(services: Services, received: Received, case: Case) -> DeidentifiedText:
    """Take a message's text through the door."""
    text = received.message.text
    if text is None:
        return DeidentifiedText(value="")
    return case.clean(services, IdentifiableText(asked_words(text.value)))


def note_named(
    services: Services, transaction: Transaction, received: Received, *, question: Question, case: Case
) -> None:
    """Note whom an asker's message names, and take it out of what was said before."""
    marks = case.named_in(services, received.message.text)
    if marks and case.known is not None:
        sources = {f"{MESSAGE}{received.inbox_id}": marks}
        learn(services, transaction, question, sources=sources, secret=case.known.secret)


def note_cut(services: Services, transaction: Transaction, question: Question, *, cause: str) -> None:
    """Note that a resident number was cut out of a draft's text, which its asker has to confirm."""
    entry = Entry(
        key=f"{cause}:{EntryKind.RESIDENT_NUMBER_CUT}",
        question_id=question.id,
        kind=EntryKind.RESIDENT_NUMBER_CUT,
        actor_id=question.asker_id,
        channel="",
        at=services.clock(),
    )
    add_entry(services, transaction, entry)


def ask_checks(services: Services, transaction: Transaction, question: Question, *, cause: str) -> bool:
    """Ask the first of what is still to be confirmed; False where nothing is."""
    checks = open_checks(checks_for(transaction, question))
    if not checks:
        return False
    asker = transaction.members.get(question.asker_id)
    tell(services, transaction, asker, cause=cause, notice=_question_of(transaction, question, checks[0]))
    return True


def echo(
    services: Services,
    transaction: Transaction,
    received: Received,
    *,
    text: DeidentifiedText,
    question_id: QuestionId | None,
) -> None:
    """Show a member's own words, de-identified, where their channel does not keep them itself."""
    channel = services.channels.get(received.message.channel)
    if channel is None or channel.capabilities.shows_own_messages:
        return
    values: dict[str, Value] = {"text": text, "files": len(received.message.uploads)}
    notice = Notice(key="echo", values=values, question_id=question_id)
    tell(services, transaction, received.sender, cause=received.inbox_id, notice=notice)


def tell_of_held_images(services: Services, transaction: Transaction, question: Question, *, cause: str) -> None:
    """An image held back never holds back the text: it follows when the asker has looked at it."""
    held = held_images(transaction.images.of_question(question.id))
    if held:
        asker = transaction.members.get(question.asker_id)
        values: dict[str, Value] = {"label": question.label, "count": held}
        notice = Notice(key="draft.images_held", values=values, question_id=question.id)
        tell(services, transaction, asker, cause=cause, notice=notice)


def removable_images(transaction: Transaction, question: Question) -> tuple[Image, ...]:
    """Return what "remove the images" takes away: all of a draft's, later only what the panel has not seen."""
    images = transaction.images.of_question(question.id)
    is_draft = question.state is QuestionState.DRAFT
    return tuple(i for i in images if i.removed_at is None and (is_draft or i.confirmed_at is None))


def held_images(images: tuple[Image, ...]) -> int:
    """Return how many series wait for their asker's "no name visible"."""
    return sum(not series.is_confirmed for series in group_into_series(images))


def _preview(transaction: Transaction, question: Question) -> tuple[Notice, ...]:
    """Exactly what the panel will see, with the buttons that send it, or with what has to be confirmed first."""
    shown = Notice(
        key="draft.preview",
        values=_preview_values(transaction, question),
        question_id=question.id,
        choices=SENDING,
    )
    held = replace(shown, key="draft.preview_held", choices=())
    if question.wrong_patient_at is not None:
        marked = Notice(key="wrong_patient.draft", question_id=question.id, choices=(Action.DISCARD,))
        return (held, marked)
    checks = open_checks(checks_for(transaction, question))
    return (held, _question_of(transaction, question, checks[0])) if checks else (shown,)


def _with_edit(services: Services, transaction: Transaction, asker: Member, *, notice: Notice) -> Notice:
    """Where a form can be opened there is no message to edit: a button opens it with the words."""
    channel = services.channels.get(where_told(transaction, asker, notice).channel) if asker.chain else None
    if channel is None or not channel.capabilities.has_forms or notice.choices != SENDING:
        return notice
    return replace(notice, choices=(*SENDING[:-1], Action.EDIT_TEXT, SENDING[-1]))


def _question_of(transaction: Transaction, question: Question, check: Check) -> Notice:
    choices: tuple[Action, ...] = (Action.NUMBER_REMOVED,)
    if check.name is CheckName.TWO_PATIENTS:
        images = removable_images(transaction, question)
        choices = (Action.SAME_PATIENT, Action.REMOVE_IMAGES) if images else (Action.SAME_PATIENT,)
    last = Action.DISCARD if question.state is QuestionState.DRAFT else Action.WRONG_PATIENT
    return Notice(
        key=f"check.{check.name}",
        values={"by": Terms(keys=tuple(f"identity.{kind}" for kind in check.by))},
        question_id=question.id,
        choices=(*choices, last),
    )


def _preview_values(transaction: Transaction, question: Question) -> dict[str, Value]:
    images = transaction.images.of_question(question.id)
    return {
        "text": question.text,
        "series": len(group_into_series(images)),
        **preview_values(images),
    }


def _set_clocks(services: Services, transaction: Transaction, question_id: QuestionId, *, cause: InboxId) -> None:
    now = services.clock()
    for number, wait in enumerate(services.rules.draft_reminders, start=1):
        reminder = RemindOfDraft(question_id=question_id, cause=f"{question_id}:{number}", round=number)
        transaction.jobs.add(reminder, due_at=now + wait)
    expiry = ExpireDraft(question_id=question_id, cause=cause)
    transaction.jobs.add(expiry, due_at=now + services.rules.draft_time_to_live + WORDS_WAIT)
