"""What a received message means: a press, a reply, a word or digit, part of a draft, or a new question."""

from __future__ import annotations

from domain.commands import Command, FindQuestions, GatherDraft, RelayInformation, RouteMessage, TakeAction
from domain.commands_services import RoutePart
from domain.delivery import Priority
from domain.errors import UserError
from domain.ids import QuestionId
from domain.messages import lane_of
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.question import Question, QuestionState
from domain.requests import asks_anew
from handlers.actions_adding import late_images, replaced_images
from handlers.albums import waits_for_more, with_album
from handlers.attesting import attested_words
from handlers.directing import directed_words
from handlers.draft import begin_draft
from handlers.edits import changed_at_service, note_going
from handlers.fetching import announce_files
from handlers.find import is_search
from handlers.flag_words import flag_step
from handlers.inbound import Received, open_received
from handlers.outbox import Notice, tell
from handlers.prompts import prompted_words, with_kept_words, words_after_prompt
from handlers.refuse import say_no
from handlers.requests import step_for
from handlers.room_words import settle_aside_from_questions
from handlers.spoken import is_spoken
from handlers.stopping import put_back_where_heard
from handlers.strangers import answer_stranger
from handlers.texting import Steps, chosen_words, coded_words, plain_words, reserved_word
from handlers.typed_words import delete_named_in_thread, delete_posted_file, delete_with_number

UNREADABLE = ("voice", "video", "sticker", "other")


async def route_message(services: Services, command: RouteMessage | RoutePart) -> None:
    """Note the one command that processes a message, behind whatever its sender said before."""
    received = await open_received(services, command.inbox_id)
    if received is None:
        await answer_stranger(services, command.inbox_id)
        return
    received = await announce_files(services, received)
    await delete_named_in_thread(services, received)

    def note(transaction: Transaction) -> None:
        heard = put_back_where_heard(services, transaction, received)
        delete_with_number(services, transaction, heard)
        delete_posted_file(services, transaction, heard)
        try:
            if settle_aside_from_questions(services, transaction, heard):
                return
        except UserError as error:
            say_no(services, transaction, heard, error=error)
            return
        lane = lane_of(heard.message.sender)
        priority = Priority.NORMAL if heard.message.press is None else Priority.URGENT
        for meant in _meaning(services, transaction, heard):
            going = with_kept_words(services, transaction, heard, step=meant)
            for step in with_album(services, transaction, heard, step=going):
                note_going(services, transaction, heard, step=step)
                transaction.jobs.add(step, lane=lane, priority=priority)

    await services.store.write(note)


def _meaning(services: Services, transaction: Transaction, received: Received) -> Steps:
    if received.message.press is not None or is_spoken(received.message):
        return (TakeAction(inbox_id=received.inbox_id),)
    by_service = (replaced_images, changed_at_service, _unreadable, late_images)
    replied = (reserved_word, _asked_anew, attested_words, prompted_words)
    in_words = (coded_words, _flag_words, directed_words, chosen_words)
    for understand in (*by_service, *replied, *in_words):
        steps = understand(services, transaction, received)
        if steps is not None:
            return steps
    command = step_for(transaction, received) or _search(transaction, received)
    if command is not None:
        return (command,)
    steps = words_after_prompt(services, transaction, received)
    if steps is None:
        steps = plain_words(services, transaction, received)
    return _words(services, transaction, received) if steps is None else steps


def _unreadable(services: Services, transaction: Transaction, received: Received) -> Steps | None:
    """Say what cannot be taken here; words and images beside it are, and where nothing is left, nothing follows."""
    message = received.message
    if message.unreadable and not message.origin.room:
        kind = message.unreadable if message.unreadable in UNREADABLE else "other"
        notice = Notice(key=f"unreadable.{kind}", to=message.sender)
        tell(services, transaction, received.sender, cause=received.inbox_id, notice=notice)
    if message.text or message.uploads:
        return None
    transaction.inbox.finish(received.inbox_id)
    return ()


def _flag_words(_services: Services, transaction: Transaction, received: Received) -> Steps | None:
    step = flag_step(transaction, received)
    return None if step is None else (step,)


def _asked_anew(services: Services, transaction: Transaction, received: Received) -> Steps | None:
    """Words behind "/ask" are a question, whatever else is waited for."""
    message = received.message
    if message.text is None or not asks_anew(message.text.value):
        return None
    draft = transaction.questions.draft_of(received.sender.id) or begin_draft(services, transaction, received)
    return (GatherDraft(inbox_id=received.inbox_id, question_id=draft.id),)


def _search(transaction: Transaction, received: Received) -> Command | None:
    draft = transaction.questions.draft_of(received.sender.id)
    is_awaited = draft is not None or _asked_back(transaction, received) is not None
    return FindQuestions(inbox_id=received.inbox_id) if is_search(received.message, is_awaited=is_awaited) else None


def _words(services: Services, transaction: Transaction, received: Received) -> Steps:
    """Words for people: a reply, what was asked back, part of a draft, or a new question."""
    message = received.message
    draft = transaction.questions.draft_of(received.sender.id)
    asked_back = None if draft else _asked_back(transaction, received)
    if message.in_reply_to is not None:
        return (_reply(transaction, received, message.in_reply_to),)
    if asked_back is not None:
        if waits_for_more(services, transaction, received):
            return ()
        return (RelayInformation(inbox_id=received.inbox_id, question_id=asked_back.id),)
    draft = draft or begin_draft(services, transaction, received)
    return (GatherDraft(inbox_id=received.inbox_id, question_id=draft.id),)


def _reply(transaction: Transaction, received: Received, question_id: QuestionId) -> Command:
    question = transaction.questions.get(question_id)
    if question.state is QuestionState.DRAFT and question.asker_id == received.sender.id:
        return GatherDraft(inbox_id=received.inbox_id, question_id=question_id)
    return RelayInformation(inbox_id=received.inbox_id, question_id=question_id)


def _asked_back(transaction: Transaction, received: Received) -> Question | None:
    """The one question of the sender that waits for an answer to an ask-back; with two, none."""
    waiting = [
        question
        for question in transaction.questions.of_asker(received.sender.id)
        if question.state is QuestionState.NEEDS_INFO
    ]
    return waiting[0] if len(waiting) == 1 else None
