"""Answering by text message: the answer is shown once, and goes with one more word."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from domain.answer import confidence_in
from domain.commands import TakeAction
from domain.ids import InboxId
from domain.meaning import coded
from domain.messages import Action, Address, InboundMessage
from domain.ports.services import Services
from domain.text import IdentifiableText
from handlers.actions_adding import KEPT
from handlers.actions_answer import answer
from handlers.deed import Deed
from handlers.directing import directed_in
from handlers.inbound import Received, open_received
from handlers.outbox import Notice, priority_of
from handlers.panel_deed import refuse_if_taken, refuse_in_the_open, right_patient

KEEPS_ITS_MESSAGE = frozenset({Action.DRAFT_ANSWER})
"""What is still needed after this action: its words stay sealed until they are sent."""
_CONFIRMED = {
    Action.CLAIM: "panel.claimed_by_text",
    Action.ASK_BACK: "panel.asked_back_by_text",
    Action.CLOSE: "panel.closed_by_text",
}


def draft_answer(deed: Deed) -> None:
    """Show an answer as the asker would get it; nothing of it is kept but the sealed message."""
    question, text = right_patient(deed), deed.text()
    refuse_if_taken(deed, question)
    if question.needs > 1:
        refuse_in_the_open(deed, question)
    _forget_former(deed)
    notice = Notice(
        key="panel.answer_echo",
        values={"label": question.label, "text": text},
        question_id=question.id,
        choices=(Action.SEND_ANSWER,),
        about=f"{KEPT}{deed.inbox_id}",
        priority=priority_of(question),
        to=_phone(deed),
        lasts=deed.services.rules.echo_waits,
    )
    deed.tell(deed.actor, notice)


def confirm_by_text(deed: Deed, *, is_said: bool) -> None:
    """Tell whoever acted in words that it was done: no button shows it to them."""
    key = _CONFIRMED.get(deed.action)
    if not is_said or key is None:
        return
    question = deed.question()
    assert question.answer_due_at is not None
    notice = Notice(
        key=key,
        values={"label": question.label, "answer_due": question.answer_due_at},
        question_id=question.id,
        priority=priority_of(question),
        to=_phone(deed),
    )
    deed.tell(deed.actor, notice)


def send_answer(deed: Deed) -> None:
    """Send the answer that was shown."""
    answer(deed)
    deed.transaction.inbox.finish(InboxId(deed.about.removeprefix(KEPT)))


async def texted_fields(services: Services, received: Received, command: TakeAction) -> Mapping[str, IdentifiableText]:
    """Return what words fill into the form of an action: those behind its word or code, or those shown before."""
    press = received.message.press
    if press is None and command.action != Action.SEND_ANSWER:
        return _words_for(command.action, received.message)
    if press is not None and press.action is not Action.SEND_ANSWER:
        return {}
    return await _shown_before(services, command.token if press is None else press.token or "")


def _words_for(action: str, message: InboundMessage) -> Mapping[str, IdentifiableText]:
    """Return what the words of a message fill in; nothing where a word or digit stands alone."""
    filled = _filled(action, message)
    confidence = confidence_in(filled["text"].value) if action == Action.DRAFT_ANSWER and "text" in filled else ""
    return {**filled, "confidence": IdentifiableText(confidence)} if confidence else filled


def _filled(action: str, message: InboundMessage) -> Mapping[str, IdentifiableText]:
    if message.text is None:
        return {}
    behind, said = coded(message.text.value), directed_in(message.text.value)
    if behind is not None and behind.asks_back:
        return {"text": IdentifiableText(behind.text)}
    if said is not None and action == (Action.DRAFT_ANSWER if said.action is Action.ANSWER else said.action):
        return {said.field: IdentifiableText(said.text)} if said.field else {}
    return {"text": IdentifiableText(behind.text)} if behind is not None and action == Action.DRAFT_ANSWER else {}


async def _shown_before(services: Services, token: str) -> Mapping[str, IdentifiableText]:
    """Nothing where it has expired: the action finds no text then, and says so."""
    choice = await services.store.read(lambda transaction: transaction.choices.get(token))
    about = "" if choice is None else choice.about
    received = await open_received(services, InboxId(about.removeprefix(KEPT))) if about.startswith(KEPT) else None
    return {} if received is None else _words_for(Action.DRAFT_ANSWER, received.message)


def _phone(deed: Deed) -> Address | None:
    return next((each for each in deed.actor.addresses if each.channel == deed.channel), None)


def _forget_former(deed: Deed) -> None:
    """Another answer takes the place of the one that waits; a second run of this very deed finds its own."""
    choices = deed.transaction.choices
    for choice in choices.open_of(deed.actor.id, deed.now):
        is_former = choice.question_id == deed.question_id and Action.SEND_ANSWER in choice.actions
        if is_former and choice.about != f"{KEPT}{deed.inbox_id}":
            choices.take(choice.token, Action.SEND_ANSWER)
            deed.transaction.inbox.finish(InboxId(choice.about.removeprefix(KEPT)))


DEEDS: Mapping[Action, Callable[[Deed], None]] = {
    Action.DRAFT_ANSWER: draft_answer,
    Action.SEND_ANSWER: send_answer,
}
