"""Answering by text message: the answer is shown once, and goes with one more word."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from domain.answer import confidence_in
from domain.commands import TakeAction
from domain.delivery import PendingChoice
from domain.errors import UserError
from domain.forms import form_of
from domain.ids import InboxId, QuestionId, derive_id
from domain.meaning import coded
from domain.messages import Action, InboundMessage
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.question import Question
from domain.short_texts import summary_length
from domain.text import IdentifiableText
from handlers.actions_answer import answer
from handlers.albums import KEPT
from handlers.answer_form import read_answer
from handlers.deed import Deed
from handlers.directing import directed_in
from handlers.inbound import Received, open_received
from handlers.outbox import Notice, priority_of
from handlers.panel_deed import refuse_if_taken, refuse_in_the_open, right_patient
from handlers.room_previews import ECHO, in_thread, take_out_preview

KEEPS_ITS_MESSAGE = frozenset({Action.DRAFT_ANSWER})
"""What is still needed after this action: its words stay sealed until they are sent."""
WHOLE = "whole"
"""Filled in where the text of an answer was put together out of several parts."""
_CONFIRMED = {
    Action.CLAIM: "panel.claimed_by_text",
    Action.ASK_BACK: "panel.asked_back_by_text",
    Action.CLOSE: "panel.closed_by_text",
}


def draft_answer(deed: Deed) -> None:
    """Show an answer as the asker would get it; nothing of it is kept but the sealed message."""
    question = right_patient(deed)
    refuse_if_taken(deed, question)
    text = deed.text()
    if question.needs > 1:
        refuse_in_the_open(deed, question)
    deed = _kept_whole(deed, question)
    _forget_former(deed)
    notice = Notice(
        key=ECHO,
        values={"label": question.label, "text": text, "noted": _noted(deed), "minutes": _minutes_left(deed)},
        question_id=question.id,
        choices=(Action.SEND_ANSWER,),
        about=f"{KEPT}{deed.inbox_id}",
        priority=priority_of(question),
        to=deed.here,
        lasts=deed.services.rules.echo_waits,
    )
    deed.tell(deed.actor, in_thread(deed, notice))


def _minutes_left(deed: Deed) -> int:
    return int(deed.services.rules.echo_waits.total_seconds() // 60)


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
        to=deed.here,
    )
    deed.tell(deed.actor, notice)


def send_answer(deed: Deed) -> None:
    """Send the answer that was shown.

    Raises:
        UserError("no_answer_waits"): none was, or it was too long ago.
    """
    if "text" not in deed.fields:
        raise UserError("no_answer_waits", label=deed.panel_question().label)
    answer(deed)
    take_out_preview(deed, cause=deed.about.removeprefix(KEPT))
    deed.transaction.inbox.finish(InboxId(deed.about.removeprefix(KEPT)))


async def texted_fields(services: Services, received: Received, command: TakeAction) -> Mapping[str, IdentifiableText]:
    """Return what words fill into the form of an action: those behind its word or code, or those shown before."""
    press = received.message.press
    if command.is_whole:
        return _whole_words(Action(command.action), received.message)
    if press is None and command.action != Action.SEND_ANSWER:
        return _words_for(command.action, received.message)
    if press is not None and press.action is not Action.SEND_ANSWER:
        return {}
    return await _shown_before(services, command.token if press is None else press.token or "")


def _whole_words(action: Action, message: InboundMessage) -> Mapping[str, IdentifiableText]:
    """Return a message as what an action has to be told; an answer is kept by itself until it is sent."""
    assert message.text is not None
    name = next(field.name for field in form_of(action) if field.is_required)
    fields = {name: message.text}
    if action is not Action.DRAFT_ANSWER:
        return fields
    confidence = confidence_in(message.text.value)
    noted = {"confidence": IdentifiableText(confidence)} if confidence else {}
    return {**fields, WHOLE: IdentifiableText("1"), **noted}


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


async def words_shown(services: Services, received: Received, question_id: QuestionId) -> str:
    """Return the answer that its author was shown and has not sent; nothing where none waits."""

    def find(transaction: Transaction) -> str:
        waiting = transaction.choices.open_of(received.sender.id, services.clock())
        return next((each.token for each in waiting if _is_echo(each, question_id)), "")

    token = await services.store.read(find)
    shown = await _shown_before(services, token) if token else {}
    return shown["text"].value if "text" in shown else ""


async def _shown_before(services: Services, token: str) -> Mapping[str, IdentifiableText]:
    """Nothing where it has expired: the action finds no text then, and says so."""
    choice = await services.store.read(lambda transaction: transaction.choices.get(token))
    about = "" if choice is None else choice.about
    received = await open_received(services, InboxId(about.removeprefix(KEPT))) if about.startswith(KEPT) else None
    return {} if received is None else _words_for(Action.DRAFT_ANSWER, received.message)


def _kept_whole(deed: Deed, question: Question) -> Deed:
    """Keep an answer that is made of several parts as one message: what was shown is what will be sent.

    A block may be changed meanwhile, and the message before is done with once this one takes its place.
    """
    if WHOLE not in deed.fields:
        return deed
    kept = InboxId(derive_id("whole_answer", deed.inbox_id))
    message = InboundMessage(
        channel=deed.channel,
        external_id=kept,
        sender=deed.here or deed.actor.addresses[0],
        received_at=deed.now,
        text=IdentifiableText(f"/a {question.label}: {deed.text()}"),
    )
    deed.transaction.inbox.add(kept, message)
    deed.transaction.inbox.finish(deed.inbox_id)
    return replace(deed, inbox_id=kept)


def _noted(deed: Deed) -> str:
    """Say what was read out of the words, and how much room their summary takes as a text message."""
    form, say = read_answer(deed.fields), deed.services.wording.text
    parts = [] if form.confidence is None else [say("panel.echo_confidence", deed.actor, {"number": form.confidence})]
    parts += [f"#G{number}" for number in form.citations]
    count, limit = summary_length(deed.text())
    parts.append(say("panel.echo_summary", deed.actor, {"count": count, "limit": limit}))
    return " · ".join(parts)


def _forget_former(deed: Deed) -> None:
    """Another answer takes the place of the one that waits; a second run of this very deed finds its own."""
    choices = deed.transaction.choices
    for choice in choices.open_of(deed.actor.id, deed.now):
        if _is_echo(choice, deed.question_id) and choice.about != f"{KEPT}{deed.inbox_id}":
            choices.take(choice.token, Action.SEND_ANSWER)
            take_out_preview(deed, cause=choice.about.removeprefix(KEPT))
            deed.transaction.inbox.finish(InboxId(choice.about.removeprefix(KEPT)))


def _is_echo(choice: PendingChoice, question_id: QuestionId | None) -> bool:
    return choice.question_id == question_id and Action.SEND_ANSWER in choice.actions


DEEDS: Mapping[Action, Callable[[Deed], None]] = {
    Action.DRAFT_ANSWER: draft_answer,
    Action.SEND_ANSWER: send_answer,
}
