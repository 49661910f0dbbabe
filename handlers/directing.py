"""Words of command about one question: in its thread, behind its code, or behind a stroke."""

from __future__ import annotations

from dataclasses import replace

from domain.commands import Command, TakeAction
from domain.directed import Directed, directed
from domain.errors import UserError
from domain.ids import QuestionId
from domain.meaning import Chosen, coded, meaning_of, sign_for
from domain.member import Role
from domain.messages import Action
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.question import Question, QuestionState
from domain.spelling import plain
from handlers.choices import offers_to, open_questions
from handlers.inbound import Received
from handlers.refuse import say_no

AT_ANY_TIME = (Action.CLAIM, Action.PASS, Action.CLOSE)
"""What a panelist may say by its digit in a thread, also where no button waits for it."""


def directed_words(services: Services, transaction: Transaction, received: Received) -> tuple[Command, ...] | None:
    """Return what words in the thread of a question, or behind a stroke, ask for; None where they are for people."""
    message = received.message
    if message.text is None or message.press or message.uploads:
        return None
    if message.in_reply_to is not None:
        return _in_thread(services, transaction, received, question_id=message.in_reply_to)
    said = directed(message.text.value)
    if said is None or not said.has_stroke or _asks_for_the_list(said):
        return None
    question = _meant(services, transaction, received, said=said)
    if question is None:
        say_no(services, transaction, received, error=UserError("which_of_the_panel"))
        return ()
    return (_step(received, said, question.id),)


def about_one(
    services: Services, transaction: Transaction, received: Received, *, text: str, question_id: QuestionId
) -> Command | None:
    """Return what words about a known question ask for: a choice that waits, a digit, a word of command."""
    offers = [
        offer
        for offer in offers_to(transaction, received, services.clock())
        if Action.WHICH_QUESTION not in offer.actions and _is_about(transaction, offer.token, question_id)
    ]
    chosen = meaning_of(text, offers)
    if isinstance(chosen, Chosen):
        return chosen_step(received, chosen)
    action = sign_for(text, AT_ANY_TIME)
    said = Directed(action=action) if action is not None else directed(text)
    return None if said is None else _step(received, said, question_id)


def chosen_step(received: Received, chosen: Chosen) -> Command:
    return TakeAction(inbox_id=received.inbox_id, token=chosen.token, action=chosen.action.value)


def directed_in(text: str) -> Directed | None:
    """Return the words of command that a message holds, behind a code or not."""
    behind = coded(text)
    return directed(text if behind is None else behind.text)


def _in_thread(
    services: Services, transaction: Transaction, received: Received, *, question_id: QuestionId
) -> tuple[Command, ...] | None:
    """An asker's words in a thread are for the panel, but for a choice that waits there."""
    text, question = received.message.text, transaction.questions.get(question_id)
    assert text is not None
    is_panel = received.sender.has(Role.PANELIST) or received.sender.has(Role.COORDINATOR)
    if question.number is None or (question.state is QuestionState.NEEDS_INFO and not is_panel):
        return None
    step = about_one(services, transaction, received, text=text.value, question_id=question_id)
    if step is None or (question.asker_id == received.sender.id and not _is_askers(step)):
        return None
    return (_as_meant(received, step, question),)


def _as_meant(received: Received, step: Command, question: Question) -> Command:
    """Whoever has the question, and says "1", means an answer that was shown; it does not wait any more."""
    has_it = question.claimed_by == received.sender.id and question.is_awaiting_panel
    is_digit = received.message.text is not None and plain(received.message.text.value).isdecimal()
    claim = TakeAction(inbox_id=received.inbox_id, action=Action.CLAIM.value, question_id=question.id)
    return replace(claim, action=Action.SEND_ANSWER.value) if has_it and is_digit and step == claim else step


def _is_askers(step: Command) -> bool:
    """Return whether an asker can mean it: a choice that waits, or the word that goes before what they add."""
    return isinstance(step, TakeAction) and (bool(step.token) or step.action == Action.ADD_INFORMATION)


def _is_about(transaction: Transaction, token: str, question_id: QuestionId) -> bool:
    choice = transaction.choices.get(token)
    return choice is not None and choice.question_id == question_id


def _meant(services: Services, transaction: Transaction, received: Received, *, said: Directed) -> Question | None:
    """Return the question that was named, else the only one that the sender has in hand."""
    if said.number is not None:
        return transaction.questions.by_number(said.number)
    if said.action is Action.ADD_INFORMATION:
        own = open_questions(transaction, received)
        return own[0] if len(own) == 1 else None
    waiting = transaction.questions.for_panel(closed_since=services.clock())
    held = [q for q in waiting if q.is_awaiting_panel and q.claimed_by == received.sender.id]
    return held[0] if len(held) == 1 else None


def _asks_for_the_list(said: Directed) -> bool:
    """A word that needs a block's name is about no question without it: it asks which there are."""
    return said.action is Action.ADD_BLOCK and not said.field


def _step(received: Received, said: Directed, question_id: QuestionId) -> Command:
    """An answer in words is shown once before it goes, wherever it was written."""
    action = Action.DRAFT_ANSWER if said.action is Action.ANSWER else said.action
    return TakeAction(inbox_id=received.inbox_id, action=action.value, question_id=question_id)
