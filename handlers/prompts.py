"""The words that a button needs, where no form can be opened: asked for by a message of ours, whose reply they are.

A reply says what it answers, and is taken as the action with these words. Words that come without one may be about
another patient: where they belong is asked before anything is done with them.
"""

from __future__ import annotations

from dataclasses import replace

from domain.commands import Command, RelayInformation, TakeAction
from domain.delivery import Delivery, PendingChoice
from domain.errors import WordsMissingError
from domain.ids import InboxId, QuestionId
from domain.messages import Action, InboundMessage
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.prompts import FRESH, prompt_key, prompted_action, typed_action
from domain.vocabulary import word_of
from handlers.albums import KEPT
from handlers.inbound import Received
from handlers.outbox import Notice, tell

_STROKES = ("/", "／")
_ADDS = frozenset({Action.ADD_INFORMATION, Action.ASK_MORE})


def asking_for_words(
    services: Services, transaction: Transaction, received: Received, *, notice: Notice, error: WordsMissingError
) -> Notice:
    """Return what asks for missing words: a message to reply to, or how to type them; elsewhere the notice as it is."""
    key = prompt_key(error.action)
    if key is None or error.question_id is None or not _can_ask(services, received, error):
        return notice
    question = transaction.questions.get(error.question_id)
    word = word_of(typed_action(error.action), received.sender.language)
    return replace(notice, key=key, values={"label": question.label, "word": word}, question_id=question.id)


def prompted_words(_services: Services, transaction: Transaction, received: Received) -> tuple[Command, ...] | None:
    """Return what follows from a reply to a message that asked for words; words of command mean what they always do."""
    message = received.message
    if not message.origin.replied_to or message.origin.room or _is_command(message):
        return None
    prompt = transaction.sent.found_at(message.sender, message.origin.replied_to)
    action = None if prompt is None else prompted_action(prompt.key)
    if prompt is None or prompt.question_id is None or action is None:
        return None
    if action not in _ADDS and (message.uploads or message.text is None):
        return None
    return (_step(received.inbox_id, action, question_id=prompt.question_id),)


def words_after_prompt(services: Services, transaction: Transaction, received: Received) -> tuple[Command, ...] | None:
    """Ask where words belong that are no reply, and come right behind a message that asked for some.

    They wait in the inbox meanwhile. None where nothing asks for them: they are what they would be anyway.
    """
    message = received.message
    channel = services.channels.get(message.channel)
    if channel is None or not channel.capabilities.has_prompts:
        return None
    if message.text is None or message.uploads or message.in_reply_to is not None or message.origin.room:
        return None
    prompt = transaction.sent.latest(message.sender, since=services.clock() - FRESH)
    action = None if prompt is None else prompted_action(prompt.key)
    if prompt is None or action is None:
        return None
    notice = _whose(services, received, prompt=prompt, action=action)
    tell(services, transaction, received.sender, cause=received.inbox_id, notice=notice)
    return ()


def _can_ask(services: Services, received: Received, error: WordsMissingError) -> bool:
    """Where nothing can be replied to, a text message says how the words are typed, unless the error says it itself."""
    channel = services.channels.get(received.message.channel)
    if channel is None or channel.capabilities.has_prompts:
        return channel is not None
    return channel.capabilities.is_short and error.code == "text_missing"


def with_kept_words(services: Services, transaction: Transaction, received: Received, *, step: Command) -> Command:
    """Return a step as it is, or what is done with the words whose author says by it that they were asked for."""
    press = received.message.press
    token, action = (step.token, step.action) if isinstance(step, TakeAction) else ("", "")
    if press is not None:
        token, action = press.token or "", press.action.value
    choice = transaction.choices.get(token) if token else None
    if choice is None or not _is_for_kept(services, received, choice=choice, action=Action(action)):
        return step
    if choice.question_id is None or not transaction.choices.take(token, Action(action)):
        return step
    transaction.inbox.finish(received.inbox_id)
    return _step(InboxId(choice.about.removeprefix(KEPT)), Action(action), question_id=choice.question_id)


def _is_for_kept(services: Services, received: Received, *, choice: PendingChoice, action: Action) -> bool:
    is_own = choice.member_id == received.sender.id and choice.expires_at > services.clock()
    return is_own and choice.about.startswith(KEPT) and action in choice.actions and prompt_key(action) is not None


def _whose(services: Services, received: Received, *, prompt: Delivery, action: Action) -> Notice:
    """Ask where words belong; until their author says so, nothing is done with them."""
    return Notice(
        key="prompt.or_new",
        values={"label": prompt.values["label"]},
        question_id=prompt.question_id,
        choices=(action, Action.NEW_QUESTION),
        about=f"{KEPT}{received.inbox_id}",
        to=received.message.sender,
        lasts=services.rules.inbox_time_to_live,
    )


def _step(inbox_id: InboxId, action: Action, *, question_id: QuestionId) -> Command:
    """Return what is done with words that were asked for; an answer is shown once before it goes, as always."""
    if action in _ADDS:
        return RelayInformation(inbox_id=inbox_id, question_id=question_id)
    said = Action.DRAFT_ANSWER if action is Action.ANSWER else action
    return TakeAction(inbox_id=inbox_id, action=said.value, question_id=question_id, is_whole=True)


def _is_command(message: InboundMessage) -> bool:
    return message.text is not None and message.text.value.lstrip().startswith(_STROKES)
