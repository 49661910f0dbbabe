"""What words mean before they are anybody's: reserved words, codes, choices, and the question which is meant."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from domain.commands import Command, GatherDraft, RelayInformation, TakeAction
from domain.errors import UserError
from domain.ids import InboxId, QuestionId
from domain.meaning import (
    NEW,
    Chosen,
    Named,
    NothingWaits,
    Offer,
    WhichOne,
    coded,
    is_lone_number,
    is_sign,
    meaning_of,
)
from domain.messages import Action
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.vocabulary import is_reserved, is_start, is_stop
from handlers.albums import KEPT
from handlers.choices import meaning_for, offers_to, open_questions
from handlers.directing import about_one, chosen_step
from handlers.draft import begin_draft
from handlers.inbound import Received
from handlers.outbox import Notice, tell
from handlers.refuse import say_no
from handlers.stopping import start_phone, stop_phone

Steps = tuple[Command, ...]
"""What follows; nothing, where all was done at once."""


def reserved_word(services: Services, transaction: Transaction, received: Received) -> Steps | None:
    """STOP is honoured at once, START by whoever has stopped: on channels where carriers know these words.

    None of them is ever taken for anything else: not for words, nor for what is said behind a code.
    """
    text = received.message.text
    if text is None or not is_short_channel(services, received):
        return None
    behind = coded(text.value)
    if is_stop(text.value):
        stop_phone(services, transaction, received)
    elif is_start(text.value) and received.message.sender in received.sender.stopped:
        start_phone(services, transaction, received)
    elif is_start(text.value) or (behind is not None and is_reserved(behind.text)):
        say_no(services, transaction, received, error=UserError("reserved_word"))
    else:
        return None
    transaction.inbox.finish(received.inbox_id)
    return ()


def coded_words(services: Services, transaction: Transaction, received: Received) -> Steps | None:
    """Words behind the code of a page: "41 1" takes it, "41 ? text" asks back, "41 text" is the answer."""
    text = received.message.text
    said = None if text is None or not is_short_channel(services, received) else coded(text.value)
    question_id = None if said is None else transaction.codes.question_of(received.message.sender, said.code)
    if said is None:
        return None
    if question_id is None:
        return _unknown_code(services, transaction, received, text=said.text)
    if said.asks_back:
        return (TakeAction(inbox_id=received.inbox_id, action=Action.ASK_BACK.value, question_id=question_id),)
    step = about_one(services, transaction, received, text=said.text, question_id=question_id)
    answer = TakeAction(inbox_id=received.inbox_id, action=Action.DRAFT_ANSWER.value, question_id=question_id)
    return (answer if step is None else step,)


def chosen_words(services: Services, transaction: Transaction, received: Received) -> Steps | None:
    """A digit or a word that something waits for; with several questions, their sender is asked which."""
    match meaning_for(transaction, received, services.clock()):
        case Chosen() as chosen:
            return (chosen_step(received, chosen),)
        case WhichOne(names=names, sign=sign):
            ask_which(services, transaction, received, names=names, about=sign)
            transaction.inbox.finish(received.inbox_id)
            return ()
        case Named() as named:
            return _which_is_known(services, transaction, received, named=named)
        case NothingWaits():
            say_no(services, transaction, received, error=UserError("nothing_waits"))
            return ()
        case _:
            return None


def plain_words(services: Services, transaction: Transaction, received: Received) -> Steps | None:
    """By text message, words without a code go to their sender's only open question; with two, they are asked which."""
    message = received.message
    text = message.text
    if text is None or not is_short_channel(services, received) or message.in_reply_to is not None:
        return None
    if transaction.questions.draft_of(received.sender.id) is not None or _begins_anew(text.value):
        return None
    waiting = open_questions(transaction, received)
    if not waiting and is_lone_number(text.value):
        say_no(services, transaction, received, error=UserError("nothing_waits"))
        return ()
    if len(waiting) == 1:
        return (RelayInformation(inbox_id=received.inbox_id, question_id=waiting[0].id),)
    if waiting:
        names = tuple(str(question.number) for question in reversed(waiting))
        ask_which(services, transaction, received, names=names, about=f"{KEPT}{received.inbox_id}")
        return ()
    return None


def ask_which(
    services: Services, transaction: Transaction, received: Received, *, names: Iterable[str], about: str
) -> None:
    """Ask about which question something was said; the answer is its number."""
    joined = services.wording.text("which.or", received.sender, {}).join(names)
    notice = Notice(
        key="which.question",
        values={"names": joined},
        choices=(Action.WHICH_QUESTION,),
        about=about,
        to=received.message.sender,
        lasts=services.rules.which_question_waits,
    )
    tell(services, transaction, received.sender, cause=received.inbox_id, notice=notice)


def is_short_channel(services: Services, received: Received) -> bool:
    channel = services.channels.get(received.message.channel)
    return channel is not None and channel.capabilities.is_short


def _unknown_code(services: Services, transaction: Transaction, received: Received, *, text: str) -> Steps | None:
    """A command about a page that this phone has not had; anything longer is a sentence that begins with a number."""
    if not is_sign(text) or transaction.questions.draft_of(received.sender.id) is not None:
        return None
    say_no(services, transaction, received, error=UserError("nothing_waits"))
    return ()


def _which_is_known(services: Services, transaction: Transaction, received: Received, *, named: Named) -> Steps:
    transaction.choices.take(named.token, Action.WHICH_QUESTION)
    if named.about.startswith(KEPT):
        return _for_question(services, transaction, received, named=named)
    offers = [each for each in offers_to(transaction, received, services.clock()) if _is_named(each, named.name)]
    chosen = meaning_of(named.about, offers)
    if isinstance(chosen, Chosen):
        return (chosen_step(received, chosen),)
    say_no(services, transaction, received, error=UserError("nothing_waits"))
    return ()


def _for_question(services: Services, transaction: Transaction, received: Received, *, named: Named) -> Steps:
    """Bring the words that had waited to the question that was named, or into a new one."""
    transaction.inbox.finish(received.inbox_id)
    kept = InboxId(named.about.removeprefix(KEPT))
    found = next((q for q in open_questions(transaction, received) if str(q.number) == named.name), None)
    if found is not None:
        return (RelayInformation(inbox_id=kept, question_id=found.id),)
    draft = begin_draft(services, transaction, replace(received, inbox_id=kept))
    return (GatherDraft(inbox_id=kept, question_id=QuestionId(draft.id)),)


def _is_named(offer: Offer, name: str) -> bool:
    return name in offer.names and Action.WHICH_QUESTION not in offer.actions


def _begins_anew(text: str) -> bool:
    """Return whether a text says that it is another question."""
    first, *rest = text.split(maxsplit=1)
    return bool(rest) and first.casefold().strip(":,.") in (NEW, "새질문", "새")
